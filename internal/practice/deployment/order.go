package deployment

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// OrderType is the DSSE payload type of an order.
const OrderType = "application/vnd.tranship.order.v1+json"

// Order tells one executor what to do on one target. It is signed by the
// server; the executor trusts the signature, never the way it came (S1).
type Order struct {
	ID         string          `json:"id"` // unguessable
	Scope      practice.Scope  `json:"scope"`
	Deployment string          `json:"deployment"`
	Agent      string          `json:"agent"`
	Target     string          `json:"target"`
	Part       string          `json:"part,omitempty"` // the name of the row, where that is a part of the target
	Phase      Phase           `json:"phase"`
	Wave       int             `json:"wave"`
	Stage      int             `json:"stage"`
	Attempt    int             `json:"attempt"` // the fence of the target's row
	Steps      []plan.Step     `json:"steps"`
	From       int             `json:"from"` // index of the first step to do: a retry resumes there
	Artifacts  []plan.Artifact `json:"artifacts,omitempty"`
	PlanDigest practice.Digest `json:"planDigest"`
	Epoch      int64           `json:"epoch"`   // raised when the server was restored or its keys were replaced
	Counter    int64           `json:"counter"` // grows with every order to this agent within an epoch
	IssuedAt   time.Time       `json:"issuedAt"`
	Expires    time.Time       `json:"expires"`        // not begun until then: never begun
	Until      time.Time       `json:"until,omitzero"` // no further step is begun after it, whatever was begun before; zero: no such end
}

// Row gives the name of the deployment's row that the order is for.
func (o Order) Row() string {
	if o.Part != "" {
		return o.Part
	}
	return o.Target
}

// Seal signs the order.
func (o Order) Seal(sign func(payloadType string, payload []byte) signature.Envelope) (signature.Envelope, error) {
	payload, err := practice.Canonical(o)
	if err != nil {
		return signature.Envelope{}, fmt.Errorf("order %s: %w", o.ID, err)
	}
	return sign(OrderType, payload), nil
}

// OpenOrder gives the order of an envelope that a trusted key signed; Refused otherwise.
func OpenOrder(e signature.Envelope, trusted ...signature.PublicKey) (Order, error) {
	payload, _, err := signature.Open(e, OrderType, trusted...)
	if err != nil {
		return Order{}, err
	}
	var o Order
	if err := json.Unmarshal(payload, &o); err != nil {
		return Order{}, practice.Faultf(practice.Refused, "order cannot be read: %v", err).Final()
	}
	return o, nil
}

// PeekOrder reads the order of an envelope from one's own store, without judging who signed it.
func PeekOrder(e signature.Envelope) (Order, error) {
	var o Order
	raw, err := base64.StdEncoding.DecodeString(e.Payload)
	if err == nil {
		err = json.Unmarshal(raw, &o)
	}
	return o, err
}

// ReportKind says what a report tells.
type ReportKind string

// The kinds of report, in the order of one order's life.
const (
	OrderBegun   ReportKind = "begun"    // about to begin; the executor does nothing before the answer says proceed
	StepBegun    ReportKind = "step"     // a step begins
	StepEnded    ReportKind = "step-end" // a step ended
	OrderEnded   ReportKind = "ended"    // nothing more will be done for the order
	OrderRefused ReportKind = "refused"  // the executor did nothing, and says why
)

// Outcome is how a step or an order ended.
type Outcome string

// The outcomes.
const (
	Done         Outcome = "done"
	OutcomeFail  Outcome = "failed"
	OutcomeDoubt Outcome = "unknown" // began, and nobody can tell how it ended
	OutcomeStop  Outcome = "stopped" // not done, because the server said stop, or interrupted it
)

// Report is what an executor says about an order. (Order, Seq) makes it unique:
// the same report twice is stored once.
type Report struct {
	Order      string            `json:"order"`
	Seq        int               `json:"seq"` // from 1 within the order
	Deployment string            `json:"deployment"`
	Target     string            `json:"target"`
	Part       string            `json:"part,omitempty"` // as the order says
	Stage      int               `json:"stage"`
	Attempt    int               `json:"attempt"`
	Kind       ReportKind        `json:"kind"`
	Step       int               `json:"step"` // index into the order's steps
	StepName   string            `json:"stepName,omitempty"`
	Outcome    Outcome           `json:"outcome,omitempty"` // of StepEnded, OrderEnded, OrderRefused
	Did        Extent            `json:"did,omitempty"`     // of OrderEnded that is stopped: how much of the change is there
	Tries      int               `json:"tries,omitempty"`   // attempts that the step took
	Code       practice.Code     `json:"code,omitempty"`
	Message    string            `json:"message,omitempty"` // of a failure: what and why
	Hint       string            `json:"hint,omitempty"`
	Took       practice.Duration `json:"took,omitempty"`
	At         time.Time         `json:"at"`              // the executor's clock, UTC
	Place      int64             `json:"place,omitempty"` // place in the order of arrival within the scope: the key of a page; set by the store
}

// Row gives the name of the deployment's row that the report is about.
func (r Report) Row() string {
	if r.Part != "" {
		return r.Part
	}
	return r.Target
}

// Answer is what the server says to a report, after it was committed.
type Answer struct {
	Stored  bool   `json:"stored"`            // the executor may forget the report
	Proceed bool   `json:"proceed"`           // go on; for OrderBegun: begin
	Message string `json:"message,omitempty"` // why not
}

// Output is a piece of what a step printed, with secrets masked already.
type Output struct {
	Order      string    `json:"order"`
	Deployment string    `json:"deployment"`
	Target     string    `json:"target"`
	Part       string    `json:"part,omitempty"` // the row's name, where that is a part of the target
	Step       int       `json:"step"`
	StepName   string    `json:"stepName"`
	Seq        int       `json:"seq"` // from 1 within the order
	At         time.Time `json:"at"`
	Text       string    `json:"text"`            // UTF-8, at most 16 KiB
	Place      int64     `json:"place,omitempty"` // place in the order of arrival within the scope: the key of a page; set by the store
}

// OrderRow is an order as it is stored.
type OrderRow struct {
	ID         string
	Deployment string
	Target     string // the name of the row: of the target, or of a part of it
	Agent      string
	Stage      int
	Counter    int64
	Envelope   signature.Envelope
	Open       bool // not ended, not withdrawn
	Begun      bool
	IssuedAt   time.Time
}
