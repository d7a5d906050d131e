package deployment

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Deed is what a deployment did on one target, as its entries about the target tell it.
type Deed struct {
	Look        Look      // the gravest of the target's parts
	Phase       Phase     // of the last order; empty: none was reported on
	Touched     bool      // an executor began to change the target
	BroughtBack bool      // what was before was brought back, and nothing followed
	Attempts    int       // how many orders were reported on
	Message     string    // of the last failure or doubt that stands
	First, Last time.Time // when the first and the last entry was made
	Rows        []string  // the target, or its parts that were worked on, by name
}

// part is how one row stands, as far as entries tell it.
type part struct {
	state                       TargetState
	executed, remediated, given bool
	phase                       Phase
	message                     string
}

// gravity orders looks: what a target is said to be when its parts differ.
var gravity = []Look{LookDone, LookToDo, LookSkipped, LookHeld, LookRunning, LookUnknown, LookFailed}

// DeedOf tells what a deployment did on a target from its entries about it,
// oldest first: the zero Deed where there are none. It may be given the entries
// until a moment, and then tells how things stood at that moment.
func DeedOf(entries []practice.Entry) (Deed, error) {
	var d Deed
	parts, orders := map[string]*part{}, map[string]bool{}
	for _, e := range entries {
		if d.First.IsZero() {
			d.First = e.When
		}
		d.Last = e.When
		said, err := readReplayed(e)
		if err != nil {
			return d, err
		}
		name := RowOf(e)
		p := parts[name]
		if p == nil {
			p = &part{state: Waiting}
			parts[name] = p
			d.Rows = append(d.Rows, name)
		}
		if said.Order != "" && !orders[said.Order] {
			orders[said.Order] = true
			d.Attempts++
		}
		if said.Phase != "" {
			d.Phase, p.phase = said.Phase, said.Phase
		}
		if p.follow(e, said) {
			d.Touched = true
		}
	}
	slices.Sort(d.Rows)
	d.sum(parts)
	return d, nil
}

// follow takes one entry in; it says whether an executor had begun to change the row by it.
func (p *part) follow(e practice.Entry, said replayed) bool {
	switch e.Kind {
	case EntryOrdered:
		p.state, p.message = Ordered, ""
	case EntryReported:
		p.state = said.State
		if said.Report == OrderBegun || said.Message != "" {
			p.message = said.Message // the end of an order often leaves it to the step that failed
		}
		if said.State == TargetDone {
			p.executed = p.executed || said.Phase == Execute
			p.remediated = said.Phase == Remediate
		}
		withheld := said.Report == OrderRefused || said.Report == OrderBegun && said.State == TargetStopped
		return !withheld && (Target{Phase: said.Phase}).changes()
	case EntryWithdrawn:
		p.state, p.message = TargetStopped, withdrawnMessage
	case EntrySilent:
		p.state, p.message = TargetUnknown, e.Why
	case EntryGivenUp:
		p.given = true
	}
	return false
}

func (d *Deed) sum(parts map[string]*part) {
	d.BroughtBack = len(parts) > 0
	for _, name := range d.Rows {
		p := parts[name]
		look := LookOf(p.state, p.executed, p.remediated, p.given)
		if d.Look == "" || slices.Index(gravity, look) > slices.Index(gravity, d.Look) {
			d.Look = look
			d.Message = p.message
		}
		d.BroughtBack = d.BroughtBack && p.remediated && p.state == TargetDone
	}
	if d.Look == LookDone || d.Look == LookRunning {
		d.Message = ""
	}
}
