// Package practice is the language of Tranship: the words that every other
// room uses. It is pure: no input or output, no clock, no randomness. Time and
// identifiers come in as arguments.
package practice

import (
	"fmt"
	"regexp"
	"time"
)

// Scope separates organisations that share one Tranship. Every row, order and
// record entry belongs to exactly one scope.
type Scope string

// DefaultScope is the scope of an installation that serves one organisation.
const DefaultScope Scope = "default"

// APIVersion is the version of the configuration documents of this release.
const APIVersion = "tranship.dev/v1"

// ActorKind says what kind of somebody acts.
type ActorKind string

// The kinds of actor.
const (
	Person  ActorKind = "person"  // somebody, by an API token or a session
	System  ActorKind = "system"  // Tranship itself: a timer, an automatic decision
	Machine ActorKind = "machine" // an executor: an agent on a host
	Account ActorKind = "account" // a service account: a program that a person answers for
)

// Actor is who did something.
type Actor struct {
	Kind ActorKind `json:"kind"`
	Name string    `json:"name"`
}

// Tranship is the actor of automatic decisions.
var Tranship = Actor{Kind: System, Name: "tranship"}

// String gives "person:anna".
func (a Actor) String() string { return string(a.Kind) + ":" + a.Name }

// Called gives how a sentence names them: "anna", "service account robot", "agent host-1", "Tranship".
func (a Actor) Called() string {
	switch a.Kind {
	case Account:
		return "service account " + a.Name
	case Machine:
		return "agent " + a.Name
	case System:
		return "Tranship"
	case Person:
	}
	return a.Name
}

// NamePattern is what every name of a document matches.
const NamePattern = `^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$`

var namePattern = regexp.MustCompile(NamePattern)

// CheckName refuses a name that is not 1 to 128 lower case letters, digits,
// dots, dashes or underscores, beginning and ending with a letter or digit.
// what says what is named, for the error ("environment").
func CheckName(what, name string) error {
	if namePattern.MatchString(name) {
		return nil
	}
	return &Error{
		Code:    Invalid,
		Message: fmt.Sprintf("%s name %q is not allowed", what, name),
		Hint:    "use 1 to 128 lower case letters, digits, '.', '-' or '_', beginning and ending with a letter or digit",
	}
}

var versionPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}$`)

// CheckVersion refuses what cannot be a version: it must also be a tag in a
// registry, where a "+" is written as "_".
func CheckVersion(version string) error {
	if versionPattern.MatchString(version) {
		return nil
	}
	return &Error{
		Code:    Invalid,
		Message: fmt.Sprintf("version %q is not allowed", version),
		Hint:    "use 1 to 128 letters, digits, '.', '-', '_' or '+', beginning with a letter, a digit or '_'",
	}
}

// Page asks for a part of a list.
type Page struct {
	After string // continue after this key; empty for the first page
	Limit int    // at most so many; 0 means DefaultLimit, more than MaxLimit is cut to it
}

// The bounds of a page.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// Size gives the number of rows to read for the page, between 1 and MaxLimit.
func (p Page) Size() int {
	if p.Limit <= 0 {
		return DefaultLimit
	}
	return min(p.Limit, MaxLimit)
}

// Entry is one thing that happened, as it is sealed into the record.
type Entry struct {
	Kind    string         `json:"kind"`             // past tense, "deployment.requested"
	Subject string         `json:"subject"`          // what it is about, "deployment/D-12"
	Target  string         `json:"target,omitempty"` // the target concerned, if one is
	Who     Actor          `json:"who"`
	When    time.Time      `json:"when"` // UTC
	Why     string         `json:"why,omitempty"`
	Data    map[string]any `json:"data,omitempty"` // what else belongs to it; JSON values only
}
