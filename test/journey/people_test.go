package journey_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/document"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/test/house"
)

// lost refers to people, groups, environments and models that nobody described.
const lost = `
apiVersion: tranship.dev/v1
kind: Group
metadata: {name: g}
spec: {owner: nobody-1, members: [nobody-2], deputies: [{for: nobody-2, person: nobody-3}]}
---
apiVersion: tranship.dev/v1
kind: ServiceAccount
metadata: {name: a}
spec: {owner: nobody-4}
---
apiVersion: tranship.dev/v1
kind: Delegation
metadata: {name: d}
spec: {from: nobody-5, to: nobody-6, groups: [none-1], begins: 2026-08-01T00:00:00Z, ends: 2026-08-02T00:00:00Z}
---
apiVersion: tranship.dev/v1
kind: ApprovalPolicy
metadata: {name: p}
spec:
  owner: nobody-7
  appliesTo: {environments: [nowhere], components: [nothing], models: [no-model]}
  needs: [{group: none-2, count: 1}]
  escalateAfter: 8h
  escalateTo: none-3
  emergency: {needs: [{group: none-4, count: 1}], review: {group: none-5}}
`

// TestPeopleAreSomebody: whoever a policy, a group, an account or a delegation
// speaks of exists, and cannot be taken away while it does.
func TestPeopleAreSomebody(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	reader, err := document.New(document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := reader.Read([]control.File{{Name: "lost.yaml", Text: lost}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Control.Apply(context.Background(), practice.DefaultScope, house.Admin, docs, false)
	var fault *practice.Error
	if !errors.As(err, &fault) || fault.Code != practice.Invalid {
		t.Fatalf("applied documents that speak of nobody: %v", err)
	}
	var told []string
	for _, p := range fault.Problems {
		if p.Line == 0 {
			t.Errorf("nobody knows where: %s", p)
		}
		told = append(told, p.Path+" "+p.Message)
	}
	want := []string{
		`spec.owner there is no Person "nobody-1"`, `spec.members[0] there is no Person "nobody-2"`,
		`spec.deputies[0].person there is no Person "nobody-3"`, `spec.owner there is no Person "nobody-4"`,
		`spec.from there is no Person "nobody-5"`, `spec.to there is no Person "nobody-6"`, `spec.groups[0] there is no Group "none-1"`,
		`spec.owner there is no Person "nobody-7"`, `spec.appliesTo.environments[0] there is no Environment "nowhere"`,
		`spec.appliesTo.components[0] there is no Component "nothing"`, `spec.appliesTo.models[0] there is no Model "no-model"`,
		`spec.needs[0].group there is no Group "none-2"`, `spec.escalateTo there is no Group "none-3"`,
		`spec.emergency.needs[0].group there is no Group "none-4"`, `spec.emergency.review.group there is no Group "none-5"`,
	}
	if !slices.Equal(told, want) {
		t.Errorf("told  %q\nwanted %q", told, want)
	}

	h.Apply(people)
	h.Apply("apiVersion: tranship.dev/v1\nkind: ApprovalPolicy\nmetadata: {name: all}\nspec: {needs: [{group: security, count: 1}]}\n")
	for _, taken := range []struct {
		kind practice.Kind
		name string
	}{{practice.KindPerson, "anna"}, {practice.KindPerson, "emil"}, {practice.KindPerson, "dora"}, {practice.KindGroup, "security"}} {
		err := h.Control.Remove(context.Background(), practice.DefaultScope, house.Admin, taken.kind, taken.name, 0)
		if practice.CodeOf(err) != practice.Refused {
			t.Errorf("%s %s was taken away though others speak of it: %v", taken.kind, taken.name, err)
		}
	}
}
