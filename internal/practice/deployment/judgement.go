package deployment

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// Checkpoint is where criteria are judged: between two stages of the lifecycle.
type Checkpoint string

// The checkpoints, in the order in which a deployment comes to them. AfterWave
// and BeforeWave are of each wave.
const (
	AtStart          Checkpoint = "start"
	BeforeTargets    Checkpoint = "before target verification"
	AfterTargets     Checkpoint = "after target verification"
	AfterWave        Checkpoint = "after a wave"
	BeforeWave       Checkpoint = "before a wave"
	BeforeAcceptance Checkpoint = "before acceptance"
	AtEnd            Checkpoint = "end"
)

// reached says whether the deployment has left other behind once it has left at.
func (at Checkpoint) reached(other Checkpoint) bool {
	order := []Checkpoint{AtStart, BeforeTargets, AfterTargets, AfterWave, BeforeWave, BeforeAcceptance, AtEnd}
	return slices.Index(order, at) >= slices.Index(order, other)
}

// GateCriterion is the gate that a criterion closes.
const GateCriterion = "criterion"

// Standing is how a criterion stands.
type Standing string

// The standings.
const (
	CriterionOpen   Standing = "open"   // an answer or a result is waited for
	CriterionMet    Standing = "met"    //
	CriterionUnmet  Standing = "unmet"  // the value found is beyond the bound, it was refused, or nothing came in time
	CriterionWaived Standing = "waived" // somebody entitled had it go on although it was not met
)

// Judgement is the last word on one criterion.
type Judgement struct {
	Criterion string         `json:"criterion"`
	Wave      int            `json:"wave,omitempty"` // that it is about; 0: the whole deployment
	Standing  Standing       `json:"standing"`
	Found     string         `json:"found,omitempty"` // the value: "1 target failed", "confirmed"
	Bound     string         `json:"bound,omitempty"` // against what: "at most 0"
	By        practice.Actor `json:"by"`              // who judged: Tranship where a machine did
	Why       string         `json:"why,omitempty"`
	At        time.Time      `json:"at"`
	Until     time.Time      `json:"until,omitzero"` // of an open one: an answer that comes later is too late; zero: any time
}

// Finding is what was found out about a criterion that is judged by evidence.
type Finding struct {
	Criterion string
	Standing  Standing // open: there is no result yet
	Found     string
}

// EntryCriterion is the entry of a judgement. Data: criterion, kind, lifecycle
// (the stage), wave, standing, found, bound, until.
const EntryCriterion = "criterion.judged"

// ReadJudgement gives the judgement of its entry.
func ReadJudgement(e practice.Entry) (Judgement, error) {
	var j Judgement
	raw, err := json.Marshal(e.Data)
	if err == nil {
		err = json.Unmarshal(raw, &j)
	}
	if err != nil {
		return j, fmt.Errorf("entry %s cannot be read: %w", e.Kind, err)
	}
	j.By, j.Why, j.At = e.Who, e.Why, e.When
	return j, nil
}

// WithJudgement gives the list with j in the place of what was said of the same criterion.
func WithJudgement(list []Judgement, j Judgement) []Judgement {
	list = slices.Clone(list)
	if i := slices.IndexFunc(list, func(old Judgement) bool { return old.Criterion == j.Criterion }); i >= 0 {
		list[i] = j
		return list
	}
	return append(list, j)
}

// CriteriaAt gives the criteria that are judged at a checkpoint, in the model's
// order. Those that one of the model's checks judges are judged with its stage.
func (d Deployment) CriteriaAt(at Checkpoint) []model.Criterion {
	var found []model.Criterion
	for _, k := range d.Header.Criteria {
		if k.Check == "" && checkpointOf(k) == at && (k.Wave == 0 || k.Wave == d.waveAt(at)) {
			found = append(found, k)
		}
	}
	return found
}

// OpenQuestions gives the judgements that wait for a person's word.
func (d Deployment) OpenQuestions() []Judgement {
	var open []Judgement
	if d.State == Closed || d.State == Cancelling || d.State == Remediating {
		return nil
	}
	for _, j := range d.Criteria {
		if j.Standing == CriterionOpen && d.QuestionOf(j.Criterion) != "" {
			open = append(open, j)
		}
	}
	return open
}

