package party

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// PersonSpec is what a Person document says.
type PersonSpec struct {
	FullName string `json:"fullName,omitempty" doc:"The name as people say it."`
	Mail     string `json:"mail,omitempty" doc:"Where mail reaches the person."`
	Quiet    bool   `json:"quiet,omitempty" doc:"Whether the person is not to be told by mail what becomes of deployments that they asked for."`
	Zone     string `json:"zone,omitempty" doc:"The person's time zone, an IANA name such as Europe/Berlin; UTC by default."`
	Left     bool   `json:"left,omitempty" doc:"Whether the person has left: tokens, votes and deputyships end."`
}

// GroupSpec is what a Group document says: people who act as one.
type GroupSpec struct {
	Description string   `json:"description,omitempty" doc:"What people should know about it."`
	Owner       string   `json:"owner,omitempty" doc:"The person who answers for it."`
	Members     []string `json:"members" minItems:"1" doc:"The names of its members, each a Person."`
	Deputies    []Deputy `json:"deputies,omitempty" doc:"Who may always act in the place of a member."`
}

// Deputy may act for a member of a group.
type Deputy struct {
	For    string `json:"for" minLength:"1" doc:"The member."`
	Person string `json:"person" minLength:"1" doc:"Who may act in the member's place."`
}

// ServiceAccountSpec is what a ServiceAccount document says: a program that
// asks for deployments. Whatever it does counts as done by its owner too where
// people must not approve what they asked for themselves.
type ServiceAccountSpec struct {
	Description string `json:"description,omitempty" doc:"What people should know about it."`
	Owner       string `json:"owner" minLength:"1" doc:"The person who answers for it; may not approve what it asks for."`
}

// DelegationSpec is what a Delegation document says: one person acts for
// another for a while.
type DelegationSpec struct {
	From   string    `json:"from" minLength:"1" doc:"The person who is represented."`
	To     string    `json:"to" minLength:"1" doc:"The person who acts in their place."`
	Groups []string  `json:"groups,omitempty" doc:"Only in these groups; empty means all."`
	Begins time.Time `json:"begins" doc:"From this moment, RFC 3339."`
	Ends   time.Time `json:"ends" doc:"Until this moment, RFC 3339; every delegation ends."`
	Reason string    `json:"reason,omitempty" doc:"Why."`
}

// Person is somebody.
type Person struct {
	Name string
	Spec PersonSpec
}

// Group is people who act as one.
type Group struct {
	Name string
	Spec GroupSpec
}

// ServiceAccount is a program that a person answers for.
type ServiceAccount struct {
	Name string
	Spec ServiceAccountSpec
}

// Delegation lets one person act for another for a while.
type Delegation struct {
	Name string
	Spec DelegationSpec
}

// At says whether the delegation holds at a moment, within a group.
func (d Delegation) At(now time.Time, group string) bool {
	if now.Before(d.Spec.Begins) || !now.Before(d.Spec.Ends) {
		return false
	}
	return len(d.Spec.Groups) == 0 || slices.Contains(d.Spec.Groups, group)
}

// DecodePerson gives the person of a document.
func DecodePerson(d practice.Document) (p Person, err error) {
	p.Name = d.Name
	return p, decode(d, &p.Spec)
}

// DecodeGroup gives the group of a document.
func DecodeGroup(d practice.Document) (g Group, err error) {
	g.Name = d.Name
	return g, decode(d, &g.Spec)
}

// DecodeServiceAccount gives the service account of a document.
func DecodeServiceAccount(d practice.Document) (a ServiceAccount, err error) {
	a.Name = d.Name
	return a, decode(d, &a.Spec)
}

// DecodeDelegation gives the delegation of a document.
func DecodeDelegation(d practice.Document) (g Delegation, err error) {
	g.Name = d.Name
	return g, decode(d, &g.Spec)
}

func decode(d practice.Document, spec any) error {
	if err := json.Unmarshal(d.Spec, spec); err != nil {
		return fmt.Errorf("%s %s: %w", d.Kind, d.Name, err)
	}
	return nil
}
