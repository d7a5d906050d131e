package control

import (
	"fmt"
	"reflect"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// toldChanges bounds how many changes of targets are told one by one.
const toldChanges = 5

// requestOf gives the request by which a plan was made.
func requestOf(h plan.Header) PlanRequest {
	r := PlanRequest{
		Release: h.Release, Environment: h.Environment, Direction: h.Direction,
		Model: h.Model.Name, Redeploy: h.Redeploy, Only: h.Only, Restores: h.Restores, Spots: h.Spots,
	}
	if len(h.Spots) > 0 {
		r.Items = headerItems(h)
	}
	return r
}

// planChanges says in words in what a plan made now would differ from a stored
// one; nothing where it cannot be made any more.
func planChanges(w *work, before plan.Record) ([]string, error) {
	in, err := gather(w, w.scope, requestOf(before.Header))
	if err != nil {
		return nil, unlessUser(err)
	}
	now, err := plan.Compile(in)
	if err != nil {
		return nil, unlessUser(err)
	}
	return comparePlans(w, before, now.Header, now.Targets)
}

// unlessUser lets errors pass that no user can act on.
func unlessUser(err error) error {
	if _, told := reasonOf(err, ""); told {
		return nil
	}
	return err
}

// comparePlans says in words what differs between a stored plan and another one.
func comparePlans(tx Tx, before plan.Record, header plan.Header, targets []plan.Target) ([]string, error) {
	told := headerChanges(before.Header, header)
	if before.Header.TargetsSum == header.TargetsSum {
		return told, nil
	}
	was := map[string]plan.Target{}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := tx.PlanTargets(before.ID, page)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			was[t.Name] = t
		}
		if len(list) < page.Limit {
			break
		}
		page.After = list[len(list)-1].Name
	}
	return append(told, targetChanges(was, targets)...), nil
}

func headerChanges(b, a plan.Header) []string {
	var told []string
	if b.Model != a.Model {
		told = append(told, fmt.Sprintf("model %s was revision %d, is revision %d", a.Model.Name, b.Model.Revision, a.Model.Revision))
	}
	if b.EnvRevision != a.EnvRevision {
		told = append(told, fmt.Sprintf("environment %s was revision %d, is revision %d", a.Environment, b.EnvRevision, a.EnvRevision))
	}
	for i, item := range a.Items {
		if i < len(b.Items) && b.Items[i].Component == item.Component && (b.Items[i].Version != item.Version || b.Items[i].Digest != item.Digest) {
			told = append(told, fmt.Sprintf("%s was %s %s, is %s %s", item.Component, b.Items[i].Version, b.Items[i].Digest.Short(), item.Version, item.Digest.Short()))
		}
	}
	for i, item := range a.Items {
		if i < len(b.Items) && b.Items[i].Component == item.Component && b.Items[i].Level != item.Level {
			told = append(told, "components would come in another order")
			break
		}
	}
	if len(a.Items) != len(b.Items) {
		told = append(told, fmt.Sprintf("there were %d components, there are %d", len(b.Items), len(a.Items)))
	}
	if b.TargetCount != a.TargetCount {
		told = append(told, fmt.Sprintf("the number of targets that would change is %d, it was %d", a.TargetCount, b.TargetCount))
	}
	return told
}

// targetChanges says which targets came, went or are otherwise, by name. It empties was.
func targetChanges(was map[string]plan.Target, now []plan.Target) []string {
	var lines []string
	more := 0
	tell := func(format string, args ...any) {
		if len(lines) < toldChanges {
			lines = append(lines, fmt.Sprintf(format, args...))
		} else {
			more++
		}
	}
	for _, t := range now {
		before, known := was[t.Name]
		delete(was, t.Name)
		if !known {
			tell("target %s would change as well", t.Name)
		} else if parts := targetParts(before, t); parts != "" {
			tell("target %s has %s", t.Name, parts)
		}
	}
	for name := range was {
		if len(was) > toldChanges {
			tell("%d targets would not change any more", len(was))
			break
		}
		tell("target %s would not change any more", name)
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("%d more targets differ", more))
	}
	return lines
}

// targetParts names in what a target of two plans differs.
func targetParts(b, a plan.Target) string {
	var parts []string
	for _, part := range []struct {
		name    string
		differs bool
	}{
		{"another agent", b.Agent != a.Agent}, {"another address", b.Address != a.Address},
		{"other labels", !reflect.DeepEqual(b.Labels, a.Labels)}, {"other parameters", !reflect.DeepEqual(b.Parameters, a.Parameters)},
		{"another wave", b.Wave != a.Wave}, {"another version present", !reflect.DeepEqual(b.Before, a.Before)},
		{"another version to bring back", !reflect.DeepEqual(b.Goal, a.Goal)},
	} {
		if part.differs {
			parts = append(parts, part.name)
		}
	}
	return strings.Join(parts, ", ")
}
