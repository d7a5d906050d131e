package deployment_test

import (
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
)

// TestBelongs goes through the four conditions of Belongs one by one.
func TestBelongs(t *testing.T) {
	t.Parallel()
	execute := deployment.Stage{Number: 3, First: 3, Phase: deployment.Execute, Wave: 2}
	retry := deployment.Stage{Number: 4, First: 3, Phase: deployment.Execute, Wave: 2}
	named := retry
	named.Only = []string{"app-1"}
	row := func(change func(*deployment.Target)) deployment.Target {
		r := deployment.Target{Name: "app-1", Wave: 2, Stage: 1, State: deployment.TargetDone}
		change(&r)
		return r
	}
	in := func(stage int, state deployment.TargetState) deployment.Target {
		return row(func(r *deployment.Target) { r.Stage, r.State = stage, state })
	}
	accept := func(wave int) deployment.Stage {
		return deployment.Stage{Number: 5, First: 5, Phase: deployment.Accept, Wave: wave}
	}
	remediate := deployment.Stage{Number: 6, First: 6, Phase: deployment.Remediate}
	for name, c := range map[string]struct {
		stage deployment.Stage
		row   deployment.Target
		want  bool
	}{
		"of the wave":                      {execute, in(1, deployment.TargetDone), true},
		"in the stage already":             {execute, in(3, deployment.TargetFailed), false},
		"of another wave":                  {execute, row(func(r *deployment.Target) { r.Wave = 1 }), false},
		"retry of a failed one":            {retry, in(3, deployment.TargetFailed), true},
		"retry of an unknown one":          {retry, in(3, deployment.TargetUnknown), true},
		"retry of a stopped one":           {retry, in(3, deployment.TargetStopped), true},
		"retry of one that is done":        {retry, in(3, deployment.TargetDone), false},
		"retry of one that was not begun":  {retry, in(0, deployment.Waiting), true},
		"retry by name":                    {named, in(3, deployment.TargetFailed), true},
		"retry by another name":            {named, row(func(r *deployment.Target) { r.Name, r.Stage, r.State = "app-2", 3, deployment.TargetFailed }), false},
		"acceptance of one not executed":   {accept(2), in(3, deployment.TargetFailed), false},
		"acceptance of one executed":       {accept(2), row(func(r *deployment.Target) { r.Executed = true }), true},
		"acceptance of another wave":       {accept(1), row(func(r *deployment.Target) { r.Executed = true }), false},
		"acceptance at the end":            {accept(0), row(func(r *deployment.Target) { r.Executed = true }), true},
		"remediation of a touched one":     {remediate, row(func(r *deployment.Target) { r.Touched = true }), true},
		"remediation of an untouched one":  {remediate, row(func(*deployment.Target) {}), false},
		"remediation of a remediated one":  {remediate, row(func(r *deployment.Target) { r.Touched, r.Remediated = true, true }), false},
		"verification of any":              {deployment.Stage{Number: 1, First: 1, Phase: deployment.Verify}, in(0, deployment.Waiting), true},
		"no stage":                         {deployment.Stage{}, in(0, deployment.Waiting), false},
		"a stage without a phase concerns": {deployment.Stage{Number: 9, First: 9}, in(0, deployment.Waiting), false},
	} {
		if got := deployment.Belongs(c.stage, c.row); got != c.want {
			t.Errorf("%s: belongs is %v", name, got)
		}
	}
}

// TestIssue: a retry resumes at the failed step, anything else begins at the
// first one, and the attempt is raised in both.
func TestIssue(t *testing.T) {
	t.Parallel()
	failed := deployment.Target{Name: "app-1", Wave: 1, Stage: 2, State: deployment.TargetFailed, Step: 3, StepName: "start", Attempt: 4, StartedAt: day, Seq: 9}
	again := deployment.Issue(failed, deployment.Stage{Number: 3, First: 2, Phase: deployment.Execute, Wave: 1}, "O-5", practice.Duration(grace), day)
	if again.Step != 3 || again.Attempt != 5 || again.Order != "O-5" || again.State != deployment.Ordered || again.Seq != 0 || !again.StartedAt.IsZero() {
		t.Errorf("a retry is issued as %+v", again)
	}
	other := deployment.Issue(failed, deployment.Stage{Number: 3, First: 3, Phase: deployment.Remediate}, "O-5", practice.Duration(grace), day)
	if other.Step != 0 || other.StepName != "" || other.Attempt != 5 || !other.Deadline.Equal(day) {
		t.Errorf("another phase is issued as %+v", other)
	}
}

