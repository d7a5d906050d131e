package control

import (
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// acceptors gives the groups whose members accept drift in an environment; none
// where whoever may deploy does.
func acceptors(tx Tx, in string) ([]string, error) {
	var env environment.Spec
	err := specOf(tx, practice.KindEnvironment, in, &env)
	if practice.CodeOf(err) == practice.NotFound {
		return nil, nil
	}
	return env.Inspection.AcceptedBy, err
}

// mayAccept gives for which group somebody accepts the drifts of each environment,
// by its name; none where the environment names no groups. Forbidden where it
// does, and they act for none of them.
func mayAccept(w *work, all []drift.Drift, by practice.Actor) (map[string]string, error) {
	groups := map[string]string{}
	for _, d := range all {
		if _, known := groups[d.Environment]; known {
			continue
		}
		named, err := acceptors(w, d.Environment)
		if err != nil {
			return nil, err
		}
		if groups[d.Environment] = ""; len(named) == 0 {
			continue
		}
		if err := w.ownHand(by, "accepts what was found"); err != nil {
			return nil, err
		}
		group, err := seated(w, by, named)
		if err != nil {
			return nil, err
		}
		if group == "" {
			refused := practice.Faultf(practice.Forbidden, "%s may not accept what was found in %s: that is for %s", by.Name, d.Environment, strings.Join(named, ", ")).
				Lacking("a seat in %s", strings.Join(named, " or ")).Final()
			if d.Watch == "" {
				refused = refused.WithHint("whoever may deploy can put it right: tranship drift repair %s --reason WHY", d.ID)
			}
			return nil, refused
		}
		groups[d.Environment] = group
	}
	return groups, nil
}

// forGroup adds to what an acceptance tells for which group it was, where one was asked.
func forGroup(data map[string]any, group string) map[string]any {
	if group != "" {
		data["group"] = group
	}
	return data
}

// forAcceptors makes a task of drift one of those who accept it there.
func (t *Task) forAcceptors(look *work, by practice.Actor) error {
	groups, err := acceptors(look, t.Environment)
	if err != nil || len(groups) == 0 {
		return err
	}
	t.asked, t.Who = groups, "the members of "+strings.Join(groups, ", ")+" accept it"
	if environment.WatchOf(t.Release) == "" {
		t.Who += "; whoever may operate deployments into " + t.Environment + " repairs it"
	}
	if t.Group, err = seated(look, by, groups); t.Group == "" {
		t.Mine = false
	}
	return err
}
