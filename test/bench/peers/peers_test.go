//go:build bench

package peers_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"tranship.dev/tranship/test/bench/peers"
	"tranship.dev/tranship/test/lab"
)

// TestPeers has each peer deploy two versions, the first onto clean hosts and
// the second over the first; each run checks from outside what is served.
// TRANSHIP_BENCH_HOSTS sets how many hosts, for measuring.
func TestPeers(t *testing.T) {
	t.Parallel()
	count := 2
	if text := os.Getenv("TRANSHIP_BENCH_HOSTS"); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	hosts, err := lab.Start(t.Context(), lab.Options{Hosts: count, Prefix: "peers", Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := hosts.Close(); err != nil {
			t.Error(err)
		}
	})
	type peer interface {
		Run(context.Context, peers.Artifact) (time.Duration, error)
		Close() error
	}
	for _, one := range []struct {
		name  string
		start func(context.Context, *lab.Lab) (peer, error)
	}{
		{"pull", func(ctx context.Context, hosts *lab.Lab) (peer, error) { return peers.StartPull(ctx, hosts) }},
		{"ansible", func(ctx context.Context, hosts *lab.Lab) (peer, error) { return peers.StartAnsible(ctx, hosts) }},
	} {
		started, err := one.start(t.Context(), hosts)
		if err != nil {
			t.Fatalf("%s: %v", one.name, err)
		}
		for run := range 2 {
			artifact, err := peers.Build(t.Context(), t.TempDir(), fmt.Sprintf("%s-%d", one.name, run), 20_000_000)
			if err != nil {
				t.Fatal(err)
			}
			took, err := started.Run(t.Context(), artifact)
			if err != nil {
				t.Errorf("%s: %v", one.name, err)
			}
			t.Logf("%s, run %d, %d hosts: %.2f s", one.name, run, count, took.Seconds())
		}
		if err := started.Close(); err != nil {
			t.Errorf("%s: %v", one.name, err)
		}
	}
}
