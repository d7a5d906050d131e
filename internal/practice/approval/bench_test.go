package approval_test

import (
	"fmt"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/party"
)

// BenchmarkJudge: "why" must be quick where everybody may vote: two groups of
// 2,000 people, 500 delegations, 100 votes.
func BenchmarkJudge(b *testing.B) {
	var persons []party.Person
	var names []string
	for i := range 2000 {
		names = append(names, fmt.Sprint("p", i))
		persons = append(persons, party.Person{Name: names[i], Spec: party.PersonSpec{Mail: names[i] + "@example.org"}})
	}
	var delegations []party.Delegation
	for i := range 500 {
		delegations = append(delegations, party.Delegation{Name: fmt.Sprint("d", i), Spec: party.DelegationSpec{
			From: names[i], To: names[i+1], Begins: nine, Ends: nine.Add(48 * time.Hour),
		}})
	}
	in := house()
	in.People = party.NewPeople(persons, []party.Group{
		{Name: "operations", Spec: party.GroupSpec{Members: names}}, {Name: "security", Spec: party.GroupSpec{Members: names}},
	}, nil, delegations)
	in.Ask.Requester = person("p0")
	in.Policies[0].Spec.Needs = []approval.Need{{Group: "operations", Count: 1000}, {Group: "security", Count: 1000}}
	in.Now = nine.Add(time.Hour)
	subject := approval.Judge(in).Subject
	for i := range 100 {
		in.Votes = append(in.Votes, approval.Vote{
			ID: fmt.Sprint("V-", i), Deployment: "D-12", Subject: subject, Round: 1, By: names[1000+i], Group: "operations", Decision: approval.Approve, At: nine,
		})
	}
	for b.Loop() {
		if approval.Judge(in).Groups[0].Have != 100 {
			b.Fatal("not every vote counts")
		}
	}
}
