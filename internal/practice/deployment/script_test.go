package deployment_test

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/test/script"
)

var update = flag.Bool("update", false, "write what happened into testdata and docs")

// TestScripts runs the scenarios of testdata: given, when, then and wait lines,
// each followed by what happened (indented; written with -update).
func TestScripts(t *testing.T) {
	t.Parallel()
	script.Run(t, *update, func() script.Line { return (&player{shape: shape{waves: []int{2}}, gates: gates{unasked: true}}).line })
}

// player carries out the lines of one script.
type player struct {
	shape shape
	gates gates
	sv    *server
}

func (p *player) line(verb string, words []string) ([]string, error) {
	switch verb {
	case "given":
		return nil, p.given(words)
	case "again": // the same from the beginning
		p.sv, p.gates = nil, gates{unasked: true}
		return nil, nil
	case "gate":
		return nil, p.gate(words)
	case "evidence": // smoke met because 40 of 40 passed
		p.gates.found = slices.DeleteFunc(p.gates.found, func(f deployment.Finding) bool { return f.Criterion == words[0] })
		f := deployment.Finding{Criterion: words[0], Standing: deployment.Standing(words[1])}
		if len(words) > 3 {
			f.Found = strings.Join(words[3:], " ")
		}
		p.gates.found = append(p.gates.found, f)
		return nil, nil
	case "window": // ends 11:00 finish-wave
		end, err := moment(words[1])
		p.gates.end, p.gates.overrun = end, deployment.Overrun(words[2])
		return nil, err
	}
	if p.sv == nil {
		p.sv = newServer(p.shape)
		p.sv.gates = &p.gates
	}
	p.sv.last, p.sv.effects = deployment.Change{}, nil
	switch verb {
	case "then":
		got := p.standing()
		if want := strings.Join(words, " "); !strings.HasPrefix(got, want) {
			return nil, fmt.Errorf("it is: %s", got)
		}
		return nil, nil
	case "wait":
		d, err := time.ParseDuration(words[0])
		if err != nil {
			return nil, err
		}
		p.sv.now = p.sv.now.Add(d)
		return p.tell(p.sv.decide(deployment.TimeCame{}))
	case "at":
		at, err := moment(words[0])
		if err != nil {
			return nil, err
		}
		p.sv.now = at
		return p.tell(p.sv.decide(deployment.TimeCame{}))
	case "why":
		var told []string
		for _, r := range deployment.Why(p.sv.d, p.sv.now).Reasons {
			told = append(told, "gate:  "+r.Gate, "why:   "+r.Message)
			told = append(told, "since: "+r.Since.Format("15:04"))
			if !r.Until.IsZero() {
				told = append(told, "until: "+r.Until.Format("15:04"))
			}
			for _, more := range [][2]string{{"who:   ", r.Who}, {"how:   ", r.How}} {
				if more[1] != "" {
					told = append(told, more[0]+more[1])
				}
			}
		}
		return append(told, fmt.Sprintf("open: %v", deployment.Why(p.sv.d, p.sv.now).Open)), nil
	case "when":
		return p.tell(p.when(words))
	default:
		return nil, fmt.Errorf("%q is not given, gate, evidence, window, when, then, wait, at or why", verb)
	}
}

// moment reads a time of the day of the scripts.
func moment(text string) (time.Time, error) {
	at, err := time.Parse("15:04", text)
	return day.Truncate(24 * time.Hour).Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute), err
}

// gate closes or opens a gate: gate freeze closes until 12:00 because it is the end of the year.
func (p *player) gate(words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("which gate?")
	}
	why, until := "", time.Time{}
	if i := slices.Index(words, "because"); i >= 0 {
		why = strings.Join(words[i+1:], " ")
	}
	if words[1] == "closes" && len(words) > 3 && words[2] == "until" {
		at, err := moment(words[3])
		if err != nil {
			return err
		}
		until = at
	}
	switch {
	case words[0] == "authorisation":
		p.gates.missing, p.gates.unasked = why, false
	case words[1] == "closes":
		p.gates.closes(words[0], why, until)
	default:
		p.gates.opens(words[0])
	}
	return nil
}

