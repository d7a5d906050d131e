package journey_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/test/house"
)

// TestR92ManyTargetsAreLookedAt: a fleet that is as it was adds nothing to the
// record, however often it is looked at; when something happens to all of it at
// once, each target is told of once in the record, and one deployment repairs it.
func TestR92ManyTargetsAreLookedAt(t *testing.T) {
	t.Parallel()
	const fleet = 2000
	ctx := context.Background()
	h := house.Start(t)
	h.Apply(documents)
	var docs []control.Proposed
	for i := range fleet {
		d, err := practice.NewDocument(practice.KindTarget, fmt.Sprintf("web-%05d", i), "test", nil, environment.TargetSpec{Environment: "test", Kind: "host", Agent: fmt.Sprintf("edge-%d", i%20)})
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, control.Proposed{Document: d})
	}
	if _, err := h.Control.Apply(ctx, practice.DefaultScope, house.Admin, docs, false); err != nil {
		t.Fatal(err)
	}
	present := make([]environment.Presence, fleet)
	since := time.Now().UTC().Truncate(time.Microsecond)
	for i := range present {
		present[i] = environment.Presence{
			Target: fmt.Sprintf("web-%05d", i), Environment: "test", Component: "shop", Version: "1.0.0", Digest: practice.DigestOf([]byte("1")), Deployment: "D-1", Since: since,
		}
	}
	if err := h.Store.Update(ctx, practice.DefaultScope, func(tx control.Tx) error { return tx.Land(present) }); err != nil {
		t.Fatal(err)
	}
	size := func() int64 {
		t.Helper()
		var size int64
		if err := h.Store.View(ctx, practice.DefaultScope, func(tx control.Tx) error {
			now, _, err := tx.RecordHead()
			size = now.Size
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return size
	}
	tell := func(matches bool) time.Duration {
		t.Helper()
		begun := time.Now()
		for agent := range 20 {
			var batch []drift.Sent
			for i := agent; i < fleet; i += 20 {
				step := drift.StepSeen{Step: "place", Uses: "files", Present: true, Matches: matches, Version: "1.0.0"}
				batch = append(batch, drift.Sent{Agent: fmt.Sprintf("edge-%d", agent), Sighting: drift.Sighting{
					Target: present[i].Target, At: time.Now(), Complete: true,
					Parts: []drift.Seen{{Component: "shop", Mark: drift.MarkOf(present[i]), Like: "D-1", Steps: []drift.StepSeen{step}}},
				}})
			}
			if err := h.Control.Sightings(ctx, practice.DefaultScope, batch); err != nil {
				t.Fatal(err)
			}
		}
		return time.Since(begun)
	}
	before := size()
	for range 3 {
		t.Logf("%d targets that are as they were: %s", fleet, tell(true))
	}
	if now := size(); now != before {
		t.Errorf("looking at a fleet that is as it was added %d entries", now-before)
	}
	t.Logf("all of them drift: %s", tell(false))
	t.Logf("seen again: %s", tell(false))
	if now := size(); now != before+fleet {
		t.Errorf("%d entries tell of %d drifts", now-before, fleet)
	}
	counts, err := h.Control.DriftSummaries(ctx, practice.DefaultScope, "test", practice.Page{})
	if err != nil || counts[0].Drifted != fleet || counts[0].Looked != fleet || counts[0].NotLooked != 2 {
		t.Errorf("counted %+v, %v", counts, err)
	}
	// What an agent says of targets that are not its own counts for nothing.
	strange := drift.Sent{Agent: "edge-1", Sighting: drift.Sighting{Target: present[0].Target, At: time.Now(), Complete: true, Parts: []drift.Seen{{Component: "shop", Mark: drift.MarkOf(present[0]), Steps: []drift.StepSeen{{Step: "place", Present: true, Matches: true}}}}}}
	if err := h.Control.Sightings(ctx, practice.DefaultScope, []drift.Sent{strange}); err != nil {
		t.Fatal(err)
	}
	if list := standing(t, h, drift.Filter{Target: present[0].Target}); len(list) != 1 {
		t.Errorf("an agent that does not act for it has ended a drift: %+v", list)
	}
	// One deployment puts all of it right; what is under repair is not accepted.
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	for i := range 20 {
		h.Enrol(fmt.Sprintf("edge-%d", i))
	}
	all := control.DriftChoice{Environment: "test"}
	begun := time.Now()
	asked, err := h.Control.RepairDrift(ctx, practice.DefaultScope, house.Admin, all, "all were edited by one script", control.AskRequest{})
	if err != nil || len(asked) != 1 || asked[0].Header.TargetCount != fleet {
		t.Fatalf("repairing all of them: %d deployments, %v", len(asked), err)
	}
	t.Logf("the repair of all of them was planned and asked for in %s", time.Since(begun))
	until(t, h, asked[0].ID, "with its targets", func(d deployment.Deployment) bool { return d.Stage.Issued })
	if _, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, house.Admin, all, "let it be"); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("accepting what is being repaired: %v", err)
	}
}
