package approval

import (
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// MayVote says whether a vote may be given now, and gives it as it is to be
// kept: with its group, and with For and Through where the person acts for
// somebody or after escalation. Needed of v are By, Subject and Decision; a
// Group or For that is given is kept to. Left out, the first group is taken
// that still misses an approval that the person can give.
//
// It refuses with Conflict when something else is asked by now than what the
// person saw, with Forbidden when the person must not approve this, and with
// Invalid when the vote lacks something.
func MayVote(in Input, v Vote) (Vote, error) {
	c, err := newCount(in)
	if err != nil {
		return v, err
	}
	v.Deployment, v.Round, v.At, v.Withdrawn = in.Ask.Deployment, in.Ask.Round, in.Now, time.Time{}
	if err := c.sound(v); err != nil {
		return v, err
	}
	if err := c.free(v); err != nil {
		return v, err
	}
	return c.choose(v)
}

// sound refuses a vote for what is the same whatever the group.
func (c *count) sound(v Vote) error {
	switch {
	case v.Decision != Approve && v.Decision != Reject:
		return practice.Faultf(practice.Invalid, "decision %q is neither approve nor reject", v.Decision)
	case v.Subject != c.subject:
		return practice.Faultf(practice.Conflict, "%s is not what you saw any more: what is asked has changed (%s, not %s)", c.Ask.Deployment, c.subject.Short(), v.Subject.Short()).
			WithHint("look at it again: tranship deployment show %s", c.Ask.Deployment).Final()
	case !c.People.Here(v.By):
		return practice.Faultf(practice.Forbidden, "%s: only persons approve", gone(c.People, v.By)).
			WithHint("describe who approves as Person and as member of a Group: tranship apply -f FILE").Final()
	case len(c.standings(c.Now)) == 0:
		return practice.Faultf(practice.Refused, "%s asks nobody for approval", c.Ask.Deployment).
			WithHint("see what it waits for: tranship deployment why %s", c.Ask.Deployment).Final()
	case c.concerned.lost != "":
		return lostAccount(c.concerned.lost)
	case strings.TrimSpace(v.Reason) == "" && v.Decision == Reject:
		return practice.Faultf(practice.Invalid, "a rejection needs a reason").WithHint("give --reason")
	}
	for _, p := range c.policies {
		if strings.TrimSpace(v.Reason) == "" && p.Spec.ReasonRequired {
			return practice.Faultf(practice.Invalid, "policy %s needs a reason with each approval", p.Name).WithHint("give --reason")
		}
	}
	return nil
}

// free refuses a person who must not approve this at all, and what comes after
// an earlier decision.
func (c *count) free(v Vote) error {
	if why := c.concerned.bars(party.Seat{Member: v.By, By: v.By}); why != "" {
		return practice.Faultf(practice.Forbidden, "%s: nobody approves what they asked for or carry out", why).
			WithHint("somebody else must: tranship deployment why %s", c.Ask.Deployment).Final()
	}
	if c.rejected != nil {
		return practice.Faultf(practice.Refused, "%s was rejected by %s", c.Ask.Deployment, c.rejected.told()).
			WithHint("%s can ask again: %s", c.Ask.Requester.Name, command(c.Ask, "ask-again", "--reason WHY")).Final()
	}
	if earlier, taken := c.hall.taken(party.Seat{Member: v.By, By: v.By}); taken {
		return c.twice(earlier)
	}
	return nil
}

func (c *count) twice(earlier Vote) error {
	return practice.Faultf(practice.Refused, "%s voted already, for %s: nobody counts twice", earlier.told(), earlier.Group).
		WithHint("take it back first: %s", command(c.Ask, "withdraw")).Final()
}

// choose finds the group and the seat that a vote is for.
func (c *count) choose(v Vote) (Vote, error) {
	var refusal error
	keep := func(err error) {
		if refusal == nil {
			refusal = err
		}
	}
	for _, missing := range []bool{true, false} {
		for _, s := range c.standings(c.Now) {
			if v.Group != "" && s.Group != v.Group || (s.Missing > 0) != missing {
				continue
			}
			for _, seat := range c.seatsFor(s, v) {
				err := c.sit(seat)
				if err == nil {
					return placed(v, s, seat), nil
				}
				keep(err)
			}
		}
	}
	if refusal == nil {
		refusal = c.outsider(v)
	}
	return v, refusal
}

// seatsFor gives the seats of a standing that the voter could mean.
func (c *count) seatsFor(s Standing, v Vote) []party.Seat {
	seats := c.People.Seats(s.Group, c.Now)
	if s.Escalated && s.EscalateTo != s.Group {
		seats = append(seats, c.People.Seats(s.EscalateTo, c.Now)...)
	}
	var own []party.Seat
	for _, seat := range seats {
		if seat.By == v.By && (v.For == "" || v.For == seat.Member) && (v.Through == "" || v.Through == seat.Group) {
			own = append(own, seat)
		}
	}
	return own
}

func (c *count) sit(seat party.Seat) error {
	if why := c.concerned.bars(seat); why != "" {
		return practice.Faultf(practice.Forbidden, "%s: nobody approves what they asked for or carry out, nor does their deputy in their place", why).
			WithHint("somebody else must: tranship deployment why %s", c.Ask.Deployment).Final()
	}
	if earlier, taken := c.hall.taken(seat); taken {
		return c.twice(earlier)
	}
	return nil
}

func placed(v Vote, s Standing, seat party.Seat) Vote {
	v.Group, v.For, v.Through = s.Group, "", ""
	if seat.Member != seat.By {
		v.For = seat.Member
	}
	if seat.Group != s.Group {
		v.Through = seat.Group
	}
	return v
}

// outsider refuses somebody who has no seat, as exactly as it can be told.
func (c *count) outsider(v Vote) error {
	asked := map[string]bool{}
	var groups []string
	why := ""
	for _, s := range c.standings(c.Now) {
		if asked[s.Group] {
			continue
		}
		asked[s.Group] = true
		groups = append(groups, s.Group)
		if v.Group != "" && v.Group != s.Group {
			continue
		}
		for _, d := range c.lapsedFor(v.By, s.Group) {
			why = fmt.Sprintf("%s acted for %s until %s only (delegation %s)", v.By, d.Spec.From, moment(d.Spec.Ends), d.Name)
		}
		if v.For != "" && why == "" {
			why = notIn(c.People, party.Seat{Group: s.Group, Member: v.For, By: v.By}, c.Now)
		}
	}
	if v.Group != "" && !asked[v.Group] {
		return practice.Faultf(practice.Refused, "%s is not asked about %s", v.Group, c.Ask.Deployment).
			WithHint("asked are %s", strings.Join(groups, ", ")).Final()
	}
	if why == "" && v.Group != "" {
		why = fmt.Sprintf("%s is neither in %s nor the deputy of anybody there", v.By, v.Group)
	}
	if why == "" {
		why = fmt.Sprintf("%s is in none of the groups that are asked, nor the deputy of anybody there", v.By)
	}
	return practice.Faultf(practice.Forbidden, "%s", why).Lacking("a seat in %s, which is asked", strings.Join(groups, " or ")).Final()
}

// lapsedFor lists the delegations by which somebody once acted for a member of the group.
func (c *count) lapsedFor(by, group string) []party.Delegation {
	spec, _ := c.People.Group(group)
	var found []party.Delegation
	for _, member := range spec.Members {
		if d, ended := c.People.Lapsed(party.Seat{Group: group, Member: member, By: by}, c.Now); ended {
			found = append(found, d)
		}
	}
	return found
}

// MayWithdraw refuses to take a vote back to anybody but the voter and the
// member in whose place it was given, and when that was done already.
func MayWithdraw(v Vote, by string) error {
	switch {
	case !v.Withdrawn.IsZero():
		return practice.Faultf(practice.Conflict, "the vote of %s for %s was taken back at %s already", v.told(), v.Group, moment(v.Withdrawn)).Final()
	case by != v.By && by != v.member():
		return practice.Faultf(practice.Forbidden, "the vote of %s is not %s's to take back", v.told(), by).Final()
	}
	return nil
}
