package approval_test

import (
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
)

var nine = time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)

func person(name string) practice.Actor { return practice.Actor{Kind: practice.Person, Name: name} }

// house is a small organisation: anna asks, ben and cara are operations, dora security.
func house() approval.Input {
	var persons []party.Person
	for _, name := range []string{"anna", "ben", "cara", "dora"} {
		persons = append(persons, party.Person{Name: name})
	}
	groups := []party.Group{
		{Name: "operations", Spec: party.GroupSpec{Members: []string{"anna", "ben", "cara"}}},
		{Name: "security", Spec: party.GroupSpec{Members: []string{"dora"}}},
	}
	return approval.Input{
		Ask: approval.Ask{
			Deployment: "D-12", Plan: practice.DigestOf([]byte("plan")), Environment: "live", Requester: person("anna"), Round: 1, At: nine,
		},
		Policies: []approval.Policy{{Name: "live-changes", Digest: practice.DigestOf([]byte("policy")), Spec: approval.PolicySpec{
			Needs: []approval.Need{{Group: "operations", Count: 2}, {Group: "security", Count: 1}},
		}}},
		People: party.NewPeople(persons, groups, nil, nil), Now: nine,
	}
}

// give lets somebody approve what is asked in the input now.
func give(t *testing.T, in approval.Input, by string) approval.Input {
	t.Helper()
	v, err := approval.MayVote(in, approval.Vote{By: by, Subject: approval.Judge(in).Subject, Decision: approval.Approve})
	if err != nil {
		t.Fatal(err)
	}
	v.ID = by
	in.Votes = append(in.Votes, v)
	return in
}

func TestEveryGroupMustApprove(t *testing.T) {
	t.Parallel()
	in := house()
	for _, by := range []string{"ben", "cara", "dora"} {
		if approval.Judge(in).Verdict.Open {
			t.Fatalf("open before %s approved", by)
		}
		in = give(t, in, by)
	}
	if r := approval.Judge(in); !r.Verdict.Open {
		t.Fatalf("held though everybody approved: %v", r.Verdict.Reasons)
	}
}

// TestMayReview: an emergency is reviewed by somebody of the group who neither
// asked for it nor carried it out.
func TestMayReview(t *testing.T) {
	t.Parallel()
	in := house()
	in.Ask.Implementers = []string{"ben"}
	for by, allowed := range map[string]bool{"anna": false, "ben": false, "cara": true, "dora": false, "nobody": false} {
		if err := approval.MayReview(in.Ask, in.People, "operations", by, nine); (err == nil) != allowed {
			t.Errorf("%s: %v", by, err)
		}
	}
}

// TestUnknownMatches: a policy for high risk holds what nobody has scored.
func TestUnknownMatches(t *testing.T) {
	t.Parallel()
	spec := approval.PolicySpec{
		AppliesTo: approval.AppliesTo{
			Environments: []string{"live"}, Components: []string{"shop"}, Kinds: []library.ComponentKind{library.Data},
			Risks: []practice.RiskLevel{practice.HighRisk}, Urgencies: []practice.Urgency{practice.Normal},
		},
	}
	policies := []approval.Policy{{Name: "p", Spec: spec}}
	shop := []approval.Component{{Name: "shop", Kind: library.Data}}
	for what, c := range map[string]struct {
		ask  approval.Ask
		want int
	}{
		"all parts match":             {approval.Ask{Environment: "live", Components: shop, Risk: practice.HighRisk}, 1},
		"risk not known":              {approval.Ask{Environment: "live", Components: shop}, 1},
		"components not known":        {approval.Ask{Environment: "live", Risk: practice.HighRisk}, 1},
		"another environment":         {approval.Ask{Environment: "test", Components: shop, Risk: practice.HighRisk}, 0},
		"another risk":                {approval.Ask{Environment: "live", Components: shop, Risk: practice.LowRisk}, 0},
		"another urgency":             {approval.Ask{Environment: "live", Components: shop, Urgency: practice.Urgent}, 0},
		"name and kind of two others": {approval.Ask{Environment: "live", Components: []approval.Component{{Name: "shop", Kind: library.Software}, {Name: "db", Kind: library.Data}}}, 0},
	} {
		if got := len(approval.Applying(policies, c.ask)); got != c.want {
			t.Errorf("%s: %d policies apply, expected %d", what, got, c.want)
		}
	}
}