// QuestionOf gives what a person is asked about a criterion; "" where it is not judged by hand.
func (d Deployment) QuestionOf(name string) string {
	for _, k := range d.Header.Criteria {
		if k.Name == name {
			return k.Question
		}
	}
	return ""
}

// checkpointOf says where a criterion is judged.
func checkpointOf(k model.Criterion) Checkpoint {
	entry := k.Kind == model.EntryCriterion
	switch k.Stage {
	case model.VerifyComponents:
		if entry {
			return AtStart
		}
		return BeforeTargets
	case model.VerifyTargets:
		if entry {
			return BeforeTargets
		}
		return AfterTargets
	case model.ExecuteWave:
		if entry {
			return BeforeWave
		}
		return AfterWave
	case model.AcceptChange:
		if entry {
			return BeforeAcceptance
		}
	}
	return AtEnd
}

// waveAt gives the wave that a checkpoint is about; 0: none.
func (d Deployment) waveAt(at Checkpoint) int {
	switch at {
	case AfterWave:
		return d.Wave
	case BeforeWave:
		return d.Wave + 1
	case AtStart, BeforeTargets, AfterTargets, BeforeAcceptance, AtEnd:
	}
	return 0
}

// judgement gives the last word on a criterion at its checkpoint, and whether there is one.
func (d Deployment) judgement(k model.Criterion) (Judgement, bool) {
	for _, j := range d.Criteria {
		if j.Criterion == k.Name && j.Wave == d.waveAt(checkpointOf(k)) {
			return j, true
		}
	}
	return Judgement{}, false
}

// passes says that a criterion lets the deployment go on.
func (s Standing) passes() bool { return s == CriterionMet || s == CriterionWaived }

// measure gives the value that a bound is about, in words too.
func (d Deployment) measure(of model.Measure, now time.Time) (int, string) {
	switch of {
	case model.FailedPercent:
		n := 0
		if d.Header.Rows() > 0 {
			n = (100*d.Failures + d.Header.Rows() - 1) / d.Header.Rows()
		}
		return n, fmt.Sprintf("%d%% of the targets failed or are unknown", n)
	case model.GivenUp:
		return d.GivenUp.total(), fmt.Sprintf("%s given up", d.rows(d.GivenUp.total()))
	case model.Minutes:
		n := 0
		if !d.Started.IsZero() {
			n = int((now.Sub(d.Started) + time.Minute - 1) / time.Minute)
		}
		return n, fmt.Sprintf("%d min", n)
	case model.Failures:
	}
	return d.Failures, fmt.Sprintf("%s failed or unknown", d.rows(d.Failures))
}

// boundOf says in words against what a criterion is judged.
func boundOf(k model.Criterion) string {
	switch {
	case k.Bound != nil:
		return fmt.Sprintf("at most %d", k.Bound.Max)
	case k.Evidence != nil && k.Evidence.PassRate > 0 && k.Evidence.MaxFailed == nil:
		return fmt.Sprintf("suite %s, a share of %g passed", k.Evidence.Suite, k.Evidence.PassRate)
	case k.Evidence != nil:
		n := 0
		if k.Evidence.MaxFailed != nil {
			n = *k.Evidence.MaxFailed
		}
		return fmt.Sprintf("suite %s, at most %d failed", k.Evidence.Suite, n)
	case k.Check != "":
		return "check " + k.Check + " on every target"
	}
	return k.Question
}

// nameOf says in words which criterion it is, and of what.
func (d Deployment) nameOf(k model.Criterion) string {
	if k.Stage == "" {
		return fmt.Sprintf("%s criterion %s", k.Kind, k.Name)
	}
	text := fmt.Sprintf("%s criterion %s of %s", k.Kind, k.Name, k.Stage)
	if wave := d.waveAt(checkpointOf(k)); wave > 0 {
		text += fmt.Sprintf(", wave %d of %d", wave, len(d.Header.Waves))
	}
	return text
}
