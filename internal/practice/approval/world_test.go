package approval_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/party"
)

// world is a generated organisation with votes, of which the oracle knows the
// human behind each person.
type world struct {
	in          approval.Input
	human       map[string]int // by person
	left        map[string]bool
	groups      map[string]party.GroupSpec
	delegations []party.DelegationSpec
	accounts    map[string]string // owner by account
	policies    []approval.Policy // that apply: all of them
}

var (
	personNames = []string{"p0", "p1", "p2", "p3", "p4", "p5", "p6"}
	groupNames  = []string{"g0", "g1", "g2"}
)

// dice are thrown for a world; the same seed gives the same world.
type dice struct{ *rand.Rand }

func (d dice) chance(percent int) bool     { return d.IntN(100) < percent }
func (d dice) between(least, most int) int { return least + d.IntN(most-least+1) }
func (d dice) pick(from []string) string   { return from[d.IntN(len(from))] }
func (d dice) hours(from ...int) time.Duration {
	return time.Duration(from[d.IntN(len(from))]) * time.Hour
}

// moment gives a full hour around the day of the question.
func (d dice) moment(least, most int) time.Time {
	return nine.Add(time.Duration(d.between(least, most)) * time.Hour)
}

func (d dice) some(of []string, percent int) []string {
	var some []string
	for _, name := range of {
		if d.chance(percent) {
			some = append(some, name)
		}
	}
	return some
}

func anyWorld(d dice) *world {
	w := &world{human: map[string]int{}, left: map[string]bool{}, groups: map[string]party.GroupSpec{}, accounts: map[string]string{}}
	var persons []party.Person
	for i, name := range personNames {
		w.human[name] = i
		spec := party.PersonSpec{}
		switch {
		case d.chance(10): // another account of the human before
			w.human[name] = w.human[personNames[max(0, i-1)]]
		case d.chance(8):
			spec.Left, w.left[name] = true, true
		}
		spec.Mail = fmt.Sprintf("%s%d@example.org", d.pick([]string{"Human", "human"}), w.human[name])
		persons = append(persons, party.Person{Name: name, Spec: spec})
	}
	var groups []party.Group
	for _, name := range groupNames {
		spec := party.GroupSpec{Members: d.some(personNames, 60)}
		for range d.between(0, 2) {
			spec.Deputies = append(spec.Deputies, party.Deputy{For: d.pick(personNames), Person: d.pick(personNames)})
		}
		w.groups[name] = spec
		groups = append(groups, party.Group{Name: name, Spec: spec})
	}
	var delegations []party.Delegation
	for i := range d.between(0, 4) {
		spec := party.DelegationSpec{
			From: d.pick(personNames), To: d.pick(personNames), Begins: d.moment(-6, 12), Ends: d.moment(0, 30), Groups: d.some(groupNames, 30),
		}
		w.delegations = append(w.delegations, spec)
		delegations = append(delegations, party.Delegation{Name: fmt.Sprint("d", i), Spec: spec})
	}
	w.accounts["a0"], w.accounts["a1"] = d.pick(personNames), d.pick(personNames)
	accounts := []party.ServiceAccount{{Name: "a0", Spec: party.ServiceAccountSpec{Owner: w.accounts["a0"]}}, {Name: "a1", Spec: party.ServiceAccountSpec{Owner: w.accounts["a1"]}}}
	w.in = approval.Input{People: party.NewPeople(persons, groups, accounts, delegations), Now: nine.Add(12 * time.Hour), ToldUntil: nine}
	w.askAnything(d)
	w.policeAnything(d)
	w.voteAnything(d)
	return w
}

func (w *world) askAnything(d dice) {
	anybody := func() practice.Actor {
		switch {
		case d.chance(3):
			return practice.Actor{Kind: practice.Account, Name: "stray"}
		case d.chance(30):
			return practice.Actor{Kind: practice.Account, Name: d.pick([]string{"a0", "a1"})}
		}
		return person(d.pick(personNames))
	}
	w.in.Ask = approval.Ask{Deployment: "D-12", Plan: practice.DigestOf([]byte("plan")), Requester: anybody(), Round: 1, At: nine}
	if d.chance(40) {
		w.in.Ask.Implementers = append(w.in.Ask.Implementers, anybody().Name)
	}
	if d.chance(30) {
		w.in.Ask.Authors = append(w.in.Ask.Authors, anybody())
		w.in.Ask.Rulers = append(w.in.Ask.Rulers, anybody())
	}
	if d.chance(30) {
		w.in.Ask.Urgency = practice.Emergency
	}
	if d.chance(30) {
		w.in.Ask.Window = practice.Window{Start: nine, End: d.moment(10, 300)}
	}
}

