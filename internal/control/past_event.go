package control

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
)

// TargetEvent is one matter of a target's history, as it stood at the moment
// that is shown. It is of one kind, and has the part of that kind.
type TargetEvent struct {
	Entry      int64           `json:"entry" doc:"The last entry of the record about it, by index."`
	Kind       string          `json:"kind" enum:"deployment,drift,document,agent,other" doc:"What it is about."`
	What       string          `json:"what" doc:"The kind of that entry."`
	At         time.Time       `json:"at" doc:"When the last of it was recorded."`
	Since      time.Time       `json:"since" doc:"When the first of it was recorded."`
	By         practice.Actor  `json:"by" doc:"Who: of a deployment, who asked for it."`
	Why        string          `json:"why,omitempty"`
	Deployment *TargetDeed     `json:"deployment,omitempty"`
	Drift      *TargetDrift    `json:"drift,omitempty"`
	Document   *TargetDocument `json:"document,omitempty"`
	Agent      *TargetAgent    `json:"agent,omitempty"`
}

// TargetDeed is what a deployment did on the target.
type TargetDeed struct {
	ID          string            `json:"id"`
	Release     string            `json:"release"`
	Environment string            `json:"environment"`
	Direction   plan.Direction    `json:"direction"`
	Look        deployment.Look   `json:"look" enum:"todo,running,done,failed,unknown,held,skipped" doc:"How it stood on this target."`
	Touched     bool              `json:"touched" doc:"Whether an executor began to change the target; if not, it was only checked."`
	BroughtBack bool              `json:"broughtBack,omitempty" doc:"What was before was brought back."`
	Attempts    int               `json:"attempts" doc:"How many orders were reported on."`
	Message     string            `json:"message,omitempty" doc:"Of the failure or doubt that stood."`
	Result      deployment.Result `json:"result,omitempty" doc:"How the whole deployment ended, where it had by then."`
	Authority   string            `json:"authority,omitempty" doc:"Who authorised it, in words."`
	Changes     []TargetChange    `json:"changes" doc:"What it was to change here, by component."`
	Waivers     []TargetWaiver    `json:"waivers,omitempty" doc:"What was waived for it, as far as this target is concerned."`
}

// TargetChange is one component that a deployment was to change on the target.
type TargetChange struct {
	Component string `json:"component"`
	From      string `json:"from,omitempty" doc:"The version that was there; absent: none."`
	To        string `json:"to,omitempty" doc:"The version that was to be there; absent: none."`
}

// TargetWaiver is a rule that somebody waived for a deployment.
type TargetWaiver struct {
	What string         `json:"what"`
	By   practice.Actor `json:"by"`
	Why  string         `json:"why,omitempty"`
	At   time.Time      `json:"at"`
}

// TargetDrift is something that stood there other than recorded.
type TargetDrift struct {
	ID        string      `json:"id"`
	Component string      `json:"component"`
	What      string      `json:"what" enum:"found,changed,repair-asked,accepted,ended" doc:"What was recorded of it last."`
	State     drift.State `json:"state" enum:"as-recorded,drifted,missing,unmanaged,unknown"`
	Recorded  string      `json:"recorded,omitempty" doc:"The version that was recorded; absent: none."`
	Found     string      `json:"found,omitempty" doc:"The version that was found, where it differs."`
	End       drift.End   `json:"end,omitempty" enum:"righted,repaired,replaced,accepted,gone,unwatched,begun" doc:"How it ended; absent: it stood."`
	Repair    string      `json:"repair,omitempty" doc:"The deployment that was asked for to repair it."`
	Differs   int         `json:"differs,omitempty" doc:"In how many things."`
}

// TargetDocument is a change of what the target is said to be.
type TargetDocument struct {
	Change    string   `json:"change" enum:"added,changed,removed"`
	Revision  int64    `json:"revision"`
	MovedFrom string   `json:"movedFrom,omitempty" doc:"The environment that it was in before, where it moved."`
	MovedTo   string   `json:"movedTo,omitempty"`
	Fields    []string `json:"fields,omitempty" doc:"What was changed."`
}

// TargetAgent is something that happened to the agent that acted for the target.
type TargetAgent struct {
	Name string `json:"name"`
	What string `json:"what" enum:"enrolment-allowed,enrolled,revoked"`
}

// mostOnTarget bounds how many entries of one deployment about one target are read.
const mostOnTarget = practice.MaxLimit

func entryIn(row record.Row) (practice.Entry, error) {
	var leaf record.Leaf
	err := json.Unmarshal(row.Bytes, &leaf)
	return leaf.Entry, err
}

// event tells one row: the last of its matter.
func (p *pastTarget) event(row record.Row) (TargetEvent, error) {
	entry, err := entryIn(row)
	if err != nil {
		return TargetEvent{}, err
	}
	e := TargetEvent{Entry: row.Index, What: row.Kind, At: row.When, Since: row.When, By: entry.Who, Why: entry.Why}
	room, id, _ := strings.Cut(row.Subject, "/")
	text := func(key string) string { value, _ := entry.Data[key].(string); return value }
	switch room {
	case "deployment":
		e.Kind = "deployment"
		return e, p.deed(&e, row, id)
	case "drift":
		e.Kind = "drift"
		said := drift.SaidBy(entry)
		count, _ := entry.Data["count"].(float64)
		e.Drift = &TargetDrift{
			ID: id, Component: said.Component, What: strings.TrimPrefix(row.Kind, "drift."), State: said.State, Recorded: text("recorded"),
			Found: text("found"), End: said.End, Repair: said.Repair, Differs: int(count),
		}
		if since, err := time.Parse(time.RFC3339Nano, text("since")); err == nil {
			e.Since = since.UTC()
		}
	case "agent":
		e.Kind, e.Agent = "agent", &TargetAgent{Name: id, What: strings.TrimPrefix(row.Kind, "agent.")}
	case "document":
		e.Kind, e.Document = "document", p.applied(row, entry)
	default:
		e.Kind = "other"
	}
	return e, nil
}

