package control

import (
	"context"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
)

// Sheet is everything that somebody who must decide on a deployment has to see.
type Sheet struct {
	Deployment deployment.Deployment `json:"deployment"`
	Subject    practice.Digest       `json:"subject"` // what a vote is given on
	Asked      approval.SubjectParts `json:"asked"`   // what that is made of
	AskedAt    time.Time             `json:"askedAt"`
	Authorised bool                  `json:"authorised"`
	Why        string                `json:"why"` // who authorised it, or what is missing
	Reasons    []practice.Reason     `json:"reasons"`
	Needs      []Need                `json:"needs"`
	Votes      []approval.Counted    `json:"votes"`
	Change     *SaidOfChange         `json:"change,omitempty"`
	Reviews    []approval.Review     `json:"reviews"`
	Mine       Ballot                `json:"mine"` // whether whoever looks may approve
	Ways       Ways                  `json:"ways"` // what else they may do
}

// Need is how far one group is with what one policy needs of it.
type Need struct {
	Policy      string    `json:"policy"`
	Group       string    `json:"group"`
	Needed      int       `json:"needed"`
	Have        int       `json:"have"`
	Missing     int       `json:"missing"`
	By          []string  `json:"by"`                   // who approved
	May         []string  `json:"may"`                  // who may still approve
	Since       time.Time `json:"since,omitzero"`       // since when something is missing
	EscalateTo  string    `json:"escalateTo,omitempty"` // who may approve in their place
	EscalatesAt time.Time `json:"escalatesAt,omitzero"` // from when
	Escalated   bool      `json:"escalated,omitempty"`  // that moment is past
}

// SaidOfChange is what is known of the authorising change.
type SaidOfChange struct {
	Change     string               `json:"change"`
	State      approval.ChangeState `json:"state,omitempty"` // empty: nothing was said that counts
	By         practice.Actor       `json:"by,omitzero"`
	At         time.Time            `json:"at,omitzero"`
	Why        string               `json:"why,omitempty"`
	ValidUntil time.Time            `json:"validUntil,omitzero"`
}

// Ballot says whether somebody may approve, and in which place.
type Ballot struct {
	May   bool   `json:"may"`
	Group string `json:"group,omitempty"`
	For   string `json:"for,omitempty"`
	Why   string `json:"why,omitempty"` // why not
}

// Ways says what somebody may do about a deployment besides approving it.
type Ways struct {
	Ask      bool `json:"ask" doc:"Ask otherwise: have a new plan made, ask once more. Only who asked may, before it starts."`
	Withdraw bool `json:"withdraw" doc:"Take their own vote back."`
	Accept   bool `json:"accept" doc:"Accept it now that it has ended. Nobody accepts what they asked for or carried out."`
}

// Sheet gives what somebody who must decide on a deployment has to see; by is who looks.
func (c *Control) Sheet(ctx context.Context, scope practice.Scope, by practice.Actor, id string) (s Sheet, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err := tx.Deployment(id)
		if err != nil {
			return err
		}
		k, err := newDesk(tx)
		if err != nil {
			return err
		}
		if s, err = k.sheet(d, by, c.now()); err != nil {
			return err
		}
		s.Ways = waysOf(&work{Tx: tx, scope: scope, now: c.now(), handed: ctx.Value(handed{}) != nil}, d, by, s.Votes)
		return nil
	})
	return s, err
}

// waysOf says what somebody may do about a deployment besides approving it.
func waysOf(look *work, d deployment.Deployment, by practice.Actor, votes []approval.Counted) Ways {
	early := beforeStart(d) == nil
	own := look.ownHand(by, "decides") == nil
	voted := slices.ContainsFunc(votes, func(v approval.Counted) bool { return v.Vote.By == by.Name && v.Counts && v.Vote.Withdrawn.IsZero() })
	return Ways{
		Ask:      early && mayAsk(look, d, by) == nil,
		Withdraw: early && own && by.Kind == practice.Person && voted,
		Accept:   d.State == deployment.Closed && d.AcceptedBy == nil && by.Kind == practice.Person && own && independent(look, d, by, "accepts") == nil,
	}
}

func (k *desk) sheet(d deployment.Deployment, by practice.Actor, now time.Time) (Sheet, error) {
	s := Sheet{Deployment: d, Subject: d.Subject, AskedAt: d.RequestedAt, Authorised: d.Authority != "", Why: d.Authority, Reasons: d.Waiting.Reasons}
	in, err := k.input(d, now)
	if err != nil {
		return s, err
	}
	asked, err := k.tx.AskedOf(d.ID, d.Subject)
	switch {
	case err == nil:
		s.Asked, s.AskedAt = asked.Parts, asked.At
	case practice.CodeOf(err) != practice.NotFound:
		return s, err
	}
	r := approval.Judge(in)
	if d.State == deployment.Planned {
		s.Why, s.Reasons = r.Why, d.Waiting.Reasons
	}
	if s.Reasons == nil || d.Begun() || d.State == deployment.Closed {
		s.Reasons = []practice.Reason{}
	}
	s.Needs, s.Votes = needsOf(r.Groups), append([]approval.Counted{}, r.Votes...)
	if s.Change, err = k.saidOf(d, now); err != nil {
		return s, err
	}
	if s.Reviews, err = k.tx.Reviews(approval.ReviewFilter{Deployment: d.ID}, practice.Page{Limit: practice.MaxLimit}); err != nil {
		return s, err
	}
	s.Reviews = append([]approval.Review{}, s.Reviews...)
	s.Mine, err = k.mine(d, in, by)
	return s, err
}

