// Package calendar_test measures, through the store, what the calendar costs
// where there are 10,000 targets and 100,000 entries over ten years.
package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/test/house"
)

const (
	targets = 10000
	entries = 100000
)

func BenchmarkCalendar(b *testing.B) {
	h := house.Start(b)
	id := fill(b, h)
	ctx := b.Context()
	begun := time.Now()
	if _, err := h.Control.Outlook(ctx, practice.DefaultScope, id, time.Time{}); err != nil {
		b.Fatal(err)
	}
	b.Logf("read and compiled once in %s", time.Since(begun).Round(time.Millisecond))
	b.Run("conflicts", func(b *testing.B) {
		for b.Loop() {
			if _, err := h.Control.Outlook(ctx, practice.DefaultScope, id, time.Time{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("free", func(b *testing.B) {
		for b.Loop() {
			if _, err := h.Control.FreeSlots(ctx, practice.DefaultScope, id, control.SlotRequest{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("why", func(b *testing.B) {
		for b.Loop() {
			if _, err := h.Control.Why(ctx, practice.DefaultScope, id); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// fill stores the documents, a plan for all targets and a deployment that waits.
func fill(b *testing.B, h *house.House) string {
	b.Helper()
	now := time.Now().UTC().Truncate(time.Hour)
	put := func(documents []practice.Document) {
		err := h.Store.Update(b.Context(), practice.DefaultScope, func(tx control.Tx) error {
			change, err := tx.NextDocumentChange()
			for _, d := range documents {
				if err == nil {
					err = tx.PutDocument(d)
				}
				if err == nil {
					err = tx.NoteDocumentChange(d.Kind, d.Name, change)
				}
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	document := func(kind practice.Kind, name, parent string, spec any) practice.Document {
		d, err := practice.NewDocument(kind, name, parent, nil, spec)
		if err != nil {
			b.Fatal(err)
		}
		return d
	}
	put([]practice.Document{document(practice.KindEnvironment, "live", "", environment.Spec{Purpose: "live", Owner: "team"})})
	var some []practice.Document
	p := plan.Plan{Header: plan.Header{Release: "shop@1", Direction: plan.Install, Environment: "live", TargetCount: targets,
		Items: []plan.Item{{Component: "shop", Version: "1", Install: []model.Step{{Name: "place", Uses: "files"}}}}}}
	for i := range targets {
		name := fmt.Sprintf("host-%05d", i)
		some = append(some, document(practice.KindTarget, name, "live", environment.TargetSpec{Environment: "live", Kind: "host", Parent: fmt.Sprintf("rack-%03d", i/50)}))
		p.Targets = append(p.Targets, plan.Target{Name: name, Agent: name, Wave: 1})
	}
	put(some)
	for at := 0; at < entries; at += 5000 {
		some = some[:0]
		for i := at; i < at+5000; i++ {
			start := now.Add(time.Duration(i-entries/2) * 10 * 365 * 24 * time.Hour / entries)
			spec := calendar.FreezeSpec{Kind: calendar.Hard, AppliesTo: calendar.Reach{Targets: []string{fmt.Sprintf("rack-%03d", i%200)}},
				When: calendar.Times{Start: start.Format("2006-01-02T15:04"), End: start.Add(time.Hour).Format("2006-01-02T15:04"), Zone: "Europe/Berlin"}}
			if i%50 == 0 {
				spec.When.Repeat = "FREQ=DAILY;COUNT=30"
			}
			some = append(some, document(practice.KindFreeze, fmt.Sprintf("freeze-%06d", i), "", spec))
		}
		put(some)
	}
	var d deployment.Deployment
	err := h.Store.Update(b.Context(), practice.DefaultScope, func(tx control.Tx) error {
		stored, err := tx.AddPlan(p, house.Admin, now)
		if err != nil {
			return err
		}
		d, err = tx.AddDeployment(deployment.Deployment{
			Plan: stored.ID, Header: stored.Header, RequestedBy: house.Admin, RequestedAt: now, State: deployment.Scheduled, Since: now,
			Waiting: practice.Hold(practice.Reason{Gate: "freeze", Message: "it waits"}),
		})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return d.ID
}
