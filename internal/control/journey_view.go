package control

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
)

// maxPassages bounds the deployments of one environment that a view looks at.
const maxPassages = 200

// JourneyView gives a journey with its environments, the time spent in each, why
// it waited, and how often there was something to mend.
func (c *Control) JourneyView(ctx context.Context, scope practice.Scope, id string) (v journey.View, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		j, err := tx.Journey(id)
		if err != nil {
			return err
		}
		v, err = viewOf(tx, &j, j.Release, j.Model, c.now())
		return err
	})
	return v, err
}

// ReleaseJourney gives the way of a release, by its last journey or, where
// nothing automatic brought it along, by its deployments (R121). NotFound when
// there is neither.
func (c *Control) ReleaseJourney(ctx context.Context, scope practice.Scope, release string) (v journey.View, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		last, err := tx.Journeys(journey.Filter{Release: release}, practice.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(last) > 0 {
			v, err = viewOf(tx, &last[0], release, last[0].Model, c.now())
			return err
		}
		made, err := tx.Deployments(deployment.Filter{Release: release}, practice.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(made) == 0 {
			return practice.Faultf(practice.NotFound, "release %s has not begun its way: there is no deployment of it", release).
				WithHint("name it as COMPONENT@VERSION or as its Release document").Final()
		}
		v, err = viewOf(tx, nil, release, made[0].Header.Model.Name, c.now())
		return err
	})
	return v, err
}

func viewOf(tx Tx, j *journey.Journey, release, modelName string, now time.Time) (journey.View, error) {
	v := journey.View{Release: release, Model: modelName, Journey: j, Why: practice.Pass(), Stages: []journey.StageView{}}
	if j != nil {
		v.Why, v.Begun = j.Reasons(), j.Begun
	}
	if release == "" {
		return v, nil
	}
	flow, err := flowOf(tx, modelName)
	if err != nil {
		return v, err
	}
	made, err := passages(tx, deployment.Filter{Release: release}, "")
	if err != nil {
		return v, err
	}
	items, err := viewItems(tx, j, release)
	if err != nil {
		return v, err
	}
	end := now
	if j != nil && !j.Open() {
		end = j.EndedAt
	}
	for _, environment := range wayOf(j, flow, made) {
		s, err := stageView(tx, j, environment, flow, made, items, now)
		if err != nil {
			return v, err
		}
		v.Stages = append(v.Stages, s)
	}
	v = v.Total(end)
	if j == nil || j.State == journey.Running {
		v.Why = lastWhy(made, v.Why)
	}
	return v, nil
}

// lastWhy says what the last deployment waits for, where it is still open.
func lastWhy(made []viewed, otherwise practice.Verdict) practice.Verdict {
	if len(made) == 0 || made[0].State == string(deployment.Closed) || made[0].Waiting.Open {
		return otherwise
	}
	return made[0].Waiting
}

// flowOf gives the environments of a model, none when it was removed.
func flowOf(tx Tx, name string) ([]string, error) {
	d, err := tx.Document(practice.KindModel, name)
	if practice.CodeOf(err) == practice.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := model.Decode(d)
	var flow []string
	for _, s := range m.Spec.Flow {
		flow = append(flow, s.Environment)
	}
	return flow, err
}

// wayOf lists the environments of a way: those of the journey, or of the flow, and
// those that the release was brought into besides.
func wayOf(j *journey.Journey, flow []string, made []viewed) []string {
	way := slices.Clone(flow)
	if j != nil {
		way = nil
		for _, s := range j.Stages {
			way = append(way, s.Environment)
		}
	}
	for _, p := range slices.Backward(made) {
		if !slices.Contains(way, p.environment) {
			way = append(way, p.environment)
		}
	}
	return way
}

// viewed is a deployment as a view shows it, with the environment that it went into.
type viewed struct {
	journey.Passage
	environment string
	install     bool
}

// passages gives deployments newest first; with a component, its versions.
func passages(tx Tx, f deployment.Filter, component string) ([]viewed, error) {
	list, err := tx.Deployments(f, practice.Page{Limit: maxPassages})
	all := make([]viewed, 0, len(list))
	for _, d := range list {
		p := viewed{environment: d.Header.Environment, install: d.Header.Direction == plan.Install, Passage: journey.Passage{
			Deployment: d.ID, Release: d.Header.Release, Journey: d.Journey, State: string(d.State), Result: string(d.Result), By: d.RequestedBy,
			Requested: d.RequestedAt, Started: d.Started, Ended: d.Ended, Cause: d.Cause, Waiting: d.Waiting,
		}}
		for _, item := range d.Header.Items {
			if item.Component == component {
				p.Version = item.Version
			}
		}
		all = append(all, p)
	}
	return all, err
}

