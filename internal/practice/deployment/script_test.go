package deployment_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
)

var update = flag.Bool("update", false, "write what happened into testdata and docs")

// TestScripts runs the scenarios of testdata: given, when, then and wait lines,
// each followed by what happened (indented; written with -update).
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			wanted, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(wanted))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(wanted) {
				t.Errorf("%s tells another story now; look at the difference after: go test -run TestScripts -update\n%s", file, got)
			}
		})
	}
}

// play runs a script and gives it with what happened.
func play(t *testing.T, script string) string {
	t.Helper()
	var out strings.Builder
	p := &player{shape: shape{waves: []int{2}}, gates: gates{unasked: true}}
	for i, line := range strings.Split(strings.TrimRight(script, "\n"), "\n") {
		if strings.HasPrefix(line, "    ") {
			continue
		}
		out.WriteString(line + "\n")
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		told, err := p.line(words[0], words[1:])
		if err != nil {
			t.Fatalf("line %d: %s: %v", i+1, line, err)
		}
		for _, text := range told {
			out.WriteString("    " + text + "\n")
		}
	}
	return out.String()
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
		return nil, fmt.Errorf("%q is not given, gate, window, when, then, wait, at or why", verb)
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
	case "failure":
		p.shape.onFailure = model.OnFailure(words[2])
	case "checks":
		p.shape.checks = true
	case "acceptance":
		p.shape.acceptance = true
	case "removal":
		p.shape.remove = true
	case "nothing":
		p.shape.fresh = true
	default:
		err = fmt.Errorf("given what?")
	}
	return err
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
	return p.executor(words[0], words[1], why)
}

func (p *player) guided(words []string, why string) error {
	advice := map[string]deployment.Advice{
		"retries": deployment.RetryTargets, "continues": deployment.GoOn,
		"remediates": deployment.RemediateNow, "fails": deployment.CloseAsFailed,
	}[words[0]]
	if words[0] == "cancels" {
		return p.sv.decide(deployment.CancelAsked{By: anna, Why: why})
	}
	var rows []deployment.Target
	for _, name := range words[1:] {
		if row, known := p.sv.rows[name]; known {
			rows = append(rows, row)
		}
	}
	return p.sv.decide(deployment.GuidanceGiven{Advice: advice, Targets: words[1:], Rows: rows, By: anna, Why: why})
}

// executor lets the executor of a target report.
func (p *player) executor(name, what, why string) error {
	row := p.sv.rows[name]
	r := deployment.Report{
		Order: row.Order, Deployment: "D-12", Target: name, Stage: row.Stage, Attempt: row.Attempt,
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
	case "stops":
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
