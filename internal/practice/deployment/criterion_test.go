package deployment_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
)

// criterion reads one of a plan: criterion customers-told entry execute wave 2
// within 4h asks operations because ARE THEY TOLD?
func criterion(words []string, because string) (model.Criterion, error) {
	k := model.Criterion{Name: words[0], Kind: model.CriterionKind(words[1])}
	words = words[2:]
	if k.Kind != model.AcceptanceCriterion {
		k.Stage, words = model.LifecycleStage(words[0]), words[1:]
	}
	for len(words) > 1 {
		n, _ := strconv.Atoi(words[1])
		switch words[0] {
		case "wave":
			k.Wave = n
		case "within":
			d, err := time.ParseDuration(words[1])
			if err != nil {
				return k, err
			}
			k.Within = practice.Duration(d)
		case "asks":
			k.Group, k.Question = words[1], because
		case "suite":
			k.Evidence = &library.Threshold{Suite: words[1]}
		case "check":
			k.Check = words[1]
		case "failures", "given-up", "minutes", "failed-percent":
			k.Bound = &model.Bound{Of: model.Measure(words[0]), Max: n}
		default:
			return k, fmt.Errorf("a criterion has no %s", words[0])
		}
		words = words[2:]
	}
	if because != "" {
		k.Question = because
	}
	return k, nil
}

// someCriteria are of every kind and every stage, judged in every way.
func someCriteria() []model.Criterion {
	ask := func(name string, kind model.CriterionKind, stage model.LifecycleStage) model.Criterion {
		return model.Criterion{Name: name, Kind: kind, Stage: stage, Question: "is it so?"}
	}
	return []model.Criterion{
		ask("start", model.EntryCriterion, model.VerifyComponents), ask("targets", model.EntryCriterion, model.VerifyTargets),
		ask("verified", model.ExitCriterion, model.VerifyTargets), ask("wave", model.EntryCriterion, model.ExecuteWave),
		ask("done", model.ExitCriterion, model.ExecuteWave), ask("accept", model.EntryCriterion, model.AcceptChange),
		ask("accepted", model.AcceptanceCriterion, ""),
		{Name: "checked", Kind: model.ExitCriterion, Stage: model.VerifyTargets, Check: "look"},
		{Name: "answers", Kind: model.AcceptanceCriterion, Check: "look"},
		{Name: "few", Kind: model.ExitCriterion, Stage: model.ExecuteWave, Bound: &model.Bound{Of: model.Failures}},
		{Name: "none", Kind: model.AcceptanceCriterion, Bound: &model.Bound{Of: model.GivenUp}},
		{Name: "tested", Kind: model.EntryCriterion, Stage: model.ExecuteWave, Evidence: &library.Threshold{Suite: "load"}},
		{Name: "smoke", Kind: model.ExitCriterion, Stage: model.ExecuteWave, Evidence: &library.Threshold{Suite: "smoke"}, Within: practice.Duration(time.Hour)},
		{Name: "library", Kind: model.ExitCriterion, Stage: model.VerifyComponents, Evidence: &library.Threshold{Suite: "unit"}},
		{Name: "tried", Kind: model.AcceptanceCriterion, Evidence: &library.Threshold{Suite: "smoke"}},
	}
}

// named gives some of someCriteria.
func named(names ...string) []model.Criterion {
	return slices.DeleteFunc(someCriteria(), func(k model.Criterion) bool { return !slices.Contains(names, k.Name) })
}

// findings gives the same about every criterion that evidence judges.
func findings(d deployment.Deployment, standing deployment.Standing) []deployment.Finding {
	var list []deployment.Finding
	for _, k := range d.Header.Criteria {
		if k.Evidence != nil {
			list = append(list, deployment.Finding{Criterion: k.Name, Standing: standing, Found: "the suite is " + string(standing)})
		}
	}
	return list
}

// criteriaHappenings gives every answer and every finding.
func criteriaHappenings(s *server) []happening {
	var list []happening
	for _, k := range s.d.Header.Criteria {
		for _, met := range []bool{true, false} {
			if k.Question != "" {
				list = append(list, happening{on: deployment.OnCriterionAnswered, do: func(s *server) error {
					return s.decide(deployment.CriterionAnswered{Criterion: k.Name, Met: met, By: anna, Why: "so it is"})
				}})
			}
		}
	}
	for _, standing := range []deployment.Standing{deployment.CriterionMet, deployment.CriterionUnmet, deployment.CriterionOpen} {
		if found := findings(s.d, standing); len(found) > 0 {
			list = append(list, happening{on: deployment.OnCriteriaJudged, do: func(s *server) error {
				return s.decide(deployment.CriteriaJudged{At: s.d.Stage.Held, Found: found})
			}})
		}
	}
	return list
}

