package document

import (
	"encoding/json"
	"reflect"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/party"
)

// kind is what is known of one kind of document.
type kind struct {
	doc  string       // one sentence for people
	spec reflect.Type // what its spec is decoded into
	// read decodes a spec that has the right structure, and gives the document
	// that lists it, if one does, and what is wrong beyond the structure.
	read func(spec []byte) (parent string, problems []practice.Problem, err error)
}

func kinds() map[practice.Kind]kind {
	service := kindOf("A service that consumers use.", func(s library.ServiceSpec) (string, []practice.Problem) {
		return s.Product, nil
	})
	product := service
	product.doc = "A product: services that are offered together."
	return map[practice.Kind]kind{
		practice.KindProduct: product,
		practice.KindService: service,
		practice.KindEnvironment: kindOf("A place that releases move into and out of.", func(s environment.Spec) (string, []practice.Problem) {
			return "", append(environment.CheckSpec(s), checkCalendar(s.Calendar)...)
		}),
		practice.KindTarget: kindOf("Where a component lands: a host, a cluster, a room.", func(s environment.TargetSpec) (string, []practice.Problem) {
			return s.Environment, environment.CheckTarget(s)
		}),
		practice.KindComponent: kindOf("A part of a service that can be deployed.", func(s library.ComponentSpec) (string, []practice.Problem) {
			return s.Service, library.CheckComponent(s)
		}),
		practice.KindRelease: kindOf("Versions of components that move as one.", func(s library.ReleaseSpec) (string, []practice.Problem) {
			return "", library.CheckRelease(s)
		}),
		practice.KindSubscription: kindOf("Who is told of what, and how.", func(s communication.SubscriptionSpec) (string, []practice.Problem) {
			return "", communication.CheckSubscription(s)
		}),
		practice.KindModel: kindOf("How components get into environments, out of them and back.", func(s model.Spec) (string, []practice.Problem) {
			return "", model.CheckSpec(s)
		}),
		practice.KindPerson: kindOf("Somebody who asks, approves, carries out or is told.", func(s party.PersonSpec) (string, []practice.Problem) {
			return "", party.CheckPerson(s)
		}),
		practice.KindGroup: kindOf("People who act as one.", func(s party.GroupSpec) (string, []practice.Problem) {
			return "", party.CheckGroup(s)
		}),
		practice.KindServiceAccount: kindOf("A program that a person answers for.", func(party.ServiceAccountSpec) (string, []practice.Problem) {
			return "", nil
		}),
		practice.KindDelegation: kindOf("One person acts for another for a while.", func(s party.DelegationSpec) (string, []practice.Problem) {
			return "", party.CheckDelegation(s)
		}),
		practice.KindWindow: kindOf("A maintenance window: where any reaches, deployments run only within one.", func(s calendar.WindowSpec) (string, []practice.Problem) {
			return "", calendar.CheckWindow(s, time.LoadLocation)
		}),
		practice.KindFreeze: kindOf("A time without deployments.", func(s calendar.FreezeSpec) (string, []practice.Problem) {
			return "", calendar.CheckFreeze(s, time.LoadLocation)
		}),
		practice.KindBooking: kindOf("An environment that somebody needs for a while.", func(s calendar.BookingSpec) (string, []practice.Problem) {
			return s.Environment, calendar.CheckBooking(s, time.LoadLocation)
		}),
		practice.KindTrigger: kindOf("What lets a release begin its way by itself.", func(s journey.TriggerSpec) (string, []practice.Problem) {
			return "", append(journey.CheckTrigger(s), control.CheckSchedule(s)...)
		}),
		practice.KindApprovalPolicy: kindOf("Who must agree before a deployment starts.", func(s approval.PolicySpec) (string, []practice.Problem) {
			return "", approval.CheckPolicy(s)
		}),
	}
}

// checkCalendar asks the calendar about the words that an environment uses of it.
func checkCalendar(c environment.CalendarRules) []practice.Problem {
	_, problems := calendar.ReadRules(c.Rules, c.Contiguous, c.Settle, c.WhenWindowEnds, "spec.calendar")
	return problems
}

func kindOf[S any](doc string, check func(S) (string, []practice.Problem)) kind {
	return kind{doc: doc, spec: reflect.TypeFor[S](), read: func(raw []byte) (string, []practice.Problem, error) {
		var spec S
		if err := json.Unmarshal(raw, &spec); err != nil {
			return "", nil, err
		}
		parent, problems := check(spec)
		return parent, problems, nil
	}}
}
