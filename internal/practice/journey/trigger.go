// Package journey is the way of a release through its model's flow: what lets
// it begin by itself, where it stands, what follows, and what it waits for.
// Next is its heart.
package journey

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Source is what fires a trigger.
type Source string

// The sources.
const (
	OnPush     Source = "push"     // a version is admitted to the library, or a release is applied
	OnWebhook  Source = "webhook"  // a signed request of a git service or of any program
	OnSchedule Source = "schedule" // the calendar
	OnAPI      Source = "api"      // only somebody who asks for it
	OnChange   Source = "change"   // a signed request that says what became of a change; it begins no journey
)

// Mode says who decides that a release goes on to the next environment (R25).
type Mode string

// The modes.
const (
	ContinuousDelivery   Mode = "delivery"   // the first environment is entered by itself, each further one by a decision
	ContinuousDeployment Mode = "deployment" // no decision is needed: gates, thresholds and approvals hold it up, and nothing else
)

// Keep says what becomes of a journey when a newer version comes along.
type Keep string

// What is kept.
const (
	KeepLatest Keep = "latest" // a newer version takes its place in environments that it has not entered
	KeepEvery  Keep = "every"  // every version goes its whole way
)

// Provider is the form of a webhook.
type Provider string

// The providers.
const (
	GitHub Provider = "github"
	GitLab Provider = "gitlab"
	Gitea  Provider = "gitea" // and Forgejo
	Plain  Provider = "plain" // any program: see docs/triggers.md
)

// VersionFrom says how an event names the version.
type VersionFrom string

// Where the version is read.
const (
	FromTag    VersionFrom = "tag"    // of the tag's name, without a leading prefix
	FromCommit VersionFrom = "commit" // the version of the library whose origin is that commit
	FromField  VersionFrom = "field"  // as the event says it: a package's version, the field version of a plain webhook
)

// TriggerSpec is what a Trigger document says.
type TriggerSpec struct {
	Description string               `json:"description,omitempty" doc:"What people should know about it."`
	On          Source               `json:"on" enum:"push,webhook,schedule,api,change" doc:"What fires it. With change it begins no journey: the tool that keeps changes confirms and revokes them by signed webhooks."`
	Component   string               `json:"component,omitempty" doc:"The component whose versions go their way; * stands for any part of a name. Either this or release."`
	Release     string               `json:"release,omitempty" doc:"The Release document that goes its way; * stands for any part of a name."`
	Model       string               `json:"model,omitempty" doc:"The model; by default the one that applies."`
	From        string               `json:"from,omitempty" doc:"The first environment of the model's flow that is entered; by default the flow's first."`
	Until       string               `json:"until,omitempty" doc:"The last one; by default the flow's last."`
	Mode        Mode                 `json:"mode,omitempty" enum:"delivery,deployment" default:"delivery" doc:"delivery: each environment after the first needs a decision (tranship journey promote); deployment: none does."`
	Keep        Keep                 `json:"keep,omitempty" enum:"latest,every" default:"latest" doc:"latest: a newer version takes the place of an older one in environments that the older one has not entered; every: each goes its whole way."`
	As          string               `json:"as" minLength:"1" doc:"The ServiceAccount that asks for the deployments, or in whose name changes are confirmed and revoked."`
	Webhook     *Webhook             `json:"webhook,omitempty" doc:"Which requests count; only with on: webhook."`
	Schedule    *Schedule            `json:"schedule,omitempty" doc:"When it fires; only with on: schedule."`
	Redeploy    bool                 `json:"redeploy,omitempty" doc:"Deploy also what is present already."`
	Wait        practice.Duration    `json:"wait,omitempty" doc:"How long it waits for a version that the library does not have yet; 24h by default."`
	Class       practice.Class       `json:"class,omitempty" enum:"requirement,release,operational,third-party,retirement,support,service-request,maintenance" doc:"Why the deployments exist; release by default."`
	ValueStream practice.ValueStream `json:"valueStream,omitempty" enum:"incident,request,improvement,new-service,changed-service,operations" doc:"What they contribute to."`
	Urgency     practice.Urgency     `json:"urgency,omitempty" enum:"normal,urgent,emergency" default:"normal" doc:"Which path they take."`
	Priority    int                  `json:"priority,omitempty" minimum:"0" maximum:"100" doc:"The higher starts first where not all can."`
	Change      string               `json:"change,omitempty" doc:"The authorising change of every deployment, where one covers them all: a standard change."`
}

