package control

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
)

// A backup that was given out is an entry of the record.
const (
	entryBackup   = "backup.given"
	backupSubject = "server/backup"
)

// NoteBackup writes into the record that a whole backup was given out. Whether
// it was kept, only whoever took it knows.
func (c *Control) NoteBackup(ctx context.Context, scope practice.Scope, by practice.Actor) error {
	return c.Note(ctx, scope, practice.Entry{Kind: entryBackup, Subject: backupSubject, Who: by, When: c.now()})
}

// LastBackup gives the entry of the last backup that was given out; false when
// there was none.
func (c *Control) LastBackup(ctx context.Context, scope practice.Scope) (last practice.Entry, found bool, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		rows, err := tx.RecordRows(record.Filter{Subject: backupSubject, Kinds: []string{entryBackup}, Newest: true}, practice.Page{Limit: 1})
		if err != nil || len(rows) == 0 {
			return err
		}
		var leaf record.Leaf
		err = json.Unmarshal(rows[0].Bytes, &leaf)
		last, found = leaf.Entry, err == nil
		return err
	})
	return last, found, err
}

// The units of bounds.
const (
	inSeconds = "seconds"
	inBytes   = "bytes"
	inNumber  = "number"
)

// Bound is something that the server keeps, allows or waits for, up to a value.
type Bound struct {
	Name  string `json:"name"`
	About string `json:"about" doc:"What it bounds, in words."`
	Value int64  `json:"value" doc:"0: without a bound."`
	Unit  string `json:"unit" enum:"seconds,bytes,number"`
	Flag  string `json:"flag,omitempty" doc:"With which flag of tranship server it is set; absent when it cannot be."`
}

// Bounds lists what the server keeps to.
func (c *Control) Bounds() []Bound {
	span := func(name, about string, d time.Duration) Bound {
		return Bound{Name: name, About: about, Value: int64(d / time.Second), Unit: inSeconds}
	}
	list := []Bound{
		{Name: "running", About: "deployments run at the same time, at most", Value: int64(c.Limits.Running), Unit: inNumber, Flag: "--max-running"},
		{Name: "log", About: "what the steps of one deployment print is kept up to", Value: c.logBound(), Unit: inBytes, Flag: "--max-log"},
		span("session-idle", "a session ends when it is not used for", party.IdleLimit),
		span("session", "a session lasts at most", party.SessionLimit),
		span("code", "a sign-in code is good for, when nobody says otherwise", CodeValid),
		span("code-longest", "a sign-in code is good for at most", CodeLongest),
		span("webhook", "webhooks that counted are kept for", keepDeliveries),
		span("webhook-refused", "webhooks that were refused are kept for", keepRefused),
		span("answer", "answers to requests with an idempotency key are kept for", rememberFor),
		{Name: "record", About: "the record and the sealed output of steps are kept", Unit: inSeconds},
	}
	for _, tool := range slices.Sorted(maps.Keys(c.Limits.Tools)) {
		list = append(list, Bound{Name: "running-with-" + tool, About: "deployments run at the same time, at most, with " + tool, Value: int64(c.Limits.Tools[tool]), Unit: inNumber, Flag: "--max-running-with"})
	}
	return list
}