// applied tells a change of the target's document.
func (p *pastTarget) applied(row record.Row, e practice.Entry) *TargetDocument {
	d := &TargetDocument{Change: strings.TrimPrefix(row.Kind, "document.")}
	number, _ := e.Data["revision"].(float64)
	d.Revision = int64(number)
	fields, _ := e.Data["fields"].([]any)
	for _, field := range fields {
		if path, is := field.(string); is && d.Change == string(Changed) {
			d.Fields = append(d.Fields, path)
		}
	}
	for i, now := range p.revisions[:len(p.revisions)-1] {
		if before := p.revisions[i+1]; now.Revision == d.Revision && before.Parent != now.Parent && !now.Removed {
			d.MovedFrom, d.MovedTo = before.Parent, now.Parent
		}
	}
	return d
}

// deed tells what a deployment had done on the target.
func (p *pastTarget) deed(e *TargetEvent, row record.Row, id string) error {
	done, err := p.done(row)
	if err != nil {
		return err
	}
	d, err := p.tx.Deployment(id)
	if err != nil {
		return err
	}
	e.Since, e.By, e.Why = done.First, d.RequestedBy, d.Reason
	e.Deployment = &TargetDeed{
		ID: id, Release: d.Header.Release, Environment: d.Header.Environment, Direction: d.Header.Direction, Look: done.Look, Touched: done.Touched,
		BroughtBack: done.BroughtBack, Attempts: done.Attempts, Message: done.Message, Authority: d.Authority, Changes: []TargetChange{},
	}
	if d.State == deployment.Closed && !d.Ended.After(p.out.At) {
		e.Deployment.Result = d.Result
	}
	if e.Deployment.Changes, err = p.changes(d, done.Rows); err != nil {
		return err
	}
	e.Deployment.Waivers, err = p.waivers(d)
	return err
}

// done gives what the deployment of an entry had done on the target.
func (p *pastTarget) done(row record.Row) (deployment.Deed, error) {
	rows, err := p.tx.EntriesOn(row.Subject, p.out.Target, p.out.At, mostOnTarget)
	if err != nil {
		return deployment.Deed{}, err
	}
	entries := make([]practice.Entry, len(rows))
	for i, one := range rows {
		if entries[i], err = entryIn(one); err != nil {
			return deployment.Deed{}, err
		}
	}
	return deployment.DeedOf(entries)
}

// changes gives what a deployment was to change on the target, over its parts.
func (p *pastTarget) changes(d deployment.Deployment, names []string) ([]TargetChange, error) {
	rows, err := p.tx.DeploymentTargetsNamed(d.ID, names[:min(len(names), practice.MaxLimit)])
	if err != nil {
		return nil, err
	}
	all := []TargetChange{}
	for _, row := range rows {
		for i, item := range d.Header.Items {
			if !row.Concerns(i) {
				continue
			}
			change := TargetChange{Component: item.Component}
			if i < len(row.Before) {
				change.From = row.Before[i].Version
			}
			switch {
			case d.Header.Direction == plan.Restore && i < len(row.Goal):
				change.To = row.Goal[i].Version
			case d.Header.Direction == plan.Install:
				change.To = item.Version
			}
			if !slices.Contains(all, change) {
				all = append(all, change)
			}
		}
	}
	return all, nil
}

// waivers gives what was waived for a deployment until the moment: of rules of
// time, and of what its environment requires of this target.
func (p *pastTarget) waivers(d deployment.Deployment) (all []TargetWaiver, err error) {
	stored, err := p.tx.Waivers(d.ID)
	if err != nil {
		return nil, err
	}
	for _, w := range stored {
		if w.At.After(p.out.At) || !w.RevokedAt.IsZero() && !w.RevokedAt.After(p.out.At) {
			continue
		}
		what := string(w.Rule)
		if w.With.Name != "" {
			what = refName(w.With)
		}
		all = append(all, TargetWaiver{What: what, By: w.By, Why: w.Reason, At: w.At})
	}
	if d.Header.Baseline == 0 {
		return all, nil
	}
	rows, err := p.tx.RecordRows(record.Filter{
		Subject: deploymentSubject(d.ID), Kinds: []string{entryBaselineWaived}, Environments: []string{d.Header.Environment}, Until: p.out.At.Add(time.Microsecond),
	}, practice.Page{Limit: practice.MaxLimit})
	for _, row := range rows {
		entry, err := entryIn(row)
		if err != nil {
			return nil, err
		}
		if waivedHere(entry, p.out.Target) {
			all = append(all, TargetWaiver{What: "what " + d.Header.Environment + " requires of its targets", By: entry.Who, Why: entry.Why, At: row.When})
		}
	}
	return all, err
}

// waivedHere says whether the entry of a waiver is about the target, or may be:
// only the first of many targets are told by name.
func waivedHere(e practice.Entry, target string) bool {
	told, _ := e.Data["targets"].([]any)
	for _, one := range told {
		object, _ := one.(map[string]any)
		if name, _ := object["target"].(string); deployment.TargetOf(name) == target {
			return true
		}
	}
	count, _ := e.Data["count"].(float64)
	return int(count) > len(told)
}
