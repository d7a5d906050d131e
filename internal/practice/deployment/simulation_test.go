package deployment_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
)

var seeds = flag.Int("seeds", 500, "how many simulated deployments are run")

// TestSimulation runs whole deployments with server, executors, network and
// clock under one seed each: messages are lost, doubled and late, executors
// restart and are out of reach, the server forgets that it did something. Every
// deployment must close, or wait for a person and say why; no order begins that
// was replaced, and what the server says is on a target is there.
func TestSimulation(t *testing.T) {
	t.Parallel()
	ends, told := map[string]int{}, map[string]int{}
	for seed := range *seeds {
		w := newWorld(uint64(seed))
		if err := w.run(); err != nil {
			t.Fatalf("seed %d, %s: %v\n%+v", seed, w.now.Sub(day), err, w.d)
		}
		ends[fmt.Sprintf("%s %s", w.d.State, w.d.Result)]++
		for _, e := range w.entries {
			told[e.Kind]++
			if e.Kind == deployment.EntryWindowEnded {
				told[fmt.Sprint(e.Data["overrun"])]++
			}
		}
	}
	t.Log(ends)
	t.Log(told)
	for _, kind := range []string{
		deployment.EntryInterrupted, deployment.EntryResumed, deployment.EntryVoided, deployment.EntryEndMoved, string(deployment.FinishWave), string(deployment.FinishStep),
		string(deployment.StopAtEnd), string(deployment.RollBack), string(deployment.CarryOn),
	} {
		if told[kind] == 0 && *seeds >= 500 {
			t.Errorf("no simulated deployment met %s: the simulation is too tame", kind)
		}
	}
	for _, end := range []string{"closed succeeded", "closed failed", "closed remediated", "closed cancelled", "awaiting-guidance "} {
		if ends[end] == 0 && *seeds >= 500 {
			t.Errorf("no simulated deployment ended as %q: the simulation is too tame", end)
		}
	}
}

// world is one simulated deployment.
type world struct {
	*server
	random    *rand.Rand
	executors map[string]*executor
	orders    map[string]*order
	inFlight  []message
	stored    map[string]bool // reports by order and number
	believed  map[string]deployment.Landing
	calendar  gates
	patient   bool // nobody answers a question any more
	calm      bool // nothing is lost, nobody is down
	violation error
}

// message is on its way from or to an executor.
type message struct {
	due     time.Time
	to      string // an executor; empty: the server
	report  deployment.Report
	refused bool
}

const tick = 10 * time.Second

func newWorld(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 7))
	s := shape{
		checks: r.IntN(2) == 0, acceptance: r.IntN(3) > 0, maxFailures: r.IntN(3),
		onFailure: []model.OnFailure{model.Guidance, model.Remediate, model.Fail}[r.IntN(3)],
		soak:      time.Duration(r.IntN(2)) * 10 * time.Minute,
	}
	for range 1 + r.IntN(3) {
		s.waves = append(s.waves, 1+r.IntN(4))
	}
	if r.IntN(2) == 0 {
		s.leveledAtRandom(func(most int) int { return r.IntN(most + 1) })
		s.shared = false // an executor of the simulation has one component
	}
	w := &world{
		server: newServer(s), random: r, executors: map[string]*executor{}, orders: map[string]*order{},
		stored: map[string]bool{}, believed: map[string]deployment.Landing{}, patient: r.IntN(10) == 0,
	}
	w.once, w.orderly = true, true
	if r.IntN(2) == 0 {
		w.calendar.missing = "nobody voted yet"
	}
	if r.IntN(2) == 0 {
		w.windowed()
	}
	for name := range w.rows {
		w.executors[name] = &executor{
			name: name, random: r, seen: map[string]bool{}, present: "1.9.0", broken: []float64{0, 0.02, 0.1}[r.IntN(3)],
			ran: w.began,
		}
	}
	return w
}

