package approval

import (
	"cmp"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// standings gives how far each group of each policy is.
func (c *count) standings(now time.Time) []Standing {
	var all []Standing
	for _, p := range c.policies {
		for _, n := range p.needs(c.Ask.urgency()) {
			all = append(all, c.standing(p, n, now))
		}
	}
	return all
}

func (c *count) standing(p Policy, n Need, now time.Time) Standing {
	s := Standing{Policy: p.Name, Group: n.Group, Needed: n.Count}
	for _, v := range c.approvals {
		if v.Group == n.Group && c.serves(p, v) {
			s.Have++
			s.By = append(s.By, v.told())
		}
	}
	if s.Missing = max(0, s.Needed-s.Have); s.Missing == 0 {
		return s
	}
	s.Since = c.missingSince(p, n)
	if p.Spec.EscalateAfter > 0 {
		s.EscalateTo, s.EscalatesAt = p.Spec.EscalateTo, c.escalation(p)
		s.Escalated = !now.Before(s.EscalatesAt)
	}
	for _, seat := range c.open(s, now) {
		s.May = append(s.May, sitting(seat))
	}
	return s
}

// open lists the seats by which somebody could give what is missing now, each
// person in the first seat that they could take.
func (c *count) open(s Standing, now time.Time) []party.Seat {
	seats := c.People.Seats(s.Group, now)
	if s.Escalated && s.EscalateTo != s.Group {
		seats = append(seats, c.People.Seats(s.EscalateTo, now)...)
	}
	var free []party.Seat
	seen := map[string]bool{}
	for _, seat := range seats {
		if _, taken := c.hall.taken(seat); taken || seen[seat.By] || c.concerned.lost != "" || c.concerned.bars(seat) != "" {
			continue
		}
		seen[seat.By] = true
		free = append(free, seat)
	}
	return free
}

func sitting(s party.Seat) string {
	if s.By == s.Member {
		return s.By
	}
	return s.By + " for " + s.Member
}

// missingSince gives the moment since when too few approvals hold: since it was
// asked, or since one lapsed or was taken back.
func (c *count) missingSince(p Policy, n Need) time.Time {
	type step struct {
		at   time.Time
		more int
	}
	var steps []step
	for _, v := range slices.Concat(c.approvals, c.past) {
		if v.Group != n.Group || !c.serves(p, v) {
			continue
		}
		end := c.lapse(v)
		if !v.Withdrawn.IsZero() && v.Withdrawn.Before(end) {
			end = v.Withdrawn
		}
		steps = append(steps, step{v.At, 1}, step{end, -1})
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(b.more, a.more)) })
	since, have := c.Ask.At, 0
	for _, s := range steps {
		if s.at.After(c.Now) {
			break
		}
		if have == n.Count && s.more < 0 && s.at.After(since) {
			since = s.at
		}
		have += s.more
	}
	return since
}

// ReviewDuty is a review that must follow the end of an emergency deployment.
type ReviewDuty struct {
	Policy string
	Group  string
	Within practice.Duration // after its end
}

// Due gives until when the review must be done.
func (d ReviewDuty) Due(ended time.Time) time.Time { return ended.Add(d.Within.Std()) }

func reviewDuty(policy string, r ReviewRule) ReviewDuty {
	return ReviewDuty{policy, r.Group, cmp.Or(r.Within, practice.Duration(DefaultReview))}
}

// MayReview refuses a review by somebody who asked for the deployment or
// carried it out, or who has no seat in the group that must review it.
func MayReview(a Ask, people party.People, group, by string, now time.Time) error {
	if !people.Here(by) {
		return practice.Faultf(practice.Forbidden, "%s", gone(people, by)).Final()
	}
	c := concern(a, people)
	if c.lost != "" {
		return lostAccount(c.lost)
	}
	var barred string
	for _, seat := range people.Seats(group, now) {
		if seat.By != by {
			continue
		}
		if barred = c.bars(seat); barred == "" {
			return nil
		}
	}
	if barred != "" {
		return practice.Faultf(practice.Forbidden, "%s: nobody reviews what they asked for or carried out", barred).
			WithHint("somebody else of %s must review it", group).Final()
	}
	return practice.Faultf(practice.Forbidden, "%s is not in %s, which reviews %s", by, group, a.Deployment).Lacking("a seat in the group %s", group).Final()
}
