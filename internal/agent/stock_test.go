package agent_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// R92: what a host is watched for is told whole where the server does not know
// it, by its digest alone where it does, and not at all where it cannot be looked at.
func TestStocksAreTold(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		root := t.TempDir()
		put := func(path, text string) {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		put("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
		put("etc/group", "root:x:0:\n")
		known, err := drift.Things{"root": "uid 0, gid 0, home /root, shell /bin/sh"}.Digest()
		if err != nil {
			t.Fatal(err)
		}
		s.instructs(func(i *drift.Instruction) {
			i.Looks[0].Parts = nil
			i.Looks[0].Watch = []drift.Watching{{Of: environment.Users, Order: "o1"}, {Of: environment.Users, Order: "o1", Digest: known}, {Of: "licences"}}
		}, s.sign)
		defer start(t, s, d, j, func(o *agent.Options) { o.Root = root })()
		pass(2 * time.Minute)
		seen := s.sightings()
		if len(seen) == 0 || len(seen[0].Stocks) != 3 {
			t.Fatalf("it told %+v", seen)
		}
		whole, same, cannot := seen[0].Stocks[0], seen[0].Stocks[1], seen[0].Stocks[2]
		if whole.Same || whole.Digest != known || len(whole.Things) != 1 || whole.Order != "o1" {
			t.Errorf("what the server does not know is told as %+v", whole)
		}
		if !same.Same || same.Digest != known || same.Things != nil || same.Order != "o1" {
			t.Errorf("what the server knows is told as %+v", same)
		}
		if !strings.Contains(cannot.CannotSay, "licences") || cannot.Digest != "" || cannot.Same {
			t.Errorf("what it cannot look at is told as %+v", cannot)
		}
	})
}