// windowed sets the end of the window somewhere in the next hour.
func (w *world) windowed() {
	w.calendar.end = w.now.Add(time.Duration(w.random.IntN(60)) * time.Minute)
	w.calendar.overrun = []deployment.Overrun{
		deployment.FinishWave, deployment.FinishStep, deployment.StopAtEnd, deployment.RollBack, deployment.CarryOn,
	}[w.random.IntN(5)]
}

// change changes votes and calendar now and then; in calm every gate is open.
func (w *world) change() error {
	g := &w.calendar
	if w.calm {
		if g.missing == "" && len(g.closed) == 0 && g.end.IsZero() {
			return nil
		}
		*g = gates{}
		return w.decide(deployment.Reconsidered{})
	}
	switch w.random.IntN(300) {
	case 0:
		g.missing = "a vote was withdrawn"
	case 1, 2, 3, 4:
		g.missing = ""
	case 5:
		g.closes("freeze", "it is frozen", w.now.Add(time.Duration(w.random.IntN(20))*time.Minute))
	case 6, 7, 8:
		g.opens("freeze")
	case 9, 10:
		w.windowed()
	case 11, 12:
		g.end = time.Time{}
	default:
		return nil
	}
	return w.decide(deployment.Reconsidered{})
}

// began notices an executor that works on an order which was replaced: that may
// only be one which had begun, and was unknown when it was replaced.
func (w *world) began(o order) {
	row := w.rows[o.target]
	if row.Attempt != o.attempt && !w.stored["superseded unknown "+o.id] {
		w.violation = broken("%s works on attempt %d of stage %d, the row is at attempt %d of stage %d", o.target, o.attempt, o.stage, row.Attempt, row.Stage)
	}
}

// run lets time go until the deployment has ended or waits for a person, then
// lets everybody finish in calm and compares what is believed with what is.
func (w *world) run() error {
	if err := w.begin(); err != nil {
		return err
	}
	if err := w.until(1); err != nil {
		return err
	}
	w.calm, w.patient = true, true
	if err := w.until(200); err != nil {
		return err
	}
	return w.compare()
}

// until lets time go until the deployment has stood at its end for so many
// ticks: one that waits for a person may yet go on by a late report.
func (w *world) until(quiet int) error {
	stood := 0
	for range 10_000 {
		if w.d.State == deployment.Closed || w.d.State == deployment.AwaitingGuidance && w.patient {
			if stood++; stood > quiet {
				return nil
			}
		} else {
			stood = 0
		}
		if err := w.tick(); err != nil {
			return err
		}
	}
	return broken("it does not end")
}

func (w *world) begin() error {
	return w.decide(deployment.PlanFrozen{By: anna})
}

// tick lets a little time go.
func (w *world) tick() error {
	w.now = w.now.Add(tick)
	for _, do := range []func() error{w.effectsDone, w.silence, w.delivered, w.person, w.change} {
		if err := do(); err != nil {
			return err
		}
	}
	for _, name := range w.names { // in order: the seed decides, not the map
		w.live(w.executors[name])
	}
	return w.violation
}

// live lets one executor do something.
func (w *world) live(x *executor) {
	if x.down > 0 && !w.calm {
		x.down--
		return
	}
	if !w.calm && w.random.Float64() < 0.01 {
		x.restart(w.random.IntN(90))
		return
	}
	if w.random.IntN(2) == 0 {
		w.fetch(x)
	}
	x.act(w.now)
	for _, r := range x.outbox {
		if w.random.IntN(2) == 0 {
			w.send(message{report: r})
		}
	}
}

// fetch gives an executor its open orders, by counter.
func (w *world) fetch(x *executor) {
	var open []order
	for _, o := range w.orders {
		if o.open && o.target == x.name {
			open = append(open, *o)
		}
	}
	slices.SortFunc(open, func(a, b order) int { return a.counter - b.counter })
	for _, o := range open {
		x.receive(o)
		if row := w.rows[o.target]; w.d.Interrupting != nil && row.Order == o.id && !row.StartedAt.IsZero() {
			x.interrupt(o.id)
		}
	}
}

