package deployment_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// server is a model of what control and the store do around Decide: rows in
// maps, effects in a list. It judges every decision by the rules that always hold.
type server struct {
	d       deployment.Deployment
	rows    map[string]deployment.Target
	names   []string // of the rows, in the order of the plan
	now     time.Time
	effects []deployment.Effect // to be done
	orders  int
	last    deployment.Change
	entries []practice.Entry
	once    bool // decide once only, without proof that deciding again gives the same
	closed  bool // the verdict of the components
	plan    []plan.Target
	gates   *gates // answer what control would; nil: nobody does

	inventory  map[string]deployment.Landing // the last of each target; nil: nobody asks
	answered   map[int]bool                  // waves about which a person was heard, once they had begun
	orderly    bool                          // executors ask before they begin, also within one decision
	pausable   bool                          // for walks
	authorised bool                          // and not voided since
	forgiven   bool                          // a person had it go on in spite of failures, or gave up targets
	over       *windowEnd                    // the end of the window that was met, and nobody answered to
	overrun    deployment.Overrun            // for walks: how to meet the end of the window; empty: there is none
}

// shape is what a test chooses about a deployment.
type shape struct {
	waves       []int
	soak        time.Duration
	checks      bool
	acceptance  bool
	onFailure   model.OnFailure
	maxFailures int
	maxTotal    *int        // over all waves
	bounds      map[int]int // of failures, by wave
	pauses      []pauseAt
	criteria    []model.Criterion
	pausable    bool // for walks: somebody pauses and resumes it
	startAfter  time.Duration
	remove      bool
	restore     bool               // 2.0.0 is there, and what was before it is brought back
	fresh       bool               // nothing was there before
	levels      []int              // of each wave, where components depend on each other
	shared      bool               // every target has a component of each level
	overrun     deployment.Overrun // for walks: how to meet the end of the window
}

// pauseAt is a pause after a wave; 0: before the first.
type pauseAt struct {
	wave  int
	pause model.Pause
}

var day = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const grace = 5 * time.Minute

// digest gives a digest that can be told apart.
func digest(of string) practice.Digest { return practice.DigestOf([]byte(of)) }

// newServer gives a server with one requested deployment.
func newServer(s shape) *server {
	h := plan.Header{
		Scope: practice.DefaultScope, Release: "shop@2.0.0", Direction: plan.Install, Environment: "live",
		OnFailure: s.onFailure, MaxFailures: s.maxFailures,
		Items: []plan.Item{{
			Component: "shop", Kind: library.ComponentKind("software"), Version: "2.0.0",
			Artifact: &plan.Artifact{Component: "shop", Version: "2.0.0", Digest: digest("shop 2.0.0")},
		}},
	}
	if s.remove {
		h.Direction = plan.Remove
	}
	if s.checks {
		h.Checks = []model.Step{{Name: "disk", Uses: "script"}}
	}
	if s.acceptance {
		h.Acceptance = []model.Step{{Name: "answers", Uses: "http"}}
	}
	sv := &server{rows: map[string]deployment.Target{}, now: day}
	if len(s.levels) > 0 {
		h.Items = s.leveled()
	}
	for i, size := range s.waves {
		h.Waves = append(h.Waves, s.wave(i))
		for range size {
			h.TargetCount++
			target := s.target(h.Items, i, h.TargetCount)
			if s.restore {
				h.Direction, h.Restores, target.Goal = plan.Restore, "D-11", target.Before
				target.Before = []plan.Before{{Version: "2.0.0", Artifact: &plan.Artifact{Digest: digest("shop 2.0.0")}}}
			}
			sv.names, sv.plan = append(sv.names, target.Name), append(sv.plan, target)
			sv.rows[target.Name] = deployment.NewTarget("D-12", target)
		}
	}
	if s.shared {
		h.PartCount = h.TargetCount
	}
	h.MaxFailuresTotal, h.Criteria = s.maxTotal, s.criteria
	for wave, bound := range s.bounds {
		if wave <= len(h.Waves) {
			h.Waves[wave-1].MaxFailures = &bound
		}
	}
	for _, p := range s.pauses {
		switch {
		case p.wave == 0:
			h.Pause = &p.pause
		case p.wave <= len(h.Waves):
			h.Waves[p.wave-1].Pause = &p.pause
		}
	}
	sv.d = deployment.Deployment{
		ID: "D-12", Plan: "P-9", PlanDigest: digest("plan"), Header: h, State: deployment.Requested,
		RequestedBy: anna, RequestedAt: day, Since: day,
	}
	if s.startAfter > 0 {
		sv.d.StartAfter = day.Add(s.startAfter)
	}
	return sv
}