func (w *world) policeAnything(d dice) {
	needs := func() []approval.Need {
		var all []approval.Need
		for _, group := range d.some(groupNames, 50) {
			all = append(all, approval.Need{Group: group, Count: d.between(1, 2)})
		}
		return all
	}
	for i := range d.between(0, 2) {
		spec := approval.PolicySpec{Needs: needs(), Expires: practice.Duration(d.hours(0, 0, 6, 48)), RemindAfter: practice.Duration(d.hours(0, 2, 5))}
		if d.chance(50) {
			spec.EscalateAfter, spec.EscalateTo = practice.Duration(d.hours(1, 3, 11)), d.pick(groupNames)
		}
		if d.chance(50) {
			spec.Emergency = &approval.Emergency{Needs: needs(), Review: approval.ReviewRule{Group: "g0"}}
		}
		name := fmt.Sprint("policy-", i)
		w.policies = append(w.policies, approval.Policy{Name: name, Digest: practice.DigestOf([]byte(name)), Spec: spec})
	}
	w.in.Policies = w.policies
}

// voteAnything puts votes there as if nobody had checked them before.
func (w *world) voteAnything(d dice) {
	right := approval.Judge(w.in).Subject
	for i := range d.between(2, 9) {
		v := approval.Vote{
			ID: fmt.Sprint("V-", i), Deployment: "D-12", Subject: right, Round: 1, Decision: approval.Approve, At: d.moment(0, 13),
			By: d.pick(personNames), Group: d.pick(groupNames),
		}
		if d.chance(5) {
			v.Subject = practice.DigestOf([]byte("before"))
		}
		if d.chance(5) {
			v.Withdrawn = d.moment(0, 14)
		}
		if d.chance(40) {
			v.For = d.pick(personNames)
		}
		if d.chance(15) {
			v.Through = d.pick(groupNames)
		}
		w.in.Votes = append(w.in.Votes, v)
	}
}

// needs gives what a policy needs of the world's deployment.
func (w *world) needs(p approval.Policy) []approval.Need {
	if w.in.Ask.Urgency == practice.Emergency && p.Spec.Emergency != nil {
		return p.Spec.Emergency.Needs
	}
	return p.Spec.Needs
}

// involved gives the humans who asked, changed or carry out; false when somebody
// cannot be named.
func (w *world) involved() (map[int]bool, bool) {
	humans := map[int]bool{}
	actors := slices.Concat([]practice.Actor{w.in.Ask.Requester}, w.in.Ask.Authors, w.in.Ask.Rulers)
	for _, name := range w.in.Ask.Implementers {
		if _, account := w.accounts[name]; account {
			actors = append(actors, practice.Actor{Kind: practice.Account, Name: name})
		} else if slices.Contains(personNames, name) {
			actors = append(actors, person(name))
		}
	}
	for _, a := range actors {
		name := a.Name
		if a.Kind == practice.Account {
			if name = w.accounts[a.Name]; name == "" {
				return nil, false
			}
		}
		humans[w.human[name]] = true
	}
	return humans, true
}

// represents says whether somebody may sit in a member's seat at a moment, read
// from the documents alone.
func (w *world) represents(by, member, group string, at time.Time) bool {
	spec := w.groups[group]
	if w.left[by] || w.left[member] || !slices.Contains(spec.Members, member) {
		return false
	}
	if by == member || slices.Contains(spec.Deputies, party.Deputy{For: member, Person: by}) {
		return true
	}
	return slices.ContainsFunc(w.delegations, func(d party.DelegationSpec) bool {
		in := len(d.Groups) == 0 || slices.Contains(d.Groups, group)
		return d.From == member && d.To == by && in && !at.Before(d.Begins) && at.Before(d.Ends)
	})
}