// send puts a message on its way: lost, late or twice, as luck has it.
func (w *world) send(m message) {
	copies := 1
	if !w.calm {
		copies = []int{0, 1, 1, 1, 1, 1, 2}[w.random.IntN(7)]
	}
	for range copies {
		m.due = w.now.Add(time.Duration(w.random.IntN(4)) * tick)
		if !w.calm && w.random.IntN(20) == 0 {
			m.due = m.due.Add(time.Duration(w.random.IntN(120)) * tick)
		}
		w.inFlight = append(w.inFlight, m)
	}
}

// delivered brings what is due: reports in one batch, answers one by one.
func (w *world) delivered() error {
	var batch []deployment.Report
	var later []message
	for _, m := range w.inFlight {
		switch {
		case m.due.After(w.now):
			later = append(later, m)
		case m.to == "":
			batch = append(batch, m.report)
		case w.executors[m.to].down == 0 || w.calm:
			w.executors[m.to].answer(m.report, m.refused, w.now)
		}
	}
	w.inFlight = later
	return w.reported(batch)
}

// reported stores new reports, decides in one batch, and answers all.
func (w *world) reported(batch []deployment.Report) error {
	var events []deployment.Event
	for _, r := range batch {
		id := fmt.Sprintf("%s/%d", r.Order, r.Seq)
		if !w.stored[id] {
			w.stored[id] = true
			events = append(events, deployment.Reported{Report: r, Target: w.rows[r.Target]})
		}
		if r.Kind == deployment.OrderEnded || r.Kind == deployment.OrderRefused {
			w.orders[r.Order].open = false
		}
	}
	if len(events) > 0 {
		if err := w.decide(events...); err != nil {
			return err
		}
		w.landed()
	}
	for _, r := range batch {
		w.send(message{to: r.Target, report: r, refused: deployment.Proceed(w.d, w.rows[r.Target], r) != ""})
	}
	return nil
}

// landed keeps what the last decision said is on the targets.
func (w *world) landed() {
	for _, l := range w.last.Landings {
		w.believed[l.Target] = l
	}
}

// silence marks rows whose deadline has passed.
func (w *world) silence() error {
	var events []deployment.Event
	for _, row := range w.sorted() {
		open := row.State == deployment.Ordered || row.State == deployment.Running
		if open && !row.Deadline.After(w.now) {
			events = append(events, deployment.TargetSilent{Target: row})
		}
	}
	if len(events) == 0 {
		return nil
	}
	err := w.decide(events...)
	w.landed()
	return err
}

// effectsDone does what decisions asked for, sometimes later, sometimes twice.
func (w *world) effectsDone() error {
	todo := w.effects
	w.effects = nil
	for _, e := range todo {
		if !w.calm && w.random.IntN(4) == 0 {
			w.effects = append(w.effects, e)
			continue
		}
		again, err := w.effectDone(e)
		if err != nil && !isRefusal(err) {
			return err
		}
		if again || !w.calm && w.random.IntN(10) == 0 {
			w.effects = append(w.effects, e)
		}
	}
	return nil
}

// effectDone does one effect, and says whether there is more of it to do.
func (w *world) effectDone(e deployment.Effect) (bool, error) {
	switch e := e.(type) {
	case deployment.JudgeAuthorisation, deployment.JudgeStart, deployment.JudgeEnd, deployment.JudgeCriteria:
		answer, _ := w.calendar.answer(e)
		return false, w.decide(answer)
	case deployment.JudgeComponents:
		return false, w.decide(deployment.ComponentsJudged{Verdict: practice.Pass()})
	case deployment.IssueOrders:
		return w.issueSome(e.Stage.Number)
	case deployment.WithdrawOrders:
		for _, o := range w.orders {
			row := w.rows[o.target]
			if row.Order == o.id && row.State == deployment.Ordered && row.Stage == e.Stage {
				o.open = false
			}
		}
		return false, w.withdraw(e.Stage)
	case deployment.InterruptOrders:
		return false, w.interrupt()
	case deployment.WakeUp:
		if e.At.After(w.now) {
			return true, nil
		}
		return false, w.decide(deployment.TimeCame{})
	case deployment.ReplaceTargets:
		// commit does it
	}
	return false, broken("%T is not done", e)
}

