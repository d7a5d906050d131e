package control

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// File is a text that holds documents, with its name for error messages.
type File struct {
	Name string `json:"name" minLength:"1" doc:"The file's name, for error messages."`
	Text string `json:"text" maxLength:"8388608" doc:"Its content: YAML documents."`
}

// Proposed is a document that somebody wants to apply.
type Proposed struct {
	practice.Document
	// Base is the revision that the proposer saw; nil means whatever is there.
	// 0 means that there was none.
	Base *int64
	// Locate gives the file, line and column of a path in the document's text; may be nil.
	Locate func(path string) practice.Problem
}

// ChangeKind says what applying a document does.
type ChangeKind string

// The kinds of change.
const (
	Added     ChangeKind = "added"
	Changed   ChangeKind = "changed"
	Unchanged ChangeKind = "unchanged"
	Removed   ChangeKind = "removed"
)

// DocumentChange is what applying one document does or did.
type DocumentChange struct {
	Kind     practice.Kind `json:"kind"`
	Name     string        `json:"name"`
	Change   ChangeKind    `json:"change"`
	Base     int64         `json:"base"`     // the revision before; 0: none
	Revision int64         `json:"revision"` // the revision after
	Fields   []FieldChange `json:"fields,omitempty"`
	Reason   string        `json:"reason,omitempty"` // why it was taken away, where somebody said so
}

// FieldChange is one difference between two revisions.
type FieldChange struct {
	Path   string `json:"path"` // "spec.flow[1].strategy.soak"
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
	Change string `json:"change"` // added, changed, removed
}

// Apply stores documents, or with dry only says what would change. All of
// them or none: Invalid lists every defect, Conflict every document that
// somebody else has changed since its Base.
func (c *Control) Apply(ctx context.Context, scope practice.Scope, by practice.Actor, docs []Proposed, dry bool) ([]DocumentChange, error) {
	var changes []DocumentChange
	apply := func(tx Tx, w *work) error {
		changes = nil
		if err := checkReferences(tx, docs); err != nil {
			return err
		}
		if err := checkParents(tx, docs); err != nil {
			return err
		}
		var problems []practice.Problem
		for _, p := range docs {
			change, stored, err := compare(tx, p)
			if err != nil {
				return err
			}
			if problem := outdated(p, change); problem != nil {
				problems = append(problems, *problem)
				continue
			}
			changes = append(changes, change)
			if w == nil || change.Change == Unchanged {
				continue
			}
			if err := put(w, by, stored, change); err != nil {
				return err
			}
		}
		if len(problems) > 0 {
			return (&practice.Error{Code: practice.Conflict, Message: "somebody else has changed these documents meanwhile", Problems: problems, Terminal: true}).
				WithHint("look at the present state with tranship get, then apply again")
		}
		return nil
	}
	if dry {
		err := c.Store.View(ctx, scope, func(tx Tx) error { return apply(tx, nil) })
		return changes, err
	}
	_, err := c.update(ctx, scope, func(w *work) error { return apply(w, w) })
	return changes, err
}

func put(w *work, by practice.Actor, d practice.Document, change DocumentChange) error {
	d.Revision, d.By, d.At = change.Base, by, w.now
	if err := w.PutDocument(d); err != nil {
		return fmt.Errorf("%s %s: %w", d.Kind, d.Name, err)
	}
	if err := w.noteTimed(d); err != nil {
		return err
	}
	w.note(practice.Entry{
		Kind:    "document." + string(change.Change),
		Subject: documentSubject(d.Kind, d.Name),
		Who:     by,
		Why:     change.Reason,
		Data:    map[string]any{"revision": change.Revision, "digest": d.Digest, "parent": d.Parent, "fields": fieldPaths(change.Fields)},
	})
	if err := triggersMeet(w, by, d); err != nil {
		return err
	}
	return w.reconsiderFor(d.Kind)
}

func documentSubject(kind practice.Kind, name string) string {
	return "document/" + string(kind) + "/" + name
}

func fieldPaths(fields []FieldChange) []string {
	paths := make([]string, 0, min(len(fields), 50))
	for _, f := range fields {
		if len(paths) == 50 {
			break
		}
		paths = append(paths, f.Path)
	}
	return paths
}

func outdated(p Proposed, change DocumentChange) *practice.Problem {
	if p.Base == nil || *p.Base == change.Base {
		return nil
	}
	problem := locate(p, "metadata.revision")
	problem.Message = fmt.Sprintf("%s %s is at revision %d, not %d", p.Kind, p.Name, change.Base, *p.Base)
	return &problem
}

func locate(p Proposed, path string) practice.Problem {
	if p.Locate == nil {
		return practice.Problem{Path: fmt.Sprintf("%s %s: %s", p.Kind, p.Name, path)}
	}
	return p.Locate(path)
}

