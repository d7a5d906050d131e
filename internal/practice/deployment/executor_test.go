package deployment_test

import (
	"math/rand/v2"
	"time"

	"tranship.dev/tranship/internal/practice/deployment"
)

// order is an order as an executor of the simulation sees it.
type order struct {
	id             string
	target         string
	phase          deployment.Phase
	stage, attempt int
	counter        int
	from           int
	begin          time.Time // not begun until then: never begun
	open           bool      // neither ended nor withdrawn, as the server stores it
}

// progress is what an executor's journal says about an order.
type progress struct {
	order
	seq    int
	asked  time.Time // when it last asked whether to begin; forgotten by a restart
	begun  bool
	inStep bool
	tried  bool // a step
	step   int
	halt   bool // the server said stop
	ended  bool
}

// executor is a model of an agent with one target: it carries out one order
// after the other, journals, keeps reports until they are answered, and does
// nothing before the server has said proceed to an answer not older than patience.
type executor struct {
	name    string
	random  *rand.Rand
	down    int // ticks until it is up again
	queue   []*progress
	seen    map[string]bool
	outbox  []deployment.Report
	present string // what is on the target: a version, "" or "half"
	acted   bool   // it began to change the target
	broken  float64
	ran     func(o order) // told before each step
}

const (
	steps    = 3
	patience = 2 * time.Minute // must be shorter than the grace of the rows
)

// current gives the order that it works on.
func (x *executor) current() *progress {
	for _, p := range x.queue {
		if !p.ended {
			return p
		}
	}
	return nil
}

// receive takes an order that it does not know yet.
func (x *executor) receive(o order) {
	if !x.seen[o.id] {
		x.seen[o.id] = true
		x.queue = append(x.queue, &progress{order: o, step: o.from})
	}
}

// report keeps a report until it is answered.
func (x *executor) report(p *progress, kind deployment.ReportKind, outcome deployment.Outcome, message string) {
	p.seq++
	x.outbox = append(x.outbox, deployment.Report{
		Order: p.id, Seq: p.seq, Deployment: "D-12", Target: x.name, Stage: p.stage, Attempt: p.attempt,
		Kind: kind, Step: p.step, StepName: "step", Outcome: outcome, Message: message,
	})
}

// act does the next thing for the present order.
func (x *executor) act(now time.Time) {
	p := x.current()
	switch {
	case p == nil:
	case !p.begun && p.seq == 0 && (now.After(p.begin) || x.random.Float64() < x.broken/4):
		x.report(p, deployment.OrderRefused, deployment.OutcomeFail, "expired, or not what was signed")
		p.ended = true
	case !p.begun && p.seq == 0:
		x.report(p, deployment.OrderBegun, "", "")
		p.asked = now
	case !p.begun:
		x.askAgain(p, now)
	case p.halt && !p.inStep:
		x.stop(p, "the server said stop")
	case p.inStep:
		x.endStep(p)
	case p.step >= steps:
		x.end(p, deployment.Done, "")
	default:
		x.report(p, deployment.StepBegun, "", "")
		x.ran(p.order)
		p.inStep, p.tried = true, true
		if p.phase == deployment.Execute || p.phase == deployment.Remediate {
			x.present, x.acted = "half", true
		}
	}
}

// askAgain sends the question whether to begin once more when no answer came in time.
func (x *executor) askAgain(p *progress, now time.Time) {
	if now.Sub(p.asked) <= patience {
		return
	}
	p.asked = now
	p.seq = 0
	for _, r := range x.outbox {
		if r.Order == p.id && r.Kind == deployment.OrderBegun {
			p.seq = 1 // it is still on its way
			return
		}
	}
	x.report(p, deployment.OrderBegun, "", "")
}

func (x *executor) endStep(p *progress) {
	p.inStep = false
	if x.random.Float64() < x.broken {
		x.report(p, deployment.StepEnded, deployment.OutcomeFail, "exit status 1")
		x.end(p, deployment.OutcomeFail, "exit status 1")
		return
	}
	x.report(p, deployment.StepEnded, deployment.Done, "")
	p.step++
}

// stop ends an order before its end, and says how much of it is done.
func (x *executor) stop(p *progress, message string) {
	did := deployment.DidPart
	switch {
	case p.phase != deployment.Execute && p.phase != deployment.Remediate:
		did = ""
	case !p.tried:
		did = deployment.DidNothing
	case p.step >= steps && !p.inStep:
		did = deployment.DidAll
		x.changed(p)
	}
	p.inStep = false
	x.end(p, deployment.OutcomeStop, message)
	x.outbox[len(x.outbox)-1].Did = did
}

// interrupt ends an order in the middle of its step: the look at what that left
// finds it done, or not, or cannot tell.
func (x *executor) interrupt(id string) {
	for _, p := range x.queue {
		if p.id != id || p.ended {
			continue
		}
		switch luck := x.random.IntN(10); {
		case p.inStep && luck < 3:
			p.inStep = false
			p.step++
			x.report(p, deployment.StepEnded, deployment.Done, "")
		case p.inStep && luck == 9:
			p.inStep = false
			x.end(p, deployment.OutcomeDoubt, "interrupted, and what is there cannot be seen")
			return
		}
		p.seq = max(p.seq, 1) // it may have asked whether to begin, and forgotten
		if p.begun && p.step >= steps {
			x.end(p, deployment.Done, "")
			return
		}
		x.stop(p, "interrupted")
		return
	}
}

func (x *executor) end(p *progress, outcome deployment.Outcome, message string) {
	if outcome == deployment.Done {
		x.changed(p)
	}
	x.report(p, deployment.OrderEnded, outcome, message)
	p.ended = true
}

// changed puts on the target what the order was to put there.
func (x *executor) changed(p *progress) {
	switch p.phase {
	case deployment.Execute:
		x.present = "2.0.0"
	case deployment.Remediate:
		x.present = "1.9.0"
	case deployment.Verify, deployment.Accept:
	}
}

// answer takes the server's answer to a report.
func (x *executor) answer(r deployment.Report, stop bool, now time.Time) {
	for i, kept := range x.outbox {
		if kept.Order == r.Order && kept.Seq == r.Seq {
			x.outbox = append(x.outbox[:i:i], x.outbox[i+1:]...)
			break
		}
	}
	for _, p := range x.queue {
		if p.id != r.Order || p.ended {
			continue
		}
		switch {
		case r.Kind != deployment.OrderBegun:
			p.halt = p.halt || stop
		case p.begun:
		case stop:
			p.seq = max(p.seq, 1)
			x.stop(p, "not begun: the server said stop")
		case !p.asked.IsZero() && now.Sub(p.asked) <= patience:
			p.begun = true
		}
	}
}

// restart forgets what is not in the journal. A step that was running may have
// ended or not: nobody can tell.
func (x *executor) restart(ticks int) {
	x.down = ticks
	if p := x.current(); p != nil {
		p.asked = time.Time{}
		if p.inStep {
			p.inStep = false
			x.end(p, deployment.OutcomeDoubt, "stopped in the middle of a step")
		}
	}
}
