package control

import (
	"fmt"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/party"
)

// peopleReferences lists what the documents of people and their policies refer to.
func peopleReferences(d practice.Document) ([]reference, error) {
	read, known := map[practice.Kind]func(practice.Document) ([]reference, error){
		practice.KindGroup: groupReferences, practice.KindServiceAccount: accountReferences,
		practice.KindDelegation: delegationReferences, practice.KindApprovalPolicy: policyReferences,
	}[d.Kind]
	if !known {
		return nil, nil
	}
	return read(d)
}

func groupReferences(d practice.Document) ([]reference, error) {
	g, err := party.DecodeGroup(d)
	refs := optional("spec.owner", practice.KindPerson, g.Spec.Owner)
	refs = append(refs, each("spec.members", practice.KindPerson, g.Spec.Members)...)
	for i, deputy := range g.Spec.Deputies {
		refs = append(refs, reference{fmt.Sprintf("spec.deputies[%d].person", i), practice.KindPerson, deputy.Person})
	}
	return refs, err
}

func accountReferences(d practice.Document) ([]reference, error) {
	a, err := party.DecodeServiceAccount(d)
	return []reference{{"spec.owner", practice.KindPerson, a.Spec.Owner}}, err
}

func delegationReferences(d practice.Document) ([]reference, error) {
	g, err := party.DecodeDelegation(d)
	refs := []reference{{"spec.from", practice.KindPerson, g.Spec.From}, {"spec.to", practice.KindPerson, g.Spec.To}}
	return append(refs, each("spec.groups", practice.KindGroup, g.Spec.Groups)...), err
}

func policyReferences(d practice.Document) ([]reference, error) {
	p, err := approval.Decode(d)
	s := p.Spec
	refs := optional("spec.owner", practice.KindPerson, s.Owner)
	refs = append(refs, each("spec.appliesTo.environments", practice.KindEnvironment, s.AppliesTo.Environments)...)
	refs = append(refs, each("spec.appliesTo.components", practice.KindComponent, s.AppliesTo.Components)...)
	refs = append(refs, each("spec.appliesTo.models", practice.KindModel, s.AppliesTo.Models)...)
	refs = append(refs, needReferences("spec.needs", s.Needs)...)
	refs = append(refs, optional("spec.escalateTo", practice.KindGroup, s.EscalateTo)...)
	if s.Emergency == nil {
		return refs, err
	}
	refs = append(refs, needReferences("spec.emergency.needs", s.Emergency.Needs)...)
	return append(refs, reference{"spec.emergency.review.group", practice.KindGroup, s.Emergency.Review.Group}), err
}

func needReferences(path string, needs []approval.Need) []reference {
	var refs []reference
	for i, n := range needs {
		refs = append(refs, reference{fmt.Sprintf("%s[%d].group", path, i), practice.KindGroup, n.Group})
	}
	return refs
}

func each(path string, kind practice.Kind, names []string) []reference {
	var refs []reference
	for i, name := range names {
		refs = append(refs, reference{fmt.Sprintf("%s[%d]", path, i), kind, name})
	}
	return refs
}
