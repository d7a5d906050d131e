package journey_test

import (
	"reflect"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
)

func TestReadingEvents(t *testing.T) {
	t.Parallel()
	hook := func(change func(*journey.TriggerSpec)) journey.Trigger {
		s := journey.TriggerSpec{On: journey.OnWebhook, Component: "web", As: "robot",
			Webhook: &journey.Webhook{Provider: journey.GitHub, Repository: "shop/web", Version: journey.FromTag}}
		if change != nil {
			change(&s)
		}
		return journey.Trigger{Name: "web", Spec: s}
	}
	branch := hook(func(s *journey.TriggerSpec) {
		s.Webhook.Version, s.Webhook.Branches = journey.FromCommit, []string{"main", "release/*"}
	})
	const commit = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
	empty := ""
	for _, c := range []struct {
		name    string
		trigger journey.Trigger
		event   journey.Event
		want    string // "" ignored
	}{
		{"a tag", hook(nil), journey.Event{Kind: journey.Tagged, Repository: "shop/web", Tag: "v1.2.3"}, "web@1.2.3"},
		{"a tag, the repository in other letters", hook(nil), journey.Event{Kind: journey.Tagged, Repository: "Shop/Web", Tag: "v1.2.3"}, "web@1.2.3"},
		{"a tag without the prefix", hook(nil), journey.Event{Kind: journey.Tagged, Repository: "shop/web", Tag: "1.2.3"}, ""},
		{"a tag where none is wanted", hook(func(s *journey.TriggerSpec) { s.Webhook.TagPrefix = &empty }), journey.Event{Kind: journey.Tagged, Repository: "shop/web", Tag: "1.2.3"}, "web@1.2.3"},
		{"another repository", hook(nil), journey.Event{Kind: journey.Tagged, Repository: "shop/api", Tag: "v1.2.3"}, ""},
		{"a tag that is filtered", hook(func(s *journey.TriggerSpec) { s.Webhook.Tags = []string{"v2.*"} }), journey.Event{Kind: journey.Tagged, Repository: "shop/web", Tag: "v1.2.3"}, ""},
		{"a tag that would break out", hook(nil), journey.Event{Kind: journey.Tagged, Repository: "shop/web", Tag: "v1@2/../x"}, ""},
		{"a push where none counts", hook(nil), journey.Event{Kind: journey.Pushed, Repository: "shop/web", Branch: "main", Commit: commit}, ""},
		{"a push", branch, journey.Event{Kind: journey.Pushed, Repository: "shop/web", Branch: "main", Commit: commit}, "web made from commit " + commit},
		{"a push to a branch of a kind", branch, journey.Event{Kind: journey.Pushed, Repository: "shop/web", Branch: "release/1/x", Commit: commit}, "web made from commit " + commit},
		{"a push elsewhere", branch, journey.Event{Kind: journey.Pushed, Repository: "shop/web", Branch: "fix", Commit: commit}, ""},
		{"no commit", branch, journey.Event{Kind: journey.Pushed, Repository: "shop/web", Branch: "main", Commit: "HEAD"}, ""},
		{"a comment", hook(nil), journey.Event{Kind: journey.Other, Name: "issue_comment", Repository: "shop/web"}, ""},
		{"a field", hook(func(s *journey.TriggerSpec) {
			s.Component, s.Webhook.Version, s.Webhook.Provider, s.Webhook.Repository = "shop-*", journey.FromField, journey.Plain, ""
		}), journey.Event{Kind: journey.Asked, Component: "shop-web", Version: "7"}, "shop-web@7"},
		{"a field of another component", hook(func(s *journey.TriggerSpec) {
			s.Component, s.Webhook.Version, s.Webhook.Provider, s.Webhook.Repository = "shop-*", journey.FromField, journey.Plain, ""
		}), journey.Event{Kind: journey.Asked, Component: "bank", Version: "7"}, ""},
		{"a release document", hook(func(s *journey.TriggerSpec) { s.Component, s.Release = "", "shop-*" }), journey.Event{Kind: journey.Tagged, Repository: "shop/web", Tag: "v1.2"}, "shop-1.2"},
	} {
		w, ignored := c.trigger.Read(c.event)
		got := ""
		if ignored == "" {
			got = w.String()
		}
		if got != c.want {
			t.Errorf("%s: %q (%s), want %q", c.name, got, ignored, c.want)
		}
	}
}

func TestTriggerIsChecked(t *testing.T) {
	t.Parallel()
	good := journey.TriggerSpec{On: journey.OnPush, Component: "web", As: "robot"}
	for name, change := range map[string]func(*journey.TriggerSpec){
		"nothing goes its way":          func(s *journey.TriggerSpec) { s.Component = "" },
		"two things":                    func(s *journey.TriggerSpec) { s.Release = "shop" },
		"a pattern that is more":        func(s *journey.TriggerSpec) { s.Component = "we[b" },
		"a webhook without its part":    func(s *journey.TriggerSpec) { s.On = journey.OnWebhook },
		"a schedule where none belongs": func(s *journey.TriggerSpec) { s.Schedule = &journey.Schedule{Start: "2026-03-02T02:30"} },
		"a git service without a repository": func(s *journey.TriggerSpec) {
			s.On, s.Webhook = journey.OnWebhook, &journey.Webhook{Provider: journey.GitLab}
		},
		"a branch that is asked for its tag": func(s *journey.TriggerSpec) {
			s.On, s.Webhook = journey.OnWebhook, &journey.Webhook{Provider: journey.GitLab, Repository: "a/b", Branches: []string{"main"}}
		},
		"a git service with many components": func(s *journey.TriggerSpec) {
			s.On, s.Component, s.Webhook = journey.OnWebhook, "*", &journey.Webhook{Provider: journey.GitHub, Repository: "a/b"}
		},
	} {
		s := good
		change(&s)
		if len(journey.CheckTrigger(s)) == 0 {
			t.Errorf("%s: nothing is found wrong", name)
		}
	}
	if problems := journey.CheckTrigger(good); len(problems) > 0 {
		t.Errorf("a good one: %v", problems)
	}
}

// What speaks of a journey has no meaning with on: change, and every field does.
func TestATriggerOfChangesIsChecked(t *testing.T) {
	t.Parallel()
	good := journey.TriggerSpec{Description: "what the board decides", On: journey.OnChange, As: "itsm"}
	if problems := journey.CheckTrigger(good); len(problems) > 0 {
		t.Errorf("a good one: %v", problems)
	}
	full := journey.TriggerSpec{
		On: journey.OnChange, Component: "web", Release: "r", Model: "m", From: "a", Until: "b", Mode: journey.ContinuousDelivery, Keep: journey.KeepEvery, As: "itsm",
		Webhook: &journey.Webhook{Provider: journey.GitHub}, Schedule: &journey.Schedule{}, Redeploy: true, Wait: 1,
		Class: practice.ReleaseClass, ValueStream: practice.OperationsStream, Urgency: practice.Normal, Priority: 1, Change: "C",
	}
	found := map[string]bool{}
	for _, p := range journey.CheckTrigger(full) {
		found[p.Path] = true
		if p.Hint == "" || !strings.Contains(p.Message, "on: change") {
			t.Errorf("%+v", p)
		}
	}
	for field := range reflect.TypeFor[journey.TriggerSpec]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if meant := name == "on" || name == "as" || name == "description"; found["spec."+name] == meant {
			t.Errorf("%s: found wrong: %t", name, found["spec."+name])
		}
	}
}
