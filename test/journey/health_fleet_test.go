package journey_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/test/house"
)

// TestAFleetFailsAtOnce: thousands of targets that go bad, and are well again,
// are few entries of the record; telling the same again adds none. What is said
// of another record, or by an agent that does not act for a target, counts for nothing.
func TestAFleetFailsAtOnce(t *testing.T) {
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
	for i := range present {
		present[i] = environment.Presence{
			Target: fmt.Sprintf("web-%05d", i), Environment: "test", Component: "shop", Version: "1.0.0", Digest: practice.DigestOf([]byte("1")), Deployment: "D-1",
			Since: time.Now().UTC().Truncate(time.Microsecond),
		}
	}
	if err := h.Store.Update(ctx, practice.DefaultScope, func(tx control.Tx) error { return tx.Land(present) }); err != nil {
		t.Fatal(err)
	}
	said := func(i int, agent string, state health.State) health.Sent {
		return health.Sent{Agent: agent, Report: health.Report{
			Target: present[i].Target, Component: "shop", Mark: drift.MarkOf(present[i]), Like: "D-1", Checks: 1, At: time.Now(),
			Answers: []health.Answer{{Check: "it answers", State: state, Since: time.Now(), Says: "status 503, want 200"}},
		}}
	}
	tell := func(state health.State) {
		t.Helper()
		begun, longest := time.Now(), time.Duration(0)
		for from := 0; from < fleet; from += 50 { // as agents tell it: 50 at once
			var batch []health.Sent
			for i := from; i < from+50; i++ {
				batch = append(batch, said(i, fmt.Sprintf("edge-%d", i%20), state))
			}
			one := time.Now()
			if err := h.Control.HealthReports(ctx, practice.DefaultScope, batch); err != nil {
				t.Fatal(err)
			}
			longest = max(longest, time.Since(one))
		}
		t.Logf("%d targets are %s: %s, the longest of %d batches %s", fleet, state, time.Since(begun), fleet/50, longest)
	}
	expect := func(want ...string) {
		t.Helper()
		if got := healthTold(t, h); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the record tells %q, want %q", got, want)
		}
	}
	tell(health.Healthy)
	tell(health.Healthy)
	expect("healthy")
	tell(health.Failing)
	tell(health.Failing)
	expect("healthy", "degraded", "failing")
	tell(health.Healthy)
	expect("healthy", "degraded", "failing", "degraded", "healthy")

	other := said(0, "edge-0", health.Failing)
	other.Mark = "another"
	for name, sent := range map[string]health.Sent{"of another record": other, "by another agent": said(0, "edge-1", health.Failing)} {
		if err := h.Control.HealthReports(ctx, practice.DefaultScope, []health.Sent{sent}); err != nil {
			t.Fatal(err)
		}
		if list, err := h.Control.TargetHealths(ctx, practice.DefaultScope, health.Filter{Target: present[0].Target}, practice.Page{}); err != nil || len(list) != 1 || list[0].Said != health.Healthy {
			t.Errorf("what is said %s counts: %+v, %v", name, list, err)
		}
	}
}
