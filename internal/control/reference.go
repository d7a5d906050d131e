package control

import (
	"encoding/json"
	"fmt"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
)

// reference is a name in one document that must exist as another.
type reference struct {
	path string
	kind practice.Kind
	name string
}

// references lists what a document refers to.
func references(d practice.Document) ([]reference, error) {
	switch d.Kind {
	case practice.KindTarget:
		t, err := environment.DecodeTarget(d)
		return targetReferences(t), err
	case practice.KindComponent:
		c, err := library.Decode(d)
		refs := optional("spec.service", practice.KindService, c.Spec.Service)
		for i, needed := range c.Spec.DependsOn {
			refs = append(refs, reference{fmt.Sprintf("spec.dependsOn[%d].component", i), practice.KindComponent, needed.Component})
		}
		return refs, err
	case practice.KindService:
		var s library.ServiceSpec
		err := json.Unmarshal(d.Spec, &s)
		refs := optional("spec.product", practice.KindProduct, s.Product)
		for i, name := range s.DependsOn {
			refs = append(refs, reference{fmt.Sprintf("spec.dependsOn[%d]", i), practice.KindService, name})
		}
		return refs, err
	case practice.KindRelease:
		r, err := library.DecodeRelease(d)
		var refs []reference
		for i, item := range r.Spec.Items {
			refs = append(refs, reference{fmt.Sprintf("spec.items[%d].component", i), practice.KindComponent, item.Component})
		}
		return refs, err
	case practice.KindTrigger:
		return triggerReferences(d)
	case practice.KindModel:
		m, err := model.Decode(d)
		return modelReferences(m), err
	case practice.KindPerson, practice.KindGroup, practice.KindServiceAccount, practice.KindDelegation, practice.KindApprovalPolicy:
		return peopleReferences(d)
	case practice.KindWindow, practice.KindFreeze, practice.KindBooking:
		return calendarReferences(d)
	case practice.KindSubscription:
		s, err := communication.DecodeSubscription(d)
		return subscriptionReferences(s.Spec), err
	case practice.KindEnvironment:
		e, err := environment.Decode(d)
		refs := named(nil, "spec.baselineWaivers", practice.KindGroup, e.Spec.BaselineWaivers)
		return named(refs, "spec.inspection.acceptedBy", practice.KindGroup, e.Spec.Inspection.AcceptedBy), err
	case practice.KindProduct:
	}
	return nil, nil
}

func modelReferences(m model.Model) []reference {
	var refs []reference
	for i, stage := range m.Spec.Flow {
		refs = append(refs, reference{fmt.Sprintf("spec.flow[%d].environment", i), practice.KindEnvironment, stage.Environment})
	}
	for i, name := range m.Spec.AppliesTo.Components {
		refs = append(refs, reference{fmt.Sprintf("spec.appliesTo.components[%d]", i), practice.KindComponent, name})
	}
	for i, k := range m.Spec.Criteria {
		refs = append(refs, optional(fmt.Sprintf("spec.criteria[%d].group", i), practice.KindGroup, k.Group)...)
	}
	return refs
}

// subscriptionReferences lists what a subscription is limited to. Services may
// be products too, and receivers persons or groups: those are not looked up.
func subscriptionReferences(s communication.SubscriptionSpec) []reference {
	refs := optional("spec.owner", practice.KindPerson, s.Owner)
	for i, name := range s.Environments {
		refs = append(refs, reference{fmt.Sprintf("spec.environments[%d]", i), practice.KindEnvironment, name})
	}
	for i, name := range s.Components {
		refs = append(refs, reference{fmt.Sprintf("spec.components[%d]", i), practice.KindComponent, name})
	}
	for i, name := range s.Groups {
		refs = append(refs, reference{fmt.Sprintf("spec.groups[%d]", i), practice.KindGroup, name})
	}
	return refs
}

func optional(path string, kind practice.Kind, name string) []reference {
	if name == "" {
		return nil
	}
	return []reference{{path, kind, name}}
}

