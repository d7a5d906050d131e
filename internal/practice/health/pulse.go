package health

import "time"

// Look is what one making of a check gave.
type Look struct {
	Right bool
	Blind bool   // it could not be made: Right means nothing
	Says  string // in one line
}

// Pulse is what is known of one check by its looks so far: the agent's memory
// of it. A zero pulse has no answer yet.
type Pulse struct {
	State State // empty: no answer yet
	Since time.Time
	Says  string
	right int // in a row
	wrong int
	blind int
}

// steady is how many right looks in a row end a failure: one is none.
const steady = 2

// Take gives the pulse after a look. A check fails when it was wrong so often in
// a row as it says, and is right again after two right looks, or after one where
// a single wrong one counts. A look that could not be made breaks no row; when so
// many could not, nobody knows.
func (p Pulse) Take(c Check, l Look, now time.Time) Pulse {
	p.Says = l.Says
	after := max(c.After, 1)
	next := p.State
	switch {
	case l.Blind:
		if p.blind++; p.blind >= after {
			next = Unknown
		}
	case l.Right:
		p.right, p.wrong, p.blind = p.right+1, 0, 0
		if !bad(p.State) || p.right >= min(after, steady) {
			next = Healthy
		}
	default:
		p.right, p.wrong, p.blind = 0, p.wrong+1, 0
		if p.wrong >= after {
			next = c.Means
		}
	}
	if next != p.State {
		p.State, p.Since = next, now
	}
	return p
}

func bad(s State) bool { return s == Failing || s == Degraded }

// Answer gives what the pulse says; false where there is no answer yet.
func (p Pulse) Answer(check string) (Answer, bool) {
	return Answer{Check: check, State: p.State, Since: p.Since, Says: p.Says}, p.State != ""
}
