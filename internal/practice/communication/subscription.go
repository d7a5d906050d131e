// Package communication says who is told what, when, and in which words (R108,
// R112). It sends nothing.
package communication

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Event is something that people and systems can be told of.
type Event string

// The events of a deployment.
const (
	Planned    Event = "planned"    // its plan is frozen
	Waiting    Event = "waiting"    // somebody must act: approve it, or give guidance
	Approved   Event = "approved"   // somebody agreed to it
	Rejected   Event = "rejected"   // somebody did not: it goes back to who asked
	Lapsed     Event = "lapsed"     // an approval does not hold any more
	Authorised Event = "authorised" // it may start
	Voided     Event = "voided"     // what it was authorised for has changed: it waits again
	Held       Event = "held"       // it may not start now: a window, a freeze, a conflict, its time
	Started    Event = "started"    // the first targets are changed
	Failed     Event = "failed"     // something failed: it awaits guidance, brings back what was before, or ended so
	Ended      Event = "ended"      // it is over, whatever its result
	Reminder   Event = "reminder"   // somebody who must act was reminded
	Escalation Event = "escalation" // nobody acted in time: others are asked
	Trial      Event = "trial"      // nothing happened: somebody tries a subscription
)

// Events lists what a subscription may name.
func Events() []Event {
	return []Event{Planned, Waiting, Approved, Rejected, Lapsed, Authorised, Voided, Held, Started, Failed, Ended, Reminder, Escalation, DriftFound, DriftEnded, HealthFailing, HealthDegraded, HealthRestored}
}

// SubscriptionSpec is what a Subscription document says: who is told of what, and how.
type SubscriptionSpec struct {
	Description  string   `json:"description,omitempty" doc:"What people should know about it."`
	Owner        string   `json:"owner,omitempty" doc:"The person who answers for it; when they have left, nothing is sent any more. By default whoever applied it last."`
	Events       []Event  `json:"events,omitempty" enum:"planned,waiting,approved,rejected,lapsed,authorised,voided,held,started,failed,ended,reminder,escalation,drift.found,drift.ended,health.failing,health.degraded,health.restored" doc:"Of what; empty means of everything."`
	Environments []string `json:"environments,omitempty" doc:"Only of what happens in one of these: deployments into or out of it, drift, and health; empty means all."`
	Services     []string `json:"services,omitempty" doc:"Only of deployments of a component of one of these services or products; empty means all."`
	Components   []string `json:"components,omitempty" doc:"Only of deployments of one of these; empty means all."`
	Groups       []string `json:"groups,omitempty" doc:"Only of deployments that concern one of these: it answers for the environment or a component, or one of its members asked; empty means all."`
	Via          Via      `json:"via" doc:"How; exactly one way."`
}

// Via says how somebody is told: exactly one of its ways.
type Via struct {
	Webhook *Webhook `json:"webhook,omitempty" doc:"CDEvents as CloudEvents to a system, signed."`
	Mail    *Mail    `json:"mail,omitempty" doc:"Mail to people."`
	Chat    *Chat    `json:"chat,omitempty" doc:"A message in a channel of a chat."`
}

// Webhook is a system that is told.
type Webhook struct {
	URL string `json:"url" minLength:"1" doc:"Where it is sent to by POST; http or https."`
}

// Mail is people who are told.
type Mail struct {
	To []string `json:"to" minItems:"1" doc:"Addresses, names of persons, or names of groups, which stand for their members."`
}

// Chat is a channel that is told.
type Chat struct {
	URL   string    `json:"url" minLength:"1" doc:"The address of the channel's incoming webhook. Whoever may read documents sees it."`
	Style ChatStyle `json:"style" enum:"slack,mattermost,teams" doc:"Whose chat it is."`
}

// ChatStyle says how a chat wants its messages.
type ChatStyle string

// The styles.
const (
	Slack      ChatStyle = "slack"
	Mattermost ChatStyle = "mattermost"
	Teams      ChatStyle = "teams"
)

// Subscription is who is told of what.
type Subscription struct {
	Name string
	By   practice.Actor // who applied it last
	Spec SubscriptionSpec
}

// DecodeSubscription gives the subscription of its document.
func DecodeSubscription(d practice.Document) (Subscription, error) {
	s := Subscription{Name: d.Name, By: d.By}
	if err := json.Unmarshal(d.Spec, &s.Spec); err != nil {
		return s, fmt.Errorf("subscription %s: %w", d.Name, err)
	}
	return s, nil
}

// Owner gives the name of the person who answers for it; "" when that is no person.
func (s Subscription) Owner() string {
	switch {
	case s.Spec.Owner != "":
		return s.Spec.Owner
	case s.By.Kind == practice.Person:
		return s.By.Name
	}
	return ""
}

// Wants says whether somebody is told of a happening.
func (s SubscriptionSpec) Wants(h Happening) bool {
	m := h.Matter
	return meets(s.Events, h.Events) && meets(s.Environments, []string{m.Environment}) &&
		meets(s.Services, m.Services) && meets(s.Components, m.components()) && meets(s.Groups, m.Groups)
}

// meets says whether anything is asked for and, if so, one of it is there.
func meets[T comparable](wanted, there []T) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(w T) bool { return slices.Contains(there, w) })
}

// Address says whether somebody is named by a mail address, not by a name.
func Address(to string) bool { return strings.Contains(to, "@") }

// CheckSubscription says what is wrong beyond the structure.
func CheckSubscription(s SubscriptionSpec) []practice.Problem {
	var problems []practice.Problem
	add := func(path, hint, format string, args ...any) {
		problems = append(problems, practice.Problem{Path: path, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	ways := 0
	if v := s.Via.Webhook; v != nil {
		ways++
		if wrong := checkURL(v.URL); wrong != "" {
			add("spec.via.webhook.url", "give one like https://ci.example.com/hooks/tranship", "%s", wrong)
		}
	}
	if v := s.Via.Chat; v != nil {
		ways++
		if wrong := checkURL(v.URL); wrong != "" {
			add("spec.via.chat.url", "take the address that the chat gives for an incoming webhook", "%s", wrong)
		}
	}
	if v := s.Via.Mail; v != nil {
		ways++
		for i, to := range v.To {
			if wrong := checkReceiver(to); wrong != "" {
				add(fmt.Sprintf("spec.via.mail.to[%d]", i), "give anna@example.com, or the name of a Person or a Group", "%s", wrong)
			}
		}
	}
	if ways != 1 {
		add("spec.via", "give exactly one of webhook, mail, chat", "%d ways are given", ways)
	}
	return problems
}

func checkURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "it is no URL"
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "it is no http or https URL"
	case u.User != nil:
		return "it holds a user name"
	case u.Fragment != "":
		return "it has a fragment, which is never sent"
	}
	return ""
}

func checkReceiver(to string) string {
	if !Address(to) {
		if err := practice.CheckName("person or group", to); err != nil {
			return fmt.Sprintf("%q is neither an address nor a name", to)
		}
		return ""
	}
	if parsed, err := mail.ParseAddress(to); err != nil || parsed.Address != to {
		return fmt.Sprintf("%q is no plain mail address", to)
	}
	return ""
}
