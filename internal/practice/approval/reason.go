package approval

import (
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// The gates of this room.
const (
	gateApproval = "approval"
	gateChange   = "change"
)

// maxTold is how many names a sentence holds.
const maxTold = 10

// command is what to type about a deployment.
func command(a Ask, verb string, arguments ...string) string {
	room := "deployment"
	if verb == "give" || verb == "withdraw" {
		room = "approval"
	}
	return strings.Join(append([]string{"tranship", room, verb, a.Deployment}, arguments...), " ")
}

func requesterTold(a Ask) string { return "whoever asked for it: " + a.Requester.Name }

// rejection is closed by a rejection that stands; its author can ask again.
func (c *count) rejection() practice.Verdict {
	v := c.rejected
	if v == nil {
		return practice.Pass()
	}
	message := fmt.Sprintf("%s rejected plan %s for %s", v.told(), c.Ask.Plan.Short(), v.Group)
	if v.Reason != "" {
		message += ": " + v.Reason
	}
	return practice.Hold(practice.Reason{
		Gate: gateApproval, Message: message, Since: v.At, Who: requesterTold(c.Ask),
		How: command(c.Ask, "ask-again", "--reason WHY"), Way: practice.AskAgain,
	})
}

// window is closed when the approved time is over: what was approved for then
// is not approved for now.
func (c *count) window() practice.Verdict {
	end := c.Ask.Window.End
	if len(c.policies) == 0 || end.IsZero() || c.Now.Before(end) {
		return practice.Pass()
	}
	return practice.Hold(practice.Reason{
		Gate: gateApproval, Message: fmt.Sprintf("the window that approval was asked for, %s, is over", windowTold(c.Ask.Window)),
		Since: end, Who: requesterTold(c.Ask), How: command(c.Ask, "reschedule", "--reason WHY"), Way: practice.Reschedule,
	})
}

// change is closed until the authorising change is as the strictest policy needs it.
func (c *count) change() practice.Verdict {
	rule, policy := ChangeFree, ""
	for _, p := range c.policies {
		if said := p.change(c.Ask.urgency()); strictness(said) > strictness(rule) {
			rule, policy = said, p.Name
		}
	}
	change := c.Ask.Change
	reason := practice.Reason{Gate: gateChange, Since: c.Ask.At, Who: requesterTold(c.Ask)}
	switch {
	case change.State == RefusedChange:
		reason.Message = fmt.Sprintf("change %s was refused by %s", change.Reference, change.By.Name)
		if change.Why != "" {
			reason.Message += ": " + change.Why
		}
		reason.Since = change.At
		reason.How, reason.Way = command(c.Ask, "ask-again", "--change", "CHANGE", "--reason WHY"), practice.AskAgain
	case rule == ChangeFree, rule == ChangeNamed && change.Reference != "":
		return practice.Pass()
	case change.Reference == "":
		reason.Message = fmt.Sprintf("policy %s needs an authorising change, and none is named", policy)
		reason.How, reason.Way = command(c.Ask, "ask-again", "--change", "CHANGE", "--reason WHY"), practice.AskAgain
	case change.State == ConfirmedChange && change.Subject == c.subject:
		return practice.Pass()
	default:
		reason.Message = fmt.Sprintf("change %s is not confirmed yet, which policy %s needs", change.Reference, policy)
		if change.State == ConfirmedChange {
			reason.Message = fmt.Sprintf("change %s was confirmed for something else than what is asked now", change.Reference)
		}
		reason.Who = "whoever decides on change " + change.Reference
		reason.How = fmt.Sprintf("approve it in the tool that keeps it, or: tranship change confirm %s --reason WHY", change.Reference)
	}
	return practice.Hold(reason)
}

func strictness(r ChangeRule) int {
	return map[ChangeRule]int{ChangeNamed: 1, ChangeConfirmed: 2}[r]
}

// approval is closed until every group of every policy has approved.
func (c *count) approval(groups []Standing) practice.Verdict {
	verdict := practice.Pass()
	for _, s := range groups {
		if s.Missing > 0 {
			verdict = practice.And(verdict, practice.Hold(c.missing(s)))
		}
	}
	return verdict
}

func (c *count) missing(s Standing) practice.Reason {
	reason := practice.Reason{Gate: gateApproval, Since: s.Since, Who: names(s.May), How: command(c.Ask, "give", "--reason WHY")}
	message := fmt.Sprintf("%d of %s missing for plan %s (policy %s)", s.Missing, several(s.Needed, "approval of "+s.Group, "approvals of "+s.Group), c.Ask.Plan.Short(), s.Policy)
	if s.Have > 0 {
		message += "; given by " + names(s.By)
	}
	switch {
	case c.concerned.lost != "":
		message += "; " + lostAccount(c.concerned.lost).Message
		reason.Who, reason.How = "whoever may configure", lostAccount(c.concerned.lost).Hint
	case len(s.May) == 0:
		message += "; nobody can give one"
		reason.Who, reason.How = c.keeper(s), c.enlarge(s)
	case len(s.May) < s.Missing:
		message += fmt.Sprintf("; only %d can give one", len(s.May))
		reason.How += ", and: " + c.enlarge(s)
	}
	if !s.EscalatesAt.IsZero() && !s.Escalated {
		message += fmt.Sprintf("; %s may from %s", s.EscalateTo, moment(s.EscalatesAt))
	}
	reason.Message = message
	return reason
}

// enlarge says how a group that has too few people gets more.
func (c *count) enlarge(s Standing) string {
	if _, known := c.People.Group(s.Group); !known {
		return fmt.Sprintf("describe Group %s and apply it: tranship apply -f FILE", s.Group)
	}
	return fmt.Sprintf("add a member or a deputy to Group %s: tranship apply -f FILE", s.Group)
}

// keeper names who can let others into a group.
func (c *count) keeper(s Standing) string {
	if spec, known := c.People.Group(s.Group); known && spec.Owner != "" {
		return spec.Owner + ", who answers for " + s.Group
	}
	return "whoever may configure"
}

// names lists people for a sentence, the first of them when they are many.
func names(all []string) string {
	if len(all) <= maxTold {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:maxTold], ", "), len(all)-maxTold)
}