var anna = practice.Actor{Kind: practice.Person, Name: "anna"}

// decide lets events happen, stores what follows, and gives the first rule that is broken.
func (s *server) decide(events ...deployment.Event) error {
	return s.commit(nil, events...)
}

// commit stores the rows along with what follows from the events, as one transaction.
func (s *server) commit(rows []deployment.Target, events ...deployment.Event) error {
	before := s.d
	change, err := deployment.Decide(s.d, events, s.now)
	if err != nil {
		return err
	}
	if !s.once {
		again, err := deployment.Decide(before, events, s.now)
		if err != nil || !reflect.DeepEqual(change, again) {
			return broken("the same events gave another decision")
		}
	}
	if err := s.replays(rows, change); err != nil {
		return err
	}
	for _, row := range append(rows, change.Targets...) {
		s.rows[row.Name] = row
	}
	s.d, s.last = change.Deployment, change
	s.effects = append(s.effects, change.Effects...)
	s.entries = append(s.entries, change.Entries...)
	if s.inventory != nil {
		for _, l := range change.Landings {
			s.inventory[l.Target] = l
		}
	}
	s.hear(before, events)
	if err := s.check(before, change, rowsOf(events)); err != nil {
		return err
	}
	for _, e := range events {
		if g, is := e.(deployment.GuidanceGiven); is && g.Advice != deployment.RetryTargets {
			s.forgiven = true
		}
	}
	for _, e := range events {
		if len(events) > 1 && !s.orderly {
			break
		}
		if err := s.lawful(before, e); err != nil {
			return err
		}
	}
	return s.carryOut(change)
}

// carryOut does what is done along with a decision: the rows of another plan,
// and the answers of the gates.
func (s *server) carryOut(change deployment.Change) error {
	for _, effect := range change.Effects {
		if _, is := effect.(deployment.ReplaceTargets); is {
			for _, target := range s.plan {
				s.rows[target.Name] = deployment.NewTarget(s.d.ID, target)
			}
		}
		if s.gates == nil {
			continue
		}
		answer, is := s.gates.answer(effect)
		if !is {
			continue
		}
		change.Effects = slices.DeleteFunc(slices.Clone(change.Effects), func(e deployment.Effect) bool { return e == effect })
		if err := s.decide(answer); err != nil {
			return err
		}
		s.last.Entries = append(change.Entries, s.last.Entries...)
		s.last.Effects = append(change.Effects, s.last.Effects...)
	}
	return nil
}

// rowsOf gives how many rows the events are about.
func rowsOf(events []deployment.Event) int {
	n := len(events)
	for _, e := range events {
		if g, is := e.(deployment.GuidanceGiven); is {
			n += len(g.Rows)
		}
	}
	return n
}

