package control

import (
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// arrange gives a journey its release, its model and its way, when the library
// has what it wants; what stands against that otherwise comes as a verdict.
func arrange(tx Tx, j journey.Journey) (journey.Journey, practice.Verdict, error) {
	release, err := wantedRelease(tx, j.Wanted)
	if err != nil || release == "" {
		return j, practice.Pass(), err
	}
	list, err := items(tx, release)
	if err == nil {
		var m model.Model
		if m, err = wayModel(tx, j, list); err == nil {
			var flow []string
			for _, s := range m.Spec.Flow {
				flow = append(flow, s.Environment)
			}
			var versions []journey.Item
			for _, item := range list {
				versions = append(versions, journey.Item{Component: item.Component.Name, Version: item.Version.Version})
			}
			var set journey.Journey
			if set, err = j.Set(release, versions, m.Name, flow, j.Begun); err == nil {
				return set, practice.Pass(), nil
			}
		}
	}
	reason, told := reasonOf(err, "model")
	if !told {
		return j, practice.Verdict{}, err
	}
	reason.Who = "whoever may apply documents"
	return j, practice.Hold(reason), nil
}

// wantedRelease names the release that is wanted, "" while the library does not
// have all of it admitted.
func wantedRelease(tx Tx, w journey.Wanted) (string, error) {
	switch {
	case w.Release != "":
		d, err := tx.Document(practice.KindRelease, w.Release)
		if practice.CodeOf(err) == practice.NotFound {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		r, err := library.DecodeRelease(d)
		if err != nil {
			return "", err
		}
		for _, item := range r.Spec.Items {
			if there, err := inLibrary(tx, item); err != nil || !there {
				return "", err
			}
		}
		return w.Release, nil
	case w.Version != "":
		there, err := inLibrary(tx, library.Item{Component: w.Component, Version: w.Version})
		if err != nil || !there {
			return "", err
		}
		return w.Component + "@" + w.Version, nil
	}
	return newestAdmitted(tx, w)
}

// newestAdmitted names the version that was admitted and added last, of the
// wanted commit where one is wanted.
func newestAdmitted(tx Tx, w journey.Wanted) (string, error) {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		versions, err := tx.Versions(w.Component, page)
		if err != nil {
			return "", err
		}
		for _, v := range versions {
			if v.State == library.Admitted && (w.Commit == "" || journey.SameCommit(v.Origin.Commit, w.Commit)) {
				return v.Component + "@" + v.Version, nil
			}
		}
		if len(versions) < page.Limit {
			return "", nil
		}
		page.After = w.Component + "@" + versions[len(versions)-1].Version
	}
}

// inLibrary says whether a version is there and out of quarantine.
func inLibrary(tx Tx, item library.Item) (bool, error) {
	v, err := tx.Version(item.Component, item.Version)
	if practice.CodeOf(err) == practice.NotFound {
		return false, nil
	}
	return err == nil && v.State != library.Quarantined, err
}

// wayModel gives the model of a journey: the one that its trigger names, or the
// only one that applies to every item and has the first environment in its flow.
func wayModel(tx Tx, j journey.Journey, list []plan.ItemInput) (model.Model, error) {
	if j.Model != "" || j.From != "" {
		return chooseModel(tx, j.Model, j.From, list)
	}
	if j.Until != "" {
		return chooseModel(tx, "", j.Until, list)
	}
	var fitting []model.Model
	err := eachModel(tx, func(m model.Model) {
		if appliesToAll(m, list) {
			fitting = append(fitting, m)
		}
	})
	if err != nil {
		return model.Model{}, err
	}
	return onlyModel(fitting, nil, "any environment", list)
}

func eachModel(tx Tx, f func(model.Model)) error {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		docs, err := tx.Documents(practice.KindModel, "", page)
		if err != nil {
			return err
		}
		for _, d := range docs {
			m, err := model.Decode(d)
			if err != nil {
				return err
			}
			f(m)
		}
		if len(docs) < page.Limit {
			return nil
		}
		page.After = docs[len(docs)-1].Name
	}
}

// facts gathers what is to be known of the environment that a journey is in or
// about to enter.
func (c *Control) facts(w *work, j journey.Journey) (f journey.Facts, err error) {
	f.Gate, f.Refusal = practice.Pass(), practice.Pass()
	if j.Release == "" {
		return f, nil
	}
	if f.Withdrawn, err = withdrawnItem(w, j); err != nil {
		return f, err
	}
	here := j.Here()
	if n := len(here.Deployments); n > 0 {
		d, err := w.Deployment(here.Deployments[n-1])
		if err != nil {
			return f, err
		}
		f.Deployment = &journey.Progress{
			ID: d.ID, Begun: d.Begun(), Closed: d.State == deployment.Closed, Succeeded: d.Result == deployment.Succeeded,
			Cancelled: d.Result == deployment.Cancelled, Cause: d.Cause, Ended: d.Ended, Waiting: d.Waiting,
		}
		if f.Deployment.Other, err = otherParts(w, d); err != nil {
			return f, err
		}
	}
	if f.Newer, err = newerJourney(w, j); err != nil {
		return f, err
	}
	if f.Deployment != nil && !f.Deployment.Closed {
		return f, nil
	}
	if f.Present, err = allPresent(w, here.Environment, j.Items); err != nil {
		return f, err
	}
	if f.Pins, err = pinsOf(w, here.Environment, itemsOf(j)); err != nil {
		return f, err
	}
	f.Gate, err = entryGate(w, j)
	return f, err
}

