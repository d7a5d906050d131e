package journey

import (
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// EventKind is what an outside event tells.
type EventKind string

// The kinds of event.
const (
	Pushed    EventKind = "push"     // commits came to a branch
	Tagged    EventKind = "tag"      // a tag was made
	Released  EventKind = "release"  // a release was published
	Packaged  EventKind = "package"  // a package was published
	Succeeded EventKind = "pipeline" // a pipeline ended well
	Asked     EventKind = "ask"      // a program asks for it
	OfChange  EventKind = "change"   // a change was confirmed or revoked
	Other     EventKind = "other"    // something that means nothing here: a ping, a comment, a failed pipeline
)

// Event is what a webhook says, in the same words whoever sent it.
type Event struct {
	Kind       EventKind `json:"kind"`
	Name       string    `json:"name"` // as the sender calls it
	Repository string    `json:"repository,omitempty"`
	Branch     string    `json:"branch,omitempty"`
	Tag        string    `json:"tag,omitempty"`
	Commit     string    `json:"commit,omitempty"`
	Component  string    `json:"component,omitempty"` // where the sender names it
	Version    string    `json:"version,omitempty"`   // where the sender names it
	Said       Said      `json:"said,omitzero"`       // of a change
}

// Wanted is what an event means for a trigger: a version, by its name or by its commit.
type Wanted struct {
	Component string    `json:"component,omitempty"`
	Release   string    `json:"release,omitempty"` // a Release document
	Version   string    `json:"version,omitempty"`
	Commit    string    `json:"commit,omitempty"`
	Until     time.Time `json:"until,omitzero"` // how long it is waited for
}

// String gives what is wanted as people say it.
func (w Wanted) String() string {
	switch {
	case w.Release != "":
		return w.Release
	case w.Version != "":
		return w.Component + "@" + w.Version
	}
	return fmt.Sprintf("%s made from commit %s", w.Component, w.Commit)
}

// Read says what an event wants of the trigger, or why it wants nothing.
func (t Trigger) Read(e Event) (w Wanted, ignored string) {
	hook := t.Spec.Webhook
	if hook == nil {
		return w, fmt.Sprintf("trigger %s is fired by %s", t.Name, t.Spec.On)
	}
	if e.Kind == Other || e.Kind == OfChange {
		return w, fmt.Sprintf("event %s starts nothing", e.Name)
	}
	if hook.Repository != "" && !matches(strings.ToLower(hook.Repository), strings.ToLower(e.Repository)) {
		return w, fmt.Sprintf("repository %q is not %s", e.Repository, hook.Repository)
	}
	if ignored = hook.ref(e); ignored != "" {
		return w, ignored
	}
	return t.want(e, hook.version(e))
}

// ref says why the branch or the tag of an event does not count.
func (w Webhook) ref(e Event) string {
	switch {
	case e.Tag != "" && len(w.Tags) > 0 && !matchesAny(w.Tags, e.Tag):
		return fmt.Sprintf("tag %s is not among %s", e.Tag, strings.Join(w.Tags, ", "))
	case e.Kind == Pushed && len(w.Branches) == 0:
		return "no branch is given whose pushes count"
	case (e.Kind == Pushed || e.Kind == Succeeded) && e.Tag == "" && len(w.Branches) > 0 && !matchesAny(w.Branches, e.Branch):
		return fmt.Sprintf("branch %s is not among %s", e.Branch, strings.Join(w.Branches, ", "))
	}
	return ""
}

// version gives the version that an event names; "" when it names none.
func (w Webhook) version(e Event) string {
	switch w.Version {
	case FromTag:
		prefix := "v"
		if w.TagPrefix != nil {
			prefix = *w.TagPrefix
		}
		rest, found := strings.CutPrefix(e.Tag, prefix)
		if !found {
			return ""
		}
		return rest
	case FromField:
		return e.Version
	case FromCommit:
	}
	return ""
}

func (t Trigger) want(e Event, version string) (w Wanted, ignored string) {
	if t.Spec.Release != "" {
		return t.wantRelease(version)
	}
	w = Wanted{Component: or(e.Component, t.Spec.Component), Version: version}
	if !t.CoversComponent(w.Component) || strings.Contains(w.Component, "*") {
		return Wanted{}, fmt.Sprintf("component %q is not covered by %s", e.Component, t.Spec.Component)
	}
	if t.Spec.Webhook.Version == FromCommit {
		w.Commit = e.Commit
	}
	switch {
	case w.Version == "" && w.Commit == "":
		return Wanted{}, fmt.Sprintf("the event names no version (%s)", t.Spec.Webhook.Version)
	case w.Version != "" && practice.CheckVersion(w.Version) != nil:
		return Wanted{}, fmt.Sprintf("version %q is not one", w.Version)
	case w.Commit != "" && !goodCommit(w.Commit):
		return Wanted{}, fmt.Sprintf("commit %q is not one", w.Commit)
	}
	return w, ""
}

// wantRelease: a pattern is filled with the version, release shop-* and version 1.2 give shop-1.2.
func (t Trigger) wantRelease(version string) (Wanted, string) {
	name := t.Spec.Release
	if strings.Contains(name, "*") {
		if version == "" {
			return Wanted{}, "the event names no version to put into " + name
		}
		name = strings.Replace(name, "*", version, 1)
	}
	if practice.CheckName("release", name) != nil {
		return Wanted{}, fmt.Sprintf("release %q is not a name", name)
	}
	return Wanted{Release: name}, ""
}

// goodCommit takes a hash, or a short form of it.
func goodCommit(c string) bool {
	if len(c) < 7 || len(c) > 64 {
		return false
	}
	return strings.Trim(c, "0123456789abcdef") == ""
}

// SameCommit says whether two commits are the same, where one may be a short form of at least 7 digits.
func SameCommit(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) >= 7 && strings.HasPrefix(b, a)
}

// Outcome is what became of a webhook.
type Outcome string

// The outcomes.
const (
	Taken   Outcome = "taken"   // it began or found a journey, or what it says of a change is kept
	Ignored Outcome = "ignored" // it is genuine and means nothing here
	Known   Outcome = "known"   // it came before
	Refused Outcome = "refused" // its signature is not right, it cannot be read, or what it says cannot be
)

// Delivery is one webhook that came.
type Delivery struct {
	Number  int64           `json:"number"`
	Trigger string          `json:"trigger"`
	ID      string          `json:"id"` // the sender's, or the digest of the content
	Digest  practice.Digest `json:"digest"`
	At      time.Time       `json:"at"`
	Outcome Outcome         `json:"outcome"`
	Event   Event           `json:"event,omitzero"`
	Message string          `json:"message,omitempty"`
	Journey string          `json:"journey,omitempty"`
}