// TestDeadline: what an executor says puts the row's deadline off by its grace,
// an outcome ends it.
func TestDeadline(t *testing.T) {
	t.Parallel()
	s := running(t, 2)
	row := s.rows["app-1"]
	r := deployment.Report{Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt, Seq: 1, Kind: deployment.OrderBegun}
	s.now = day.Add(time.Minute)
	if err := s.decide(deployment.Reported{Report: r, Target: row}); err != nil {
		t.Fatal(err)
	}
	if got := s.rows["app-1"].Deadline; !got.Equal(s.now.Add(grace)) {
		t.Errorf("the deadline is %s", got)
	}
	r.Seq, r.Kind, r.Outcome = 2, deployment.OrderEnded, deployment.Done
	if err := s.decide(deployment.Reported{Report: r, Target: s.rows["app-1"]}); err != nil {
		t.Fatal(err)
	}
	if got := s.rows["app-1"]; !got.Deadline.IsZero() || !got.Executed {
		t.Errorf("the row is %+v", got)
	}
}

// TestProceed goes through what an executor is told.
func TestProceed(t *testing.T) {
	t.Parallel()
	s := running(t, 2)
	report := func(kind deployment.ReportKind, seq int) deployment.Report {
		row := s.rows["app-1"]
		return deployment.Report{Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt, Seq: seq, Kind: kind}
	}
	tell := func(e deployment.Event) {
		t.Helper()
		if err := s.decide(e); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(when string, r deployment.Report, proceed bool) {
		t.Helper()
		if got := deployment.Proceed(s.d, s.rows["app-1"], r); (got == "") != proceed {
			t.Errorf("%s: %s is told %q", when, r.Kind, got)
		}
	}
	begun := report(deployment.OrderBegun, 1)
	expect("before its report was taken in", begun, false)
	tell(deployment.Reported{Report: begun, Target: s.rows["app-1"]})
	expect("begun", begun, true)
	expect("asked again", begun, true)
	old := begun
	old.Attempt--
	expect("of another attempt", old, false)
	s.now = s.now.Add(time.Hour)
	tell(deployment.TargetSilent{Target: s.rows["app-1"]})
	expect("silent for too long", begun, false)
	expect("silent for too long", report(deployment.StepEnded, 2), true)
	tell(deployment.Reported{Target: s.rows["app-2"], Report: deployment.Report{
		Order: "O-app-2", Deployment: "D-12", Target: "app-2", Stage: 1, Attempt: 1, Seq: 1, Kind: deployment.OrderEnded, Outcome: deployment.Done,
	}})
	tell(deployment.GuidanceGiven{Advice: deployment.RetryTargets, By: anna})
	expect("about to be ordered again", report(deployment.StepEnded, 2), false)
	tell(deployment.CancelAsked{By: anna})
	expect("cancelled", report(deployment.StepEnded, 2), false)
	expect("cancelled", report(deployment.OrderEnded, 3), true)
}

// TestProceedAtTheEnd: once the window has ended targets are told to stop between
// two steps, and one that asks again whether to begin is told not to.
func TestProceedAtTheEnd(t *testing.T) {
	t.Parallel()
	s := running(t, 2)
	s.d.MustEnd, s.d.Overrun = day.Add(time.Hour), deployment.FinishStep
	report := func(name string, kind deployment.ReportKind, seq int) deployment.Report {
		row := s.rows[name]
		return deployment.Report{Order: row.Order, Deployment: "D-12", Target: name, Stage: row.Stage, Attempt: row.Attempt, Seq: seq, Kind: kind}
	}
	tell := func(name string, kind deployment.ReportKind, seq int) bool {
		t.Helper()
		r := report(name, kind, seq)
		if err := s.decide(deployment.Reported{Report: r, Target: s.rows[name]}); err != nil {
			t.Fatal(err)
		}
		return deployment.Proceed(s.d, s.rows[name], r) == ""
	}
	if !tell("app-1", deployment.OrderBegun, 1) || !tell("app-1", deployment.StepEnded, 2) {
		t.Error("before the end it is told to stop")
	}
	s.now = day.Add(time.Hour)
	if tell("app-2", deployment.OrderBegun, 1) {
		t.Error("app-2 may begin at the end, before its timer came")
	}
	if s.d.Halt == "" || !s.d.Stage.Halting || s.rows["app-2"].State != deployment.TargetStopped {
		t.Errorf("the end was not met: %+v", s.d)
	}
	if tell("app-1", deployment.StepBegun, 3) || tell("app-1", deployment.StepEnded, 4) {
		t.Error("app-1 may go on after the end")
	}
	if deployment.Proceed(s.d, s.rows["app-1"], report("app-1", deployment.OrderBegun, 1)) == "" {
		t.Error("app-1 may begin when it asks once more after the end")
	}
	s.now = s.now.Add(time.Hour)
	if err := s.decide(deployment.TargetSilent{Target: s.rows["app-1"]}); err != nil {
		t.Fatal(err)
	}
	if s.rows["app-1"].State != deployment.TargetUnknown || deployment.Proceed(s.d, s.rows["app-1"], report("app-1", deployment.StepEnded, 5)) == "" {
		t.Errorf("app-1, unknown, may go on after the end: %+v", s.rows["app-1"])
	}
}

// TestLateOrders: orders of a stage that takes none are refused, so that nothing
// is stored with them.
func TestLateOrders(t *testing.T) {
	t.Parallel()
	s := newServer(shape{waves: []int{2}})
	for _, e := range []deployment.Event{
		deployment.PlanFrozen{By: anna}, deployment.AuthorisationGiven{By: anna},
		deployment.StartJudged{Verdict: practice.Pass()}, deployment.ComponentsJudged{Verdict: practice.Pass()},
	} {
		if err := s.decide(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.issue(1); err != nil {
		t.Fatal(err)
	}
	row := s.rows["app-1"]
	if err := s.decide(deployment.Reported{Target: row, Report: deployment.Report{
		Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt, Seq: 1, Kind: deployment.OrderBegun,
	}}, deployment.CancelAsked{By: anna}); err != nil {
		t.Fatal(err)
	}
	if s.d.State != deployment.Cancelling || s.d.Issuing(s.d.Stage.Number) {
		t.Fatalf("it is %s, issuing %v", s.d.State, s.d.Issuing(s.d.Stage.Number))
	}
	if err := s.issue(1); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("issuing after the cancellation: %v", err)
	}
}

// TestRemediationIsNoRepair: a target that failed and was brought back stays
// counted as a failure, and where it is not known what was there before, the
// inventory is not told that it is back.
func TestRemediationIsNoRepair(t *testing.T) {
	t.Parallel()
	s := running(t, 1)
	s.d.Header.OnFailure = model.Remediate
	end := func(outcome deployment.Outcome) {
		t.Helper()
		row := s.rows["app-1"]
		if err := s.decide(deployment.Reported{Target: row, Report: deployment.Report{
			Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt, Seq: 1, Kind: deployment.OrderEnded, Outcome: outcome,
		}}); err != nil {
			t.Fatal(err)
		}
	}
	end(deployment.OutcomeFail)
	row := s.rows["app-1"]
	row.Before = nil
	s.rows["app-1"] = row
	if err := s.issue(10); err != nil {
		t.Fatal(err)
	}
	end(deployment.Done)
	if s.d.Result != deployment.Remediated || s.d.Failures != 1 || !s.rows["app-1"].Remediated {
		t.Errorf("it is %s with %d failures", s.d.Result, s.d.Failures)
	}
	if len(s.last.Landings) != 1 || !s.last.Landings[0].Uncertain {
		t.Errorf("the inventory is told %+v", s.last.Landings)
	}
}
