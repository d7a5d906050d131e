package control

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
)

// ModelResults is what came of a model so far: of its last deployments that ended.
type ModelResults struct {
	Runs         int             `json:"runs" doc:"How many deployments were looked at: the last that ended, at most 1,000."`
	Environments []ModelOutcome  `json:"environments" doc:"By environment, in the order of the flow."`
	Revisions    []ModelRevision `json:"revisions" doc:"By revision of the model, newest first."`
	Recent       []ModelRun      `json:"recent" doc:"The last of them, newest first, at most 30."`
	Components   []string        `json:"components" doc:"The components that it is for, by name; at most 1,000."`
}

// ModelOutcome counts how the deployments with a model ended.
type ModelOutcome struct {
	Environment string            `json:"environment"`
	Succeeded   int               `json:"succeeded"`
	Failed      int               `json:"failed"`
	Remediated  int               `json:"remediated"`
	Cancelled   int               `json:"cancelled"`
	Took        practice.Duration `json:"took,omitempty" doc:"The median from the first order to the end, of those that succeeded."`
	Waited      practice.Duration `json:"waited,omitempty" doc:"The median from the request to the first order."`
}

// ModelRevision counts by revision of the model.
type ModelRevision struct {
	Revision  int64 `json:"revision"`
	Runs      int   `json:"runs"`
	Succeeded int   `json:"succeeded"`
}

// ModelRun is one deployment that ended.
type ModelRun struct {
	Deployment  string            `json:"deployment"`
	Release     string            `json:"release"`
	Environment string            `json:"environment"`
	Revision    int64             `json:"revision" doc:"Of the model."`
	Result      deployment.Result `json:"result"`
	EndedAt     time.Time         `json:"endedAt"`
	Took        practice.Duration `json:"took,omitempty" doc:"From the first order to the end."`
}

const recentRuns = 30

// ModelResults tells what came of a model, and what it is for.
func (c *Control) ModelResults(ctx context.Context, scope practice.Scope, name string) (results ModelResults, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err := tx.Document(practice.KindModel, name)
		if err != nil {
			return err
		}
		m, err := model.Decode(d)
		if err != nil {
			return err
		}
		ended, err := tx.EndedWith(name, practice.MaxLimit)
		if err != nil {
			return err
		}
		results = outcomes(m, ended)
		results.Components, err = covered(tx, m)
		return err
	})
	return results, err
}

// covered names the components that a model is for.
func covered(tx Tx, m model.Model) ([]string, error) {
	names := []string{}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		docs, err := tx.Documents(practice.KindComponent, "", page)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			component, err := library.Decode(d)
			if err != nil {
				return nil, err
			}
			if m.Spec.AppliesTo.Covers(component) && len(names) < practice.MaxLimit {
				names = append(names, d.Name)
			}
		}
		if len(docs) < page.Limit || len(names) == practice.MaxLimit {
			return names, nil
		}
		page.After = docs[len(docs)-1].Name
	}
}

// outcomes counts what ended, newest first.
func outcomes(m model.Model, ended []deployment.Deployment) ModelResults {
	results := ModelResults{Runs: len(ended), Environments: []ModelOutcome{}, Revisions: []ModelRevision{}, Recent: []ModelRun{}}
	order := map[string]int{}
	for i, s := range m.Spec.Flow {
		order[s.Environment] = i + 1
		results.Environments = append(results.Environments, ModelOutcome{Environment: s.Environment})
	}
	took, waited := map[string][]time.Duration{}, map[string][]time.Duration{}
	revisions := map[int64]ModelRevision{}
	for _, d := range ended {
		in := d.Header.Environment
		if order[in] == 0 { // not in the flow any more
			results.Environments = append(results.Environments, ModelOutcome{Environment: in})
			order[in] = len(results.Environments)
		}
		results.Environments[order[in]-1].count(d.Result)
		r := revisions[d.Header.Model.Revision]
		r.Revision, r.Runs = d.Header.Model.Revision, r.Runs+1
		if d.Result == deployment.Succeeded {
			r.Succeeded++
			if !d.Started.IsZero() {
				took[in] = append(took[in], d.Ended.Sub(d.Started))
			}
		}
		revisions[r.Revision] = r
		if !d.Started.IsZero() {
			waited[in] = append(waited[in], d.Started.Sub(d.RequestedAt))
		}
		if len(results.Recent) < recentRuns {
			results.Recent = append(results.Recent, runOf(d))
		}
	}
	for i := range results.Environments {
		e := &results.Environments[i]
		e.Took, e.Waited = median(took[e.Environment]), median(waited[e.Environment])
	}
	for _, r := range revisions {
		results.Revisions = append(results.Revisions, r)
	}
	slices.SortFunc(results.Revisions, func(a, b ModelRevision) int { return cmp.Compare(b.Revision, a.Revision) })
	return results
}

func (o *ModelOutcome) count(r deployment.Result) {
	switch r {
	case deployment.Succeeded:
		o.Succeeded++
	case deployment.Failed:
		o.Failed++
	case deployment.Remediated:
		o.Remediated++
	case deployment.Cancelled:
		o.Cancelled++
	}
}

func runOf(d deployment.Deployment) ModelRun {
	run := ModelRun{Deployment: d.ID, Release: d.Header.Release, Environment: d.Header.Environment, Revision: d.Header.Model.Revision, Result: d.Result, EndedAt: d.Ended}
	if !d.Started.IsZero() {
		run.Took = practice.Duration(d.Ended.Sub(d.Started))
	}
	return run
}

// median gives the middle one; of an even number the lower of the two. 0 for none.
func median(all []time.Duration) practice.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return practice.Duration(all[(len(all)-1)/2])
}
