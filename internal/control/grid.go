package control

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

// TargetGrid is what a drawing of all targets of a deployment needs.
type TargetGrid struct {
	Deployment string           `json:"deployment"`
	Revision   int64            `json:"revision" doc:"Of the deployment: as long as it is the same, so is everything here."`
	State      deployment.State `json:"state"`
	Total      int              `json:"total"`
	Waves      []GridWave       `json:"waves" doc:"In their order; wave 0 is what belongs to none."`
	Names      []string         `json:"names,omitempty" doc:"The names of the targets, wave by wave and by name within one; absent when not asked for."`
	Looks      string           `json:"looks" doc:"How each target stands, in the order of the names: a letter, with a number before it for so many alike in a row, as in 40d2rf. w to do, r running, d done, f failed, u unknown, s held, g given up."`
}

// GridWave is how many targets of a wave are in which state.
type GridWave struct {
	Wave   int                            `json:"wave"`
	First  int                            `json:"first" doc:"The place of its first target among all."`
	Total  int                            `json:"total"`
	Counts map[deployment.TargetState]int `json:"counts"`
	Looks  map[deployment.Look]int        `json:"looks" doc:"How many look how."`
}

// TargetGrid gives all targets of a deployment as counts and a letter each; with
// names, those too. Nothing but the revision is read where it is known already.
func (c *Control) TargetGrid(ctx context.Context, scope practice.Scope, id string, names bool, known int64) (g TargetGrid, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err := tx.Deployment(id)
		g = TargetGrid{Deployment: d.ID, Revision: d.Revision, State: d.State, Waves: []GridWave{}}
		if err != nil || d.Revision == known {
			return err
		}
		marks, err := tx.TargetMarks(id)
		if err != nil {
			return err
		}
		g.Total = len(marks)
		letters := make([]byte, len(marks))
		for i, m := range marks {
			letters[i] = m.Look.Letter()
			if len(g.Waves) == 0 || g.Waves[len(g.Waves)-1].Wave != m.Wave {
				g.Waves = append(g.Waves, GridWave{Wave: m.Wave, First: i, Counts: map[deployment.TargetState]int{}, Looks: map[deployment.Look]int{}})
			}
			wave := &g.Waves[len(g.Waves)-1]
			wave.Total++
			wave.Counts[m.State]++
			wave.Looks[m.Look]++
			if names {
				g.Names = append(g.Names, m.Name)
			}
		}
		g.Looks = inRuns(letters)
		return nil
	})
	return g, err
}

// inRuns writes letters with a number before those that are alike in a row.
func inRuns(letters []byte) string {
	var b strings.Builder
	for i := 0; i < len(letters); {
		end := i + 1
		for end < len(letters) && letters[end] == letters[i] {
			end++
		}
		if end > i+1 {
			b.WriteString(strconv.Itoa(end - i))
		}
		b.WriteByte(letters[i])
		i = end
	}
	return b.String()
}

// GridNames are the names of some targets in the order of the grid.
type GridNames struct {
	From  int      `json:"from"`
	Names []string `json:"names"`
}

// GridNames gives at most limit names, from a place in the grid on. They never
// change while the deployment has its plan.
func (c *Control) GridNames(ctx context.Context, scope practice.Scope, id string, from, limit int) (n GridNames, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if _, err := tx.Deployment(id); err != nil {
			return err
		}
		n.From = from
		n.Names, err = tx.TargetNames(id, from, limit)
		return err
	})
	if n.Names == nil {
		n.Names = []string{}
	}
	return n, err
}

// GridDomains are the failure domains of a deployment's targets: what has one value of a label.
type GridDomains struct {
	By      string       `json:"by,omitempty" doc:"The label that tells them apart; absent when there is none that does."`
	Labels  []GridLabel  `json:"labels" doc:"The labels that could, those with most values first."`
	Domains []GridDomain `json:"domains" doc:"In natural order; targets without the label last, as one without a name."`
}

// GridLabel is a label that tells targets apart.
type GridLabel struct {
	Name   string `json:"name"`
	Values int    `json:"values"`
}

// GridDomain is a failure domain.
type GridDomain struct {
	Name  string `json:"name"`
	Total int    `json:"total"`
	Spans []int  `json:"spans" doc:"Its targets' places in the grid: in pairs, the first of some that follow each other, and how many."`
}