func needsOf(groups []approval.Standing) []Need {
	needs := make([]Need, 0, len(groups))
	for _, g := range groups {
		needs = append(needs, Need{
			Policy: g.Policy, Group: g.Group, Needed: g.Needed, Have: g.Have, Missing: g.Missing, Since: g.Since,
			By: append([]string{}, g.By...), May: append([]string{}, g.May...),
			EscalateTo: g.EscalateTo, EscalatesAt: g.EscalatesAt, Escalated: g.Escalated,
		})
	}
	return needs
}

// saidOf gives what is known of the change that a deployment names; nil for none.
func (k *desk) saidOf(d deployment.Deployment, now time.Time) (*SaidOfChange, error) {
	if d.Change == "" {
		return nil, nil
	}
	said, err := k.tx.Confirmation(d.Change, d.ID)
	if err != nil && practice.CodeOf(err) != practice.NotFound {
		return nil, err
	}
	known := said.Known(d.Change, now)
	return &SaidOfChange{Change: d.Change, State: known.State, By: said.By, At: said.At, Why: said.Why, ValidUntil: said.ValidUntil}, nil
}

// mine says whether somebody may approve a deployment now.
func (k *desk) mine(d deployment.Deployment, in approval.Input, by practice.Actor) (Ballot, error) {
	if err := beforeStart(d); err != nil {
		return Ballot{Why: err.Error()}, nil //nolint:nilerr // the refusal is the answer
	}
	if by.Kind != practice.Person {
		return Ballot{Why: by.String() + " is no person"}, nil
	}
	if i := slices.IndexFunc(d.Waiting.Reasons, func(r practice.Reason) bool { return r.Way == practice.Replan }); i >= 0 {
		return Ballot{Why: d.Waiting.Reasons[i].Message}, nil
	}
	asking := in
	asking.Votes = append([]approval.Vote{{By: by.Name}}, in.Votes...)
	people, err := k.people(asking)
	if err != nil {
		return Ballot{}, err
	}
	in.People = people
	v, err := approval.MayVote(in, approval.Vote{By: by.Name, Subject: d.Subject, Decision: approval.Approve, Reason: "to see"})
	if err != nil {
		return Ballot{Why: err.Error()}, nil //nolint:nilerr // the refusal is the answer
	}
	return Ballot{May: true, Group: v.Group, For: v.For}, nil
}

// Pending is a deployment that waits for approval.
type Pending struct {
	Deployment  string             `json:"deployment"`
	Release     string             `json:"release"`
	Environment string             `json:"environment"`
	RequestedBy practice.Actor     `json:"requestedBy"`
	Reason      string             `json:"reason,omitempty"`
	Urgency     practice.Urgency   `json:"urgency,omitempty"`
	Priority    int                `json:"priority"`
	Risk        practice.RiskLevel `json:"risk,omitempty"`
	Window      practice.Window    `json:"window,omitzero"`
	StartAfter  time.Time          `json:"startAfter,omitzero"`
	Subject     practice.Digest    `json:"subject"`
	Since       time.Time          `json:"since"` // since when it is asked
	Why         string             `json:"why"`   // what is missing
	Groups      []string           `json:"groups"`
	Mine        Ballot             `json:"mine"`
}

// PendingApprovals lists the deployments that wait for approval, newest first; with
// mine, those that by may approve. Key of a page: the deployment's id.
func (c *Control) PendingApprovals(ctx context.Context, scope practice.Scope, by practice.Actor, mine bool, page practice.Page) ([]Pending, error) {
	found := []Pending{}
	err := c.Store.View(ctx, scope, func(tx Tx) error {
		k, err := newDesk(tx)
		if err != nil {
			return err
		}
		for part := (practice.Page{After: page.After, Limit: practice.MaxLimit}); ; {
			list, err := tx.Deployments(deployment.Filter{States: []deployment.State{deployment.Planned}}, part)
			if err != nil {
				return err
			}
			for _, d := range list {
				p, err := k.pending(d, by, c.now())
				if err != nil {
					return err
				}
				if len(p.Groups) > 0 && (p.Mine.May || !mine) {
					found = append(found, p)
				}
				if len(found) == page.Size() {
					return nil
				}
			}
			if len(list) < part.Limit {
				return nil
			}
			part.After = list[len(list)-1].ID
		}
	})
	return found, err
}

func (k *desk) pending(d deployment.Deployment, by practice.Actor, now time.Time) (Pending, error) {
	p := Pending{
		Deployment: d.ID, Release: d.Header.Release, Environment: d.Header.Environment, RequestedBy: d.RequestedBy, Reason: d.Reason,
		Urgency: d.Urgency, Priority: d.Priority, Window: d.Window, StartAfter: d.StartAfter, Subject: d.Subject, Groups: []string{},
	}
	if d.Risk != nil {
		p.Risk = d.Risk.Level
	}
	in, err := k.input(d, now)
	if err != nil {
		return p, err
	}
	r := approval.Judge(in)
	p.Since, p.Why = in.Ask.At, r.Why
	for _, g := range r.Groups {
		if g.Missing > 0 && !slices.Contains(p.Groups, g.Group) {
			p.Groups = append(p.Groups, g.Group)
		}
	}
	p.Mine, err = k.mine(d, in, by)
	return p, err
}
