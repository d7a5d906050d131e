package practice

import "time"

// Verdict is the answer of a gate. A closed gate says why.
type Verdict struct {
	Open    bool     `json:"open"`
	Reasons []Reason `json:"reasons,omitempty"`
}

// Reason says what holds something up or let it through: the answer to "why is it waiting?".
type Reason struct {
	Gate    string    `json:"gate"`           // "component verification", "soak", "guidance"
	Message string    `json:"message"`        // one sentence with the values
	Since   time.Time `json:"since,omitzero"` // UTC; zero: not known
	Until   time.Time `json:"until,omitzero"` // UTC; zero: open end
	Who     string    `json:"who,omitempty"`  // who can act; empty: nobody need
	How     string    `json:"how,omitempty"`  // what to do or type
	Way     Way       `json:"way,omitempty" enum:"replan,ask-again,reschedule" doc:"What whoever asked for it must do; absent where nothing is asked of them."`
	Targets []string  `json:"targets,omitempty"` // at most 20 of the targets concerned
}

// Way is what whoever asked for a deployment must do so that it can go on.
type Way string

// The ways of whoever asked.
const (
	Replan     Way = "replan"     // have a new plan made
	AskAgain   Way = "ask-again"  // ask approvers once more, maybe for something else
	Reschedule Way = "reschedule" // ask for another time
)

// Pass is the verdict of an open gate.
func Pass() Verdict { return Verdict{Open: true} }

// Hold is the verdict of a closed gate.
func Hold(reasons ...Reason) Verdict { return Verdict{Reasons: reasons} }

// And joins verdicts: open only when all are, with the reasons of the closed ones.
func And(verdicts ...Verdict) Verdict {
	joined := Verdict{Open: true}
	for _, v := range verdicts {
		if v.Open {
			continue
		}
		joined.Open = false
		joined.Reasons = append(joined.Reasons, v.Reasons...)
	}
	return joined
}

// Same says whether two verdicts say the same to people, whatever the moments.
func (v Verdict) Same(other Verdict) bool {
	if v.Open != other.Open || len(v.Reasons) != len(other.Reasons) {
		return false
	}
	for i, r := range v.Reasons {
		if o := other.Reasons[i]; r.Gate != o.Gate || r.Message != o.Message || r.Who != o.Who {
			return false
		}
	}
	return true
}

// Since gives the verdict with the moments since when each reason holds: of one
// that held before, as it was; of a new one that does not say, now.
func (v Verdict) Since(before Verdict, now time.Time) Verdict {
	reasons := make([]Reason, 0, len(v.Reasons))
	for _, r := range v.Reasons {
		for _, b := range before.Reasons {
			if r.Gate == b.Gate && r.Message == b.Message && r.Since.IsZero() {
				r.Since = b.Since
			}
		}
		if r.Since.IsZero() {
			r.Since = now
		}
		reasons = append(reasons, r)
	}
	v.Reasons = reasons
	return v
}
