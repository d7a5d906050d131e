package deployment_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
)

// TestAnySequence lets anything happen in any order, sensible or not, and then
// lets everybody be fair. The rules of server.check hold after every event; a
// retry orders only what it may; a fair end closes every deployment; and the
// same events over again give the same deployment.
func TestAnySequence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &wild{server: newServer(drawShape(t))}
		first := w.d
		w.start(t)
		t.Repeat(map[string]func(*rapid.T){
			"plan":      func(t *rapid.T) { w.do(t, deployment.PlanFrozen{By: anna}) },
			"authorise": func(t *rapid.T) { w.do(t, deployment.AuthorisationGiven{By: anna}) },
			"judge":     w.judge,
			"issue":     w.issuePage,
			"issue2":    w.issuePage,
			"interrupt": func(t *rapid.T) { w.interruptAll(t) },
			"withdraw":  func(t *rapid.T) { w.must(t, w.withdrawOne()) },
			"report":    w.report,
			"report2":   w.report,
			"report3":   w.report,
			"batch":     w.batch,
			"silence":   w.silence,
			"time":      w.time,
			"guidance":  w.guide,
			"cancel":    w.cancel,
			"pause":     func(t *rapid.T) { w.do(t, deployment.PauseAsked{By: anna, Why: "a call"}) },
			"resume":    func(t *rapid.T) { w.do(t, deployment.ResumeAsked{By: anna}) },
			"held":      w.held,
			"anew":      w.anew,
			"start":     func(t *rapid.T) { w.do(t, w.startJudged(t)) },
			"end":       w.moveEnd,
			"criteria":  w.criteria,
			"again":     func(t *rapid.T) { w.do(t, deployment.Reconsidered{}) },
		})
		w.finish(t)
		w.replay(t, first)
		w.must(t, w.toldCriteria())
	})
}

// start brings most runs to where orders are issued, and leaves the rest where they are.
func (w *wild) start(t *rapid.T) {
	if rapid.IntRange(0, 7).Draw(t, "early") == 0 {
		return
	}
	w.do(t, deployment.PlanFrozen{By: anna})
	w.do(t, deployment.AuthorisationGiven{By: anna})
	w.now = w.now.Add(time.Hour)
	w.do(t, w.startJudged(t))
	w.do(t, deployment.ComponentsJudged{Verdict: practice.Pass()})
}

// wild is a server to which anything happens.
type wild struct {
	*server
	trail   []trace
	retried int             // the stage of the last retry
	allowed map[string]bool // targets that it may order
}

type trace struct {
	events []deployment.Event
	now    time.Time
}

func drawShape(t *rapid.T) shape {
	s := shape{
		waves:       rapid.SliceOfN(rapid.IntRange(1, 4), 1, 3).Draw(t, "waves"),
		soak:        rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(t, "soak"),
		checks:      rapid.Bool().Draw(t, "checks"),
		acceptance:  rapid.Bool().Draw(t, "acceptance"),
		maxFailures: rapid.IntRange(0, 2).Draw(t, "tolerance"),
		onFailure:   rapid.SampledFrom([]model.OnFailure{"", model.Guidance, model.Remediate, model.Fail}).Draw(t, "onFailure"),
		startAfter:  rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(t, "start"),
		remove:      rapid.Bool().Draw(t, "remove"),
		restore:     rapid.IntRange(0, 3).Draw(t, "restore") == 0,
	}
	if rapid.Bool().Draw(t, "leveled") {
		s.restore = false // one component is rolled back here
		s.leveledAtRandom(func(most int) int { return rapid.IntRange(0, most).Draw(t, "level") })
	}
	if rapid.Bool().Draw(t, "bounded") {
		total := rapid.IntRange(0, 2).Draw(t, "total")
		s.maxTotal, s.bounds = &total, map[int]int{2: rapid.IntRange(0, 2).Draw(t, "bound")}
	}
	for _, wave := range rapid.SliceOfDistinct(rapid.IntRange(0, 2), rapid.ID[int]).Draw(t, "pauses") {
		s.pauses = append(s.pauses, pauseAt{wave, model.Pause{Message: "look at it"}})
	}
	if rapid.Bool().Draw(t, "criteria") {
		s.criteria = rapid.SliceOfNDistinct(rapid.SampledFrom(someCriteria()), 1, 4, func(k model.Criterion) string { return k.Name }).Draw(t, "which")
	}
	return s
}

