package control

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/party"
)

// CriterionAnswer is a person's word on a criterion that is judged by hand.
type CriterionAnswer struct {
	Criterion string
	Met       bool
	Reason    string
	Operates  bool // who answers may answer for deployments, which is enough where the criterion names no group
}

// AnswerCriterion takes a person's word on a criterion that is judged by hand
// (R73): it is met, or it is not. Only members of its group may, where it names one.
func (c *Control) AnswerCriterion(ctx context.Context, scope practice.Scope, by practice.Actor, id string, a CriterionAnswer) (deployment.Deployment, error) {
	if a.Reason = strings.TrimSpace(a.Reason); a.Reason == "" {
		return deployment.Deployment{}, practice.Faultf(practice.Invalid, "a word on a criterion needs a reason").WithHint("say why with --reason")
	}
	return c.decide(ctx, scope, id, func(w *work, d deployment.Deployment) (deployment.Event, error) {
		if err := mayAnswer(w, d, by, a); err != nil {
			return nil, err
		}
		return deployment.CriterionAnswered{Criterion: a.Criterion, Met: a.Met, By: by, Why: a.Reason}, nil
	})
}

func mayAnswer(w *work, d deployment.Deployment, by practice.Actor, a CriterionAnswer) error {
	group := d.CriterionGroup(a.Criterion)
	switch {
	case group == "" && a.Operates:
		return nil
	case group == "":
		return practice.Faultf(practice.Forbidden, "%s may not judge criterion %s of %s: that is for whoever may operate deployments into %s",
			by.Name, a.Criterion, d.ID, d.Header.Environment).Lacking("the role %s", party.Least(party.Deploy)).Final()
	}
	if may, err := speaksFor(w, by, group, "judges a criterion that is for a group"); err != nil || may {
		return err
	}
	return practice.Faultf(practice.Forbidden, "%s may not judge criterion %s of %s: that is for the members of group %s", by.Name, a.Criterion, d.ID, group).
		Lacking("a seat in the group %s", group).WithHint("or ask one of them; tranship get group %s names them", group).Final()
}

// waiveCriteria looks whether somebody who answers with "continue" may do so
// where the deployment waits for criteria: those that are not met are waived. Only
// who may waive what the environment requires of its targets may do that too.
func waiveCriteria(w *work, d deployment.Deployment, by practice.Actor, reason string) error {
	if d.State != deployment.AwaitingGuidance || d.Stage.Held == "" || d.Pausing != nil {
		return nil
	}
	if reason == "" {
		return practice.Faultf(practice.Invalid, waiverNeedsReason).WithHint("say why with --reason")
	}
	_, err := mayWaiveRequired(w, d, by, "criteria of "+d.ID)
	return err
}

// judgeCriteria looks at the evidence for the criteria of a checkpoint: for an
// entry criterion any that its threshold lets count, for others what was tested
// after the targets had changed.
func judgeCriteria(w *work, d deployment.Deployment, at deployment.Checkpoint) ([]deployment.Finding, error) {
	var found []deployment.Finding
	for _, k := range d.CriteriaAt(at) {
		if k.Evidence == nil {
			continue
		}
		since := time.Time{}
		if k.Kind != model.EntryCriterion {
			since = d.Changed
		}
		f := deployment.Finding{Criterion: k.Name, Standing: deployment.CriterionMet}
		var told []string
		for _, item := range headerItems(d.Header) {
			received, err := evidenceOf(w, item)
			if err != nil {
				return nil, err
			}
			standing, said := criterionEvidence(item, d.Header.Environment, *k.Evidence, received, since, w.now)
			told = append(told, said)
			if standing == deployment.CriterionUnmet || standing == deployment.CriterionOpen && f.Standing == deployment.CriterionMet {
				f.Standing = standing
			}
		}
		f.Found = strings.Join(told, "; ")
		found = append(found, f)
	}
	return found, nil
}

// criterionEvidence judges one version's newest result of the suite among those
// of tests that ended after a moment. A result that grew too old, or none, leaves it open.
func criterionEvidence(item library.Item, environment string, t library.Threshold, received []library.Evidence, since, now time.Time) (deployment.Standing, string) {
	newest, found := library.Newest(item, environment, t.Suite, received)
	switch {
	case !found:
		return deployment.CriterionOpen, fmt.Sprintf("no result of suite %s was received for %s %s", t.Suite, item.Component, item.Version)
	case newest.At.Before(since):
		return deployment.CriterionOpen, fmt.Sprintf("the result of suite %s of %s %s is from %s, before the targets had changed", t.Suite, item.Component, item.Version, newest.At.UTC().Format(time.RFC3339))
	case t.MaxAge > 0 && !now.Before(newest.At.Add(t.MaxAge.Std())):
		return deployment.CriterionOpen, fmt.Sprintf("the result of suite %s of %s %s is from %s and counts for %s", t.Suite, item.Component, item.Version, newest.At.UTC().Format(time.RFC3339), t.MaxAge)
	}
	verdict, _ := library.JudgeQuality(item, environment, []library.Threshold{t}, []library.Evidence{newest}, now)
	if !verdict.Open {
		return deployment.CriterionUnmet, verdict.Reasons[0].Message
	}
	return deployment.CriterionMet, fmt.Sprintf("suite %s of %s %s: %d of %d tests passed (%s)", t.Suite, item.Component, item.Version, newest.Passed, newest.Passed+newest.Failed, newest.ID)
}
