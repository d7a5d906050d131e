package control

import (
	"cmp"
	"maps"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/plan"
)

// health gives what to check of what stands on the targets: by the plan of the
// deployment that put it there, whatever its model says by now.
func (s *surveyor) health(present []environment.Presence) ([]health.Part, error) {
	if s.expanders == nil {
		s.expanders = map[string]*plan.Expander{}
	}
	wanted := map[string][]wantedPart{}
	for _, p := range present {
		if _, asked := s.targets[p.Target]; !asked || p.Version == "" || p.Uncertain {
			continue
		}
		like, err := s.like(p.Deployment)
		if err != nil {
			return nil, err
		}
		wanted[like] = append(wanted[like], wantedPart{target: p.Target, component: p.Component, version: p.Version, mark: drift.MarkOf(p)})
	}
	var all []health.Part
	for _, like := range slices.Sorted(maps.Keys(wanted)) {
		parts, err := s.checks(like, wanted[like])
		if err != nil {
			return nil, err
		}
		all = append(all, parts...)
	}
	slices.SortFunc(all, func(a, b health.Part) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Component, b.Component))
	})
	return all, nil
}

// checks gives the health checks that one deployment's plan names.
func (s *surveyor) checks(like string, wanted []wantedPart) ([]health.Part, error) {
	d, err := s.tx.Deployment(like)
	if practice.CodeOf(err) == practice.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	wanted = slices.DeleteFunc(wanted, func(w wantedPart) bool { return !d.Header.Watched(w.component) })
	if len(wanted) == 0 {
		return nil, nil
	}
	rows, err := s.rows(d, wanted)
	if err != nil {
		return nil, err
	}
	var parts []health.Part
	for _, w := range wanted {
		vitals, err := s.vitals(d, rows[place{w.target, w.component}], w)
		if err != nil {
			return nil, err
		}
		if len(vitals) > 0 {
			parts = append(parts, health.Part{Target: w.target, Component: w.component, Mark: w.mark, Like: d.ID, Checks: health.ChecksOf(vitals)})
		}
	}
	return parts, nil
}

// vitals makes the checks exact. What they refer to and the target has no more
// leaves them out: then nobody knows.
func (s *surveyor) vitals(d deployment.Deployment, row plan.Target, w wantedPart) ([]plan.Vital, error) {
	e, err := s.control.expanders.expander(d.PlanDigest, d.Header)
	if err != nil {
		return nil, err
	}
	if !d.Header.Knows(row, w.component, w.version) { // brought in by what was accepted: in another version
		if e, err = s.installer(d, w); err != nil || e == nil {
			return nil, err
		}
		row.Before, row.Goal = make([]plan.Before, len(d.Header.Items)), nil
	}
	vitals, err := e.Health(row, w.component, w.version, d.ID)
	if err != nil {
		s.control.Log.Warn("health checks cannot be made", "target", w.target, "component", w.component, "deployment", d.ID, "error", err)
		return nil, nil
	}
	return vitals, nil
}

// rows gives the rows that are about the wanted components, as the deployment's plan
// has them: of the target, or of the part of it. Where there is none, the one that
// the plan would have.
func (s *surveyor) rows(d deployment.Deployment, wanted []wantedPart) (map[place]plan.Target, error) {
	var names []string
	for _, w := range wanted {
		names = append(names, w.target)
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	planned, err := s.tx.PlanTargetsNamed(d.Plan, names)
	if err != nil {
		return nil, err
	}
	if d.Header.PartCount > 0 {
		parts, err := partRows(s.tx, d.Plan, names)
		if err != nil {
			return nil, err
		}
		planned = append(planned, parts...)
	}
	rows := map[place]plan.Target{}
	for i := range planned {
		for item := range d.Header.Items {
			if planned[i].Concerns(item) {
				rows[place{planned[i].On(), d.Header.Items[item].Component}] = planned[i]
			}
		}
	}
	for _, w := range wanted {
		if at := (place{w.target, w.component}); rows[at].Name == "" {
			rows[at] = s.row(w.target, d.Header)
		}
	}
	return rows, nil
}

// partRows gives the rows of a plan that are parts of the named targets.
func partRows(tx Tx, id string, targets []string) ([]plan.Target, error) {
	var parts []plan.Target
	for _, name := range targets {
		rows, err := tx.PlanTargets(id, practice.Page{After: plan.PartName(name, nil), Limit: mostParts})
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if rows[i].Target != name {
				break // they come by name
			}
			parts = append(parts, rows[i])
		}
	}
	return parts, nil
}

// mostParts bounds how many parts of a target are looked at: one for each level.
const mostParts = 100
