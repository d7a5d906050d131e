package control

import (
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

// abiding gives what is in an environment beside the named components, with
// what it depends on.
func abiding(tx Tx, env string, but []string) ([]plan.Abiding, error) {
	standing, err := tx.Standing(env)
	if err != nil {
		return nil, err
	}
	var present []plan.Abiding
	for _, s := range standing {
		if slices.Contains(but, s.Component) {
			continue
		}
		if last := len(present) - 1; last >= 0 && present[last].Component == s.Component {
			present[last].Versions = append(present[last].Versions, s.Version)
			continue
		}
		a := plan.Abiding{Component: s.Component, Versions: []string{s.Version}}
		c, err := componentOf(tx, s.Component)
		if err != nil && practice.CodeOf(err) != practice.NotFound {
			return nil, err
		}
		a.DependsOn = c.Spec.DependsOn
		present = append(present, a)
	}
	return present, nil
}

// judgeDependencies adds to a verdict what the environment says now of what
// depends on what: it may have changed since the plan was made.
func judgeDependencies(w *work, d deployment.Deployment, verdict practice.Verdict) (practice.Verdict, error) {
	var components []string
	for _, item := range d.Header.Items {
		components = append(components, item.Component)
	}
	present, err := abiding(w, d.Header.Environment, components)
	if err != nil {
		return verdict, err
	}
	left := map[string][]string{}
	if d.Header.Direction == plan.Remove {
		if left, err = remaining(w, d.Header, components); err != nil {
			return verdict, err
		}
	}
	for _, p := range plan.Dependencies(d.Header.Direction, d.Header.Items, present, func(component string) []string { return left[component] }) {
		verdict = practice.And(verdict, practice.Hold(practice.Reason{Gate: "component verification", Message: p.Message, How: p.Hint}))
	}
	return verdict, nil
}

// remaining gives the versions that a removal leaves in the environment, by component.
func remaining(tx Tx, h plan.Header, components []string) (map[string][]string, error) {
	taken := map[string]int{}
	for named := range slices.Chunk(h.Only, practice.MaxLimit) {
		list, err := tx.PresencesOf(named, components)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if h.Spots.Name(p.Target, p.Component) {
				taken[p.Component+"@"+p.Version]++
			}
		}
	}
	standing, err := tx.Standing(h.Environment)
	if err != nil {
		return nil, err
	}
	left := map[string][]string{}
	for _, s := range standing {
		removed := slices.ContainsFunc(h.Items, func(i plan.Item) bool { return i.Component == s.Component && i.Version == s.Version })
		if !removed || len(h.Only) > 0 && s.Targets > taken[s.Component+"@"+s.Version] {
			left[s.Component] = append(left[s.Component], s.Version)
		}
	}
	return left, nil
}
