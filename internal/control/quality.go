package control

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// stageBefore gives the stage of the flow that comes before an environment;
// false when it is the first or not in the flow.
func stageBefore(m model.Model, environment string) (model.Stage, bool) {
	for i, s := range m.Spec.Flow {
		if s.Environment == environment {
			return m.Spec.Flow[max(i-1, 0)], i > 0
		}
	}
	return model.Stage{}, false
}

// qualityOf says whether versions may leave a stage for the next: the results
// that the stage demands were received (R90). The moment is until when that holds.
func qualityOf(tx Tx, before model.Stage, items []library.Item, now time.Time) (practice.Verdict, time.Time, error) {
	verdict, holds := practice.Pass(), time.Time{}
	if len(before.Quality) == 0 {
		return verdict, holds, nil
	}
	for _, item := range items {
		received, err := evidenceOf(tx, item)
		if err != nil {
			return verdict, holds, err
		}
		judged, until := library.JudgeQuality(item, before.Environment, before.Quality, received, now)
		verdict, holds = practice.And(verdict, judged), sooner(holds, until)
	}
	return verdict, holds, nil
}

// evidenceOf gives a version's evidence: all that a version can be expected to
// get; should one get more, the last received count.
func evidenceOf(tx Tx, item library.Item) ([]library.Evidence, error) {
	return tx.EvidenceOf(library.EvidenceFilter(item), practice.Page{Limit: practice.MaxLimit})
}

// checkQuality refuses a request for what has not reached the thresholds of the environment before.
func checkQuality(w *work, h plan.Header) error {
	m, err := modelAt(w, h)
	if err != nil {
		return err
	}
	before, has := stageBefore(m, h.Environment)
	if !has {
		return nil
	}
	verdict, _, err := qualityOf(w, before, headerItems(h), w.now)
	if err != nil || verdict.Open {
		return err
	}
	problems := make([]practice.Problem, 0, len(verdict.Reasons))
	for _, r := range verdict.Reasons {
		problems = append(problems, practice.Problem{Message: r.Message, Hint: r.How})
	}
	return (&practice.Error{
		Code: practice.Refused, Message: fmt.Sprintf("%s has not the quality that model %s demands before it leaves %s", h.Release, m.Name, before.Environment),
		Problems: problems, Terminal: true,
	}).WithHint("send the results of its tests in, or leave the flow with --skip-flow --reason WHY")
}

// modelAt gives the model by which a plan was made.
func modelAt(tx Tx, h plan.Header) (model.Model, error) {
	d, err := tx.DocumentAt(practice.KindModel, h.Model.Name, h.Model.Revision)
	if err != nil {
		return model.Model{}, err
	}
	return model.Decode(d)
}

func headerItems(h plan.Header) []library.Item {
	items := make([]library.Item, 0, len(h.Items))
	for _, item := range h.Items {
		items = append(items, library.Item{Component: item.Component, Version: item.Version})
	}
	return items
}

// qualityGate holds a start until the results that the environment before
// demands are there; they may have grown too old, or got worse, since the request.
func (c *Control) qualityGate(w *work, d deployment.Deployment) (gate, error) {
	open := gate{verdict: practice.Pass()}
	if d.SkipFlow || d.Remediates != "" || d.Header.Direction != plan.Install {
		return open, nil
	}
	m, err := modelAt(w, d.Header)
	if err != nil {
		return open, err
	}
	before, has := stageBefore(m, d.Header.Environment)
	if !has {
		return open, nil
	}
	verdict, until, err := qualityOf(w, before, headerItems(d.Header), w.now)
	return gate{verdict: verdict, next: until}, err
}

// flowGate is the flow and its quality as a gate for a journey: what checkFlow
// refuses, it holds.
func flowGate(w *work, j journey.Journey, environment string) (practice.Verdict, error) {
	m, err := chooseModel(w, j.Model, environment, nil)
	if err != nil {
		reason, told := reasonOf(err, "model")
		if !told {
			return practice.Verdict{}, err
		}
		return practice.Hold(reason), nil
	}
	before, has := stageBefore(m, environment)
	if !has {
		return practice.Pass(), nil
	}
	for _, item := range j.Items {
		v, err := w.Version(item.Component, item.Version)
		if err != nil {
			return practice.Verdict{}, err
		}
		passed, err := hasPassed(w, before.Environment, plan.Item{Component: item.Component, Version: item.Version, Artifact: &plan.Artifact{Digest: v.Digest}})
		if err != nil {
			return practice.Verdict{}, err
		}
		if !passed {
			return practice.Hold(practice.Reason{
				Gate: "flow", Message: fmt.Sprintf("%s %s has not passed %s, which comes before %s in model %s", item.Component, item.Version, before.Environment, environment, m.Name),
				Who: "whoever may deploy into " + before.Environment, How: fmt.Sprintf("tranship deploy %s --to %s", j.Release, before.Environment),
			}), nil
		}
	}
	verdict, _, err := qualityOf(w, before, itemsOf(j), w.now)
	return verdict, err
}
