package journey

import (
	"fmt"
	"path"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// CheckTrigger gives what is wrong with a trigger beyond its structure.
func CheckTrigger(s TriggerSpec) []practice.Problem {
	var c checker
	if s.On == OnChange {
		c.change(s)
		return c.problems
	}
	switch {
	case s.Component == "" && s.Release == "":
		c.add("spec.component", "name a component, or a Release document with release", "nothing says what goes its way")
	case s.Component != "" && s.Release != "":
		c.add("spec.release", "write a trigger for each", "there are a component and a release")
	}
	c.pattern("spec.component", s.Component)
	c.pattern("spec.release", s.Release)
	if s.From != "" && s.From == s.Until && s.Mode == ContinuousDelivery {
		c.add("spec.mode", "leave it out, or let until be a later environment", "only one environment is entered: there is nothing to decide")
	}
	c.part(s.On == OnWebhook, s.Webhook != nil, "webhook")
	c.part(s.On == OnSchedule, s.Schedule != nil, "schedule")
	if s.Webhook != nil {
		c.webhook(s, *s.Webhook)
	}
	if s.On == OnSchedule && strings.Contains(s.Component+s.Release, "*") {
		c.add("spec.component", "name one", "a schedule needs one component or release, not a pattern")
	}
	return c.problems
}

type checker struct{ problems []practice.Problem }

func (c *checker) add(path, hint, format string, args ...any) {
	c.problems = append(c.problems, practice.Problem{Path: path, Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (c *checker) pattern(at, pattern string) {
	if _, err := path.Match(pattern, ""); err != nil || strings.ContainsAny(pattern, "\x00[]\\?") {
		c.add(at, "only * has a meaning of its own", "pattern %q is not allowed", pattern)
	}
}

// part checks that what belongs to one source is there with it and with no other.
func (c *checker) part(wanted, there bool, name string) {
	switch {
	case wanted && !there:
		c.add("spec."+name, "", "is needed with on: %s", name)
	case !wanted && there:
		c.add("spec."+name, "leave it out, or write on: "+name, "has no meaning here")
	}
}

// change refuses whatever speaks of a journey: there is none.
func (c *checker) change(s TriggerSpec) {
	for _, field := range []struct {
		name  string
		there bool
	}{
		{"component", s.Component != ""}, {"release", s.Release != ""}, {"model", s.Model != ""}, {"from", s.From != ""}, {"until", s.Until != ""},
		{"mode", s.Mode != ""}, {"keep", s.Keep != ""}, {"schedule", s.Schedule != nil}, {"redeploy", s.Redeploy}, {"wait", s.Wait != 0},
		{"class", s.Class != ""}, {"valueStream", s.ValueStream != ""}, {"urgency", s.Urgency != ""}, {"priority", s.Priority != 0},
	} {
		if field.there {
			c.add("spec."+field.name, "leave it out, or write a trigger of its own for what begins journeys", "has no meaning with on: change, which begins no journey")
		}
	}
	if s.Change != "" {
		c.add("spec.change", "leave it out", "has no meaning with on: change: each webhook names its change")
	}
	if s.Webhook != nil {
		c.add("spec.webhook", "leave it out", "has no meaning with on: change: its webhooks have the plain form, which signs the moment too")
	}
}

func (c *checker) webhook(s TriggerSpec, w Webhook) {
	for i, p := range w.Branches {
		c.pattern(fmt.Sprintf("spec.webhook.branches[%d]", i), p)
	}
	for i, p := range w.Tags {
		c.pattern(fmt.Sprintf("spec.webhook.tags[%d]", i), p)
	}
	c.pattern("spec.webhook.repository", w.Repository)
	exact := s.Component != "" && !strings.Contains(s.Component, "*") || s.Release != ""
	switch {
	case w.Provider != Plain && !exact:
		c.add("spec.component", "write a trigger for each component", "events of a git service do not name a component: it must be one, not a pattern")
	case len(w.Branches) > 0 && w.Version != FromCommit:
		c.add("spec.webhook.version", "write commit", "a push to a branch names no version, only a commit")
	case s.Release != "" && w.Version == FromCommit:
		c.add("spec.webhook.version", "", "a Release document is of no commit")
	}
	if w.Provider != Plain && w.Repository == "" {
		c.add("spec.webhook.repository", "write it as the provider does: group/name", "is needed, so that a hook of another repository with the same secret has no effect")
	}
}
