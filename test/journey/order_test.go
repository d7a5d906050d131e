package journey_test

import (
	"context"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

// TestPain11OrdersSayWhenTheyEnd: every order that the server signs says until when a
// step of it may begin, so that a host which comes back after days executes nothing:
// as long as the steps that it does may take, and the allowed silence, after its begin.
func TestPain11OrdersSayWhenTheyEnd(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(ground("host-1", "host-2", "host-3") + answerDocuments)
	for _, name := range []string{"host-1", "host-2", "host-3"} {
		h.Enrol(name) // none of them runs: the orders stay open
	}
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	id := h.Deploy("shop@1.0.0", "test").ID
	until(t, h, id, "orders are out", func(d deployment.Deployment) bool { return d.Stage.Issued && d.Stage.Total == 3 })
	d, err := h.Control.Deployment(context.Background(), practice.DefaultScope, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"host-1", "host-2", "host-3"} {
		envelopes, err := h.Control.OpenOrders(context.Background(), practice.DefaultScope, name, 10)
		if err != nil || len(envelopes) != 1 {
			t.Fatalf("%d open orders of %s, %v", len(envelopes), name, err)
		}
		o, err := deployment.PeekOrder(envelopes[0])
		if err != nil {
			t.Fatal(err)
		}
		last := deployment.LastBegin(o.Expires, o.Steps[o.From:], d.Header.Silent)
		if o.Until.IsZero() || !o.Until.Equal(last) || !o.Until.After(o.Expires) || !o.Expires.After(o.IssuedAt) {
			t.Errorf("the order of %s is issued at %s, expires at %s, and ends at %s, want %s", name, o.IssuedAt, o.Expires, o.Until, last)
		}
		if o.Grace() < d.Header.Silent.Std() {
			t.Errorf("the order of %s leaves a grace of %s, less than the allowed silence, %s", name, o.Grace(), d.Header.Silent)
		}
	}
}
