package control

import (
	"errors"
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
)

// entryBaselineWaived tells that somebody had a deployment go on although
// targets are not as their environment requires; data: group, targets (those
// that are told one by one, each with what is wrong), count (of all).
const entryBaselineWaived = "baseline.waived"

// maxWaivedTold bounds how many targets the entry of a waiver tells one by one.
const maxWaivedTold = 100

// waiveBaseline looks whether somebody who answers a failed verification with
// "continue" may do so where the environment has a baseline: that waives it for
// this deployment (R97). Only who is in one of the environment's waiver groups
// may, or who owns it where it names none; never who asked for the deployment,
// made its plan or carries it out. What is waived on which targets is recorded.
func waiveBaseline(w *work, d deployment.Deployment, by practice.Actor, reason string) error {
	if d.State != deployment.AwaitingGuidance || d.Stage.Phase != deployment.Verify || d.Header.Baseline == 0 || d.AtPause() != nil {
		return nil
	}
	count := d.Stage.Total - d.Stage.Done
	if count <= 0 {
		return nil
	}
	if reason == "" {
		return practice.Faultf(practice.Invalid, waiverNeedsReason).WithHint("say why with --reason")
	}
	group, err := mayWaiveRequired(w, d, by, "what "+d.Header.Environment+" requires of its targets")
	if err != nil {
		return err
	}
	told, err := mismatched(w, d)
	if err != nil {
		return err
	}
	w.note(practice.Entry{Kind: entryBaselineWaived, Subject: deploymentSubject(d.ID), Who: by, Why: reason, Data: map[string]any{
		"group": group, "environment": d.Header.Environment, "count": count, "targets": told,
	}})
	return nil
}

// mayWaiveRequired gives the group for which somebody may waive, or their own name where they own the environment.
func mayWaiveRequired(w *work, d deployment.Deployment, by practice.Actor, what string) (string, error) {
	var env environment.Spec
	if err := specOf(w, practice.KindEnvironment, d.Header.Environment, &env); err != nil {
		return "", err
	}
	groups := env.BaselineWaivers
	if len(groups) == 0 {
		groups = []string{env.Owner}
	}
	who := "that is for " + strings.Join(groups, ", ") + ", and not for who asked for it, planned it or carries it out"
	if by.Kind != practice.Person {
		return "", practice.Faultf(practice.Forbidden, "%s is no person: only people waive", by.Called()).WithHint("%s", who).Final()
	}
	if err := w.ownHand(by, "waives"); err != nil {
		return "", err
	}
	if err := independent(w, d, by, "waives"); err != nil {
		return "", withWho(err, who)
	}
	if err := notPlanner(w, d, by); err != nil {
		return "", withWho(err, who)
	}
	group, err := seated(w, by, groups)
	switch {
	case err != nil:
		return "", err
	case group != "":
		return group, nil
	case len(env.BaselineWaivers) == 0 && env.Owner == by.Name:
		return by.Name, nil // the owner is a person
	}
	return "", practice.Faultf(practice.Forbidden, "%s may not waive %s", by.Name, what).
		Lacking("a seat in %s", strings.Join(groups, " or ")).WithHint("%s", who).Final()
}

// notPlanner refuses who made the plan, or answers for the account that did.
func notPlanner(w *work, d deployment.Deployment, by practice.Actor) error {
	planned, err := w.Plan(d.Plan)
	if err != nil {
		return err
	}
	k, err := w.desk()
	if err != nil {
		return err
	}
	people, err := k.directory([]string{by.Name, planned.By.Name}, nil)
	if err != nil {
		return err
	}
	mine, known := people.Answering(by)
	theirs, knownToo := people.Answering(planned.By)
	if known && knownToo && theirs != "" && people.Human(theirs) == people.Human(mine) {
		return practice.Faultf(practice.Forbidden, "%s made the plan of %s: nobody waives their own", mine, d.ID).Final()
	}
	return nil
}

// withWho adds to a refusal who may.
func withWho(err error, who string) error {
	if fault, is := errors.AsType[*practice.Error](err); is && fault.Code == practice.Forbidden {
		return practice.Faultf(practice.Forbidden, "%s", fault.Message).WithHint("%s", who).Final()
	}
	return err
}

// mismatched tells the targets of the stage that did not pass, with what is wrong there.
func mismatched(w *work, d deployment.Deployment) ([]any, error) {
	var told []any
	for page := (practice.Page{Limit: practice.MaxLimit}); len(told) < maxWaivedTold; {
		rows, err := w.DeploymentTargets(d.ID, deployment.TargetFilter{}, page)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if row.State == deployment.TargetDone || len(told) == maxWaivedTold {
				continue
			}
			message := row.Message
			if message == "" {
				message = fmt.Sprintf("is %s", row.State)
			}
			told = append(told, map[string]any{"target": row.Name, "message": message})
		}
		if len(rows) < page.Limit {
			break
		}
		page.After = rows[len(rows)-1].Name
	}
	return told, nil
}