// must fails the test on anything but what a person may be told.
func (w *wild) must(t *rapid.T, err error) {
	if err != nil && !isRefusal(err) {
		t.Fatalf("%v\n%+v", err, w.d)
	}
}

func (w *wild) do(t *rapid.T, events ...deployment.Event) {
	err := w.decide(events...)
	w.must(t, err)
	if err == nil {
		w.trail = append(w.trail, trace{events, w.now})
	}
}

func (w *wild) judge(t *rapid.T) {
	if w.d.State != deployment.VerifyingComponents {
		w.do(t, deployment.ComponentsJudged{Verdict: practice.Hold()})
		return
	}
	w.closed = rapid.IntRange(0, 9).Draw(t, "closed") == 0
	w.do(t, deployment.ComponentsJudged{Verdict: practice.Verdict{Open: !w.closed}})
}

// issuePage orders a page of the stage, and looks whether a retry keeps to its targets.
func (w *wild) issuePage(t *rapid.T) {
	before := w.sorted()
	stage, total := w.d.Stage.Number, w.d.Stage.Total
	err := w.issue(rapid.IntRange(1, 4).Draw(t, "page"))
	w.must(t, err)
	if err != nil {
		return
	}
	issued := w.d.Stage.Total - total
	if w.d.Stage.Number != stage {
		issued = 0 // empty last page: the stage was over at once
	}
	last := !w.d.Issuing(stage)
	w.trail = append(w.trail, trace{[]deployment.Event{deployment.OrdersIssued{Stage: stage, Count: issued, Last: last}}, w.now})
	for _, old := range before {
		if now := w.rows[old.Name]; now.Order != old.Order && stage == w.retried && !w.allowed[old.Name] {
			t.Fatalf("a retry ordered %s, which was %s", old.Name, old.State)
		}
	}
}

// withdrawOne takes back the first order that has not begun.
func (w *wild) withdrawOne() error {
	for _, row := range w.sorted() {
		if row.State == deployment.Ordered {
			events := []deployment.Event{deployment.OrderWithdrawn{Target: row}}
			w.trail = append(w.trail, trace{events, w.now})
			return w.decide(events...)
		}
	}
	return nil
}

// interruptAll tells everybody who runs to end at once.
func (w *wild) interruptAll(t *rapid.T) {
	for _, row := range w.sorted() {
		w.do(t, deployment.OrderInterrupted{Target: row})
	}
}

// draw gives any report about any target: of its present order, or of another attempt.
func (w *wild) draw(t *rapid.T) deployment.Reported {
	rows := w.sorted()
	row := rows[rapid.IntRange(0, len(rows)-1).Draw(t, "target")]
	r := deployment.Report{
		Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt,
		Seq: row.Seq + rapid.IntRange(-1, 2).Draw(t, "seq"), Step: rapid.IntRange(0, 3).Draw(t, "step"), StepName: "unpack", At: w.now,
		Kind: rapid.SampledFrom([]deployment.ReportKind{
			deployment.OrderBegun, deployment.OrderBegun, deployment.StepBegun, deployment.StepEnded,
			deployment.OrderEnded, deployment.OrderEnded, deployment.OrderRefused,
		}).Draw(t, "kind"),
		Outcome: rapid.SampledFrom([]deployment.Outcome{
			deployment.Done, deployment.Done, deployment.Done, deployment.OutcomeFail, deployment.OutcomeDoubt, deployment.OutcomeStop, "",
		}).Draw(t, "outcome"),
	}
	if r.Outcome == deployment.OutcomeStop {
		r.Did = rapid.SampledFrom([]deployment.Extent{deployment.DidNothing, deployment.DidPart, deployment.DidAll, ""}).Draw(t, "did")
	}
	if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
		r.Attempt--
	}
	if rapid.IntRange(0, 9).Draw(t, "foreign") == 0 {
		r.Order = "O-0"
	}
	return deployment.Reported{Report: r, Target: row}
}

