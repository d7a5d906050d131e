package practice

import (
	"encoding/json"
	"fmt"
	"time"
)

// Kind is the kind of a configuration document.
type Kind string

// The kinds of document.
const (
	KindService     Kind = "Service"
	KindProduct     Kind = "Product"
	KindEnvironment Kind = "Environment"
	KindTarget      Kind = "Target"
	KindComponent   Kind = "Component"
	KindRelease     Kind = "Release"
	KindModel       Kind = "Model"

	KindPerson         Kind = "Person"
	KindGroup          Kind = "Group"
	KindServiceAccount Kind = "ServiceAccount"
	KindDelegation     Kind = "Delegation"
	KindApprovalPolicy Kind = "ApprovalPolicy"
	KindWindow         Kind = "Window"
	KindFreeze         Kind = "Freeze"
	KindBooking        Kind = "Booking"
	KindTrigger        Kind = "Trigger"
	KindSubscription   Kind = "Subscription"
)

// Kinds gives all kinds, in the order in which documents build on each other.
func Kinds() []Kind {
	return []Kind{
		KindProduct, KindService, KindEnvironment, KindTarget, KindComponent, KindRelease, KindModel,
		KindPerson, KindGroup, KindServiceAccount, KindDelegation, KindApprovalPolicy,
		KindWindow, KindFreeze, KindBooking, KindTrigger, KindSubscription,
	}
}

// Document is one configuration document as it was applied. Its room decodes Spec.
type Document struct {
	Kind     Kind              `json:"kind"`
	Name     string            `json:"name"`
	Labels   map[string]string `json:"labels,omitempty"`
	Parent   string            `json:"parent,omitempty"` // what lists it: a target's environment, a component's service
	Spec     json.RawMessage   `json:"spec"`             // canonical JSON
	Revision int64             `json:"revision"`         // from 1, raised by each change; 0: not stored yet
	Digest   Digest            `json:"digest"`           // over kind, name, labels and spec
	By       Actor             `json:"by"`
	At       time.Time         `json:"at"`
	Removed  bool              `json:"removed,omitempty"`
}

// NewDocument makes the document of a decoded spec.
func NewDocument(kind Kind, name, parent string, labels map[string]string, spec any) (Document, error) {
	raw, err := Canonical(spec)
	if err != nil {
		return Document{}, fmt.Errorf("%s %s: %w", kind, name, err)
	}
	if len(labels) == 0 {
		labels = nil
	}
	d := Document{Kind: kind, Name: name, Parent: parent, Labels: labels, Spec: raw}
	d.Digest, err = CanonicalDigest(map[string]any{"kind": kind, "name": name, "labels": labels, "spec": d.Spec})
	return d, err
}

// DocumentStore keeps documents and every revision they ever had.
type DocumentStore interface {
	// Document gives the present revision, or NotFound when there is none or it was removed.
	Document(kind Kind, name string) (Document, error)
	// DocumentAt gives one revision, removed or not, or NotFound.
	DocumentAt(kind Kind, name string, revision int64) (Document, error)
	// Documents lists the present ones by name; parent "" means all.
	Documents(kind Kind, parent string, page Page) ([]Document, error)
	// DocumentHistory lists revisions, newest first; page.After is a revision number.
	DocumentHistory(kind Kind, name string, page Page) ([]Document, error)
	// PutDocument stores d as the revision after d.Revision. When the present
	// revision is another one, it answers Conflict and stores nothing.
	// Removed documents keep their history; their number goes on.
	PutDocument(d Document) error
}
