// Package approval decides who must agree before a deployment starts, who may
// agree, and whether they did (R20 to R28). Everything here is computed from
// values: the policies, the people, the votes and the moment.
package approval

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/plan"
)

// DefaultExpiry is how long a vote holds where no policy says it. A vote for a
// window holds in any case until the window ends, unless a policy says less.
const DefaultExpiry = 7 * 24 * time.Hour

// DefaultReview is how long after the end of an emergency deployment it must be
// reviewed, where the policy does not say it.
const DefaultReview = 72 * time.Hour

// PolicySpec is what an ApprovalPolicy document says. A deployment must satisfy
// every policy that applies to it; where none does, the right to deploy is
// enough. Nobody ever approves what they asked for or carry out themselves;
// that cannot be switched off.
type PolicySpec struct {
	Description    string            `json:"description,omitempty" doc:"What people should know about it."`
	Owner          string            `json:"owner,omitempty" doc:"The person who answers for it."`
	AppliesTo      AppliesTo         `json:"appliesTo,omitempty" doc:"Which deployments it is for; without it, all."`
	Needs          []Need            `json:"needs,omitempty" doc:"Who must approve; all of them."`
	ReasonRequired bool              `json:"reasonRequired,omitempty" doc:"Whether an approval must give a reason; a rejection always must."`
	Change         ChangeRule        `json:"change,omitempty" enum:"none,named,confirmed" default:"none" doc:"Whether an authorising change must be named, or confirmed by the tool that keeps it."`
	Expires        practice.Duration `json:"expires,omitempty" doc:"How long an approval holds. By default 168h, and for a window at least until it ends."`
	RemindAfter    practice.Duration `json:"remindAfter,omitempty" doc:"How long after being asked, and how often from then on, those who have not answered are reminded."`
	EscalateAfter  practice.Duration `json:"escalateAfter,omitempty" doc:"How long after being asked the members of escalateTo may give the missing approvals as well."`
	EscalateTo     string            `json:"escalateTo,omitempty" doc:"The group that is told then and whose members may approve."`
	Emergency      *Emergency        `json:"emergency,omitempty" doc:"The short path of deployments with the urgency emergency; without it they need the same as all."`
}

// AppliesTo chooses deployments: all that match every given part. What is not
// known of a deployment matches every part.
type AppliesTo struct {
	Environments []string                `json:"environments,omitempty" doc:"Names of environments; empty means any."`
	Components   []string                `json:"components,omitempty" doc:"Names of components, one of which is deployed; empty means any."`
	Kinds        []library.ComponentKind `json:"kinds,omitempty" enum:"software,hardware,documentation,licence,data,process,other" doc:"Kinds of component, one of which is deployed; empty means any."`
	Models       []string                `json:"models,omitempty" doc:"Names of models; empty means any."`
	Classes      []practice.Class        `json:"classes,omitempty" enum:"requirement,release,operational,third-party,retirement,support,service-request,maintenance" doc:"Classes; empty means any."`
	Urgencies    []practice.Urgency      `json:"urgencies,omitempty" enum:"normal,urgent,emergency" doc:"Urgencies; empty means any."`
	Directions   []plan.Direction        `json:"directions,omitempty" enum:"install,remove,restore" doc:"Whether the release goes in, goes out, or is rolled back; empty means any."`
	Risks        []practice.RiskLevel    `json:"risks,omitempty" enum:"low,medium,high" doc:"Levels of risk; empty means any."`
}

// Need is how many of a group must approve.
type Need struct {
	Group string `json:"group" minLength:"1" doc:"The group."`
	Count int    `json:"count" minimum:"1" doc:"How many of it."`
}

// ChangeRule says what is needed of the authorising change.
type ChangeRule string

// The rules, each stricter than the one before.
const (
	ChangeFree      ChangeRule = "none"      // no change is needed
	ChangeNamed     ChangeRule = "named"     // the deployment names one
	ChangeConfirmed ChangeRule = "confirmed" // and the tool that keeps it has confirmed it
)

// Emergency is the short path, whose price is a review afterwards.
type Emergency struct {
	Needs  []Need     `json:"needs,omitempty" doc:"Who must approve, in the place of the policy's needs; empty: nobody."`
	Change ChangeRule `json:"change,omitempty" enum:"none,named,confirmed" doc:"What is needed of the authorising change; by default what the policy needs."`
	Review ReviewRule `json:"review" doc:"Who looks at it afterwards."`
}

// ReviewRule says who reviews an emergency deployment, and by when.
type ReviewRule struct {
	Group  string            `json:"group" minLength:"1" doc:"The group, one of which must review it."`
	Within practice.Duration `json:"within,omitempty" doc:"How long after its end at the latest; by default 72h."`
}

// Policy is an approval policy in one revision.
type Policy struct {
	Name   string
	Digest practice.Digest
	Spec   PolicySpec
}

// Decode gives the policy of its document.
func Decode(d practice.Document) (Policy, error) {
	p := Policy{Name: d.Name, Digest: d.Digest}
	if err := json.Unmarshal(d.Spec, &p.Spec); err != nil {
		return p, fmt.Errorf("approval policy %s: %w", d.Name, err)
	}
	return p, nil
}

// Applying gives those of the policies that apply to what is asked, by name.
func Applying(policies []Policy, a Ask) []Policy {
	var found []Policy
	for _, p := range policies {
		if p.Spec.AppliesTo.matches(a) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b Policy) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return found
}

func (t AppliesTo) matches(a Ask) bool {
	return among(t.Environments, a.Environment) && among(t.Models, a.Model) && among(t.Classes, a.Class) &&
		among(t.Urgencies, a.urgency()) && among(t.Directions, a.Direction) && among(t.Risks, a.Risk) && t.matchesOne(a.Components)
}

// matchesOne says whether one component matches both what is said of names and of kinds.
func (t AppliesTo) matchesOne(components []Component) bool {
	if len(components) == 0 {
		return true
	}
	return slices.ContainsFunc(components, func(c Component) bool { return among(t.Components, c.Name) && among(t.Kinds, c.Kind) })
}

// among says whether a value is one of those asked for; what is not known is.
func among[S ~string](allowed []S, value S) bool {
	return len(allowed) == 0 || value == "" || slices.Contains(allowed, value)
}

// needs gives who must approve on the path of an urgency.
func (p Policy) needs(u practice.Urgency) []Need {
	if u == practice.Emergency && p.Spec.Emergency != nil {
		return p.Spec.Emergency.Needs
	}
	return p.Spec.Needs
}

// change gives what is needed of the change on the path of an urgency.
func (p Policy) change(u practice.Urgency) ChangeRule {
	if e := p.Spec.Emergency; u == practice.Emergency && e != nil && e.Change != "" {
		return e.Change
	}
	return p.Spec.Change
}