// issueSome issues a page of orders.
func (w *world) issueSome(stage int) (bool, error) {
	if !w.d.Issuing(stage) {
		return false, nil
	}
	before := w.sorted()
	if err := w.issue(1 + w.random.IntN(4)); err != nil {
		return false, err
	}
	for _, old := range before {
		row := w.rows[old.Name]
		if row.Order == old.Order {
			continue
		}
		begun := !old.StartedAt.IsZero()
		w.stored["superseded unknown "+old.Order] = old.State == deployment.TargetUnknown && begun
		w.orders[row.Order] = &order{
			id: row.Order, target: row.Name, phase: row.Phase, stage: row.Stage, attempt: row.Attempt,
			counter: len(w.orders), from: row.Step, begin: row.Deadline, open: true,
		}
	}
	return w.d.Issuing(stage), nil
}

// person answers a deployment that awaits guidance, after a while, and cancels now and then.
func (w *world) person() error {
	early := w.d.State == deployment.Authorised || w.d.State == deployment.Scheduled
	if w.d.Pausing != nil && (w.calm && early || !w.calm && w.random.IntN(20) == 0) {
		if err := w.decide(deployment.ResumeAsked{By: anna, Why: "it was nothing"}); err != nil && !isRefusal(err) {
			return err
		}
		return nil
	}
	if w.calm || w.d.State == deployment.Closed {
		return nil
	}
	if w.random.IntN(300) == 0 {
		if err := w.decide(deployment.PauseAsked{By: anna, Why: "a call"}); err != nil && !isRefusal(err) {
			return err
		}
	}
	if w.random.IntN(1500) == 0 || w.d.State == deployment.Cancelling && w.random.IntN(40) == 0 {
		return w.decide(deployment.CancelAsked{By: anna, Why: "enough", Now: w.random.IntN(3) > 0})
	}
	if w.d.State != deployment.AwaitingGuidance || w.patient || w.random.IntN(20) > 0 {
		return nil
	}
	g := deployment.GuidanceGiven{By: anna, Why: "it was looked at", Advice: []deployment.Advice{
		deployment.RetryTargets, deployment.RetryTargets, deployment.RetryTargets,
		deployment.GoOn, deployment.RemediateNow, deployment.CloseAsFailed, deployment.SkipStep,
	}[w.random.IntN(7)]}
	if trouble := w.d.Stage.Trouble; g.Advice != deployment.GoOn && len(trouble) > 0 && w.random.IntN(2) == 0 {
		name := trouble[w.random.IntN(len(trouble))].Target
		g.Targets, g.Rows = []string{name}, []deployment.Target{w.rows[name]}
	}
	if err := w.decide(g); err != nil && !isRefusal(err) {
		return err
	}
	return nil
}

// compare holds what the server believes against what is on the targets, when
// every executor has ended and every report has arrived.
func (w *world) compare() error {
	for _, row := range w.sorted() {
		x := w.executors[row.Name]
		if p := x.current(); p != nil && p.open && w.orders[p.id].open {
			return broken("%s still works on attempt %d", x.name, p.attempt)
		}
		if x.acted && !row.Touched {
			return broken("%s was changed, and the server does not know", x.name)
		}
		if row.Left == deployment.LeftOld && x.present != "1.9.0" || row.Left == deployment.LeftNew && x.present != "2.0.0" {
			return broken("on %s is %q, which is called %s", x.name, x.present, row.Left)
		}
		believed, told := w.believed[row.Name]
		switch {
		case !told && x.present != "1.9.0":
			return broken("on %s is %q, nothing was told", x.name, x.present)
		case told && !believed.Uncertain && believed.Version != x.present:
			return broken("on %s is %q, the inventory says %q", x.name, x.present, believed.Version)
		}
	}
	return nil
}