// checkReferences refuses documents that refer to something that neither is
// stored nor comes with them.
func checkReferences(tx Tx, docs []Proposed) error {
	coming := map[string]bool{}
	for _, p := range docs {
		coming[documentSubject(p.Kind, p.Name)] = true
	}
	var problems []practice.Problem
	for _, p := range docs {
		refs, err := references(p.Document)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			key := documentSubject(ref.kind, ref.name)
			if p.Kind == practice.KindComponent && ref.kind == p.Kind && ref.name == p.Name {
				problem := locate(p, ref.path)
				problem.Message = fmt.Sprintf("%s cannot depend on itself", p.Name)
				problems = append(problems, problem)
			}
			if coming[key] {
				continue
			}
			switch _, err := tx.Document(ref.kind, ref.name); {
			case practice.CodeOf(err) == practice.NotFound:
				problem := locate(p, ref.path)
				problem.Message = fmt.Sprintf("there is no %s %q", ref.kind, ref.name)
				problem.Hint = "apply it first, or in the same run"
				problems = append(problems, problem)
			case err != nil:
				return err
			default:
				coming[key] = true
			}
		}
	}
	if len(problems) > 0 {
		return &practice.Error{Code: practice.Invalid, Message: "documents refer to what does not exist", Problems: problems, Terminal: true}
	}
	return nil
}

// referrers lists the kinds whose documents may refer to a kind.
var referrers = map[practice.Kind][]practice.Kind{
	practice.KindEnvironment:    {practice.KindTarget, practice.KindModel, practice.KindTrigger, practice.KindApprovalPolicy},
	practice.KindPerson:         {practice.KindGroup, practice.KindServiceAccount, practice.KindDelegation, practice.KindApprovalPolicy},
	practice.KindGroup:          {practice.KindDelegation, practice.KindApprovalPolicy},
	practice.KindServiceAccount: {practice.KindTrigger},
	practice.KindModel:          {practice.KindTrigger, practice.KindApprovalPolicy},
	practice.KindService:        {practice.KindComponent, practice.KindService},
	practice.KindProduct:        {practice.KindService},
	practice.KindTarget:         {practice.KindTarget},
	practice.KindComponent:      {practice.KindRelease, practice.KindModel, practice.KindTrigger, practice.KindApprovalPolicy},
}

// checkUnused refuses the removal of a document that others refer to, and of a
// target on which something is still present.
func checkUnused(tx Tx, d practice.Document) error {
	if d.Kind == practice.KindTarget {
		if err := checkEmptyTarget(tx, d.Name); err != nil {
			return err
		}
	}
	for _, kind := range referrers[d.Kind] {
		for page := (practice.Page{Limit: practice.MaxLimit}); ; {
			list, err := tx.Documents(kind, "", page)
			if err != nil {
				return err
			}
			for _, other := range list {
				if err := checkNotReferring(other, d); err != nil {
					return err
				}
			}
			if len(list) < page.Limit {
				break
			}
			page.After = list[len(list)-1].Name
		}
	}
	return nil
}

func checkNotReferring(other, d practice.Document) error {
	refs, err := references(other)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if ref.kind == d.Kind && ref.name == d.Name {
			return practice.Faultf(practice.Refused, "%s %s is referred to by %s %s (%s)", d.Kind, d.Name, other.Kind, other.Name, ref.path).
				WithHint("change or remove that first").Final()
		}
	}
	return nil
}

func checkEmptyTarget(tx Tx, name string) error {
	present, err := tx.PresencesOn([]string{name})
	if err != nil {
		return err
	}
	if len(present) > 0 {
		return practice.Faultf(practice.Refused, "%s %s is still on target %s", present[0].Component, present[0].Version, name).
			WithHint("remove it by a deployment first: tranship plan %s@%s --to %s --remove", present[0].Component, present[0].Version, present[0].Environment).Final()
	}
	return nil
}
