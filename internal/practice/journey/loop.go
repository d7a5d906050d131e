package journey

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Passage is one deployment into an environment, as much of it as a journey shows.
type Passage struct {
	Deployment string           `json:"deployment"`
	Release    string           `json:"release"`
	Version    string           `json:"version,omitempty"` // of the component that is looked at
	Journey    string           `json:"journey,omitempty"`
	State      string           `json:"state"`
	Result     string           `json:"result,omitempty"`
	By         practice.Actor   `json:"by"`
	Requested  time.Time        `json:"requested"`
	Started    time.Time        `json:"started,omitzero"`
	Ended      time.Time        `json:"ended,omitzero"`
	Cause      string           `json:"cause,omitempty"`
	Waiting    practice.Verdict `json:"waiting"`
}

// Loop counts the rounds of deploy, test, fix and deploy again in one
// environment since a version last went on from it (R89).
type Loop struct {
	Component   string            `json:"component"`
	Deployments int               `json:"deployments"` // so many times something was deployed
	Versions    int               `json:"versions"`    // so many different versions
	Since       time.Time         `json:"since,omitzero"`
	Took        practice.Duration `json:"took"` // until the last version went on, or until now
	Left        bool              `json:"left"` // the last version has gone on: the loop is over
}

// LoopOf counts over the deployments of a component into an environment,
// newest first. gone gives the versions that went on to the next environment
// with the moment when they did. The loop that is counted is the one that is
// open, or the last one where the newest version has gone on.
func LoopOf(component string, passages []Passage, gone map[string]time.Time, now time.Time) Loop {
	loop := Loop{Component: component}
	seen := map[string]bool{}
	for i, p := range passages {
		left, went := gone[p.Version]
		if went && i > 0 && p.Version != passages[0].Version {
			break // what came before belongs to the loop before
		}
		if i == 0 && went {
			loop.Left, now = true, left
		}
		loop.Deployments++
		if !seen[p.Version] {
			seen[p.Version] = true
			loop.Versions++
		}
		loop.Since = p.Requested
	}
	if took := now.Sub(loop.Since); !loop.Since.IsZero() && took > 0 {
		loop.Took = practice.Duration(took.Truncate(time.Second))
	}
	return loop
}

// View is the way of a release through its environments on one page (R121),
// also of one that was brought along it by hand.
type View struct {
	Release string            `json:"release"`
	Model   string            `json:"model,omitempty"`
	Journey *Journey          `json:"journey,omitempty"` // absent: nothing automatic brought it along
	Stages  []StageView       `json:"stages"`
	Why     practice.Verdict  `json:"why"`            // what it waits for now
	Begun   time.Time         `json:"begun,omitzero"` // the first thing that happened
	Took    practice.Duration `json:"took"`           // from then until it arrived, ended, or now
	Worked  practice.Duration `json:"worked"`         // of it, deployments were carried out
	Waited  practice.Duration `json:"waited"`         // of it, none was
}

// StageView is one environment of the way.
type StageView struct {
	Environment string            `json:"environment"`
	Reached     time.Time         `json:"reached,omitzero"` // when it was about to be entered
	Entered     time.Time         `json:"entered,omitzero"` // when the first deployment was asked for
	Arrived     time.Time         `json:"arrived,omitzero"` // when the release was there
	Left        time.Time         `json:"left,omitzero"`    // when the next environment was entered
	Decision    *Decision         `json:"decision,omitempty"`
	Passages    []Passage         `json:"passages"`
	Waits       []Wait            `json:"waits"`  // what was waited for before the deployments and during them
	Waited      practice.Duration `json:"waited"` // before and between the work
	Worked      practice.Duration `json:"worked"` // while executors were at work
	Spent       practice.Duration `json:"spent"`  // from when it was reached until the next was entered, or until now
	Loops       []Loop            `json:"loops"`
	Pins        []Pin             `json:"pins"`
}

// Sum fills the times of the stage from its passages; end is when the view ends:
// now, or when the journey ended.
func (s StageView) Sum(end time.Time) StageView {
	begin, last := s.Reached, s.Left
	if begin.IsZero() || !s.Entered.IsZero() && s.Entered.Before(begin) {
		begin = s.Entered
	}
	if last.IsZero() {
		last = end
	}
	var worked time.Duration
	for _, p := range s.Passages {
		if p.Started.IsZero() {
			continue
		}
		until := p.Ended
		if until.IsZero() {
			until = end
		}
		worked += max(0, until.Sub(p.Started))
	}
	if begin.IsZero() {
		return s
	}
	spent := max(0, last.Sub(begin))
	s.Worked, s.Spent = practice.Duration(worked), practice.Duration(spent)
	s.Waited = practice.Duration(max(0, spent-worked))
	return s
}
