package deployment_test

import (
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// gates is a model of what control asks before a deployment begins and while it
// runs. Without a server.gates nobody answers, and a test does it itself.
type gates struct {
	missing string            // what the authorisation lacks; empty: nothing
	unasked bool              // nobody knows yet whether it is authorised: the question stays open
	closed  []practice.Reason // of the start
	end     time.Time         // of the window; zero: none
	overrun deployment.Overrun
	found   []deployment.Finding // about the criteria that evidence judges
}

// answer gives the event that answers an effect, and whether there is one.
func (g *gates) answer(e deployment.Effect) (deployment.Event, bool) {
	switch e := e.(type) {
	case deployment.JudgeAuthorisation:
		if g.unasked {
			return nil, false
		}
		if g.missing == "" {
			return deployment.AuthorisationGiven{By: anna, Why: "policy live"}, true
		}
		return g.held(""), true
	case deployment.JudgeStart:
		if g.missing != "" {
			return g.held(g.missing), true
		}
		return g.start(), true
	case deployment.JudgeEnd:
		return deployment.EndMoved{MustEnd: g.end, Overrun: g.overrun, Why: "the calendar changed"}, true
	case deployment.JudgeComponents, deployment.ReplaceTargets, deployment.IssueOrders, deployment.WithdrawOrders, deployment.InterruptOrders, deployment.WakeUp:
	case deployment.JudgeCriteria:
		return deployment.CriteriaJudged{At: e.At, Found: g.found}, true
	}
	return nil, false
}

// held says what the authorisation lacks.
func (g *gates) held(voided string) deployment.AuthorisationHeld {
	return deployment.AuthorisationHeld{By: practice.Tranship, Voided: voided, Verdict: practice.Hold(practice.Reason{
		Gate: "authorisation", Message: g.missing, Who: "operations", How: "tranship approval give D-12 --reason WHY",
	})}
}

// start gives the verdict of all gates of the start.
func (g *gates) start() deployment.StartJudged {
	judged := deployment.StartJudged{Verdict: practice.Pass(), MustEnd: g.end, Overrun: g.overrun, Found: g.found}
	if len(g.closed) > 0 {
		judged.Verdict = practice.Hold(g.closed...)
	}
	for _, r := range g.closed {
		if judged.WakeAt.IsZero() || !r.Until.IsZero() && r.Until.Before(judged.WakeAt) {
			judged.WakeAt = r.Until
		}
	}
	return judged
}

// closes closes a gate of the start, opens opens it.
func (g *gates) closes(name, why string, until time.Time) {
	g.opens(name)
	g.closed = append(g.closed, practice.Reason{Gate: name, Message: why, Until: until, Who: "the owner of the " + name})
}

func (g *gates) opens(name string) {
	g.closed = slices.DeleteFunc(g.closed, func(r practice.Reason) bool { return r.Gate == name })
}

// lawful judges what may only happen behind open gates, from one event that happened.
func (s *server) lawful(before deployment.Deployment, e deployment.Event) error {
	early := slices.Contains([]deployment.State{deployment.Planned, deployment.Authorised, deployment.Scheduled}, before.State)
	if _, is := e.(deployment.AuthorisationGiven); is && before.State == deployment.Planned {
		s.authorised = true
	}
	if _, is := e.(deployment.AuthorisationHeld); is && early {
		s.authorised = false
	}
	if anew, is := e.(deployment.AskedAnew); is && early && (anew.Voids || anew.Round != before.Round) {
		s.authorised = false
	}
	if _, is := e.(deployment.TimeCame); is {
		if err := s.advanced(before); err != nil {
			return err
		}
	}
	if err := s.within(before, e); err != nil {
		return err
	}
	if reported, is := e.(deployment.Reported); is && reported.Report.Kind == deployment.OrderBegun && reported.Target.State == deployment.Ordered &&
		before.Pausing != nil && s.rows[reported.Target.Name].State == deployment.Running {
		return broken("%s began though it is paused", reported.Target.Name)
	}
	if before.Begun() || !s.d.Begun() {
		return nil
	}
	judged, is := e.(deployment.StartJudged)
	switch {
	case !is:
		return broken("it began on %T", e)
	case !s.authorised:
		return broken("it began without an authorisation that holds")
	case !judged.Verdict.Open:
		return broken("it began though a gate is closed: %v", judged.Verdict.Reasons)
	case s.d.StartAfter.After(s.now):
		return broken("it began at %s, before its time %s", clock(s.now), clock(s.d.StartAfter))
	}
	return nil
}

// advanced judges that a timer which came does not come again at once.
func (s *server) advanced(before deployment.Deployment) error {
	timer := s.d.Timer()
	stays := before.State == s.d.State && before.WakeAt.Equal(s.d.WakeAt) && before.MustEnd.Equal(s.d.MustEnd)
	if timer.IsZero() || timer.After(s.now) || !stays || asks(s.last) {
		return nil
	}
	return broken("the timer of %s at %s came and stays as it was", s.d.State, clock(timer))
}

// windowEnd is the end of a window that came while a deployment ran.
type windowEnd struct {
	at      time.Time
	overrun deployment.Overrun
	wave    int // that was under way
}

// within judges that no target is begun to change once the window has ended,
// unless the overrun allows it or somebody answered since.
func (s *server) within(before deployment.Deployment, e deployment.Event) error {
	_, answered := e.(deployment.GuidanceGiven)
	if _, resumed := e.(deployment.ResumeAsked); resumed {
		answered = true
	}
	isMoved := slices.ContainsFunc(s.last.Entries, func(e practice.Entry) bool { return e.Kind == deployment.EntryEndMoved })
	switch {
	case !s.d.Begun(), answered, isMoved: // the newest end is what counts
		s.over = nil
	case before.Begun() && !before.MustEnd.IsZero() && !before.MustEnd.After(s.now) && s.over == nil:
		s.over = &windowEnd{before.MustEnd, before.Overrun, before.Wave}
	}
	if s.over == nil || s.over.overrun == deployment.CarryOn {
		return nil
	}
	allowed := func(wave int) bool { return s.over.overrun == deployment.FinishWave && wave == s.over.wave }
	for _, effect := range s.last.Effects {
		if begun, is := effect.(deployment.IssueOrders); is && begun.Stage.Phase == deployment.Execute && !allowed(begun.Stage.Wave) {
			return broken("wave %d began after the window ended at %s: %s", begun.Stage.Wave, clock(s.over.at), s.over.overrun)
		}
	}
	reported, is := e.(deployment.Reported)
	if !is || reported.Report.Kind != deployment.OrderBegun || reported.Target.State != deployment.Ordered {
		return nil
	}
	for _, row := range s.last.Targets {
		if row.Name == reported.Target.Name && row.State == deployment.Running && row.Phase == deployment.Execute && !allowed(row.Wave) {
			return broken("%s of wave %d began after the window ended at %s: %s", row.Name, row.Wave, clock(s.over.at), s.over.overrun)
		}
	}
	return nil
}

// asks says whether a decision asks for a gate to be judged.
func asks(c deployment.Change) bool {
	return slices.ContainsFunc(c.Effects, func(e deployment.Effect) bool {
		_, answered := (&gates{}).answer(e)
		return answered
	})
}

func clock(t time.Time) string { return t.Format("15:04") }

// explained says what a deployment that waits fails to say.
func explained(d deployment.Deployment, now time.Time) error {
	busy := slices.Contains([]deployment.State{
		deployment.VerifyingTargets, deployment.Executing, deployment.Accepting, deployment.Remediating, deployment.Cancelling,
	}, d.State)
	if busy && d.Stage.Over() && d.WakeAt.IsZero() {
		return broken("the deployment is %s, and nothing is left that could end it", d.State)
	}
	waits := slices.Contains([]deployment.State{deployment.Planned, deployment.Scheduled, deployment.AwaitingGuidance, deployment.Cancelling}, d.State)
	if !waits && d.Stage.SoakEnd.IsZero() {
		return nil
	}
	if waits && len(d.Waiting.Reasons) == 0 {
		return broken("the deployment is %s without a reason", d.State)
	}
	for _, r := range deployment.Why(d, now).Reasons {
		if r.Gate == "" || r.Message == "" {
			return broken("the deployment is %s for the reason %+v", d.State, r)
		}
		if r.Who == "" && d.Timer().IsZero() {
			return broken("nobody and nothing ends that the deployment is %s: %+v", d.State, r)
		}
	}
	return nil
}

// asked gives what is asked of the deployment now.
func (s *server) asked() deployment.Asked {
	d := s.d
	return deployment.Asked{
		Ask: d.Ask, StartAfter: d.StartAfter, Round: d.Round, Subject: d.Subject,
		Plan: d.Plan, PlanDigest: d.PlanDigest, Header: d.Header, Risk: d.Risk,
	}
}

// once more gives what is asked in another round.
func (s *server) askedOnceMore() deployment.Asked {
	a := s.asked()
	a.Round++
	a.Subject = digest(fmt.Sprintf("round %d", a.Round))
	return a
}
