package control

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/party"
)

// TaskKind is what a person is asked for.
type TaskKind string

// The kinds of task.
const (
	TaskApproval  TaskKind = "approval"  // a vote on a deployment
	TaskAnew      TaskKind = "anew"      // another plan or another question, by whoever asked for a deployment
	TaskWaiver    TaskKind = "waiver"    // leave to pass in spite of an entry of the calendar
	TaskCriterion TaskKind = "criterion" // a word on a criterion that is judged by hand
	TaskDrift     TaskKind = "drift"     // whether what is other than recorded is accepted or repaired
	TaskGuidance  TaskKind = "guidance"  // an answer to a deployment that cannot go on by itself
	TaskPause     TaskKind = "pause"     // the end of a pause that the plan has
	TaskResume    TaskKind = "resume"    // the end of a pause that somebody asked for
	TaskReview    TaskKind = "review"    // a look back at a deployment on the short path
	TaskJourney   TaskKind = "journey"   // something that holds a release on its way
)

// Task is one thing that waits for a person.
type Task struct {
	Kind        TaskKind           `json:"kind" enum:"approval,anew,guidance,pause,resume,review,journey,waiver,criterion,drift"`
	ID          string             `json:"id" doc:"Of the deployment, review or journey that asks; D-12.anew of what is asked otherwise, D-12.figures-right of a criterion, D-12.waiver of a waiver, drift.ENVIRONMENT.COMPONENT of drift."`
	Deployment  string             `json:"deployment,omitempty"`
	Release     string             `json:"release,omitempty"`
	Environment string             `json:"environment,omitempty"`
	RequestedBy practice.Actor     `json:"requestedBy,omitzero"`
	Urgency     practice.Urgency   `json:"urgency,omitempty"`
	Risk        practice.RiskLevel `json:"risk,omitempty"`
	Subject     practice.Digest    `json:"subject,omitempty" doc:"Of an approval: the digest that is voted on."`
	Criterion   string             `json:"criterion,omitempty" doc:"The criterion that is asked about."`
	Way         practice.Way       `json:"way,omitempty" enum:"replan,ask-again,reschedule" doc:"Of what is asked otherwise: how."`
	Entry       string             `json:"entry,omitempty" doc:"The entry of the calendar that would be waived: freeze/year-end."`
	Why         string             `json:"why" doc:"What is asked, in one sentence."`
	Since       time.Time          `json:"since"`
	Until       time.Time          `json:"until,omitzero" doc:"Until when an answer is needed, where that is known."`
	Who         string             `json:"who,omitempty" doc:"Who can answer."`
	Mine        bool               `json:"mine" doc:"Whether whoever asks can answer it."`
	Team        bool               `json:"team" doc:"Whether it is a matter of whoever asks: theirs to answer, or of a group in which they sit that is asked, or that owns the environment or the component."`
	Group       string             `json:"group,omitempty" doc:"The group for which whoever asks would answer."`
	For         string             `json:"for,omitempty" doc:"The member in whose place whoever asks would answer."`

	asked []string // the groups that can answer
}

// TaskView says whose tasks are listed.
type TaskView string

// Whose tasks are listed; any other means everybody's.
const (
	TasksMine TaskView = "mine" // what whoever asks can answer with the role they have
	TasksTeam TaskView = "team" // besides that what is a matter of their groups
)

// mostTasks is how many tasks of one kind are looked at.
const mostTasks = 500

// Tasks lists what waits for a person, the most urgent first, then the oldest.
// Cursor of a page: the number of tasks before it.
func (c *Control) Tasks(ctx context.Context, scope practice.Scope, by practice.Actor, role party.Role, view TaskView, page practice.Page) (tasks []Task, next string, err error) {
	first := 0
	if page.After != "" {
		if first, err = strconv.Atoi(page.After); err != nil || first < 0 {
			return nil, "", practice.Faultf(practice.Invalid, "cursor %q is not one that the server gave", page.After)
		}
	}
	own := ctx.Value(handed{}) == nil
	pending, err := c.PendingApprovals(ctx, scope, by, false, practice.Page{Limit: mostTasks})
	if err != nil {
		return nil, "", err
	}
	for _, p := range pending {
		tasks = append(tasks, Task{
			Kind: TaskApproval, ID: p.Deployment, Deployment: p.Deployment, Release: p.Release, Environment: p.Environment, RequestedBy: p.RequestedBy,
			Urgency: p.Urgency, Risk: p.Risk, Subject: p.Subject, Why: p.Why, Since: p.Since, Until: p.Window.Start,
			Mine: p.Mine.May && own && role.May(party.Approve), Group: p.Mine.Group, For: p.Mine.For,
			asked: p.Groups,
		})
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		look := &work{Tx: tx, scope: scope, now: c.now(), handed: !own}
		for _, more := range []func(*work, practice.Actor, party.Role) ([]Task, error){c.guidanceTasks, anewTasks, c.reviewTasks, journeyTasks, c.waiverTasks, driftTasks} {
			found, err := more(look, by, role)
			if err != nil {
				return err
			}
			tasks = append(tasks, found...)
		}
		tasks = withoutOutdated(tasks)
		if view == TasksMine { // everybody's pages ask so: no more is looked up
			tasks = slices.DeleteFunc(tasks, func(t Task) bool { return !t.Mine })
		}
		return c.teamed(tx, by, tasks)
	})
	if view == TasksTeam {
		tasks = slices.DeleteFunc(tasks, func(t Task) bool { return !t.Team })
	}
	slices.SortStableFunc(tasks, earlier)
	first = min(first, len(tasks))
	last := min(len(tasks), first+page.Size())
	if last < len(tasks) {
		next = strconv.Itoa(last)
	}
	return tasks[first:last], next, err
}