// again has what is asked changed.
func (p *player) anew(words []string, why string) error {
	e := deployment.AskedAnew{Asked: p.sv.asked(), By: anna, Why: why}
	switch words[0] {
	case "rescheduled": // rescheduled to 13:00
		at, err := moment(words[2])
		if err != nil {
			return err
		}
		e.StartAfter = at
	case "asked": // asked anew
		e.Asked, e.Voids = p.sv.askedOnceMore(), true
	case "replanned":
		e.Plan, e.PlanDigest, e.Subject, e.Voids = "P-10", digest("plan anew"), digest("plan anew"), true
	}
	return p.sv.decide(e)
}

func (p *player) given(words []string) error {
	number := func(i int) int { n, _ := strconv.Atoi(words[i]); return n }
	var err error
	switch words[0] {
	case "waves":
		p.shape.waves = nil
		for i := range words[1:] {
			p.shape.waves = append(p.shape.waves, number(i+1))
		}
	case "soak":
		p.shape.soak, err = time.ParseDuration(words[1])
	case "start":
		p.shape.startAfter, err = time.ParseDuration(words[2])
	case "tolerance":
		p.shape.maxFailures = number(1)
	case "total":
		total := number(1)
		p.shape.maxTotal = &total
	case "pause": // before | after 1, for GROUP, because MESSAGE
		p.shape.pauses = append(p.shape.pauses, pausePoint(words[1:]))
	case "wave": // wave 2 tolerance 1
		p.shape.bounds = map[int]int{number(1): number(3)}
	case "failure":
		p.shape.onFailure = model.OnFailure(words[2])
	case "checks":
		p.shape.checks = true
	case "acceptance":
		p.shape.acceptance = true
	case "levels": // of the waves
		p.shape.levels = nil
		for i := range words[1:] {
			p.shape.levels = append(p.shape.levels, number(i+1))
		}
	case "shared": // every target has all components
		p.shape.shared = true
	case "removal":
		p.shape.remove = true
	case "rollback": // of the deployment that brought 2.0.0
		p.shape.restore = true
	case "nothing":
		p.shape.fresh = true
	case "criterion":
		because := ""
		if i := slices.Index(words, "because"); i >= 0 {
			because, words = strings.Join(words[i+1:], " "), words[:i]
		}
		var k model.Criterion
		k, err = criterion(words[1:], because)
		p.shape.criteria = append(p.shape.criteria, k)
	default:
		err = fmt.Errorf("given what?")
	}
	return err
}

// pausePoint reads a pause of the plan.
func pausePoint(words []string) pauseAt {
	at := pauseAt{pause: model.Pause{Message: "look at it"}}
	if words[0] == "after" {
		at.wave, _ = strconv.Atoi(words[1])
	}
	if i := slices.Index(words, "because"); i >= 0 {
		at.pause.Message, words = strings.Join(words[i+1:], " "), words[:i]
	}
	if i := slices.Index(words, "for"); i >= 0 {
		at.pause.Group = words[i+1]
	}
	return at
}

// when lets one thing happen.
func (p *player) when(words []string) error {
	s, text := p.sv, strings.Join(words, " ")
	why := ""
	if i := slices.Index(words, "because"); i >= 0 {
		why, words = strings.Join(words[i+1:], " "), words[:i]
	}
	switch words[0] {
	case "planned":
		return s.decide(deployment.PlanFrozen{By: anna})
	case "authorised":
		p.gates.missing, p.gates.unasked = "", false
		return s.decide(deployment.AuthorisationGiven{By: anna, Why: why})
	case "reconsidered":
		return s.decide(deployment.Reconsidered{})
	case "rescheduled", "asked", "replanned":
		return p.anew(words, why)
	case "components":
		if words[1] == "pass" {
			return s.decide(deployment.ComponentsJudged{Verdict: practice.Pass()})
		}
		s.closed = true
		return s.decide(deployment.ComponentsJudged{Verdict: practice.Hold(practice.Reason{Gate: "library", Message: why})})
	case "orders":
		limit := practice.MaxLimit
		if len(words) > 2 {
			limit, _ = strconv.Atoi(words[2])
		}
		return s.issue(limit)
	case "withdrawn":
		return s.withdraw(s.d.Stage.Number)
	case "interrupted":
		return s.interrupt()
	case "anna":
		return p.guided(words[1:], why)
	case "all":
		for _, row := range s.sorted() {
			if row.State == deployment.Ordered || row.State == deployment.Running {
				if err := p.executor(row.Name, "does", why); err != nil {
					return err
				}
			}
		}
		return nil
	case "silent":
		return s.decide(deployment.TargetSilent{Target: s.rows[words[1]]})
	}
	if len(words) < 2 {
		return fmt.Errorf("%q is not understood", text)
	}
	return p.executor(words[0], words[1], why, words[2:]...)
}

