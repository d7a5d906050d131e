package deployment

import (
	"encoding/json"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// InterruptType is the DSSE payload type of an interruption.
const InterruptType = "application/vnd.tranship.interrupt.v1+json"

// InterruptWithin is how long an executor has to answer an interruption. One that
// does not counts as unknown; it does as it was told when it is back.
const InterruptWithin = 2 * time.Minute

// Interrupt tells one executor to end one order at once, in the middle of a step:
// to end what it started, to look what that left, and to report it. It is signed as
// orders are. An order has one end, so the same interruption twice means nothing more.
type Interrupt struct {
	Scope      practice.Scope `json:"scope"`
	Agent      string         `json:"agent"`
	Deployment string         `json:"deployment"`
	Order      string         `json:"order"`
	Why        string         `json:"why"`
	At         time.Time      `json:"at"` // when somebody asked for it
}

// Seal signs the interruption.
func (i Interrupt) Seal(sign func(payloadType string, payload []byte) signature.Envelope) (signature.Envelope, error) {
	payload, err := practice.Canonical(i)
	if err != nil {
		return signature.Envelope{}, fmt.Errorf("interruption of order %s: %w", i.Order, err)
	}
	return sign(InterruptType, payload), nil
}

// OpenInterrupt gives the interruption of an envelope that a trusted key signed; Refused otherwise.
func OpenInterrupt(e signature.Envelope, trusted ...signature.PublicKey) (Interrupt, error) {
	payload, _, err := signature.Open(e, InterruptType, trusted...)
	if err != nil {
		return Interrupt{}, err
	}
	var i Interrupt
	if err := json.Unmarshal(payload, &i); err != nil {
		return Interrupt{}, practice.Faultf(practice.Refused, "interruption cannot be read: %v", err).Final()
	}
	return i, nil
}

// Interrupts gives the interruption of an open order of the deployment that has
// begun; false where nobody had what runs interrupted.
func (d Deployment) Interrupts(o OrderRow, scope practice.Scope) (Interrupt, bool) {
	if d.Interrupting == nil || !o.Begun || !o.Open {
		return Interrupt{}, false
	}
	return Interrupt{
		Scope: scope, Agent: o.Agent, Deployment: d.ID, Order: o.ID, At: d.Interrupting.At,
		Why: because("cancelled by "+d.Interrupting.By.Called(), d.Interrupting.Why),
	}, true
}

// interrupt has what runs interrupted, and waits for its end only so long.
func (c *course) interrupt(e CancelAsked) {
	c.d.Interrupting = &Paused{By: e.By, Why: e.Why, At: c.now}
	if c.d.Stage.Number > 0 {
		c.effect(InterruptOrders{})
	}
}

// orderInterrupted: the executor of a row that runs is told to end at once. A closed
// deployment, whose checks alone may run, waits for no answer.
func (c *course) orderInterrupted(e OrderInterrupted) {
	before := c.row(e.Target)
	if c.d.Interrupting == nil || c.state(Closed) || before.State != Running || before.Order != e.Target.Order || before.Deployment != c.d.ID {
		return
	}
	c.noteOn(before, EntryInterrupted, c.d.Interrupting.By, c.d.Interrupting.Why, map[string]any{
		"order": before.Order, "stage": before.Stage, "attempt": before.Attempt, "step": before.StepName,
	})
	after := before
	until := c.now.Add(InterruptWithin)
	if after.Deadline.IsZero() || after.Deadline.After(until) {
		after.Deadline = until
	}
	if after.Grace == 0 || after.Grace.Std() > InterruptWithin {
		after.Grace = practice.Duration(InterruptWithin)
	}
	c.put(after)
	c.effect(WakeUp{At: after.Deadline.Add(time.Second)})
}

// untold says what becomes of an order whose executor did not answer an interruption.
func (d Deployment) untold(row Target) string {
	if d.Interrupting == nil || !row.begun() {
		return ""
	}
	return fmt.Sprintf("; it was told to end at once: when agent %s is back, it begins nothing more of this order, looks what is there, and says so", row.Agent)
}