func (w *wild) report(t *rapid.T) { w.do(t, w.draw(t)) }

func (w *wild) batch(t *rapid.T) {
	var events []deployment.Event
	for range rapid.IntRange(2, 6).Draw(t, "size") {
		events = append(events, w.draw(t))
	}
	w.do(t, events...)
}

func (w *wild) silence(t *rapid.T) {
	rows := w.sorted()
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 6).Draw(t, "minutes")) * time.Minute)
	w.do(t, deployment.TargetSilent{Target: rows[rapid.IntRange(0, len(rows)-1).Draw(t, "target")]})
}

func (w *wild) time(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute)
	w.do(t, deployment.TimeCame{})
}

// startJudged gives any verdict on the start, mostly an open one.
func (w *wild) startJudged(t *rapid.T) deployment.StartJudged {
	judged := deployment.StartJudged{Verdict: practice.Pass()}
	if rapid.IntRange(0, 4).Draw(t, "shut") == 0 {
		judged.Verdict = practice.Hold(practice.Reason{Gate: "freeze", Message: "it is frozen"})
		judged.WakeAt = w.moment(t)
	}
	judged.MustEnd, judged.Overrun = w.end(t)
	return judged
}

// moment gives any moment around now, or none.
func (w *wild) moment(t *rapid.T) time.Time {
	minutes := rapid.IntRange(-10, 90).Draw(t, "moment")
	if minutes == 0 {
		return time.Time{}
	}
	return w.now.Add(time.Duration(minutes) * time.Minute)
}

// end gives any end of a window.
func (w *wild) end(t *rapid.T) (time.Time, deployment.Overrun) {
	if rapid.IntRange(0, 2).Draw(t, "open end") == 0 {
		return time.Time{}, ""
	}
	return w.moment(t), rapid.SampledFrom([]deployment.Overrun{
		deployment.FinishWave, deployment.FinishStep, deployment.StopAtEnd, deployment.RollBack, deployment.CarryOn,
	}).Draw(t, "overrun")
}

func (w *wild) moveEnd(t *rapid.T) {
	end, overrun := w.end(t)
	w.do(t, deployment.EndMoved{MustEnd: end, Overrun: overrun, Why: "the calendar changed"})
}

func (w *wild) held(t *rapid.T) {
	w.do(t, deployment.AuthorisationHeld{By: anna, Voided: "a vote was withdrawn", WakeAt: w.moment(t)})
}

func (w *wild) anew(t *rapid.T) {
	e := deployment.AskedAnew{Asked: w.asked(), By: anna, Voids: rapid.Bool().Draw(t, "voids")}
	e.StartAfter = w.moment(t)
	if rapid.Bool().Draw(t, "once more") {
		e.Asked = w.askedOnceMore()
	}
	w.do(t, e)
}

func (w *wild) cancel(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "really") == 0 {
		w.do(t, deployment.CancelAsked{By: anna, Why: "enough", Now: rapid.Bool().Draw(t, "now")})
	}
}