func (p *player) guided(words []string, why string) error {
	advice := map[string]deployment.Advice{
		"retries": deployment.RetryTargets, "continues": deployment.GoOn, "skips": deployment.SkipStep,
		"remediates": deployment.RemediateNow, "fails": deployment.CloseAsFailed, "gives-up": deployment.CloseAsFailed,
	}[words[0]]
	if words[0] == "cancels" { // cancels | cancels now
		return p.sv.decide(deployment.CancelAsked{By: anna, Why: why, Now: len(words) > 1})
	}
	if words[0] == "pauses" {
		return p.sv.decide(deployment.PauseAsked{By: anna, Why: why})
	}
	if words[0] == "resumes" {
		return p.sv.decide(deployment.ResumeAsked{By: anna, Why: why})
	}
	if words[0] == "confirms" || words[0] == "refuses" {
		return p.sv.decide(deployment.CriterionAnswered{Criterion: words[1], Met: words[0] == "confirms", By: anna, Why: why})
	}
	var rows []deployment.Target
	for _, name := range words[1:] {
		for _, row := range p.sv.sorted() { // with all parts of its target, as control does
			if row.Name == name || row.Target != "" && row.Target == deployment.TargetOf(name) {
				rows = append(rows, row)
			}
		}
	}
	return p.sv.decide(deployment.GuidanceGiven{Advice: advice, Targets: words[1:], Rows: rows, By: anna, Why: why})
}

// executor lets the executor of a target report.
func (p *player) executor(name, what, why string, rest ...string) error {
	row := p.sv.rows[name]
	r := deployment.Report{
		Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt,
		Seq: row.Seq + 1, Step: row.Step, StepName: stepName(row), Message: why, At: p.sv.now,
	}
	var reports []deployment.Report
	add := func(kind deployment.ReportKind, outcome deployment.Outcome) {
		r.Kind, r.Outcome = kind, outcome
		reports = append(reports, r)
		r.Seq++
	}
	switch what {
	case "begins":
		r.StepName = ""
		add(deployment.OrderBegun, "")
	case "starts": // the next step
		add(deployment.StepBegun, "")
	case "finishes": // the step
		add(deployment.StepEnded, deployment.Done)
	case "does", "succeeds":
		add(deployment.OrderEnded, deployment.Done)
	case "fails":
		r.Code = practice.Unavailable
		add(deployment.OrderEnded, deployment.OutcomeFail)
	case "doubts":
		add(deployment.OrderEnded, deployment.OutcomeDoubt)
	case "stops": // stops | stops having done nothing
		if len(rest) > 2 {
			r.Did = deployment.Extent(rest[2])
		}
		add(deployment.OrderEnded, deployment.OutcomeStop)
	case "refuses":
		add(deployment.OrderRefused, deployment.OutcomeFail)
	case "repeats": // its first report, once more
		r.Seq, r.StepName = 1, ""
		add(deployment.OrderBegun, "")
	case "answers-late": // for the attempt before
		r.Attempt--
		add(deployment.OrderEnded, deployment.Done)
	default:
		return fmt.Errorf("an executor cannot %q", what)
	}
	events := make([]deployment.Event, 0, len(reports))
	for _, r := range reports {
		events = append(events, deployment.Reported{Report: r, Target: row})
	}
	return p.sv.decide(events...)
}

// stepName names the steps of the scripts.
func stepName(row deployment.Target) string {
	names := []string{"stop", "unpack", "start", "settle"}
	if row.Phase == deployment.Verify || row.Phase == deployment.Accept {
		names = []string{"look"}
	}
	return names[min(row.Step, len(names)-1)]
}