// earlier orders tasks: what holds a running deployment up, then urgency, then
// what must be answered first, then age.
func earlier(a, b Task) int {
	return cmp.Or(
		cmp.Compare(pressing(a), pressing(b)),
		a.Since.Compare(b.Since),
		cmp.Compare(a.ID, b.ID),
	)
}

func pressing(t Task) int {
	rank := map[TaskKind]int{TaskGuidance: 0, TaskPause: 1, TaskCriterion: 1, TaskApproval: 2, TaskAnew: 2, TaskWaiver: 3, TaskResume: 4, TaskDrift: 5, TaskJourney: 6, TaskReview: 7}[t.Kind]
	switch t.Urgency {
	case practice.Emergency:
		return rank - 20
	case practice.Urgent:
		return rank - 10
	case practice.Normal:
	}
	return rank
}

// guidanceTasks gives the deployments that wait for an answer.
func (c *Control) guidanceTasks(look *work, by practice.Actor, role party.Role) (tasks []Task, err error) {
	list, err := look.Deployments(deployment.Filter{Open: true}, practice.Page{Limit: practice.MaxLimit})
	for _, d := range list {
		asked := criterionTasks(look, by, role, d)
		tasks = append(tasks, asked...)
		if d.State != deployment.AwaitingGuidance && d.Pausing == nil || len(asked) > 0 && d.Stage.Held != "" && d.Pausing == nil {
			continue // a criterion that waits for a word is that task, and no other
		}
		t := Task{
			Kind: TaskGuidance, ID: d.ID, Deployment: d.ID, Release: d.Header.Release, Environment: d.Header.Environment, RequestedBy: d.RequestedBy,
			Urgency: d.Urgency, Since: d.Since, Mine: role.May(party.Deploy),
		}
		if d.Risk != nil {
			t.Risk = d.Risk.Level
		}
		if why := deployment.Why(d, look.now); len(why.Reasons) > 0 {
			r := why.Reasons[0]
			t.Why, t.Until, t.Who = r.Message, r.Until, r.Who
			if !r.Since.IsZero() {
				t.Since = r.Since
			}
		}
		switch pause := d.AtPause(); {
		case pause != nil:
			t.Kind, t.Group = TaskPause, pause.Group
			t.Mine = t.Mine && mayContinue(look, d, by) == nil
		case d.State != deployment.AwaitingGuidance:
			t.Kind, t.Since = TaskResume, d.Pausing.At
		}
		tasks = append(tasks, t)
	}
	return tasks, err
}

func (c *Control) reviewTasks(look *work, by practice.Actor, role party.Role) (tasks []Task, err error) {
	list, err := look.Reviews(approval.ReviewFilter{State: approval.ReviewOpen}, practice.Page{Limit: mostTasks})
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		d, err := look.Deployment(r.Deployment)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, Task{
			Kind: TaskReview, ID: r.ID, Deployment: d.ID, Release: d.Header.Release, Environment: d.Header.Environment, RequestedBy: d.RequestedBy,
			Urgency: practice.Normal, Why: "it was done on the short path and must be looked back at", Since: d.Ended, Until: r.Due, Who: r.Group,
			Group: r.Group, Mine: role.May(party.Approve) && c.mayReview(look, r, by) == nil,
		})
	}
	return tasks, nil
}

// journeyTasks gives what holds releases on their way and is for people to clear.
func journeyTasks(look *work, _ practice.Actor, role party.Role) (tasks []Task, err error) {
	list, err := look.Journeys(journey.Filter{Open: true}, practice.Page{Limit: mostTasks})
	for _, j := range list {
		if j.State != journey.Waiting {
			continue
		}
		for _, r := range j.Waiting.Reasons {
			if r.Who == "" {
				continue
			}
			tasks = append(tasks, Task{
				Kind: TaskJourney, ID: j.ID, Release: j.Release, Environment: j.Here().Environment, Urgency: practice.Normal,
				Why: r.Message, Since: r.Since, Until: r.Until, Who: r.Who, Mine: role.May(party.Deploy),
			})
			break
		}
	}
	return tasks, err
}