// compare says what p changes of what is stored, and gives the document to store.
func compare(tx Tx, p Proposed) (DocumentChange, practice.Document, error) {
	change := DocumentChange{Kind: p.Kind, Name: p.Name, Change: Added, Revision: 1}
	present, err := tx.Document(p.Kind, p.Name)
	switch {
	case practice.CodeOf(err) == practice.NotFound:
		base, err := lastRevision(tx, p.Kind, p.Name)
		if err != nil {
			return change, p.Document, err
		}
		change.Base, change.Revision = base, base+1
		present = practice.Document{}
	case err != nil:
		return change, p.Document, err
	default:
		change.Base, change.Revision, change.Change = present.Revision, present.Revision+1, Changed
	}
	if present.Revision > 0 && present.Digest == p.Digest {
		change.Change, change.Revision = Unchanged, present.Revision
		return change, p.Document, nil
	}
	change.Fields, err = differences(present, p.Document)
	return change, p.Document, err
}

// lastRevision gives the number of a removed document's last revision, or 0.
func lastRevision(tx Tx, kind practice.Kind, name string) (int64, error) {
	history, err := tx.DocumentHistory(kind, name, practice.Page{Limit: 1})
	if err != nil || len(history) == 0 {
		return 0, err
	}
	return history[0].Revision, nil
}

// Document gives a document as it is now, or at a revision (0: now).
func (c *Control) Document(ctx context.Context, scope practice.Scope, kind practice.Kind, name string, revision int64) (d practice.Document, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if revision > 0 {
			d, err = tx.DocumentAt(kind, name, revision)
		} else {
			d, err = tx.Document(kind, name)
		}
		return err
	})
	return d, err
}

// Documents lists the present documents of a kind by name.
func (c *Control) Documents(ctx context.Context, scope practice.Scope, kind practice.Kind, parent string, page practice.Page) (list []practice.Document, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Documents(kind, parent, page)
		return err
	})
	return list, err
}

// DocumentsWith lists the present documents of a kind by name of which a text is
// found in the name or in what they say, whatever its case. It looks at a bounded
// number of them, so that a page may have fewer than were asked for; next is where
// the next page begins, "" on the last.
func (c *Control) DocumentsWith(ctx context.Context, scope practice.Scope, kind practice.Kind, parent, text string, page practice.Page) (list []practice.Document, next string, err error) {
	words := strings.Fields(text)
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, next, err = pageOf(tx, kind, parent, page, func(d practice.Document) (practice.Document, bool, error) {
			for _, word := range words {
				if !holdsText(word, d.Name, string(d.Spec)) {
					return d, false, nil
				}
			}
			return d, true, nil
		}, func(batch []practice.Document) ([]practice.Document, error) { return batch, nil })
		return err
	})
	return list, next, err
}

// DocumentHistory lists the revisions of a document, newest first.
func (c *Control) DocumentHistory(ctx context.Context, scope practice.Scope, kind practice.Kind, name string, page practice.Page) (list []practice.Document, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.DocumentHistory(kind, name, page)
		return err
	})
	return list, err
}

// Remove takes a document away; its history stays. Refused while others refer to it.
// base is the revision that the remover saw; 0 means whatever is there.
func (c *Control) Remove(ctx context.Context, scope practice.Scope, by practice.Actor, kind practice.Kind, name string, base int64) error {
	return c.RemoveFor(ctx, scope, by, kind, name, base, "")
}

// RemoveFor is Remove with a reason, which the record keeps.
func (c *Control) RemoveFor(ctx context.Context, scope practice.Scope, by practice.Actor, kind practice.Kind, name string, base int64, reason string) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		d, err := w.Document(kind, name)
		if err != nil {
			return err
		}
		if base > 0 && base != d.Revision {
			return practice.Faultf(practice.Conflict, "%s %s is at revision %d, not %d", kind, name, d.Revision, base).Final()
		}
		if err := checkUnused(w, d); err != nil {
			return err
		}
		d.Removed = true
		if err := endTokens(w, d, by); err != nil {
			return err
		}
		if err := endSecret(w, d, by); err != nil {
			return err
		}
		if err := endDrift(w, d, by); err != nil {
			return err
		}
		if err := c.endHealth(w, d, by); err != nil {
			return err
		}
		return put(w, by, d, DocumentChange{Change: Removed, Base: d.Revision, Revision: d.Revision + 1, Reason: reason})
	})
	return err
}

func differences(before, after practice.Document) ([]FieldChange, error) {
	old, err := flatten(before)
	if err != nil {
		return nil, err
	}
	now, err := flatten(after)
	if err != nil {
		return nil, err
	}
	return fieldChanges(old, now), nil
}

func flatten(d practice.Document) (map[string]any, error) {
	flat := map[string]any{}
	for key, value := range d.Labels {
		flat["metadata.labels."+key] = value
	}
	if len(d.Spec) == 0 {
		return flat, nil
	}
	var spec any
	if err := json.Unmarshal(d.Spec, &spec); err != nil {
		return nil, fmt.Errorf("%s %s: %w", d.Kind, d.Name, err)
	}
	flattenInto(flat, "spec", spec)
	return flat, nil
}
