package approval

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// SubjectParts is everything that a vote is bound to. The minute of the start is
// not in it: moving the start within the window changes nothing; leaving the
// window does.
type SubjectParts struct {
	Deployment   string           `json:"deployment"`
	Plan         practice.Digest  `json:"plan"`
	Window       practice.Window  `json:"window,omitzero"`
	Class        practice.Class   `json:"class,omitempty"`
	Urgency      practice.Urgency `json:"urgency,omitempty"`
	Change       string           `json:"change,omitempty"`
	Requester    practice.Actor   `json:"requester"`
	Implementers []string         `json:"implementers,omitempty"` // their order does not matter
	Round        int              `json:"round"`
	Policies     []PolicyRef      `json:"policies,omitempty"` // those that apply; their order does not matter
}

// PolicyRef pins what a policy says.
type PolicyRef struct {
	Name   string          `json:"name"`
	Digest practice.Digest `json:"digest"`
}

// PartsOf gives what votes on the ask are bound to. policies may be all; those
// that do not apply are left out.
func PartsOf(a Ask, policies []Policy) SubjectParts {
	parts := SubjectParts{
		Deployment: a.Deployment, Plan: a.Plan, Window: a.Window, Class: a.Class, Urgency: a.urgency(), Change: a.Change.Reference,
		Requester: a.Requester, Implementers: a.Implementers, Round: a.Round,
	}
	for _, p := range Applying(policies, a) {
		parts.Policies = append(parts.Policies, PolicyRef{p.Name, p.Digest})
	}
	return parts.normal()
}

// normal gives the same parts in the one form in which they are compared.
func (p SubjectParts) normal() SubjectParts {
	p.Window = practice.Window{Start: p.Window.Start.UTC().Round(0), End: p.Window.End.UTC().Round(0)}
	p.Implementers = slices.Compact(slices.Sorted(slices.Values(p.Implementers)))
	p.Policies = slices.SortedFunc(slices.Values(p.Policies), func(a, b PolicyRef) int { return strings.Compare(a.Name, b.Name) })
	if p.Urgency == "" {
		p.Urgency = practice.Normal
	}
	return p
}

// Subject gives the digest that votes carry. It fails only for moments that
// cannot be written, beyond the year 9999.
func Subject(p SubjectParts) (practice.Digest, error) {
	digest, err := practice.CanonicalDigest(p.normal())
	if err != nil {
		return "", fmt.Errorf("subject of the approval of %s: %w", p.Deployment, err)
	}
	return digest, nil
}

// Changed says in words what differs between two subjects, in a fixed order;
// nothing when votes on the one are votes on the other.
func Changed(before, after SubjectParts) []string {
	b, a := before.normal(), after.normal()
	var told []string
	differ := func(what, was, is string) {
		if was != is {
			told = append(told, fmt.Sprintf("%s: was %s, is %s", what, orNone(was), orNone(is)))
		}
	}
	differ("deployment", b.Deployment, a.Deployment)
	if b.Plan != a.Plan {
		told = append(told, fmt.Sprintf("plan: was %s, is %s", orNone(b.Plan.Short()), orNone(a.Plan.Short())))
	}
	differ("window", windowTold(b.Window), windowTold(a.Window))
	differ("class", string(b.Class), string(a.Class))
	differ("urgency", string(b.Urgency), string(a.Urgency))
	differ("change", b.Change, a.Change)
	differ("requester", b.Requester.String(), a.Requester.String())
	if was, is := strings.Join(b.Implementers, ", "), strings.Join(a.Implementers, ", "); !slices.Equal(b.Implementers, a.Implementers) {
		told = append(told, fmt.Sprintf("implementers: was %s, is %s", orNone(was), orNone(is)))
	}
	differ("round", fmt.Sprint(b.Round), fmt.Sprint(a.Round))
	return append(told, policiesChanged(b.Policies, a.Policies)...)
}

func policiesChanged(before, after []PolicyRef) []string {
	var told []string
	was := map[string]practice.Digest{}
	for _, p := range before {
		was[p.Name] = p.Digest
	}
	for _, p := range after {
		digest, there := was[p.Name]
		delete(was, p.Name)
		switch {
		case !there:
			told = append(told, fmt.Sprintf("policy %s: applies now", p.Name))
		case digest != p.Digest:
			told = append(told, fmt.Sprintf("policy %s: says something else now", p.Name))
		}
	}
	for _, p := range before {
		if _, gone := was[p.Name]; gone {
			told = append(told, fmt.Sprintf("policy %s: does not apply any more", p.Name))
		}
	}
	return told
}

func windowTold(w practice.Window) string {
	switch {
	case w.Start.IsZero() && w.End.IsZero():
		return "any time"
	case w.End.IsZero():
		return "from " + moment(w.Start)
	case w.Start.IsZero():
		return "until " + moment(w.End)
	}
	return moment(w.Start) + " to " + moment(w.End)
}

// moment writes a time for people, as exactly as it is.
func moment(t time.Time) string {
	if t.UTC().Truncate(time.Minute).Equal(t) {
		return t.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	return t.UTC().Format("2006-01-02 15:04:05.999999999") + " UTC"
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
