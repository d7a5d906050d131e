package control

import (
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

// AskRequest is what a requester says about a deployment besides its plan.
type AskRequest struct {
	Class        practice.Class       `json:"class,omitempty" enum:"requirement,release,operational,third-party,retirement,support,service-request,maintenance" doc:"Why it exists at all; by default release, retirement for what is taken out, support for what mends another deployment."`
	ValueStream  practice.ValueStream `json:"valueStream,omitempty" enum:"incident,request,improvement,new-service,changed-service,operations" doc:"What it contributes to; by default what the class suggests."`
	Urgency      practice.Urgency     `json:"urgency,omitempty" enum:"normal,urgent,emergency" doc:"Which path it takes; normal by default."`
	Priority     int                  `json:"priority,omitempty" minimum:"1" maximum:"100" doc:"The higher starts first where not all can; by default 50, 70 for urgent, 90 for emergency."`
	Change       string               `json:"change,omitempty" maxLength:"200" doc:"The authorising change, as people call it."`
	Window       practice.Window      `json:"window,omitzero" required:"false" doc:"When it may start and must have ended; any time when absent."`
	StartAfter   time.Time            `json:"startAfter,omitzero" required:"false" doc:"Not before this moment, which lies in the window; the window's start by default."`
	Implementers []string             `json:"implementers,omitempty" maxItems:"100" doc:"The persons who carry out what is done by hand, and service accounts that do."`
}

// priorities are what an urgency is worth where nobody says it.
var priorities = map[practice.Urgency]int{practice.Normal: 50, practice.Urgent: 70, practice.Emergency: 90}

// streams are what a class contributes to where nobody says it.
var streams = map[practice.Class]practice.ValueStream{
	practice.RequirementClass: practice.ChangedServiceStream, practice.ReleaseClass: practice.ChangedServiceStream,
	practice.OperationalClass: practice.OperationsStream, practice.ThirdPartyClass: practice.OperationsStream,
	practice.RetirementClass: practice.OperationsStream, practice.SupportClass: practice.IncidentStream,
	practice.ServiceRequestClass: practice.RequestStream, practice.MaintenanceClass: practice.OperationsStream,
}

// ask gives what is asked for in full, or Invalid with every defect.
func (r AskRequest) ask(tx Tx, now time.Time, direction plan.Direction, mends bool) (deployment.Ask, time.Time, error) {
	a := deployment.Ask{
		Class: r.Class, ValueStream: r.ValueStream, Urgency: r.Urgency, Priority: r.Priority, Change: r.Change,
		Window:       practice.Window{Start: stored(r.Window.Start), End: stored(r.Window.End)},
		Implementers: slices.Compact(slices.Sorted(slices.Values(r.Implementers))),
	}
	switch {
	case a.Class != "":
	case mends:
		a.Class = practice.SupportClass
	case direction == plan.Remove:
		a.Class = practice.RetirementClass
	default:
		a.Class = practice.ReleaseClass
	}
	if a.ValueStream == "" {
		a.ValueStream = streams[a.Class]
	}
	if a.Urgency == "" {
		a.Urgency = practice.Normal
	}
	if a.Priority == 0 {
		a.Priority = priorities[a.Urgency]
	}
	problems, start := checkWords(a), stored(r.StartAfter)
	if start.IsZero() && a.Window.Start.After(now) {
		start = a.Window.Start
	}
	problems = append(problems, checkTimes(a.Window, start, now)...)
	absent, err := checkImplementers(tx, a.Implementers)
	if err != nil {
		return a, start, err
	}
	if problems = append(problems, absent...); len(problems) > 0 {
		return a, start, &practice.Error{Code: practice.Invalid, Message: "what is asked for cannot be", Problems: problems, Terminal: true}
	}
	return a, start, nil
}

// stored gives a moment as it is stored.
func stored(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

func checkWords(a deployment.Ask) []practice.Problem {
	var problems []practice.Problem
	word := func(path, value string, known bool, all any) {
		if !known {
			problems = append(problems, practice.Problem{Path: path, Message: fmt.Sprintf("%q is not one of %v", value, all)})
		}
	}
	word("class", string(a.Class), slices.Contains(practice.Classes(), a.Class), practice.Classes())
	word("valueStream", string(a.ValueStream), slices.Contains(practice.ValueStreams(), a.ValueStream), practice.ValueStreams())
	word("urgency", string(a.Urgency), slices.Contains(practice.Urgencies(), a.Urgency), practice.Urgencies())
	if a.Priority < 0 || a.Priority > 100 {
		problems = append(problems, practice.Problem{Path: "priority", Message: fmt.Sprintf("%d is not between 1 and 100", a.Priority)})
	}
	return problems
}

// checkTimes finds what is wrong with a window and a start within it.
func checkTimes(w practice.Window, start, now time.Time) []practice.Problem {
	var problems []practice.Problem
	add := func(path, format string, args ...any) {
		problems = append(problems, practice.Problem{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	switch {
	case !w.End.IsZero() && !w.End.After(w.Start):
		add("window.end", "%s is not after the start, %s", shownTime(w.End), shownTime(w.Start))
	case !w.End.IsZero() && !w.End.After(now):
		add("window.end", "%s is past: nothing can start in this window any more", shownTime(w.End))
	case !start.IsZero() && !w.Holds(start):
		add("startAfter", "%s is not in the window from %s to %s", shownTime(start), shownTime(w.Start), shownTime(w.End))
	}
	return problems
}

// shownTime writes a moment for people; an open end of a window too.
func shownTime(t time.Time) string {
	if t.IsZero() {
		return "any time"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func checkImplementers(tx Tx, names []string) ([]practice.Problem, error) {
	var problems []practice.Problem
	for _, name := range names {
		known, err := isSomebody(tx, name)
		if err != nil {
			return nil, err
		}
		if !known {
			problems = append(problems, practice.Problem{
				Path: "implementers", Message: fmt.Sprintf("there is no Person and no ServiceAccount %q", name), Hint: "apply the document first",
			})
		}
	}
	return problems, nil
}

// isSomebody says whether a person or a service account has that name.
func isSomebody(tx Tx, name string) (bool, error) {
	for _, kind := range []practice.Kind{practice.KindPerson, practice.KindServiceAccount} {
		switch _, err := tx.Document(kind, name); {
		case err == nil:
			return true, nil
		case practice.CodeOf(err) != practice.NotFound:
			return false, err
		}
	}
	return false, nil
}
