package approval_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
)

func whole() approval.SubjectParts {
	return approval.SubjectParts{
		Deployment: "D-12", Plan: practice.DigestOf([]byte("plan")), Class: practice.ReleaseClass, Urgency: practice.Normal, Change: "CHG-7",
		Window:    practice.Window{Start: nine, End: nine.Add(time.Hour)},
		Requester: person("anna"), Implementers: []string{"ben", "cara"}, Round: 1,
		Policies: []approval.PolicyRef{{Name: "a", Digest: practice.DigestOf([]byte("a"))}, {Name: "b", Digest: practice.DigestOf([]byte("b"))}},
	}
}

// mutations change one thing that a vote is bound to; the key begins with the field.
var mutations = map[string]func(*approval.SubjectParts){
	"Deployment":              func(p *approval.SubjectParts) { p.Deployment = "D-13" },
	"Plan":                    func(p *approval.SubjectParts) { p.Plan = practice.DigestOf([]byte("another")) },
	"Window.Start":            func(p *approval.SubjectParts) { p.Window.Start = p.Window.Start.Add(-time.Nanosecond) },
	"Window.End":              func(p *approval.SubjectParts) { p.Window.End = p.Window.End.Add(time.Nanosecond) },
	"Window opened":           func(p *approval.SubjectParts) { p.Window = practice.Window{} },
	"Class":                   func(p *approval.SubjectParts) { p.Class = practice.MaintenanceClass },
	"Urgency":                 func(p *approval.SubjectParts) { p.Urgency = practice.Emergency },
	"Change":                  func(p *approval.SubjectParts) { p.Change = "CHG-8" },
	"Change dropped":          func(p *approval.SubjectParts) { p.Change = "" },
	"Requester.Name":          func(p *approval.SubjectParts) { p.Requester.Name = "ben" },
	"Requester.Kind":          func(p *approval.SubjectParts) { p.Requester.Kind = practice.Account },
	"Implementers another":    func(p *approval.SubjectParts) { p.Implementers = []string{"ben", "dora"} },
	"Implementers fewer":      func(p *approval.SubjectParts) { p.Implementers = []string{"ben"} },
	"Implementers joined":     func(p *approval.SubjectParts) { p.Implementers = []string{"ben, cara"} },
	"Round":                   func(p *approval.SubjectParts) { p.Round = 2 },
	"Policies say more":       func(p *approval.SubjectParts) { p.Policies[1].Digest = practice.DigestOf([]byte("c")) },
	"Policies one less":       func(p *approval.SubjectParts) { p.Policies = p.Policies[:1] },
	"Policies one more":       func(p *approval.SubjectParts) { p.Policies = append(p.Policies, approval.PolicyRef{Name: "c"}) },
	"Policies another's name": func(p *approval.SubjectParts) { p.Policies[0].Name = "c" },
}

// TestEveryChangeVoidsAndIsTold (pain 3, stale approval): each field is mutated.
func TestEveryChangeVoidsAndIsTold(t *testing.T) {
	t.Parallel()
	before := subject(t, whole())
	for name, mutate := range mutations {
		p := whole()
		mutate(&p)
		if subject(t, p) == before {
			t.Errorf("%s: votes survive the change", name)
		}
		if told := approval.Changed(whole(), p); len(told) == 0 {
			t.Errorf("%s: nobody is told what changed", name)
		}
	}
	for field := range reflect.TypeFor[approval.SubjectParts]().Fields() {
		covered := false
		for name := range mutations {
			covered = covered || strings.HasPrefix(name, field.Name)
		}
		if !covered {
			t.Errorf("no mutation of %s: say here what happens to votes when it changes", field.Name)
		}
	}
}

