package record_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
)

// stated seals entries of D-12 and states them.
func stated(t *testing.T, entries ...practice.Entry) record.Statement {
	t.Helper()
	sealed, err := record.Seal(record.Head{}, recordtest.NewMemory(), nil, "default", entries)
	if err != nil {
		t.Fatal(err)
	}
	statement, err := record.StatementOf(sealed.Rows, sealed.After)
	if err != nil {
		t.Fatal(err)
	}
	return statement
}

func TestStatementAlwaysHasASubject(t *testing.T) {
	t.Parallel()
	entries := journey("D-12")
	if got := stated(t, entries...).Subject[0].Name; got != "api@2.0.0" {
		t.Errorf("with an artifact: %s", got)
	}
	delete(entries[1].Data, record.DataArtifacts)
	if got := stated(t, entries...).Subject[0].Name; got != "plan/P-7" {
		t.Errorf("without an artifact: %s", got)
	}
	first := stated(t, entries[0])
	if got := first.Subject[0]; got.Name != "deployment/D-12" || len(got.Digest["sha256"]) != 64 {
		t.Errorf("without a plan: %+v", got)
	}
	if p := first.Predicate; p.Result != "" || !p.FinishedOn.IsZero() || p.Environment != "live" {
		t.Errorf("an open deployment: %+v", p)
	}
}

func TestLaterEntriesCountInAStatement(t *testing.T) {
	t.Parallel()
	entries := journey("D-12")
	again := entries[1]
	again.Kind, again.Data = record.Rescheduled, facts{record.DataPlannedStart: "2025-03-02T10:00:00Z"}
	refused := entries[8]
	refused.Data = facts{record.DataGate: record.AcceptanceGate, record.DataOpen: false, record.DataReasons: []string{"p95 is 900ms"}}
	p := stated(t, append(entries, again, refused)...).Predicate
	if p.PlannedStart != "2025-03-02T10:00:00Z" || p.PlannedEnd != "2025-03-01T11:00:00Z" {
		t.Errorf("planned %s to %s", p.PlannedStart, p.PlannedEnd)
	}
	if p.Acceptance.Open || p.Acceptance.Reasons[0] != "p95 is 900ms" || len(p.Gates) != 3 {
		t.Errorf("acceptance %+v of gates %+v", p.Acceptance, p.Gates)
	}
}

// An authorisation that was voided must not stand in what is signed.
func TestAVoidedAuthorisationIsNotStated(t *testing.T) {
	t.Parallel()
	entries := journey("D-12")
	given := slices.IndexFunc(entries, func(e practice.Entry) bool { return e.Kind == record.Authorised })
	voided, again := entries[given], entries[given]
	voided.Kind, again.Why = record.Voided, "approved anew"
	if p := stated(t, slices.Insert(slices.Clone(entries), given+1, voided)...).Predicate; len(p.Authorisation) != 0 || p.Authorisation == nil {
		t.Errorf("voided: %+v", p.Authorisation)
	}
	p := stated(t, slices.Insert(slices.Clone(entries), given+1, voided, again)...).Predicate
	if len(p.Authorisation) != 1 || p.Authorisation[0].Why != "approved anew" {
		t.Errorf("voided and given anew: %+v", p.Authorisation)
	}
}

func TestStatementBearsStrangeData(t *testing.T) {
	t.Parallel()
	for _, e := range journey("D-12") {
		for key := range e.Data {
			for _, strange := range []any{nil, 7, "text", true, []any{1, nil, []any{}}, map[string]any{"name": 1, "digest": "no"}} {
				odd := e
				odd.Data = facts{key: strange}
				stated(t, odd)
			}
		}
	}
}

func TestStatementOfOneDeploymentOnly(t *testing.T) {
	t.Parallel()
	mixed := slices.Concat(journey("D-12")[:1], journey("D-13")[:1])
	sealed, err := record.Seal(record.Head{}, recordtest.NewMemory(), nil, "default", mixed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.StatementOf(sealed.Rows, sealed.After); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("two deployments: %v", err)
	}
	if _, err := record.StatementOf(nil, sealed.After); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("no entries: %v", err)
	}
}

// broken is a store whose disk fails when asked for tiles.
type broken struct{ *recordtest.Memory }

var errDisk = errors.New("input/output error")

func (broken) RecordTiles([]record.TileID) (map[record.TileID][]byte, error) { return nil, errDisk }

// TestAFailingStoreIsNoAlteration: whether to retry or to restore a backup is a great difference.
func TestAFailingStoreIsNoAlteration(t *testing.T) {
	t.Parallel()
	store := broken{live(t)}
	_, err := record.Enter(store, "default", recordtest.Entries(0, 1), oldKey)
	if !errors.Is(err, errDisk) || practice.CodeOf(err) != "" {
		t.Errorf("enter: %v", err)
	}
	if _, err = record.Export(store, "default", "D-12", oldKey); !errors.Is(err, errDisk) {
		t.Errorf("export: %v", err)
	}
	if report := verify(store, ""); report.OK() || !strings.Contains(report.String(), "tile 0/0: cannot be read: input/output error") {
		t.Errorf("verify: %s", report)
	}
}

// TestThreeLevelsOfTiles seals and verifies over the size where a third level begins.
func TestThreeLevelsOfTiles(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("66,000 entries take seconds")
	}
	t.Parallel()
	store := filled(t, 66_000, 3000)
	if report := verify(store, ""); !report.OK() {
		t.Fatal(report)
	}
	if len(store.Tiles[record.TileID{Level: 2, Index: 0}]) != 32 {
		t.Errorf("tile 2/0 has %d bytes, not 32", len(store.Tiles[record.TileID{Level: 2, Index: 0}]))
	}
	alterTile(store, 2, 0, flip(3))
	alterTile(store, 1, 0, flip(32*200))
	report := verify(store, "")
	if len(report.Findings) != 2 || report.Findings[0].Where != "tile 1/0" || report.Findings[1].Where != "tile 2/0" {
		t.Errorf("want tiles 1/0 and 2/0: %s", report)
	}
}