// GridDomains parts a deployment's targets by a label as the plan has them; by ""
// chooses one: that of the strategy's waves, or one that nearly all targets have.
func (c *Control) GridDomains(ctx context.Context, scope practice.Scope, id, by string) (g GridDomains, err error) {
	var targets []plan.Target
	var d deployment.Deployment
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if d, err = tx.Deployment(id); err != nil {
			return err
		}
		for page := (practice.Page{Limit: practice.MaxLimit}); ; {
			rows, err := tx.PlanTargets(d.Plan, page)
			if err != nil {
				return err
			}
			targets = append(targets, rows...)
			if len(rows) < page.Limit {
				return nil
			}
			page.After = rows[len(rows)-1].Name
		}
	})
	if err != nil {
		return g, err
	}
	slices.SortFunc(targets, func(a, b plan.Target) int {
		return cmp.Or(cmp.Compare(a.Wave, b.Wave), strings.Compare(a.Name, b.Name))
	})
	g.Labels = tellingLabels(targets)
	g.By = by
	if by == "" {
		g.By = domainLabel(d.Header.Waves, g.Labels)
	}
	g.Domains = domainsBy(g.By, targets)
	return g, nil
}

// tellingLabels gives the labels that part targets into groups: on nine of ten
// targets at least, with two values and more, and four targets to a value on average.
func tellingLabels(targets []plan.Target) []GridLabel {
	values, carriers := map[string]map[string]bool{}, map[string]int{}
	for _, t := range targets {
		for label, value := range t.Labels {
			if values[label] == nil {
				values[label] = map[string]bool{}
			}
			values[label][value] = true
			carriers[label]++
		}
	}
	found := []GridLabel{}
	for label, of := range values {
		if len(of) >= 2 && len(of)*4 <= len(targets) && carriers[label]*10 >= len(targets)*9 {
			found = append(found, GridLabel{Name: label, Values: len(of)})
		}
	}
	slices.SortFunc(found, func(a, b GridLabel) int {
		return cmp.Or(cmp.Compare(b.Values, a.Values), strings.Compare(a.Name, b.Name))
	})
	return found
}

// domainLabel chooses among labels: the one by which the plan rolls, else one that
// is usual for what fails together, else the finest; empty: there is none.
func domainLabel(waves []plan.Wave, labels []GridLabel) string {
	usual := []string{"site", "zone", "rack", "cell", "cluster", "region"}
	if len(waves) > 0 {
		rolled, _, _ := strings.Cut(waves[0].Domain, " ")
		usual = append([]string{rolled}, usual...)
	}
	for _, name := range usual {
		if slices.ContainsFunc(labels, func(l GridLabel) bool { return l.Name == name }) {
			return name
		}
	}
	if len(labels) > 0 {
		return labels[0].Name
	}
	return ""
}

// domainsBy parts targets, which are in the order of the grid, by a label.
func domainsBy(label string, targets []plan.Target) []GridDomain {
	found := []GridDomain{}
	if label == "" {
		return found
	}
	place := map[string]int{}
	for i, t := range targets {
		value := t.Labels[label]
		at, known := place[value]
		if !known {
			at = len(found)
			place[value] = at
			found = append(found, GridDomain{Name: value})
		}
		d := &found[at]
		d.Total++
		if n := len(d.Spans); n > 0 && d.Spans[n-2]+d.Spans[n-1] == i {
			d.Spans[n-1]++
		} else {
			d.Spans = append(d.Spans, i, 1)
		}
	}
	slices.SortFunc(found, func(a, b GridDomain) int {
		if (a.Name == "") != (b.Name == "") {
			return cmp.Compare(len(b.Name), len(a.Name))
		}
		return plan.CompareNatural(a.Name, b.Name)
	})
	return found
}

// Failures gives what went wrong in a deployment by cause; cause "" means every
// one, else only that. named is how many names of targets are given of each.
// Nothing but the revision is read where it is known already.
func (c *Control) Failures(ctx context.Context, scope practice.Scope, id, cause string, named int, known int64) (list []deployment.Failure, revision int64, err error) {
	list = []deployment.Failure{}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err := tx.Deployment(id)
		revision = d.Revision
		if err != nil || revision == known {
			return err
		}
		var rows []deployment.Target
		for _, look := range []deployment.Look{deployment.LookFailed, deployment.LookUnknown, deployment.LookHeld} {
			for page := (practice.Page{Limit: practice.MaxLimit}); ; {
				some, err := tx.DeploymentTargets(id, deployment.TargetFilter{Look: look}, page)
				if err != nil {
					return err
				}
				rows = append(rows, some...)
				if len(some) < page.Limit {
					break
				}
				page.After = some[len(some)-1].Name
			}
		}
		for _, f := range deployment.Alike(rows, named) {
			if cause == "" || f.Key == cause {
				list = append(list, f)
			}
		}
		return nil
	})
	return list, revision, err
}

// DeploymentTargetsNamed gives the targets of a deployment by name, those that there are.
func (c *Control) DeploymentTargetsNamed(ctx context.Context, scope practice.Scope, id string, names []string) (list []deployment.Target, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if _, err := tx.Deployment(id); err != nil {
			return err
		}
		list, err = tx.DeploymentTargetsNamed(id, names)
		return err
	})
	return list, err
}