// TestWhatDoesNotVoid (pain 1): the same thing said otherwise is the same.
func TestWhatDoesNotVoid(t *testing.T) {
	t.Parallel()
	p := whole()
	berlin := time.FixedZone("CEST", 2*60*60)
	p.Window = practice.Window{Start: p.Window.Start.In(berlin), End: p.Window.End.In(berlin)}
	p.Implementers = []string{"cara", "ben", "cara"}
	slices.Reverse(p.Policies)
	if subject(t, p) != subject(t, whole()) || len(approval.Changed(whole(), p)) > 0 {
		t.Errorf("votes are void though only the writing changed: %v", approval.Changed(whole(), p))
	}
	p.Urgency, p = "", whole()
	if subject(t, p) != subject(t, whole()) {
		t.Error("normal is not the urgency where none is said")
	}
}

// askMutations change one thing of what is asked. Those of true void the votes.
var askMutations = map[string]struct {
	void   bool
	mutate func(*approval.Ask)
}{
	"Deployment":   {true, func(a *approval.Ask) { a.Deployment = "D-13" }},
	"Plan":         {true, func(a *approval.Ask) { a.Plan = practice.DigestOf([]byte("another")) }},
	"Environment":  {false, func(a *approval.Ask) { a.Environment = "test" }},                           // the plan's digest covers it
	"Components":   {false, func(a *approval.Ask) { a.Components = []approval.Component{{Name: "x"}} }}, // the plan's digest covers them
	"Model":        {false, func(a *approval.Ask) { a.Model = "other" }},                                // the plan's digest covers it
	"Direction":    {false, func(a *approval.Ask) { a.Direction = "remove" }},                           // the plan's digest covers it
	"Class":        {true, func(a *approval.Ask) { a.Class = practice.RetirementClass }},
	"Urgency":      {true, func(a *approval.Ask) { a.Urgency = practice.Urgent }},
	"Risk":         {false, func(a *approval.Ask) { a.Risk = practice.LowRisk }}, // only through the policies that then apply
	"Window":       {true, func(a *approval.Ask) { a.Window.End = nine.Add(time.Hour) }},
	"Change":       {true, func(a *approval.Ask) { a.Change.Reference = "CHG-9" }},
	"Requester":    {true, func(a *approval.Ask) { a.Requester = person("emil") }},
	"Rulers":       {false, func(a *approval.Ask) { a.Rulers = []practice.Actor{person("emil")} }},  // only the ruler's own vote
	"Authors":      {false, func(a *approval.Ask) { a.Authors = []practice.Actor{person("emil")} }}, // only the author's own vote
	"Implementers": {true, func(a *approval.Ask) { a.Implementers = []string{"emil"} }},
	"Round":        {true, func(a *approval.Ask) { a.Round++ }},
	"At":           {false, func(a *approval.Ask) { a.At = a.At.Add(-time.Hour) }},
}

func TestApprovalDoesNotSurviveAChangeOfWhatIsAsked(t *testing.T) {
	t.Parallel()
	for field := range reflect.TypeFor[approval.Ask]().Fields() {
		m, known := askMutations[field.Name]
		if !known {
			t.Errorf("no mutation of Ask.%s: say here what happens to votes when it changes", field.Name)
			continue
		}
		in := house()
		for _, by := range []string{"ben", "cara", "dora"} {
			in = give(t, in, by)
		}
		m.mutate(&in.Ask)
		if open := approval.Judge(in).Verdict.Open; open == m.void {
			t.Errorf("Ask.%s changed: open is %v", field.Name, open)
		}
	}
}

// TestAuthorsDoNotApprove (pain 3): who changes what is asked cannot approve it.
func TestAuthorsDoNotApprove(t *testing.T) {
	t.Parallel()
	in := give(t, house(), "ben")
	in.Ask.Authors = []practice.Actor{person("ben")}
	if r := approval.Judge(in); r.Groups[0].Have != 0 || r.Votes[0].Why != "ben changed what is asked" {
		t.Errorf("the vote of an author counts: %+v", r.Votes)
	}
}

func subject(t *testing.T, p approval.SubjectParts) practice.Digest {
	t.Helper()
	digest, err := approval.Subject(p)
	if err != nil {
		t.Fatal(err)
	}
	return digest
}
