package approval

import (
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// NoticeKind says what people are told.
type NoticeKind string

// The notices.
const (
	Reminder   NoticeKind = "reminder"   // an approval is still missing
	Escalation NoticeKind = "escalation" // others may give it now
	Lapse      NoticeKind = "lapse"      // an approval does not hold any more
)

// Notice is something that people must be told. Key is the same whenever the
// same notice is due, so that it is handed out once.
type Notice struct {
	Key     string
	Kind    NoticeKind
	Policy  string // empty for a lapse
	Group   string
	At      time.Time // when it fell due
	To      []string  // persons
	Message string
}

// due gives what fell due after ToldUntil. Of several reminders that were missed
// only the last one is told.
func (c *count) due(groups []Standing) []Notice {
	var due []Notice
	for _, s := range groups {
		if s.Missing == 0 {
			continue
		}
		if n, is := c.escalate(s); is {
			due = append(due, n)
		}
		if n, is := c.remind(s); is {
			due = append(due, n)
		}
	}
	for _, v := range c.past {
		if n, is := c.lapsed(v); is {
			due = append(due, n)
		}
	}
	return due
}

// fresh says whether a moment is past and was not told yet.
func (c *count) fresh(at time.Time) bool { return !at.After(c.Now) && at.After(c.ToldUntil) }

func (c *count) escalate(s Standing) (Notice, bool) {
	at := s.EscalatesAt
	if s.Since.After(at) {
		at = s.Since // it went missing after the others were let in: they may at once
	}
	if !s.Escalated || !c.fresh(at) {
		return Notice{}, false
	}
	n := c.notice(Escalation, s, at)
	var to []party.Seat
	for _, seat := range c.open(s, c.Now) {
		if seat.Group == s.EscalateTo {
			to = append(to, seat)
		}
	}
	n.To = sitters(to)
	n.Message = fmt.Sprintf("%s waits for %d of %s since %s; %s may approve in their place: %s",
		c.Ask.Deployment, s.Missing, s.Group, moment(s.Since.Truncate(time.Second)), s.EscalateTo, command(c.Ask, "give", "--reason WHY"))
	return n, len(n.To) > 0
}

func (c *count) remind(s Standing) (Notice, bool) {
	last, there := lastBefore(s.Since, c.reminding(s.Policy), c.Now)
	if !there || !c.fresh(last) {
		return Notice{}, false
	}
	n := c.notice(Reminder, s, last)
	n.To = sitters(c.open(s, c.Now))
	n.Message = fmt.Sprintf("%s waits for %d of %s since %s: %s", c.Ask.Deployment, s.Missing, s.Group, moment(s.Since.Truncate(time.Second)), command(c.Ask, "give", "--reason WHY"))
	return n, len(n.To) > 0
}

func (c *count) lapsed(v Vote) (Notice, bool) {
	at := c.lapse(v)
	if !v.standsAt(c.Now) || !c.fresh(at) {
		return Notice{}, false
	}
	to := []string{v.By}
	if person, known := c.People.Answering(c.Ask.Requester); known && person != "" && person != v.By {
		to = append(to, person)
	}
	return Notice{
		Key: fmt.Sprintf("%s/%s/%s", c.subject.Short(), Lapse, v.ID), Kind: Lapse, Group: v.Group, At: at, To: to,
		Message: fmt.Sprintf("the approval of %s by %s for %s lapsed at %s", c.Ask.Deployment, v.told(), v.Group, moment(at)),
	}, true
}

func (c *count) notice(kind NoticeKind, s Standing, at time.Time) Notice {
	key := fmt.Sprintf("%s/%s/%s/%s/%s", c.subject.Short(), kind, s.Policy, s.Group, at.UTC().Format(time.RFC3339Nano))
	return Notice{Key: key, Kind: kind, Policy: s.Policy, Group: s.Group, At: at}
}

func sitters(seats []party.Seat) []string {
	var names []string
	for _, s := range seats {
		if !slices.Contains(names, s.By) {
			names = append(names, s.By)
		}
	}
	return names
}

// reminding gives how often a policy reminds; 0: never.
func (c *count) reminding(policy string) time.Duration {
	for _, p := range c.policies {
		if p.Name == policy {
			return p.Spec.RemindAfter.Std()
		}
	}
	return 0
}

// lastBefore gives the last of since+every, since+2*every and so on that is not
// after now; false when there is none.
func lastBefore(since time.Time, every time.Duration, now time.Time) (time.Time, bool) {
	passed := now.Sub(since)
	if every <= 0 || passed < every {
		return time.Time{}, false
	}
	return since.Add(passed - passed%every), true
}

// next gives the next moment at which the judgement changes by itself or
// something falls due; zero: never.
func (c *count) next(groups []Standing) time.Time {
	var next time.Time
	consider := func(t time.Time) {
		if t.After(c.Now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, s := range groups {
		if s.Missing == 0 {
			continue
		}
		consider(s.EscalatesAt)
		if every := c.reminding(s.Policy); every > 0 {
			last, there := lastBefore(s.Since, every, c.Now)
			if !there {
				last = s.Since
			}
			consider(last.Add(every))
		}
	}
	for _, v := range c.approvals {
		consider(c.lapse(v))
	}
	if len(c.policies) > 0 {
		consider(c.Ask.Window.End)
	}
	return next
}

// lostAccount refuses because nobody can be shown to be independent.
func lostAccount(name string) *practice.Error {
	return practice.Faultf(practice.Refused, "nobody is known who answers for service account %s, so nobody is known to be independent of it", name).
		WithHint("describe ServiceAccount %s with its owner and apply it: tranship apply -f FILE", name).Final()
}
