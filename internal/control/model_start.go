package control

import (
	"cmp"
	"context"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model/start"
)

// ModelStart gives a ready-made model as YAML, filled in with what is known of
// its component and with the environments that there are, where b leaves that
// open: of each place in the promotion path the first by name. NotFound when
// there is no start of the name. Nothing is changed.
func (c *Control) ModelStart(ctx context.Context, scope practice.Scope, by practice.Actor, name string, b start.Blank) (s start.Start, text string, err error) {
	if s, err = start.Find(name); err != nil {
		return s, "", err
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if err := fillComponent(tx, &b); err != nil {
			return err
		}
		if len(b.Environments) == 0 {
			b.Environments, err = promotionPath(tx)
		}
		return err
	})
	if err != nil {
		return s, "", err
	}
	b.Owner = cmp.Or(b.Owner, by.Name)
	text, err = s.YAML(b)
	return s, text, err
}

// fillComponent fills in what a component says of itself, where there is one.
func fillComponent(tx Tx, b *start.Blank) error {
	if b.Component == "" {
		return nil
	}
	d, err := tx.Document(practice.KindComponent, b.Component)
	switch {
	case practice.CodeOf(err) == practice.NotFound:
		return nil
	case err != nil:
		return err
	}
	component, err := library.Decode(d)
	b.Kind, b.Owner = cmp.Or(b.Kind, component.Spec.Kind), cmp.Or(b.Owner, component.Spec.Owner)
	return err
}

// promotionPath names one of our own environments for each place of the path.
func promotionPath(tx Tx) ([]string, error) {
	docs, err := tx.Documents(practice.KindEnvironment, "", practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		return nil, err
	}
	var found []environment.Environment
	for _, d := range docs {
		e, err := environment.Decode(d)
		if err != nil {
			return nil, err
		}
		if e.Spec.Control == "" || e.Spec.Control == environment.Own {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b environment.Environment) int { return cmp.Compare(a.Spec.Order, b.Spec.Order) })
	found = slices.CompactFunc(found, func(a, b environment.Environment) bool { return a.Spec.Order == b.Spec.Order })
	names := make([]string, len(found))
	for i, e := range found {
		names[i] = e.Name
	}
	return names, nil
}
