package deployment

import "slices"

// EventKind names a kind of event, as the state diagram prints it.
type EventKind string

// The kinds of event.
const (
	OnPlanFrozen         EventKind = "plan frozen"
	OnAuthorisationGiven EventKind = "authorisation given"
	OnAuthorisationHeld  EventKind = "authorisation held"
	OnAskedAnew          EventKind = "asked anew"
	OnStartJudged        EventKind = "start judged"
	OnEndMoved           EventKind = "end moved"
	OnReconsidered       EventKind = "reconsidered"
	OnComponentsJudged   EventKind = "components judged"
	OnOrdersIssued       EventKind = "orders issued"
	OnReported           EventKind = "reported"
	OnOrderWithdrawn     EventKind = "order withdrawn"
	OnTargetSilent       EventKind = "target silent"
	OnTimeCame           EventKind = "time came"
	OnGuidanceGiven      EventKind = "guidance given"
	OnCancelAsked        EventKind = "cancel asked"
	OnOrderInterrupted   EventKind = "order interrupted"
	OnCriterionAnswered  EventKind = "criterion answered"
	OnCriteriaJudged     EventKind = "criteria judged"
	OnPauseAsked         EventKind = "pause asked"
	OnResumeAsked        EventKind = "resume asked"
)

// Move is a row of the table of legal moves: on an event of the kind, the state
// From may become any of To. Staying is always legal, moving otherwise never.
type Move struct {
	From State
	On   EventKind
	To   []State
}

// afterStage is where a deployment may go when the last outcome of a stage is there.
var (
	afterVerify    = []State{Executing, AwaitingGuidance, Closed}
	afterExecute   = []State{Accepting, Remediating, AwaitingGuidance, Closed}
	afterAccept    = []State{Remediating, AwaitingGuidance, Closed}
	afterRemediate = []State{Executing, Accepting, AwaitingGuidance, Closed}
	afterDoubt     = []State{Executing, Accepting, Remediating, Closed}
	afterCancel    = []State{Closed}
)

