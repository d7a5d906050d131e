package journey_test

import (
	"context"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/test/house"
)

// Agents follow the server's keys by themselves: through two rotations, the
// second before they could have heard of the first, and a new epoch.
func TestAgentsFollowTheServersKeys(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := house.Start(t)
	h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)

	if err := h.Control.RotateKeys(ctx, practice.DefaultScope, house.Admin, "orders"); err != nil {
		t.Fatal(err)
	}
	expect(t, h, h.Deploy("shop@2.0.0", "test").ID, deployment.Succeeded)

	for _, purpose := range []string{"orders", "record"} {
		if err := h.Control.RotateKeys(ctx, practice.DefaultScope, house.Admin, purpose); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Keys.RaiseEpoch(); err != nil {
		t.Fatal(err)
	}
	h.Close()
	h.Open() // agents say hello when they find the server again, and learn what is new
	last := h.Deploy("shop@1.0.0", "test").ID
	expect(t, h, last, deployment.Succeeded)

	bundle, err := h.Control.Export(ctx, practice.DefaultScope, last)
	if err != nil {
		t.Fatal(err)
	}
	if report := record.VerifyBundle(bundle, h.Keys.RecordKeys()...); !report.OK() {
		t.Errorf("the record after its key was rotated: %v", report)
	}
}
