package control

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/record"
)

// DoneTask is one thing that somebody answered, as the record says it.
type DoneTask struct {
	Entry   int64     `json:"entry" doc:"The entry of the record."`
	What    string    `json:"what" enum:"approved,rejected,guided,resumed,judged,waived,accepted,repaired,reviewed" doc:"What was done."`
	Subject string    `json:"subject" doc:"What it was about: deployment/D-12, review/R-3, drift/DR-7."`
	At      time.Time `json:"at"`
	Why     string    `json:"why,omitempty"`
	Release string    `json:"release,omitempty"`
	Into    string    `json:"environment,omitempty"`
}

// answers are the entries that a person's answer leaves, and what they are called.
var answers = map[string]string{
	entryApproved: "approved", entryRejected: "rejected", deployment.EntryGuidance: "guided", deployment.EntryResumed: "resumed",
	deployment.EntryCriterion: "judged", entryWaived: "waived", drift.EntryAccepted: "accepted", drift.EntryRepair: "repaired", entryReviewCompleted: "reviewed",
}

// The bounds of what is looked through for what somebody did: entries, and their age.
const (
	mostAnswers = 200
	lately      = 30 * 24 * time.Hour
)

// DoneTasks gives what somebody answered in the last 30 days, newest first, from
// the record: of the last 200 answers that they gave.
func (c *Control) DoneTasks(ctx context.Context, scope practice.Scope, by practice.Actor, limit int) (done []DoneTask, err error) {
	done = []DoneTask{}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		rows, err := tx.RecordRows(record.Filter{
			Kinds: slices.Sorted(maps.Keys(answers)), Who: []string{by.Name}, Since: c.now().Add(-lately), Newest: true,
		}, practice.Page{Limit: mostAnswers})
		if err != nil {
			return err
		}
		if done, err = doneOf(rows, by); err != nil {
			return err
		}
		done = done[:min(len(done), limit)]
		for i := range done {
			id, is := strings.CutPrefix(done[i].Subject, "deployment/")
			if !is {
				continue
			}
			d, err := tx.Deployment(id)
			if err != nil {
				return err
			}
			done[i].Release, done[i].Into = d.Header.Release, d.Header.Environment
		}
		return nil
	})
	return done, err
}

// doneOf gives what rows say that somebody did, once for each answer: accepting
// forty drifts is one.
func doneOf(rows []record.Row, by practice.Actor) ([]DoneTask, error) {
	done := []DoneTask{}
	for _, row := range rows {
		var leaf record.Leaf
		if err := json.Unmarshal(row.Bytes, &leaf); err != nil {
			return nil, fmt.Errorf("read entry %d of the record: %w", row.Index, err)
		}
		if leaf.Entry.Who == by {
			done = append(done, DoneTask{Entry: row.Index, What: answers[row.Kind], Subject: row.Subject, At: row.When, Why: leaf.Entry.Why})
		}
	}
	return slices.CompactFunc(done, func(a, b DoneTask) bool { return a.What == b.What && a.At.Equal(b.At) && a.Why == b.Why }), nil
}