// otherParts says whether a deployment that has not begun is out of date so that
// it cannot be planned again: its release is of other components by now.
func otherParts(tx Tx, d deployment.Deployment) (bool, error) {
	if d.Begun() || d.State == deployment.Closed || !journey.Stale(d.Waiting) {
		return false, nil
	}
	list, err := items(tx, d.Header.Release)
	if _, told := reasonOf(err, "release"); told {
		return false, nil // planning again says what is wrong with it
	}
	var names []string
	for _, item := range list {
		names = append(names, item.Component.Name)
	}
	slices.Sort(names)
	return err == nil && !slices.Equal(names, parts(d.Header)), err
}

// withdrawnItem says which version may not be deployed any more.
func withdrawnItem(tx Tx, j journey.Journey) (string, error) {
	for _, item := range j.Items {
		v, err := tx.Version(item.Component, item.Version)
		if err != nil {
			return "", err
		}
		if v.State == library.Withdrawn {
			return fmt.Sprintf("%s %s was withdrawn: %s", item.Component, item.Version, v.StateWhy), nil
		}
	}
	return "", nil
}

// newerJourney finds a journey that takes the place of j before the environment
// that j is about to enter: it has come as far itself.
func newerJourney(tx Tx, j journey.Journey) (string, error) {
	if len(j.Items) == 0 {
		return "", nil
	}
	for page := (practice.Page{Limit: practice.DefaultLimit}); ; {
		list, err := tx.Journeys(journey.Filter{Component: j.Items[0].Component}, page)
		if err != nil {
			return "", err
		}
		for _, other := range list {
			if other.ID == j.ID {
				return "", nil // older ones follow
			}
			if journey.Supersedes(other, j) && other.Ready(j.Here().Environment) {
				return other.ID + " of " + other.Release, nil
			}
		}
		if len(list) < page.Limit {
			return "", nil
		}
		page.After = list[len(list)-1].ID
	}
}

// allPresent says whether every item was brought into the environment by a
// deployment that succeeded, and nothing has changed it since.
func allPresent(tx Tx, environment string, items []journey.Item) (bool, error) {
	for _, item := range items {
		there, err := isPresent(tx, environment, item)
		if err != nil || !there {
			return false, err
		}
	}
	return len(items) > 0, nil
}

func isPresent(tx Tx, environment string, item journey.Item) (bool, error) {
	for page := (practice.Page{Limit: practice.DefaultLimit}); ; {
		list, err := tx.Deployments(deployment.Filter{Environment: environment, Component: item.Component}, page)
		if err != nil {
			return false, err
		}
		for _, d := range list {
			switch {
			case d.Touched == 0 && d.Result != deployment.Succeeded, d.Result == deployment.Remediated:
				continue // it left everything as it was
			case d.Result != deployment.Succeeded || d.Header.Direction != plan.Install || len(d.Header.Only) > 0:
				return false, nil
			}
			for _, has := range d.Header.Items {
				if has.Component == item.Component {
					return has.Version == item.Version, nil
				}
			}
		}
		if len(list) < page.Limit {
			return false, nil
		}
		page.After = list[len(list)-1].ID
	}
}

// entryGate asks whether a journey's release may enter its environment: the
// flow's environments before, their quality, somebody still answers for what it
// does, and nobody else is at work there.
func entryGate(w *work, j journey.Journey) (practice.Verdict, error) {
	here := j.Here().Environment
	verdict, err := flowGate(w, j, here)
	if err != nil {
		return verdict, err
	}
	owned, err := answered(w, j.As.Name, "journey "+j.ID)
	if err != nil {
		return verdict, err
	}
	verdict = practice.And(owned, verdict)
	for _, item := range j.Items {
		open, err := w.Deployments(deployment.Filter{Environment: here, Component: item.Component, Open: true}, practice.Page{Limit: 1})
		if err != nil {
			return verdict, err
		}
		if len(open) > 0 {
			return practice.And(verdict, practice.Hold(practice.Reason{
				Gate: "other deployment", Message: fmt.Sprintf("%s of %s into %s is still %s", open[0].ID, item.Component, here, open[0].State),
				Since: open[0].Since, Who: "whoever looks after " + open[0].ID, How: "tranship why " + open[0].ID,
			})), nil
		}
	}
	return verdict, nil
}
