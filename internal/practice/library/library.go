// Package library is the definitive media library: which versions of which
// components exist, where they come from, and whether they may be deployed
// (R11 to R14, R92). The media themselves lie in the OCI registry, by digest.
package library

import (
	"encoding/json"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// ComponentKind is the type of a service component (R1).
type ComponentKind string

// The kinds of component.
const (
	Software      ComponentKind = "software"
	Hardware      ComponentKind = "hardware"
	Documentation ComponentKind = "documentation"
	Licence       ComponentKind = "licence"
	Data          ComponentKind = "data"
	Process       ComponentKind = "process"
	Other         ComponentKind = "other"
)

// ComponentSpec is what a Component document says.
type ComponentSpec struct {
	Description string        `json:"description,omitempty" doc:"What people should know about it."`
	Kind        ComponentKind `json:"kind" enum:"software,hardware,documentation,licence,data,process,other" doc:"What it is."`
	Service     string        `json:"service,omitempty" doc:"The service that it is a part of."`
	Owner       string        `json:"owner,omitempty" doc:"The person or team that answers for it."`
	Signature   SignatureRule `json:"signature,omitempty" doc:"Who must have signed a version of it."`

	RunsOn map[string]string `json:"runsOn,omitempty" doc:"Labels of the targets that it belongs on; by default every target of the environment. A release with a component that belongs on no target is refused."`

	DependsOn []Dependency `json:"dependsOn,omitempty" doc:"The components that it needs in the same environment: a plan without them is refused, and so is one that removes them or brings a version of them that will not do."`
}

// SignatureRule says whose signature a version needs.
type SignatureRule struct {
	Required   bool                  `json:"required,omitempty" doc:"Whether an unsigned version is refused."`
	Publishers []signature.PublicKey `json:"publishers,omitempty" doc:"The ed25519 public keys (base64) of those who may sign; tranship key create makes one."`
}

// Component is a part of a service that can be deployed.
type Component struct {
	Name     string
	Revision int64
	Labels   map[string]string
	Spec     ComponentSpec
}

// Decode gives the component of its document.
func Decode(d practice.Document) (Component, error) {
	c := Component{Name: d.Name, Revision: d.Revision, Labels: d.Labels}
	if err := json.Unmarshal(d.Spec, &c.Spec); err != nil {
		return c, fmt.Errorf("component %s: %w", d.Name, err)
	}
	return c, nil
}

// State is where a version stands.
type State string

// The states of a version.
const (
	Quarantined State = "quarantined" // known, not yet allowed anywhere
	Admitted    State = "admitted"    // may be deployed
	Withdrawn   State = "withdrawn"   // may not be deployed any more
)

// Version is one version of a component: immutable but for its state.
type Version struct {
	Component string              `json:"component"`
	Version   string              `json:"version"`
	Digest    practice.Digest     `json:"digest"`    // of the OCI manifest
	MediaType string              `json:"mediaType"` // of the manifest's artifact
	Size      int64               `json:"size"`      // of all layers, bytes
	Reference string              `json:"reference"` // "component/version" repository path here, or "oci://HOST/REPO@DIGEST" outside
	Origin    Origin              `json:"origin"`
	Signature *signature.Envelope `json:"signature,omitempty"` // in-toto statement over Digest
	SignedBy  signature.PublicKey `json:"signedBy,omitempty"`  // the publisher's key that was found valid when it came in
	State     State               `json:"state"`
	StateBy   practice.Actor      `json:"stateBy"`
	StateWhy  string              `json:"stateWhy,omitempty"`
	StateAt   time.Time           `json:"stateAt"`
	AddedBy   practice.Actor      `json:"addedBy"`
	AddedAt   time.Time           `json:"addedAt"`
}

// Origin says where a version comes from.
type Origin struct {
	Source string `json:"source,omitempty"` // path or reference it was added from
	Commit string `json:"commit,omitempty"` // revision of its source, if known
	URI    string `json:"uri,omitempty"`    // where its source lives
	Note   string `json:"note,omitempty"`
	Way    Way    `json:"way,omitempty" enum:"browser,upload" doc:"How it came in; absent when it was pushed. Only Tranship says it."`
}

// Way is how a version came in.
type Way string

// The ways of files that came in one by one.
const (
	ByBrowser Way = "browser" // put in by a person in a browser
	ByUpload  Way = "upload"  // by a program
)

// Store keeps versions; components and releases are documents.
type Store interface {
	// Version gives one version, or NotFound.
	Version(component, version string) (Version, error)
	// VersionByDigest gives the versions that have the manifest digest.
	VersionByDigest(digest practice.Digest) ([]Version, error)
	// VersionsWithDigest gives at most limit versions whose digest begins with that ("sha256:5c0a"), by digest.
	VersionsWithDigest(begin string, limit int) ([]Version, error)
	// Versions lists a component's versions, newest first; component "" lists all. Key of a page: "component@version".
	Versions(component string, page practice.Page) ([]Version, error)
	// AddVersion stores a new version; Conflict when the same version exists with another digest,
	// nothing when it exists with the same digest.
	AddVersion(v Version) error
	// MoveVersion changes the state; Conflict when the present state is not from.
	MoveVersion(v Version, from State) error
	// Tallies gives how many versions each of the components has (at most 1,000
	// components), by component; one without versions is left out.
	Tallies(components []string) ([]Tally, error)
}

// Tally counts the versions of a component.
type Tally struct {
	Component   string
	Quarantined int
	Admitted    int
	Withdrawn   int
	Newest      Version // the last that was added
}

// Count adds n versions that are in a state.
func (t *Tally) Count(s State, n int) {
	switch s {
	case Quarantined:
		t.Quarantined += n
	case Admitted:
		t.Admitted += n
	case Withdrawn:
		t.Withdrawn += n
	}
}