// moves is the table of legal moves.
var moves = []Move{
	{Requested, OnPlanFrozen, []State{Planned}},
	{Planned, OnAuthorisationGiven, []State{Authorised}},
	{Authorised, OnAuthorisationHeld, []State{Planned}},
	{Authorised, OnAskedAnew, []State{Planned}},
	{Authorised, OnStartJudged, []State{Scheduled, VerifyingComponents}},
	{Scheduled, OnAuthorisationHeld, []State{Planned}},
	{Scheduled, OnAskedAnew, []State{Planned}},
	{Scheduled, OnStartJudged, []State{VerifyingComponents}},
	{VerifyingComponents, OnComponentsJudged, []State{Scheduled, VerifyingTargets, Executing, AwaitingGuidance, Closed}},
	{VerifyingComponents, OnTimeCame, []State{Scheduled}},

	{VerifyingTargets, OnOrdersIssued, afterVerify},
	{VerifyingTargets, OnReported, afterVerify},
	{VerifyingTargets, OnOrderWithdrawn, []State{AwaitingGuidance, Closed}},
	{VerifyingTargets, OnTargetSilent, []State{AwaitingGuidance}},

	{Executing, OnOrdersIssued, afterExecute},
	{Executing, OnReported, afterExecute},
	{Executing, OnOrderWithdrawn, afterExecute},
	{Executing, OnTimeCame, []State{AwaitingGuidance, Accepting, Remediating, Closed}},
	{Executing, OnTargetSilent, []State{Accepting, AwaitingGuidance, Closed}}, // never remediating: unknown is not failed

	{Accepting, OnOrdersIssued, afterAccept},
	{Accepting, OnReported, afterAccept},
	{Accepting, OnOrderWithdrawn, afterAccept},
	{Accepting, OnTargetSilent, []State{AwaitingGuidance}},

	{Remediating, OnOrdersIssued, afterRemediate},
	{Remediating, OnReported, afterRemediate},
	{Remediating, OnOrderWithdrawn, []State{AwaitingGuidance}},
	{Remediating, OnTargetSilent, []State{AwaitingGuidance}},

	{AwaitingGuidance, OnReported, afterDoubt},
	{AwaitingGuidance, OnTimeCame, []State{Remediating, Closed}},
	{AwaitingGuidance, OnGuidanceGiven, []State{VerifyingTargets, Executing, Accepting, Remediating, Closed}},

	{AwaitingGuidance, OnCriterionAnswered, []State{VerifyingTargets, Executing, Accepting, Remediating, Closed}},
	{VerifyingComponents, OnCriteriaJudged, []State{Scheduled, VerifyingTargets, Executing, AwaitingGuidance}},
	{VerifyingTargets, OnCriteriaJudged, []State{Executing, AwaitingGuidance}},
	{Executing, OnCriteriaJudged, []State{Accepting, Remediating, AwaitingGuidance, Closed}},
	{Accepting, OnCriteriaJudged, []State{Remediating, AwaitingGuidance, Closed}},
	{AwaitingGuidance, OnCriteriaJudged, []State{VerifyingTargets, Executing, Accepting, Remediating, Closed}},

	{VerifyingTargets, OnPauseAsked, []State{AwaitingGuidance}},
	{Executing, OnPauseAsked, []State{AwaitingGuidance, Closed}},
	{Accepting, OnPauseAsked, []State{AwaitingGuidance}},
	{AwaitingGuidance, OnResumeAsked, []State{VerifyingTargets, Executing, Accepting}},

	{Requested, OnCancelAsked, afterCancel},
	{Planned, OnCancelAsked, afterCancel},
	{Authorised, OnCancelAsked, afterCancel},
	{Scheduled, OnCancelAsked, afterCancel},
	{VerifyingComponents, OnCancelAsked, afterCancel},
	{VerifyingTargets, OnCancelAsked, afterCancel},
	{Executing, OnCancelAsked, []State{Cancelling}},
	{Accepting, OnCancelAsked, []State{Cancelling}},
	{Remediating, OnCancelAsked, []State{Cancelling}},
	{AwaitingGuidance, OnCancelAsked, []State{Cancelling}},
	{Cancelling, OnCancelAsked, afterCancel},
	{Cancelling, OnReported, afterCancel},
	{Cancelling, OnOrderWithdrawn, afterCancel},
	{Cancelling, OnTargetSilent, afterCancel},
}

// Moves gives the table of legal moves.
func Moves() []Move { return slices.Clone(moves) }

// legal says whether the state from may become to on an event of the kind.
func legal(from State, on EventKind, to State) bool {
	for _, m := range moves {
		if m.From == from && m.On == on && slices.Contains(m.To, to) {
			return true
		}
	}
	return false
}

// kindOf gives the kind of an event, or "" for what is no event of this room.
func kindOf(e Event) EventKind {
	switch e.(type) {
	case PlanFrozen:
		return OnPlanFrozen
	case AuthorisationGiven:
		return OnAuthorisationGiven
	case AuthorisationHeld:
		return OnAuthorisationHeld
	case AskedAnew:
		return OnAskedAnew
	case StartJudged:
		return OnStartJudged
	case EndMoved:
		return OnEndMoved
	case Reconsidered:
		return OnReconsidered
	case ComponentsJudged:
		return OnComponentsJudged
	case OrdersIssued:
		return OnOrdersIssued
	case Reported:
		return OnReported
	case OrderWithdrawn:
		return OnOrderWithdrawn
	case TargetSilent:
		return OnTargetSilent
	case TimeCame:
		return OnTimeCame
	case GuidanceGiven:
		return OnGuidanceGiven
	case CancelAsked:
		return OnCancelAsked
	case OrderInterrupted:
		return OnOrderInterrupted
	case CriterionAnswered:
		return OnCriterionAnswered
	case CriteriaJudged:
		return OnCriteriaJudged
	case PauseAsked:
		return OnPauseAsked
	case ResumeAsked:
		return OnResumeAsked
	default:
		return ""
	}
}
