package approval

import (
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// Input is all that a judgement is made of.
type Input struct {
	Ask       Ask
	Policies  []Policy // all that exist; those that do not apply are left out
	People    party.People
	Votes     []Vote // of the deployment, of all rounds, in any order
	Now       time.Time
	ToldUntil time.Time // notices up to this moment were handed out; zero: none
}

// Result is a judgement. The same input always gives the same.
type Result struct {
	Verdict  practice.Verdict
	Subject  practice.Digest // what votes must be bound to now
	Parts    SubjectParts    // what the subject is made of
	Groups   []Standing      // one for each group of each policy that applies
	Votes    []Counted       // all votes, in the order in which they were given
	Next     time.Time       // when to judge again though nothing happens; zero: never
	Due      []Notice        // what people must be told now
	Rejected *Vote           // the rejection that stands; nil: none
	GivenBy  []string        // whose votes made it, as people say it: "ben for anna"
	Why      string          // one sentence: who authorised it, or what it waits for
	Reviews  []ReviewDuty    // what must follow an emergency
}

// Standing is how far one group is with what one policy needs of it.
type Standing struct {
	Policy  string
	Group   string
	Needed  int
	Have    int
	Missing int
	By      []string  // who approved, as people say it
	May     []string  // who may still approve, as people say it
	Since   time.Time // since when something is missing; zero: nothing is
	// EscalatesAt is when the members of EscalateTo may fill in; zero: never, or nothing is missing.
	EscalatesAt time.Time
	EscalateTo  string
	Escalated   bool // that moment is past
}

// Judge says at Now whether the deployment is authorised, what is missing, who
// may give it, and what people must be told. It never fails: what cannot be
// judged is held, and says why.
func Judge(in Input) Result {
	c, err := newCount(in)
	if err != nil {
		return Result{Verdict: practice.Hold(practice.Reason{
			Gate: gateApproval, Message: err.Error(), Since: in.Ask.At, Who: requesterTold(in.Ask), How: command(in.Ask, "ask-again", "--reason WHY"), Way: practice.AskAgain,
		}), Why: err.Error()}
	}
	r := Result{Verdict: practice.Pass(), Subject: c.subject, Parts: c.parts, Votes: c.votes, Groups: c.standings(in.Now)}
	for _, p := range c.policies {
		if e := p.Spec.Emergency; e != nil && in.Ask.urgency() == practice.Emergency {
			r.Reviews = append(r.Reviews, reviewDuty(p.Name, e.Review))
		}
	}
	for _, v := range c.approvals {
		r.GivenBy = append(r.GivenBy, v.told())
	}
	r.Rejected = c.rejected
	r.Verdict = practice.And(c.rejection(), c.window(), c.change(), c.approval(r.Groups))
	r.Why = c.why(r)
	if r.Rejected == nil {
		r.Due = c.due(r.Groups)
		r.Next = c.next(r.Groups)
	}
	return r
}

// count is the state of a judgement: which votes count, in which seats.
type count struct {
	Input
	policies  []Policy // that apply, by name
	parts     SubjectParts
	subject   practice.Digest
	concerned *concerned
	votes     []Counted
	approvals []Vote // that count now, in order
	past      []Vote // approvals that would count but for having lapsed or been taken back
	rejected  *Vote
	hall      hall
}

func newCount(in Input) (*count, error) {
	c := &count{
		Input: in, policies: Applying(in.Policies, in.Ask), parts: PartsOf(in.Ask, in.Policies),
		concerned: concern(in.Ask, in.People), hall: hall{in.People, map[string]Vote{}},
	}
	var err error
	if c.subject, err = Subject(c.parts); err != nil {
		return nil, err
	}
	for _, v := range inOrder(in.Votes) {
		why := c.take(v)
		c.votes = append(c.votes, Counted{Vote: v, Counts: why == "", Why: why})
	}
	return c, nil
}

// take counts a vote, or says why it does not count.
func (c *count) take(v Vote) string {
	switch {
	case v.Deployment != c.Ask.Deployment || v.Subject != c.subject || v.Round != c.Ask.Round:
		return "it was given on something else than what is asked now"
	case v.At.After(c.Now):
		return "it is not given yet"
	case !v.standsAt(c.Now) && v.Decision == Reject:
		return "it was taken back at " + moment(v.Withdrawn)
	case v.Decision == Reject:
		if c.rejected == nil {
			c.rejected = &v
		}
		return ""
	case v.Decision != Approve:
		return fmt.Sprintf("%q is no decision", v.Decision)
	}
	if why := c.unfit(v); why != "" {
		return why
	}
	if !v.standsAt(c.Now) {
		c.past = append(c.past, v)
		return "it was taken back at " + moment(v.Withdrawn)
	}
	if lapse := c.lapse(v); !c.Now.Before(lapse) {
		c.past = append(c.past, v)
		return "it lapsed at " + moment(lapse)
	}
	if other, taken := c.hall.taken(seatOf(v)); taken {
		return fmt.Sprintf("the same human counts already, by the vote of %s for %s", other.told(), other.Group)
	}
	c.hall.seat(v)
	c.approvals = append(c.approvals, v)
	return ""
}

// unfit says why an approval does not count whenever it is judged, or "".
// Deputyships are judged as of the vote, everything else as it is now: who was
// taken out of a group or has left has no voice any more, while a vote that a
// deputy gave in time stays when the deputyship ends.
func (c *count) unfit(v Vote) string {
	seat := seatOf(v)
	switch {
	case c.concerned.lost != "":
		return "nobody is known who answers for service account " + c.concerned.lost
	case c.concerned.bars(seat) != "":
		return c.concerned.bars(seat)
	case !c.asked(v):
		return fmt.Sprintf("%s was not asked", v.Group)
	case !c.People.Holds(seat, v.At):
		return notIn(c.People, seat, v.At)
	}
	return ""
}

// asked says whether a policy needs the group of a vote, and lets it in by the
// way that it came: its own group, or escalation that had come by then.
func (c *count) asked(v Vote) bool {
	for _, p := range c.policies {
		if c.serves(p, v) {
			return true
		}
	}
	return false
}

// serves says whether a vote is one that the policy needs.
func (c *count) serves(p Policy, v Vote) bool {
	for _, n := range p.needs(c.Ask.urgency()) {
		if n.Group == v.Group {
			return v.Through == "" || p.Spec.EscalateAfter > 0 && v.Through == p.Spec.EscalateTo && !v.At.Before(c.escalation(p))
		}
	}
	return false
}

// escalation gives when the policy lets its second group in.
func (c *count) escalation(p Policy) time.Time { return c.Ask.At.Add(p.Spec.EscalateAfter.Std()) }

// lapse gives when an approval stops to hold: by the policy that says the
// least. Where none says anything, it holds for DefaultExpiry, and for a window
// at least until that ends.
func (c *count) lapse(v Vote) time.Time {
	var first time.Time
	for _, p := range c.policies {
		if said := p.Spec.Expires.Std(); said > 0 && (first.IsZero() || v.At.Add(said).Before(first)) {
			first = v.At.Add(said)
		}
	}
	if !first.IsZero() {
		return first
	}
	first = v.At.Add(DefaultExpiry)
	if end := c.Ask.Window.End; end.After(first) {
		first = end
	}
	return first
}

// why says the result in one sentence.
func (c *count) why(r Result) string {
	switch {
	case !r.Verdict.Open:
		var told []string
		for _, reason := range r.Verdict.Reasons {
			told = append(told, reason.Message)
		}
		return strings.Join(told, "; ")
	case len(c.policies) == 0:
		return "no approval policy applies: the right to deploy is enough"
	}
	var told []string
	for _, s := range r.Groups {
		told = append(told, fmt.Sprintf("%d of %s for policy %s (%s)", s.Have, s.Group, s.Policy, strings.Join(s.By, ", ")))
	}
	if change := c.Ask.Change; change.State == ConfirmedChange {
		told = append(told, fmt.Sprintf("change %s, confirmed by %s", change.Reference, change.By.Name))
	}
	if len(told) == 0 {
		return "the policies " + strings.Join(policyNames(c.policies), ", ") + " need no approval for this"
	}
	return "approved by " + strings.Join(told, " and ")
}

func policyNames(policies []Policy) []string {
	var names []string
	for _, p := range policies {
		names = append(names, p.Name)
	}
	return names
}
