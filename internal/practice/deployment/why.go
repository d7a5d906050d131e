package deployment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Why answers "why is it waiting?", or for a closed deployment "why did it end
// so?", at now: open when nothing holds it up and nothing failed. Each reason
// names the gate, since and until when, who can act, and what they type.
func Why(d Deployment, now time.Time) practice.Verdict {
	if d.Pausing == nil || d.State == AwaitingGuidance {
		return why(d, now)
	}
	return d.pauses(why(d, now))
}

func why(d Deployment, now time.Time) practice.Verdict {
	switch d.State {
	case Requested:
		return practice.Hold(practice.Reason{
			Gate: "plan", Message: "its plan is not frozen yet", Since: d.RequestedAt, How: command(d, "watch"),
		})
	case VerifyingComponents:
		return practice.Hold(practice.Reason{
			Gate: "component verification", Message: "the library is asked about every component", Since: d.Since,
		})
	case Authorised:
		return practice.Hold(practice.Reason{Gate: "start", Message: "its gates are being asked whether it may start", Since: d.Since})
	case VerifyingTargets, Accepting, Remediating:
		return practice.Hold(d.halts(progress(d, now))...)
	case Executing:
		if d.Stage.SoakEnd.IsZero() {
			return practice.Hold(d.halts(progress(d, now))...)
		}
		return practice.Hold(d.halts(d.Waiting.Reasons...)...)
	case Cancelling:
		return practice.Hold(cancellation(d))
	case Closed:
		return ended(d)
	case Planned, Scheduled, AwaitingGuidance:
	}
	return d.Waiting
}

// cancellation says what a deployment that is being cancelled waits for.
func cancellation(d Deployment) practice.Reason {
	r := practice.Reason{
		Gate:    "cancellation",
		Message: fmt.Sprintf("orders that have begun may end: %d; are being withdrawn: %d", d.Stage.Running, d.Stage.Open()-d.Stage.Running),
		Since:   d.Since,
		Who:     "the agents of the targets that run; one that stays silent counts as unknown in the end",
		How:     command(d, "cancel --now"),
	}
	if p := d.Interrupting; p != nil {
		r.Until, r.How = p.At.Add(InterruptWithin), command(d, "watch")
		r.Message = fmt.Sprintf("orders that have begun are told to end at once and to say what they left: %d; are being withdrawn: %d", d.Stage.Running, d.Stage.Open()-d.Stage.Running)
		r.Who = "the agents of the targets that run; one that has not answered until then counts as unknown, and says what it left when it is back"
	}
	return r
}

// halts adds to the reasons what the end of the window will do, where that was met.
func (d Deployment) halts(reasons ...practice.Reason) []practice.Reason {
	if d.Halt == "" {
		return reasons
	}
	does := "what runs ends, no further wave begins, then " + d.Overrun.then()
	switch {
	case d.Stage.Halting:
		does = "targets stop after their present step, then " + d.Overrun.then()
	case d.Wave >= len(d.Header.Waves):
		does = "it was the last wave, what runs ends"
	}
	return append(slices.Clone(reasons), practice.Reason{
		Gate:    "window",
		Message: d.Halt + ": " + does,
		Since:   d.Beyond,
		Who:     operators(d),
		How:     command(d, "watch"),
	})
}

// then says what follows once nothing runs any more.
func (o Overrun) then() string {
	switch o {
	case StopAtEnd:
		return "it closes as failed"
	case RollBack:
		return "what was before is brought back"
	case FinishWave, FinishStep, CarryOn:
	}
	return "a person is asked"
}

// progress says how far the orders of the present stage are.
func progress(d Deployment, now time.Time) practice.Reason {
	s := d.Stage
	parts := []string{fmt.Sprintf("%d of %d %ss done", s.Done, s.Total, d.word())}
	part := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	part(s.Running, "running")
	part(s.Open()-s.Running, "not begun yet")
	part(s.Failed, "failed")
	part(s.Unknown, "unknown")
	part(s.Stopped, "stopped")
	if !s.Issued {
		parts = append(parts, "orders are still being issued")
	}
	return practice.Reason{
		Gate:    s.gate(),
		Message: fmt.Sprintf("%s: %s, for %s", s.gate(), strings.Join(parts, ", "), now.Sub(s.Since).Round(time.Second)),
		Since:   s.Since,
		Who:     "the agents of its targets; nobody else need act",
		How:     command(d, "watch"),
		Targets: s.names(),
	}
}

// ended says why a deployment closed other than succeeded.
func ended(d Deployment) practice.Verdict {
	if d.Result == Succeeded {
		return practice.Pass()
	}
	return practice.Hold(practice.Reason{
		Gate:    string(d.Result),
		Message: d.Cause,
		Since:   d.Ended,
		Who:     operators(d),
		How:     fmt.Sprintf("%s; then plan again: %s", command(d, "log"), d.Header.Again()),
		Targets: d.Stage.names(),
	})
}

// names gives the targets that are known not to have ended well.
func (s Stage) names() []string {
	names := make([]string, 0, len(s.Trouble))
	for _, t := range s.Trouble {
		names = append(names, t.Target)
	}
	return names
}

// operators names who may answer.
func operators(d Deployment) string {
	return "whoever may operate deployments into " + d.Header.Environment
}

// answers gives the lines that a person can type in answer.
func (d Deployment) answers() string {
	verbs := []string{"continue"}
	if d.Pausing != nil {
		verbs = []string{"resume"}
	}
	switch {
	case d.retryable() && d.Stage.Phase != Remediate && d.Pausing == nil:
		verbs = append([]string{"retry", "skip"}, verbs...)
	case d.retryable():
		verbs = append([]string{"retry"}, verbs...)
	}
	if d.Touched > 0 && (d.Stage.Phase != Remediate || d.Suspended != nil) {
		verbs = append(verbs, "remediate")
	}
	verbs = append(verbs, "fail")
	lines := make([]string, 0, len(verbs))
	for _, v := range verbs {
		lines = append(lines, command(d, v))
	}
	said := strings.Join(lines, ", or ")
	if d.retryable() {
		named := slices.DeleteFunc(verbs, func(v string) bool {
			return !Advice(v).named() || d.Pausing != nil && v != string(RetryTargets) || Advice(v) == RemediateNow && d.Stage.Phase == Remediate
		})
		said += "; " + strings.Join(named, ", ") + takes(named) + " --target NAME for that target alone"
	}
	return said
}

func takes(verbs []string) string {
	if len(verbs) == 1 {
		return " takes"
	}
	return " take"
}