// criteriaKept judges that nothing begins, and nothing succeeds, before every
// criterion of what comes before it is met or was waived.
func criteriaKept(change deployment.Change) error {
	d := change.Deployment
	for _, effect := range change.Effects {
		issue, is := effect.(deployment.IssueOrders)
		if !is || issue.Stage.Retry() {
			continue
		}
		stage := issue.Stage
		for _, k := range d.Header.Criteria {
			entry := k.Kind == model.EntryCriterion
			due, wave := false, 0
			switch {
			case stage.Phase == deployment.Verify:
				due = k.Stage == model.VerifyComponents || k.Stage == model.VerifyTargets && entry
			case stage.Phase == deployment.Execute && k.Stage == model.ExecuteWave && entry:
				due, wave = k.Wave == 0 || k.Wave == stage.Wave, stage.Wave
			case stage.Phase == deployment.Execute && k.Stage == model.ExecuteWave:
				due, wave = stage.Wave > 1 && (k.Wave == 0 || k.Wave == stage.Wave-1) && (k.Check == "" || len(d.Header.Acceptance) > 0 && d.Header.Waves[stage.Wave-2].Soak > 0), stage.Wave-1
			case stage.Phase == deployment.Execute:
				due = (k.Stage == model.VerifyComponents || k.Stage == model.VerifyTargets) && (k.Check == "" || len(d.Header.Checks) > 0)
			case stage.Phase == deployment.Accept && stage.Wave == 0:
				due = k.Stage == model.AcceptChange && entry
			}
			if due && !passed(d, k, wave) {
				return broken("%s of wave %d began though criterion %s is not met: %+v", stage.Phase, stage.Wave, k.Name, d.Criteria)
			}
		}
	}
	if d.State != deployment.Closed || d.Result != deployment.Succeeded {
		return nil
	}
	for _, k := range d.Header.Criteria {
		last := k.Stage == "" || k.Stage == model.AcceptChange
		if last && (k.Check == "" || len(d.Header.Acceptance) > 0) && !passed(d, k, 0) {
			return broken("it succeeded though criterion %s is not met: %+v", k.Name, d.Criteria)
		}
	}
	return nil
}

func passed(d deployment.Deployment, k model.Criterion, wave int) bool {
	return slices.ContainsFunc(d.Criteria, func(j deployment.Judgement) bool {
		return j.Criterion == k.Name && j.Wave == wave && (j.Standing == deployment.CriterionMet || j.Standing == deployment.CriterionWaived)
	})
}

// toldCriteria compares how the criteria stand with what the entries tell.
func (s *server) toldCriteria() error {
	var told []deployment.Judgement
	for _, e := range s.entries {
		if e.Kind != deployment.EntryCriterion {
			continue
		}
		j, err := deployment.ReadJudgement(e)
		if err != nil {
			return err
		}
		told = deployment.WithJudgement(told, j)
	}
	if !slices.Equal(told, s.d.Criteria) {
		return broken("the entries tell of the criteria %+v, decided were %+v", told, s.d.Criteria)
	}
	return nil
}

// answer does what a fair person and fair tests do about criteria, and says
// whether there was anything to do.
func (w *wild) answer(t *rapid.T) bool {
	held := w.d.Stage.Held
	if held == "" {
		return false
	}
	if found := findings(w.d, deployment.CriterionMet); len(found) > 0 {
		w.do(t, deployment.CriteriaJudged{At: held, Found: found})
	}
	for _, k := range w.d.CriteriaAt(held) {
		if k.Question != "" && w.d.Stage.Held == held {
			w.do(t, deployment.CriterionAnswered{Criterion: k.Name, Met: true, By: anna, Why: "fair"})
		}
	}
	return w.d.Stage.Held != held
}

// criteria lets anything be said about any criterion.
func (w *wild) criteria(t *rapid.T) {
	list := w.d.Header.Criteria
	if len(list) == 0 {
		t.Skip("it has no criteria")
	}
	standing := rapid.SampledFrom([]deployment.Standing{deployment.CriterionMet, deployment.CriterionUnmet, deployment.CriterionOpen}).Draw(t, "standing")
	if rapid.Bool().Draw(t, "evidence") {
		w.do(t, deployment.CriteriaJudged{At: w.d.Stage.Held, Found: findings(w.d, standing)})
		return
	}
	w.do(t, deployment.CriterionAnswered{
		Criterion: rapid.SampledFrom(list).Draw(t, "criterion").Name, Met: standing == deployment.CriterionMet, By: anna, Why: "so it is",
	})
}

// TestAFindingOfAnotherCheckpointMeansNothing: evidence that was looked at for
// one checkpoint opens no other one, and an answer counts only where it is asked for.
func TestAFindingOfAnotherCheckpointMeansNothing(t *testing.T) {
	t.Parallel()
	s := newServer(shape{waves: []int{1}, acceptance: true, criteria: named("tested", "done")})
	for _, e := range []deployment.Event{
		deployment.PlanFrozen{By: anna}, deployment.AuthorisationGiven{By: anna}, deployment.StartJudged{Verdict: practice.Pass()},
		deployment.ComponentsJudged{Verdict: practice.Pass()},
		deployment.CriteriaJudged{At: deployment.AtEnd, Found: findings(s.d, deployment.CriterionMet)},
	} {
		if err := s.decide(e); err != nil {
			t.Fatal(err)
		}
	}
	if s.d.Stage.Number != 0 || s.d.Stage.Held != deployment.BeforeWave {
		t.Fatalf("it went on to stage %d, held %q", s.d.Stage.Number, s.d.Stage.Held)
	}
	err := s.decide(deployment.CriterionAnswered{Criterion: "done", Met: true, By: anna})
	if practice.CodeOf(err) != practice.Refused {
		t.Errorf("an answer before it was asked for: %v", err)
	}
	if err := s.decide(deployment.CriteriaJudged{At: deployment.BeforeWave, Found: findings(s.d, deployment.CriterionMet)}); err != nil {
		t.Fatal(err)
	}
	if s.d.Stage.Phase != deployment.Execute {
		t.Errorf("it is at %+v", s.d.Stage)
	}
}