// Webhook says which requests count.
type Webhook struct {
	Provider   Provider    `json:"provider" enum:"github,gitlab,gitea,plain" doc:"Who sends."`
	Repository string      `json:"repository,omitempty" doc:"Only events of this repository, as the provider writes it: group/name. * stands for any part."`
	Branches   []string    `json:"branches,omitempty" doc:"Only pushes to these branches; * stands for any part of a name. None means: no push counts, only tags, releases and packages."`
	Tags       []string    `json:"tags,omitempty" doc:"Only these tags; * stands for any part of a name. Empty means any tag."`
	Version    VersionFrom `json:"version,omitempty" enum:"tag,commit,field" default:"tag" doc:"Where the version is read: tag (v1.2.3 is 1.2.3), commit (the version of the library that was made from it), field (as the event says it)."`
	TagPrefix  *string     `json:"tagPrefix,omitempty" doc:"What stands before the version in a tag's name; v by default."`
}

// Schedule says when a trigger fires: wall-clock time in a zone, repeated by a
// rule of RFC 5545.
type Schedule struct {
	Start  string   `json:"start" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$" doc:"The first time by the clock on the wall, such as 2026-11-24T02:30."`
	Zone   string   `json:"zone,omitempty" doc:"The time zone of the wall, an IANA name such as Europe/Berlin; UTC by default."`
	Repeat string   `json:"repeat,omitempty" doc:"When it fires again: an RFC 5545 recurrence rule such as FREQ=WEEKLY;BYDAY=MO,WE. Left out: once."`
	Except []string `json:"except,omitempty" doc:"When it does not fire after all: dates (2026-12-25) or beginnings (2026-12-25T02:30)."`
}

// Trigger is what lets journeys begin.
type Trigger struct {
	Name     string
	Revision int64
	Spec     TriggerSpec
}

// waitByDefault is how long a journey waits for its version.
const waitByDefault = 24 * time.Hour

// DecodeTrigger gives the trigger of a document, with the defaults filled in.
func DecodeTrigger(d practice.Document) (Trigger, error) {
	t := Trigger{Name: d.Name, Revision: d.Revision}
	if err := json.Unmarshal(d.Spec, &t.Spec); err != nil {
		return t, fmt.Errorf("trigger %s: %w", d.Name, err)
	}
	s := &t.Spec
	if s.On == OnChange {
		return t, nil // nothing of what follows has a meaning for it
	}
	s.Mode = or(s.Mode, ContinuousDelivery)
	s.Keep = or(s.Keep, KeepLatest)
	s.Urgency = or(s.Urgency, practice.Normal)
	s.Class = or(s.Class, practice.ReleaseClass)
	s.Wait = or(s.Wait, practice.Duration(waitByDefault))
	if s.Webhook != nil {
		s.Webhook.Version = or(s.Webhook.Version, FromTag)
	}
	return t, nil
}

func or[T comparable](value, other T) T {
	var none T
	if value == none {
		return other
	}
	return value
}

// Account gives who asks for the trigger's deployments.
func (t Trigger) Account() practice.Actor {
	return practice.Actor{Kind: practice.Account, Name: t.Spec.As}
}

// Provider gives the form of the webhooks that fire the trigger; false when none
// do. What is said of a change comes in the plain form, which signs the moment:
// nothing that was caught once can be said again later.
func (t Trigger) Provider() (Provider, bool) {
	switch {
	case t.Spec.On == OnChange:
		return Plain, true
	case t.Spec.Webhook != nil:
		return t.Spec.Webhook.Provider, true
	}
	return "", false
}

// CoversComponent says whether versions of the component go their way by it.
func (t Trigger) CoversComponent(name string) bool {
	return t.Spec.Component != "" && matches(t.Spec.Component, name)
}

// CoversRelease says whether the Release document goes its way by it.
func (t Trigger) CoversRelease(name string) bool {
	return t.Spec.Release != "" && matches(t.Spec.Release, name)
}

// matches compares with a pattern in which * stands for any part of a name, slashes too.
func matches(pattern, name string) bool {
	// path.Match lets * end at a slash; no name holds a zero byte.
	hidden := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
	found, err := path.Match(hidden(pattern), hidden(name))
	return err == nil && found
}

func matchesAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if matches(p, name) {
			return true
		}
	}
	return false
}