// guide gives any answer; the targets that a retry may order are those that did
// not end well or were not ordered, and among them the named ones.
func (w *wild) guide(t *rapid.T) {
	g := deployment.GuidanceGiven{By: anna, Advice: rapid.SampledFrom([]deployment.Advice{
		deployment.RetryTargets, deployment.RetryTargets, deployment.RetryTargets,
		deployment.GoOn, deployment.RemediateNow, deployment.CloseAsFailed, deployment.CloseAsFailed, deployment.SkipStep, "shrug",
	}).Draw(t, "advice")}
	rows := w.sorted()
	if rapid.Bool().Draw(t, "named") {
		for range rapid.IntRange(1, 3).Draw(t, "names") {
			row := rows[rapid.IntRange(0, len(rows)-1).Draw(t, "target")]
			g.Targets = append(g.Targets, row.Name)
			g.Rows = append(g.Rows, row)
		}
	}
	before := w.d
	w.do(t, g)
	if w.d.Stage.Number == before.Stage.Number {
		return
	}
	if g.Advice != deployment.RetryTargets && g.Advice != deployment.SkipStep && g.Advice != deployment.RemediateNow {
		return
	}
	if g.Advice == deployment.RemediateNow && len(g.Targets) == 0 {
		return
	}
	w.retried, w.allowed = w.d.Stage.Number, map[string]bool{}
	for _, row := range rows {
		if len(g.Targets) > 0 && !slices.Contains(g.Targets, row.Name) {
			continue
		}
		if before.Suspended != nil && g.Advice != deployment.RemediateNow && row.Stage < before.Stage.First {
			continue
		}
		w.allowed[row.Name] = g.Advice == deployment.RemediateNow && row.Touched || row.State != deployment.TargetDone || row.Stage < before.Stage.First
	}
}

// finish lets everybody be fair: the deployment must close.
func (w *wild) finish(t *rapid.T) {
	for range 500 {
		if timer := w.d.Timer(); !timer.IsZero() && !timer.After(w.now) && w.d.State != deployment.Closed {
			w.do(t, deployment.TimeCame{})
		}
		switch w.d.State {
		case deployment.Closed:
			return
		case deployment.Requested:
			w.do(t, deployment.PlanFrozen{By: anna})
		case deployment.Planned:
			w.do(t, deployment.AuthorisationGiven{By: anna})
		case deployment.Authorised, deployment.Scheduled:
			if w.d.Pausing != nil {
				w.do(t, deployment.ResumeAsked{By: anna})
			}
			w.now = later(w.now, w.d.StartAfter)
			for _, k := range w.d.CriteriaAt(deployment.AtStart) {
				w.do(t, deployment.CriterionAnswered{Criterion: k.Name, Met: true, By: anna})
			}
			w.do(t, deployment.StartJudged{Verdict: practice.Pass()})
		case deployment.VerifyingComponents:
			if w.answer(t) {
				continue
			}
			w.closed = false
			w.do(t, deployment.ComponentsJudged{Verdict: practice.Pass()})
		case deployment.AwaitingGuidance:
			if w.answer(t) {
				continue
			}
			w.do(t, deployment.GuidanceGiven{Advice: deployment.GoOn, By: anna})
		default:
			w.fair(t)
		}
	}
	t.Fatalf("it does not end: %s", fmt.Sprintf("%+v", w.d))
}

// fair does the next thing that is due in a state with orders or timers.
func (w *wild) fair(t *rapid.T) {
	switch s := w.d.Stage; {
	case s.Held != "":
		w.answer(t)
	case !w.d.WakeAt.IsZero():
		w.now = later(w.now, w.d.WakeAt)
		w.do(t, deployment.TimeCame{})
	case w.d.Issuing(s.Number):
		w.issuePage(t)
	case s.Stopping && s.Open() > s.Running:
		w.must(t, w.withdrawOne())
	default:
		for _, row := range w.sorted() {
			if row.State == deployment.Ordered || row.State == deployment.Running {
				w.do(t, deployment.Reported{Target: row, Report: deployment.Report{
					Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt,
					Seq: row.Seq + 1, Kind: deployment.OrderEnded, Outcome: deployment.Done,
				}})
				return
			}
		}
		t.Fatalf("it waits for nobody: %+v", w.d)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// replay lets the same events happen again, one transaction after the other.
func (w *wild) replay(t *rapid.T, d deployment.Deployment) {
	for _, step := range w.trail {
		change, err := deployment.Decide(d, step.events, step.now)
		if err != nil {
			t.Fatalf("again: %v", err)
		}
		d = change.Deployment
	}
	if !reflect.DeepEqual(d, w.d) {
		t.Fatalf("the same events gave\n%+v, then\n%+v", w.d, d)
	}
}
