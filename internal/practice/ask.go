package practice

import "time"

// Class is the trigger of a deployment: why it exists at all (R20).
type Class string

// The eight classes.
const (
	RequirementClass    Class = "requirement"     // a new or changed requirement
	ReleaseClass        Class = "release"         // a release is ready
	OperationalClass    Class = "operational"     // technical or operational need
	ThirdPartyClass     Class = "third-party"     // a supplier's or partner's change
	RetirementClass     Class = "retirement"      // something is taken out of use
	SupportClass        Class = "support"         // an incident or a problem is to be solved
	ServiceRequestClass Class = "service-request" // a user asked for it
	MaintenanceClass    Class = "maintenance"     // keeps what is there in order
)

// Classes lists the classes in the order in which people are offered them.
func Classes() []Class {
	return []Class{
		RequirementClass, ReleaseClass, OperationalClass, ThirdPartyClass,
		RetirementClass, SupportClass, ServiceRequestClass, MaintenanceClass,
	}
}

// ValueStream is what a deployment contributes to (R119).
type ValueStream string

// The value streams.
const (
	IncidentStream       ValueStream = "incident"        // a service is restored
	RequestStream        ValueStream = "request"         // a service request is fulfilled
	ImprovementStream    ValueStream = "improvement"     // something becomes better
	NewServiceStream     ValueStream = "new-service"     // a service comes into being
	ChangedServiceStream ValueStream = "changed-service" // a service changes
	OperationsStream     ValueStream = "operations"      // the daily work
)

// ValueStreams lists the value streams in the order in which people are offered them.
func ValueStreams() []ValueStream {
	return []ValueStream{
		IncidentStream, RequestStream, ImprovementStream,
		NewServiceStream, ChangedServiceStream, OperationsStream,
	}
}

// Urgency says which path a deployment takes (R27).
type Urgency string

// The urgencies.
const (
	Normal    Urgency = "normal"    // the usual path
	Urgent    Urgency = "urgent"    // the usual path, ahead of others
	Emergency Urgency = "emergency" // the short path, with a review afterwards
)

// Urgencies lists the urgencies, the calmest first.
func Urgencies() []Urgency { return []Urgency{Normal, Urgent, Emergency} }

// Window is the time in which a deployment may start, as it was asked for and
// approved: from Start, and before End. A zero end of it is open: the zero
// window means any time.
type Window struct {
	Start time.Time `json:"start,omitzero"` // UTC; zero: from now on
	End   time.Time `json:"end,omitzero"`   // UTC; zero: without end
}

// Holds says whether t lies in the window.
func (w Window) Holds(t time.Time) bool {
	return !t.Before(w.Start) && (w.End.IsZero() || t.Before(w.End))
}
