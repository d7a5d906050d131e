package control

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/plan"
)

// repair is one deployment that puts something right.
type repair struct {
	request PlanRequest
	drifts  []drift.Drift
}

// flaw is a component in one version that is to be put right, or taken off, in an environment.
type flaw struct {
	environment, model string
	item               library.Item
	direction          plan.Direction
	drifts             []drift.Drift
	rank               int // what is needed has a lower one
}

// repairs gives the deployments that put the chosen drifts right, in the order in
// which they are best asked for. What one model can put right in one environment is
// one deployment, with levels, where such a plan can be made; else one for each
// component and version.
func repairs(tx Tx, scope practice.Scope, choice DriftChoice) ([]repair, error) {
	all, err := chosen(tx, choice)
	if err != nil {
		return nil, err
	}
	if all, err = repairable(choice, all); err != nil {
		return nil, err
	}
	flaws, err := flawsOf(tx, all)
	if err != nil {
		return nil, err
	}
	if err := rank(tx, flaws); err != nil {
		return nil, err
	}
	var list []repair
	for _, bundle := range bundles(flaws) {
		if len(bundle) > 1 {
			together, fits, err := joint(tx, scope, bundle)
			if err != nil {
				return nil, err
			}
			if fits {
				list = append(list, together)
				continue
			}
		}
		for _, f := range bundle {
			list = append(list, f.repair())
		}
	}
	return list, nil
}

// flawsOf gathers drifts by what puts them right.
func flawsOf(tx Tx, all []drift.Drift) ([]flaw, error) {
	var flaws []flaw
	for _, d := range all {
		if err := unrepaired(tx, d); err != nil {
			return nil, err
		}
		f := flaw{environment: d.Environment, item: library.Item{Component: d.Component, Version: d.Recorded.Version}, direction: plan.Install}
		if f.item.Version == "" {
			f.item.Version, f.direction = d.Found.Version, plan.Remove
		}
		if f.item.Version == "" {
			return nil, practice.Faultf(practice.Refused, "%s: which version of %s is on %s is not known, so nothing can take it off", d.ID, d.Component, d.Target).
				WithHint("take it off by hand, or accept it: tranship drift accept %s --reason WHY", d.ID).Final()
		}
		at := slices.IndexFunc(flaws, func(other flaw) bool {
			return other.environment == f.environment && other.item == f.item && other.direction == f.direction
		})
		if at < 0 {
			if like, err := tx.Deployment(d.Like); err == nil {
				f.model = like.Header.Model.Name
			}
			at, flaws = len(flaws), append(flaws, f)
		}
		flaws[at].drifts = append(flaws[at].drifts, d)
	}
	return flaws, nil
}

// rank brings flaws into the order in which they are best put right: by environment,
// what came without a record off first, and what is needed before what needs it.
func rank(tx Tx, flaws []flaw) error {
	byPlace := func(a, b flaw) int {
		return cmp.Or(cmp.Compare(a.environment, b.environment), -cmp.Compare(a.direction, b.direction), cmp.Compare(a.rank, b.rank),
			cmp.Compare(a.item.Component, b.item.Component), cmp.Compare(a.item.Version, b.item.Version))
	}
	slices.SortFunc(flaws, byPlace)
	for _, of := range runs(flaws) {
		items := make([]plan.Item, len(of))
		var names []string
		for i, f := range of {
			c, err := componentOf(tx, f.item.Component)
			if err != nil && practice.CodeOf(err) != practice.NotFound {
				return err
			}
			names = append(names, f.item.Component)
			items[i] = plan.Item{Component: f.item.Component, Version: f.item.Version, DependsOn: library.Holding(c.Spec.DependsOn, f.item.Version)}
		}
		present, err := abiding(tx, of[0].environment, names)
		if err != nil {
			return err
		}
		for i, rank := range plan.Ranks(items, present) {
			if of[i].rank = rank; of[i].direction == plan.Remove {
				of[i].rank = -rank
			}
		}
	}
	slices.SortFunc(flaws, byPlace)
	return nil
}

// runs gives the flaws of each environment and direction, which stand together.
func runs(flaws []flaw) [][]flaw {
	var list [][]flaw
	for begin, end := 0, 1; end <= len(flaws); end++ {
		if end == len(flaws) || flaws[end].environment != flaws[begin].environment || flaws[end].direction != flaws[begin].direction {
			list, begin = append(list, flaws[begin:end]), end
		}
	}
	return list
}

// bundles gives what may be put right together: of one environment, direction and
// model, each component in one version. In the order of what comes first in each.
func bundles(flaws []flaw) [][]flaw {
	var list [][]flaw
	for _, f := range flaws {
		at := slices.IndexFunc(list, func(b []flaw) bool {
			return b[0].environment == f.environment && b[0].direction == f.direction && b[0].model == f.model &&
				!slices.ContainsFunc(b, func(other flaw) bool { return other.item.Component == f.item.Component })
		})
		if at < 0 {
			at, list = len(list), append(list, nil)
		}
		list[at] = append(list[at], f)
	}
	return list
}

// repair gives the deployment that puts one flaw right.
func (f flaw) repair() repair {
	r := repair{drifts: f.drifts, request: PlanRequest{
		Release: f.item.Component + "@" + f.item.Version, Environment: f.environment, Direction: f.direction, Model: f.model, Redeploy: true,
	}}
	for _, d := range f.drifts {
		r.request.Only = append(r.request.Only, d.Target)
	}
	return r
}

// joint gives the deployment that puts several flaws right, each exactly where it
// is; false where no plan can be made of them together.
func joint(tx Tx, scope practice.Scope, flaws []flaw) (repair, bool, error) {
	r := repair{request: PlanRequest{Environment: flaws[0].environment, Direction: flaws[0].direction, Model: flaws[0].model, Redeploy: true}}
	on := map[string][]string{}
	for _, f := range flaws {
		r.request.Items = append(r.request.Items, f.item)
		r.drifts = append(r.drifts, f.drifts...)
		for _, d := range f.drifts {
			if on[d.Target] == nil {
				r.request.Only = append(r.request.Only, d.Target)
			}
			on[d.Target] = append(on[d.Target], d.Component)
		}
	}
	for _, target := range r.request.Only {
		r.request.Spots = append(r.request.Spots, plan.Spot{Target: target, Components: on[target]})
	}
	r.request.Release = calledTogether(r.request.Items)
	in, err := gather(tx, scope, r.request)
	if err == nil {
		_, err = plan.Compile(in)
	}
	return r, err == nil, unlessUser(err)
}

// mostCalled is how many components are named, where what is repaired has no name.
const mostCalled = 3

// calledTogether names what is put right together: "db@1.0, web@1.2 and 4 more".
func calledTogether(items []library.Item) string {
	var names []string
	for _, item := range items[:min(len(items), mostCalled)] {
		names = append(names, item.Component+"@"+item.Version)
	}
	text := strings.Join(names, ", ")
	if more := len(items) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