// check gives the first rule that the change breaks.
func (s *server) check(before deployment.Deployment, change deployment.Change, mayMove int) error {
	switch {
	case before.State == deployment.Closed && len(change.Effects) > 0:
		return broken("an effect after the deployment was closed: %v", change.Effects)
	case before.State == deployment.Closed && change.Deployment.State != deployment.Closed:
		return broken("a closed deployment became %s", change.Deployment.State)
	case len(change.Targets) > mayMove:
		return broken("%d rows moved on events about %d", len(change.Targets), mayMove)
	case s.d.State == deployment.Closed && s.d.Result == deployment.Succeeded && len(s.d.GivenUp.Names) > 0 && !strings.Contains(s.d.Cause, s.d.GivenUp.Names[0]):
		return broken("the deployment closed as succeeded without saying that %v were given up", s.d.GivenUp.Names)
	case s.closed && slices.Contains([]deployment.State{deployment.Executing, deployment.Accepting, deployment.VerifyingTargets}, s.d.State):
		return broken("the deployment is %s though the components' verdict is closed", s.d.State)
	case s.d.State == deployment.Closed && s.d.Result != deployment.Succeeded && s.d.Cause == "":
		return broken("the deployment closed as %s without a cause", s.d.Result)
	}
	if err := held(change); err != nil {
		return err
	}
	if err := s.breached(change); err != nil {
		return err
	}
	if err := criteriaKept(change); err != nil {
		return err
	}
	if err := explained(s.d, s.now); err != nil {
		return err
	}
	if err := s.inOrder(change); err != nil {
		return err
	}
	return s.recount()
}

// held judges that nothing begins while somebody has the deployment paused (pain 9),
// and no wave after the bound of failures over all waves was exceeded (pain 10).
func held(change deployment.Change) error {
	for _, effect := range change.Effects {
		issue, is := effect.(deployment.IssueOrders)
		switch {
		case !is:
		case change.Deployment.Pausing != nil:
			return broken("stage %d began though it is paused", issue.Stage.Number)
		case change.Deployment.Header.MaxFailuresTotal != nil && change.Deployment.Tolerated > *change.Deployment.Header.MaxFailuresTotal:
			return broken("wave %d began though %d targets had failed", issue.Stage.Wave, change.Deployment.Tolerated)
		}
	}
	return nil
}

// replays compares what Replay makes of the entries with what was decided.
func (s *server) replays(issued []deployment.Target, change deployment.Change) error {
	told := map[string]deployment.Target{}
	entries := make([]practice.Entry, 0, len(issued)+len(change.Entries))
	for _, row := range issued {
		entries = append(entries, practice.Entry{Kind: deployment.EntryOrdered, Target: row.On(), Data: map[string]any{
			"part":  row.Part(),
			"order": row.Order, "phase": row.Phase, "stage": row.Stage, "series": s.d.Stage.First, "attempt": row.Attempt,
			"from": row.Step, "skip": s.d.Stage.Skips(s.rows[row.Name]),
		}})
	}
	var landings []deployment.Landing
	for _, e := range append(entries, change.Entries...) {
		if e.Target == "" {
			continue
		}
		name := deployment.RowOf(e)
		row, seen := told[name]
		if !seen {
			row = s.rows[name]
		}
		row, landed, err := s.d.Replay(row, e)
		if err != nil {
			return broken("entry %s of %s: %v", e.Kind, e.Target, err)
		}
		told[name] = row
		landings = append(landings, landed...)
	}
	if len(landings) != len(change.Landings) || len(landings) > 0 && !reflect.DeepEqual(landings, change.Landings) {
		return broken("the entries tell of the landings %v, decided were %v", landings, change.Landings)
	}
	for _, row := range append(slices.Clone(issued), change.Targets...) {
		if want := told[row.Name]; !reflect.DeepEqual(timeless(row), timeless(want)) {
			return broken("the entries tell of the row %+v, decided was %+v", want, row)
		}
	}
	return nil
}

// timeless gives what entries tell of a row.
func timeless(row deployment.Target) deployment.Target {
	row.Grace, row.Deadline = 0, time.Time{}
	return row
}

