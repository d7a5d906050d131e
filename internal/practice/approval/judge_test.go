package approval_test

import (
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
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
