package deployment

// Look is how a target stands in its deployment for those who watch: its state,
// with what it means over all phases. A target that was only verified is still to do.
type Look string

// The looks of a target.
const (
	LookToDo    Look = "todo"
	LookRunning Look = "running"
	LookDone    Look = "done"
	LookFailed  Look = "failed"
	LookUnknown Look = "unknown"
	LookHeld    Look = "held"    // stopped: withdrawn before it began, or halted between steps
	LookSkipped Look = "skipped" // given up by a person: it stays as it is
)

// LookOf gives the look of a target row by what a store keeps of it in columns.
func LookOf(state TargetState, executed, remediated, given bool) Look {
	changed := executed || remediated
	switch state {
	case Running:
		return LookRunning
	case TargetDone:
		if changed {
			return LookDone
		}
	case Waiting, Ordered, TargetFailed, TargetUnknown, TargetStopped:
	}
	if given {
		return LookSkipped
	}
	switch state {
	case TargetFailed:
		return LookFailed
	case TargetUnknown:
		return LookUnknown
	case TargetStopped:
		return LookHeld
	case Waiting, Ordered, Running, TargetDone:
	}
	if executed { // it waits for the next phase
		return LookDone
	}
	return LookToDo
}

// Look gives the row's look.
func (t Target) Look() Look { return LookOf(t.State, t.Executed, t.Remediated, t.GivenUp) }

// Letter says a look in one letter.
func (l Look) Letter() byte {
	switch l {
	case LookRunning:
		return 'r'
	case LookDone:
		return 'd'
	case LookFailed:
		return 'f'
	case LookUnknown:
		return 'u'
	case LookHeld:
		return 's'
	case LookSkipped:
		return 'g'
	case LookToDo:
	}
	return 'w'
}
