package control

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
)

// ComponentView is a component with what the library holds of it.
type ComponentView struct {
	Name        string            `json:"name"`
	Labels      map[string]string `json:"labels,omitempty"`
	Description string            `json:"description,omitempty"`
	Kind        string            `json:"kind"`
	Service     string            `json:"service,omitempty"`
	Owner       string            `json:"owner,omitempty"`
	Quarantined int               `json:"quarantined" doc:"How many versions wait in quarantine."`
	Admitted    int               `json:"admitted" doc:"How many versions may be deployed."`
	Withdrawn   int               `json:"withdrawn" doc:"How many versions were withdrawn."`
	Newest      *NewestVersion    `json:"newest,omitempty" doc:"The version that was added last; absent when there is none."`
}

// NewestVersion is the version of a component that was added last.
type NewestVersion struct {
	Version string         `json:"version"`
	State   library.State  `json:"state"`
	AddedAt time.Time      `json:"addedAt"`
	AddedBy practice.Actor `json:"addedBy"`
}

// ComponentFilter chooses components; empty fields mean any.
type ComponentFilter struct {
	Text    string // in the name, the description, the service or the owner, whatever its case
	Service string
	Waiting bool // only those with a version in quarantine
}

// mostLooked is how many documents one request looks at; what is left comes with the next page.
const mostLooked = 10_000

// Components lists components by name. It looks at a bounded number of them, so
// that a page may have fewer than were asked for; next is where the next page
// begins, "" on the last.
func (c *Control) Components(ctx context.Context, scope practice.Scope, f ComponentFilter, page practice.Page) (found []ComponentView, next string, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		found, next, err = pageOf(tx, practice.KindComponent, f.Service, page, func(d practice.Document) (ComponentView, bool, error) {
			component, err := library.Decode(d)
			if err != nil {
				return ComponentView{}, false, err
			}
			view := componentView(component)
			return view, holdsText(f.Text, view.Name, view.Description, view.Service, view.Owner), nil
		}, func(batch []ComponentView) ([]ComponentView, error) {
			if err := tallied(tx, batch); err != nil {
				return nil, err
			}
			if !f.Waiting {
				return batch, nil
			}
			kept := batch[:0]
			for _, view := range batch {
				if view.Quarantined > 0 {
					kept = append(kept, view)
				}
			}
			return kept, nil
		})
		return err
	})
	return found, next, err
}

// pageOf gives a page of the documents of a kind that are taken. complete is
// asked with batches of what was taken, and may leave some out.
func pageOf[T any](tx Tx, kind practice.Kind, parent string, page practice.Page,
	take func(practice.Document) (T, bool, error), complete func([]T) ([]T, error),
) (found []T, next string, err error) {
	for looked, after := 0, page.After; ; {
		docs, err := tx.Documents(kind, parent, practice.Page{After: after, Limit: practice.MaxLimit})
		if err != nil {
			return nil, "", err
		}
		var batch []T
		for _, d := range docs {
			one, taken, err := take(d)
			if err != nil {
				return nil, "", err
			}
			if taken {
				batch = append(batch, one)
			}
			// No more than the page still needs is completed: it asks the store.
			after = d.Name
			if len(batch) == page.Size()-len(found) {
				break
			}
		}
		if batch, err = complete(batch); err != nil {
			return nil, "", err
		}
		found = append(found, batch...)
		looked += len(docs)
		atEnd := len(docs) < practice.MaxLimit && (len(docs) == 0 || docs[len(docs)-1].Name == after)
		switch {
		case atEnd:
			return found, "", nil
		case len(found) >= page.Size(), looked >= mostLooked:
			return found, after, nil
		}
	}
}

func componentView(c library.Component) ComponentView {
	return ComponentView{Name: c.Name, Labels: c.Labels, Description: c.Spec.Description, Kind: string(c.Spec.Kind), Service: c.Spec.Service, Owner: c.Spec.Owner}
}

func holdsText(text string, in ...string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return true
	}
	for _, one := range in {
		if strings.Contains(strings.ToLower(one), text) {
			return true
		}
	}
	return false
}

// tallied fills in what the library holds of components.
func tallied(tx Tx, views []ComponentView) error {
	names := make([]string, len(views))
	for i, v := range views {
		names[i] = v.Name
	}
	tallies, err := tx.Tallies(names)
	if err != nil {
		return err
	}
	of := map[string]library.Tally{}
	for _, t := range tallies {
		of[t.Component] = t
	}
	for i := range views {
		t, known := of[views[i].Name]
		if !known {
			continue
		}
		views[i].Quarantined, views[i].Admitted, views[i].Withdrawn = t.Quarantined, t.Admitted, t.Withdrawn
		views[i].Newest = &NewestVersion{Version: t.Newest.Version, State: t.Newest.State, AddedAt: t.Newest.AddedAt, AddedBy: t.Newest.AddedBy}
	}
	return nil
}

// Component gives one component.
func (c *Control) Component(ctx context.Context, scope practice.Scope, name string) (view ComponentView, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		component, err := componentOf(tx, name)
		if err != nil {
			return err
		}
		views := []ComponentView{componentView(component)}
		err = tallied(tx, views)
		view = views[0]
		return err
	})
	return view, err
}

// Places gives where the versions of a component are now, in the order in which
// the environments are promoted.
func (c *Control) Places(ctx context.Context, scope practice.Scope, component string) (places []environment.Place, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		docs, err := tx.Documents(practice.KindEnvironment, "", practice.Page{Limit: practice.MaxLimit})
		if err != nil {
			return err
		}
		order, names := map[string]int{}, make([]string, 0, len(docs))
		for _, d := range docs {
			e, err := environment.Decode(d)
			if err != nil {
				return err
			}
			order[e.Name], names = e.Spec.Order, append(names, e.Name)
		}
		places, err = tx.PlacesOf(component, names)
		slices.SortStableFunc(places, func(a, b environment.Place) int { return cmp.Compare(order[a.Environment], order[b.Environment]) })
		return err
	})
	return places, err
}
