package control

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
)

// criterionTasks gives the criteria of open deployments that are judged by hand
// and wait for a word.
func criterionTasks(look *work, by practice.Actor, role party.Role, d deployment.Deployment) (tasks []Task) {
	for _, j := range d.OpenQuestions() {
		t := taskOf(TaskCriterion, d)
		t.ID, t.Criterion, t.Why, t.Since, t.Until = d.ID+"."+j.Criterion, j.Criterion, d.QuestionOf(j.Criterion), j.At, j.Until
		t.Group = d.CriterionGroup(j.Criterion)
		t.Who = "whoever may operate deployments into " + d.Header.Environment
		if t.Group != "" {
			t.Who = "the members of group " + t.Group
		}
		t.Mine = role.May(party.Approve) && mayAnswer(look, d, by, CriterionAnswer{Criterion: j.Criterion, Operates: role.May(party.Deploy)}) == nil
		tasks = append(tasks, t)
	}
	return tasks
}

// taskOf gives what every task about a deployment says.
func taskOf(kind TaskKind, d deployment.Deployment) Task {
	t := Task{Kind: kind, ID: d.ID, Deployment: d.ID, Release: d.Header.Release, Environment: d.Header.Environment, RequestedBy: d.RequestedBy, Urgency: d.Urgency, Since: d.Since}
	if d.Risk != nil {
		t.Risk = d.Risk.Level
	}
	return t
}

// anewTasks gives the deployments that cannot start until whoever asked for them
// asks otherwise: their plan is out of date, or they were rejected.
func anewTasks(look *work, by practice.Actor, role party.Role) (tasks []Task, err error) {
	early := deployment.Filter{States: []deployment.State{deployment.Planned, deployment.Authorised, deployment.Scheduled}}
	list, err := look.Deployments(early, practice.Page{Limit: mostTasks})
	for _, d := range list {
		i := slices.IndexFunc(d.Waiting.Reasons, func(r practice.Reason) bool { return r.Way != "" })
		if i < 0 {
			continue
		}
		r := d.Waiting.Reasons[i]
		t := taskOf(TaskAnew, d)
		t.ID, t.Way, t.Why, t.Since, t.Who = d.ID+".anew", r.Way, r.Message, r.Since, r.Who
		t.Mine = role.May(party.Deploy) && mayAsk(look, d, by) == nil
		tasks = append(tasks, t)
	}
	return tasks, err
}

// withoutOutdated leaves out the votes that nobody should give now: what is
// asked must be asked otherwise first.
func withoutOutdated(tasks []Task) []Task {
	anew := map[string]bool{}
	for _, t := range tasks {
		anew[t.Deployment] = anew[t.Deployment] || t.Kind == TaskAnew
	}
	return slices.DeleteFunc(tasks, func(t Task) bool { return t.Kind == TaskApproval && anew[t.Deployment] })
}

// waiverTasks gives the authorised deployments that the calendar holds up and
// that somebody may let pass.
func (c *Control) waiverTasks(look *work, by practice.Actor, role party.Role) (tasks []Task, err error) {
	list, err := look.Deployments(deployment.Filter{States: []deployment.State{deployment.Scheduled}}, practice.Page{Limit: mostTasks})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	a, err := c.almanac(look.Tx, look.scope, look.now, false)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		o, err := a.outlook(d, d.ID, look.now)
		if err != nil {
			return nil, err
		}
		for _, found := range o.Conflicts {
			if !found.Holds || found.With.Name == "" || len(found.Groups) == 0 {
				continue
			}
			t := taskOf(TaskWaiver, d)
			t.ID, t.Entry, t.Why, t.Until = d.ID+".waiver", found.Ref, found.Message, found.Until
			t.Who, t.asked = "the members of "+strings.Join(found.Groups, ", "), found.Groups
			if group, refused := mayWaive(look, d, by, found.Conflict); refused == nil && role.May(party.Approve) {
				t.Mine, t.Group = true, group
			}
			tasks = append(tasks, t)
			break
		}
	}
	return tasks, nil
}

// driftTasks gives what stands other than recorded, one task for each component
// in an environment: to be accepted or repaired. What is being repaired asks nobody.
func driftTasks(look *work, by practice.Actor, role party.Role) (tasks []Task, err error) {
	places, err := look.DriftPlaces()
	if err != nil {
		return nil, err
	}
	for _, p := range places[:min(len(places), mostTasks)] {
		list, err := look.Drifts(drift.Filter{Environment: p.Environment, Component: p.Component}, practice.Page{Limit: practice.MaxLimit})
		if err != nil {
			return nil, err
		}
		t := Task{
			Kind: TaskDrift, ID: "drift." + p.Environment + "." + p.Component, Release: p.Component, Environment: p.Environment, Urgency: practice.Normal,
			Who: "whoever may operate deployments into " + p.Environment, Mine: role.May(party.Deploy),
		}
		if err := t.forAcceptors(look, by); err != nil {
			return nil, err
		}
		n := 0
		for _, d := range list {
			if d.Repair != "" {
				continue
			}
			n++
			if t.Since.IsZero() || d.Since.Before(t.Since) {
				t.Since = d.Since
			}
		}
		if n == 0 {
			continue
		}
		said := p.Component + " is other than recorded"
		if of := environment.WatchOf(p.Component); of != "" {
			said = fmt.Sprintf("%s changed without a deployment", of)
		}
		t.Why = fmt.Sprintf("%s on %d targets in %s", said, n, p.Environment)
		if n == 1 {
			t.Why = fmt.Sprintf("%s on 1 target in %s", said, p.Environment)
		}
		tasks = append(tasks, t)
	}
	return tasks, nil
}
