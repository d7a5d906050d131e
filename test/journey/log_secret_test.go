package journey_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

// Pain 18: a secret that a step prints lies neither in the database nor in a segment.
func TestPain18SecretsAreNowhereInLogs(t *testing.T) {
	t.Parallel()
	const word = "hunter2-hunter2-hunter2"
	h := house.Start(t)
	for _, name := range []string{"host-1", "host-2"} {
		h.Agent(name)
		dir := filepath.Join(h.Dir, "agents", name, "secrets")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "word"), []byte(word+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.Apply(strings.Replace(documents, "{path: shop}}\n", `{path: shop}}
        - {name: tell, uses: script, with: {argv: [sh, -c, "echo the word is $WORD; echo \"the word is $WORD\" >&2"], environment: {WORD: "${secret.word}"}, undo: ["true"]}}
`, 1))
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	d := h.Deploy("shop@1.0.0", "test")
	expect(t, h, d.ID, deployment.Succeeded)
	look := func(where string, raw []byte) {
		if strings.Contains(string(raw), word) {
			t.Errorf("the secret lies in %s", where)
		}
	}
	for _, name := range []string{"tranship.db", "tranship.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(h.Dir, "server", name))
		if err != nil {
			t.Fatal(err)
		}
		look(name, raw)
	}
	if err := h.Control.Seal(t.Context(), practice.DefaultScope, d.ID); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(sealedFile(t, h))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	look("the segment", raw)
	if n := strings.Count(string(raw), "the word is "); n != 4 {
		t.Errorf("the step's lines are there %d times, not 4: %s", n, raw)
	}
}
