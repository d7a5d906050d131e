package practice

import "time"

// Verdict is the answer of a gate. A closed gate says why.
type Verdict struct {
	Open    bool     `json:"open"`
	Reasons []Reason `json:"reasons,omitempty"`
}

// Reason says what holds something up or let it through: the answer to "why is it waiting?".
type Reason struct {
	Gate    string    `json:"gate"`              // "component verification", "soak", "guidance"
	Message string    `json:"message"`           // one sentence with the values
	Since   time.Time `json:"since,omitzero"`    // UTC; zero: not known
	Until   time.Time `json:"until,omitzero"`    // UTC; zero: open end
	Who     string    `json:"who,omitempty"`     // who can act; empty: nobody need
	How     string    `json:"how,omitempty"`     // what to do or type
	Targets []string  `json:"targets,omitempty"` // at most 20 of the targets concerned
}

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