func viewItems(tx Tx, j *journey.Journey, release string) ([]library.Item, error) {
	if j != nil {
		return itemsOf(*j), nil
	}
	list, err := items(tx, release)
	if practice.CodeOf(err) == practice.NotFound {
		return nil, nil // the document was removed; its deployments still tell
	}
	all := make([]library.Item, 0, len(list))
	for _, item := range list {
		all = append(all, library.Item{Component: item.Component.Name, Version: item.Version.Version})
	}
	return all, err
}

func stageView(tx Tx, j *journey.Journey, environment string, flow []string, made []viewed, items []library.Item, now time.Time) (journey.StageView, error) {
	s := journey.StageView{Environment: environment, Passages: []journey.Passage{}, Waits: []journey.Wait{}, Loops: []journey.Loop{}, Pins: []journey.Pin{}}
	for _, p := range slices.Backward(made) { // oldest first
		if p.environment != environment {
			continue
		}
		s.Passages = append(s.Passages, p.Passage)
		if s.Entered.IsZero() {
			s.Entered, s.Reached = p.Requested, p.Requested
		}
		if p.install && p.Result == string(deployment.Succeeded) && s.Arrived.IsZero() {
			s.Arrived = p.Ended
		}
		waits, err := gateWaits(tx, p.Passage)
		if err != nil {
			return s, err
		}
		s.Waits = append(s.Waits, waits...)
	}
	if j != nil {
		for _, stage := range j.Stages {
			if stage.Environment == environment {
				s.Reached, s.Left, s.Decision = stage.Reached, stage.Left, stage.Decision
				s.Waits = append(slices.Clone(stage.Waits), s.Waits...)
				if !stage.Arrived.IsZero() {
					s.Arrived = stage.Arrived
				}
			}
		}
	}
	var err error
	if s.Loops, err = loops(tx, environment, flow, items, now); err != nil {
		return s, err
	}
	pins, err := pinsOf(tx, environment, items)
	s.Pins = append(s.Pins, pins...)
	return s, err
}

// loops counts the rounds of each component in an environment.
func loops(tx Tx, environment string, flow []string, items []library.Item, now time.Time) ([]journey.Loop, error) {
	next := ""
	if i := slices.Index(flow, environment); i >= 0 && i < len(flow)-1 {
		next = flow[i+1]
	}
	all := []journey.Loop{}
	for _, item := range items {
		here, err := passages(tx, deployment.Filter{Environment: environment, Component: item.Component}, item.Component)
		if err != nil {
			return nil, err
		}
		gone := map[string]time.Time{}
		if next != "" {
			there, err := passages(tx, deployment.Filter{Environment: next, Component: item.Component}, item.Component)
			if err != nil {
				return nil, err
			}
			for _, p := range there { // newest first: the earliest stays
				if p.install && p.Result == string(deployment.Succeeded) {
					gone[p.Version] = p.Requested
				}
			}
		}
		rounds := make([]journey.Passage, 0, len(here))
		for _, p := range here {
			if p.install && !p.Started.IsZero() {
				rounds = append(rounds, p.Passage)
			}
		}
		if len(rounds) > 0 {
			all = append(all, journey.LoopOf(item.Component, rounds, gone, now))
		}
	}
	return all, nil
}

// gateWaits reads from the record what a deployment waited for before it started.
func gateWaits(tx Tx, p journey.Passage) ([]journey.Wait, error) {
	rows, err := tx.RecordRows(record.Filter{Subject: deploymentSubject(p.Deployment), Kinds: []string{deployment.EntryGateJudged}}, practice.Page{Limit: practice.DefaultLimit})
	if err != nil {
		return nil, err
	}
	var waits []journey.Wait
	until := p.Started
	if until.IsZero() {
		until = p.Ended
	}
	for _, row := range rows {
		var leaf record.Leaf
		if err := json.Unmarshal(row.Bytes, &leaf); err != nil {
			return nil, fmt.Errorf("entry %d: %w", row.Index, err)
		}
		e := leaf.Entry
		if !p.Started.IsZero() && e.When.After(p.Started) {
			break
		}
		if n := len(waits); n > 0 && waits[n-1].To.IsZero() {
			waits[n-1].To = e.When
		}
		if open, _ := e.Data["open"].(bool); open {
			continue
		}
		var reasons []string
		for _, r := range listed(e, "reasons") {
			reasons = append(reasons, fmt.Sprint(r))
		}
		waits = append(waits, journey.Wait{Gate: text(e, "gate"), Message: p.Deployment + ": " + strings.Join(reasons, "; "), From: e.When})
	}
	if n := len(waits); n > 0 && waits[n-1].To.IsZero() {
		waits[n-1].To = until
	}
	return waits, nil
}
