package approval

import (
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// concerned is the humans who must not approve, each with why.
type concerned struct {
	people party.People
	why    map[string]string // by human
	lost   string            // a service account that nobody answers for; empty: none
}

// concern finds who must not approve an ask: whoever asked for it, changed what
// is asked or carries it out, and whoever answers for a service account that does.
func concern(a Ask, people party.People) *concerned {
	c := &concerned{people: people, why: map[string]string{}}
	c.add(a.Requester, "asked for it")
	for _, author := range a.Authors {
		c.add(author, "changed what is asked")
	}
	for _, ruler := range a.Rulers {
		c.add(ruler, "changed who decides on it since it was asked for")
	}
	for _, name := range a.Implementers {
		c.add(practice.Actor{Kind: practice.Person, Name: name}, "carries it out")
		if people.Account(name) {
			c.add(practice.Actor{Kind: practice.Account, Name: name}, "carries it out")
		}
	}
	return c
}

func (c *concerned) add(a practice.Actor, why string) {
	person, known := c.people.Answering(a)
	switch {
	case !known:
		c.lost = a.Name
	case person == "":
	default:
		if a.Kind == practice.Account {
			why = fmt.Sprintf("answers for service account %s, which %s", a.Name, why)
		}
		if human := c.people.Human(person); c.why[human] == "" {
			c.why[human] = why
		}
	}
}

// bars says why a seat must not be used, or "". Nobody who is concerned may sit
// in it, and nobody may sit in the seat of one who is.
func (c *concerned) bars(s party.Seat) string {
	if why := c.why[c.people.Human(s.By)]; why != "" {
		return fmt.Sprintf("%s %s", s.By, why)
	}
	if why := c.why[c.people.Human(s.Member)]; why != "" {
		return fmt.Sprintf("%s is the deputy of %s, who %s", s.By, s.Member, why)
	}
	return ""
}

// hall is who sits where while votes are counted: one human fills at most one
// seat over all groups, sitting in it or being represented in it.
type hall struct {
	people party.People
	seated map[string]Vote // by human
}

// taken gives the vote that a human of the seat has already, if one has.
func (h hall) taken(s party.Seat) (Vote, bool) {
	for _, name := range []string{s.By, s.Member} {
		if v, there := h.seated[h.people.Human(name)]; there {
			return v, true
		}
	}
	return Vote{}, false
}

func (h hall) seat(v Vote) {
	h.seated[h.people.Human(v.By)] = v
	h.seated[h.people.Human(v.member())] = v
}

// seatOf gives the seat that a vote takes: in its own group, or in the one that
// it was let in by.
func seatOf(v Vote) party.Seat {
	group := v.Group
	if v.Through != "" {
		group = v.Through
	}
	return party.Seat{Group: group, Member: v.member(), By: v.By}
}

// notIn says why somebody cannot take a seat at a moment; the seat is not held.
func notIn(people party.People, s party.Seat, at time.Time) string {
	spec, known := people.Group(s.Group)
	switch {
	case !known:
		return fmt.Sprintf("there is no group %s", s.Group)
	case !people.Here(s.By):
		return gone(people, s.By)
	case !people.Here(s.Member):
		return gone(people, s.Member)
	case !slices.Contains(spec.Members, s.Member):
		return fmt.Sprintf("%s is not a member of %s", s.Member, s.Group)
	}
	if d, ended := people.Lapsed(s, at); ended {
		return fmt.Sprintf("%s acted for %s until %s only (delegation %s)", s.By, s.Member, moment(d.Spec.Ends), d.Name)
	}
	return fmt.Sprintf("%s is not the deputy of %s in %s", s.By, s.Member, s.Group)
}

func gone(people party.People, name string) string {
	if _, known := people.Person(name); !known {
		return fmt.Sprintf("there is no person %s", name)
	}
	return name + " has left"
}