// recount compares every counter with a count over the rows.
func (s *server) recount() error {
	var touched, executed, failures, given, givenExecuted int
	var left deployment.Where
	for _, row := range s.rows {
		left.New += one(row.Left == deployment.LeftNew)
		left.HalfWay += one(row.Left == deployment.LeftHalf)
		left.Unknown += one(row.Left == deployment.LeftUnknown)
		if !row.Touched && row.Left != deployment.LeftOld {
			return broken("%s was not touched, and is %s", row.Name, row.Left)
		}
		touched += one(row.Touched)
		executed += one(row.Executed)
		failures += one(row.Troubled)
		if row.GivenUp {
			given++
			givenExecuted += one(row.Executed)
		}
	}
	for _, stage := range []*deployment.Stage{&s.d.Stage, s.d.Suspended} {
		if stage == nil {
			continue
		}
		if err := s.recountStage(*stage); err != nil {
			return err
		}
	}
	if s.d.Touched != touched || s.d.Executed != executed || s.d.Failures != failures {
		return broken("counts are touched %d executed %d failures %d, the rows give %d, %d, %d",
			s.d.Touched, s.d.Executed, s.d.Failures, touched, executed, failures)
	}
	if s.d.Left != left {
		return broken("counts are %+v, the rows give %+v", s.d.Left, left)
	}
	counted := 0
	for _, of := range s.d.GivenUp.Waves {
		counted += of
	}
	if counted != given || s.d.GivenUp.Executed != givenExecuted {
		return broken("%+v are given up, the rows give %d, %d of them executed", s.d.GivenUp, given, givenExecuted)
	}
	return nil
}

// recountStage compares the counters of a stage with a count over the rows.
func (s *server) recountStage(got deployment.Stage) error {
	var stage deployment.Stage
	for _, row := range s.rows {
		out := row.GivenUp && got.Phase != deployment.Remediate || row.Abandoned
		if row.Stage == 0 || row.Stage < got.First || out || deployment.Belongs(got, row) {
			continue
		}
		stage.Total++
		stage.Running += one(row.State == deployment.Running)
		stage.Done += one(row.State == deployment.TargetDone)
		stage.Failed += one(row.State == deployment.TargetFailed)
		stage.Left += one(row.State == deployment.TargetFailed && row.Stage < got.Number)
		stage.Unknown += one(row.State == deployment.TargetUnknown)
		stage.Stopped += one(row.State == deployment.TargetStopped)
	}
	counts := deployment.Stage{
		Total: got.Total, Running: got.Running, Done: got.Done, Failed: got.Failed,
		Left: got.Left, Unknown: got.Unknown, Stopped: got.Stopped,
	}
	if !reflect.DeepEqual(counts, stage) {
		return broken("stage counts %+v, the rows give %+v", counts, stage)
	}
	return nil
}

// issue stores at most limit orders of the present stage; a page that is not full is the last.
func (s *server) issue(limit int) error {
	stage := s.d.Stage
	var page []deployment.Target
	for _, row := range s.sorted() {
		if !deployment.Belongs(stage, row) {
			continue
		}
		if len(page) == limit {
			break
		}
		s.orders++
		page = append(page, deployment.Issue(row, stage, fmt.Sprintf("O-%d", s.orders), practice.Duration(grace), s.now.Add(grace)))
	}
	return s.commit(page, deployment.OrdersIssued{Stage: stage.Number, Count: len(page), Last: len(page) < limit})
}

// withdraw takes back the orders of the stage that have not begun.
func (s *server) withdraw(stage int) error {
	var events []deployment.Event
	for _, row := range s.sorted() {
		if row.Stage == stage && row.State == deployment.Ordered {
			events = append(events, deployment.OrderWithdrawn{Target: row})
		}
	}
	return s.decide(events...)
}

// interrupt has the executors of rows that run told to end at once.
func (s *server) interrupt() error {
	var events []deployment.Event
	for _, row := range s.sorted() {
		if row.State == deployment.Running {
			events = append(events, deployment.OrderInterrupted{Target: row})
		}
	}
	return s.decide(events...)
}

// sorted gives the rows in the order of the plan.
func (s *server) sorted() []deployment.Target {
	rows := make([]deployment.Target, 0, len(s.names))
	for _, name := range s.names {
		rows = append(rows, s.rows[name])
	}
	return rows
}

// broken is a rule that does not hold.
type rule struct{ text string }

func (r rule) Error() string { return r.text }

func broken(format string, args ...any) error { return rule{fmt.Sprintf(format, args...)} }

// isRefusal says whether the error is one that a person or control may get.
func isRefusal(err error) bool {
	var e *practice.Error
	return errors.As(err, &e)
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
