package bus

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/signature"
)

// The bounds of messages. An agent is not trusted to keep them.
const (
	maxRequest = 1 << 20       // bytes of a question
	maxAnswer  = 4 << 20       // bytes of an answer: orders are larger than reports
	maxOrders  = maxAnswer / 2 // bytes of envelopes in one answer, leaving room for one large order
	maxFacts   = 100           // entries of a Hello
	maxText    = 16 << 10      // bytes of one text in a report, and of a piece of output
	maxName    = 512           // bytes of an identifier in a report
	maxSeq     = 1 << 30

	// MaxReports is how many reports one question may hold.
	MaxReports = 200
	// MaxOutputs is how many pieces of output one question may hold.
	MaxOutputs = 32
	// orderPage is how many open orders one answer may hold.
	orderPage = 200
)

// reply is every answer on the bus: either a fault, or what was asked for.
type reply struct {
	Fault *fault              `json:"fault,omitempty"`
	Hello *deployment.Welcome `json:"hello,omitempty"`
	Sync  *Orders             `json:"sync,omitempty"`
	Said  []deployment.Answer `json:"said,omitempty"`

	Inspection *signature.Envelope `json:"inspection,omitempty"`
}

// fault is a practice.Error on the wire.
type fault struct {
	Code     practice.Code `json:"code"`
	Message  string        `json:"message"`
	Hint     string        `json:"hint,omitempty"`
	Terminal bool          `json:"terminal,omitempty"`
}

// Orders is the answer to a sync: signed open orders by counter.
type Orders struct {
	Envelopes []signature.Envelope `json:"envelopes"`
	More      bool                 `json:"more,omitempty"` // ask again when some of these ended
}

func (f *fault) err() error {
	return &practice.Error{Code: f.Code, Message: f.Message, Hint: f.Hint, Terminal: f.Terminal}
}

// busy is the answer when a queue is full.
func busy() *practice.Error {
	return practice.Faultf(practice.Unavailable, "the server has more to do than it can take").WithHint("try again")
}

// decodeHello reads and bounds a Hello.
func decodeHello(raw []byte) (deployment.Hello, error) {
	var h deployment.Hello
	if err := json.Unmarshal(raw, &h); err != nil {
		return h, unreadable("hello", err)
	}
	if len(h.Facts) > maxFacts {
		return h, practice.Faultf(practice.Invalid, "hello has %d facts, more than %d", len(h.Facts), maxFacts).Final()
	}
	texts := []string{h.Version}
	for name, value := range h.Facts {
		texts = append(texts, name, value)
	}
	return h, checkTexts("hello", maxName, texts...)
}

// decodeReports reads and bounds reports: what passes can be stored, so that one
// bad report cannot spoil the transaction of many agents.
func decodeReports(raw []byte) ([]deployment.Report, error) {
	var reports []deployment.Report
	if err := json.Unmarshal(raw, &reports); err != nil {
		return nil, unreadable("reports", err)
	}
	if len(reports) == 0 || len(reports) > MaxReports {
		return nil, practice.Faultf(practice.Invalid, "%d reports in one message, not 1 to %d", len(reports), MaxReports).Final()
	}
	for _, r := range reports {
		if err := checkReport(r); err != nil {
			return nil, err
		}
	}
	return reports, nil
}

func checkReport(r deployment.Report) error {
	switch r.Kind {
	case deployment.OrderBegun, deployment.StepBegun, deployment.StepEnded, deployment.OrderEnded, deployment.OrderRefused:
	default:
		return practice.Faultf(practice.Invalid, "report of unknown kind %.40q", r.Kind).Final()
	}
	switch r.Outcome {
	case "", deployment.Done, deployment.OutcomeFail, deployment.OutcomeDoubt, deployment.OutcomeStop:
	default:
		return practice.Faultf(practice.Invalid, "report of unknown outcome %.40q", r.Outcome).Final()
	}
	if r.Order == "" || r.Seq < 1 || r.Seq > maxSeq || r.Step < 0 || r.Step > maxSeq || r.Tries < 0 || r.Tries > maxSeq ||
		r.Stage < 0 || r.Stage > maxSeq || r.Attempt < 0 || r.Attempt > maxSeq {
		return practice.Faultf(practice.Invalid, "report %.80q %d has a number out of its bounds", r.Order, r.Seq).Final()
	}
	if r.At.Year() < 1970 || r.At.Year() > 9999 {
		return practice.Faultf(practice.Invalid, "report %.80q %d is of the year %d", r.Order, r.Seq, r.At.Year()).Final()
	}
	if err := checkTexts("report", maxName, r.Order, r.Deployment, r.Target, r.StepName, string(r.Code)); err != nil {
		return err
	}
	return checkTexts("report", maxText, r.Message, r.Hint)
}

func decodeOutputs(raw []byte) ([]deployment.Output, error) {
	var pieces []deployment.Output
	if err := json.Unmarshal(raw, &pieces); err != nil {
		return nil, unreadable("output", err)
	}
	if len(pieces) == 0 || len(pieces) > MaxOutputs {
		return nil, practice.Faultf(practice.Invalid, "%d pieces of output in one message, not 1 to %d", len(pieces), MaxOutputs).Final()
	}
	for _, p := range pieces {
		if p.Order == "" || p.Seq < 1 || p.Seq > maxSeq || p.Step < 0 || p.Step > maxSeq {
			return nil, practice.Faultf(practice.Invalid, "output %.80q %d has a number out of its bounds", p.Order, p.Seq).Final()
		}
		if p.At.Year() < 1970 || p.At.Year() > 9999 {
			return nil, practice.Faultf(practice.Invalid, "output %.80q %d is of the year %d", p.Order, p.Seq, p.At.Year()).Final()
		}
		if err := checkTexts("output", maxName, p.Order, p.Deployment, p.Target, p.StepName); err != nil {
			return nil, err
		}
		if err := checkTexts("output", maxText, p.Text); err != nil {
			return nil, err
		}
	}
	return pieces, nil
}

// checkTexts refuses what a database refuses: text that is no UTF-8, or holds NUL.
func checkTexts(what string, most int, texts ...string) error {
	for _, text := range texts {
		if len(text) > most {
			return practice.Faultf(practice.Invalid, "%s has a text of %d bytes, more than %d", what, len(text), most).Final()
		}
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return practice.Faultf(practice.Invalid, "%s has a text that is not UTF-8 or holds NUL", what).Final()
		}
	}
	return nil
}

func unreadable(what string, err error) error {
	return practice.Faultf(practice.Invalid, "%s cannot be read: %v", what, err).Final()
}

// fit keeps as many envelopes as one answer may hold, at least one.
func fit(envelopes []signature.Envelope, page int) Orders {
	size := 0
	for i, e := range envelopes {
		size += len(e.Payload) + 1024
		if i > 0 && size > maxOrders || i == page {
			return Orders{Envelopes: envelopes[:i], More: true}
		}
	}
	return Orders{Envelopes: envelopes}
}

// encode writes an answer; what is too large becomes a fault.
func encode(r reply) ([]byte, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("bus: encode answer: %w", err)
	}
	if len(raw) > maxAnswer {
		return nil, practice.Faultf(practice.Invalid, "an answer of %d bytes exceeds %d", len(raw), maxAnswer).
			WithHint("an order this large cannot be delivered; make its steps smaller").Final()
	}
	return raw, nil
}
