package cli_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const changes = `{"dryRun":true,"changes":[
	{"kind":"Environment","name":"live","change":"changed","base":3,"revision":4,"fields":[
		{"path":"metadata.labels.tier","change":"removed","before":"gold"},
		{"path":"spec.order","change":"changed","before":2,"after":3},
		{"path":"spec.purpose","change":"added","after":"a <b> & c"}]},
	{"kind":"Target","name":"web-1","change":"added","base":0,"revision":1,"fields":[{"path":"spec.kind","change":"added","after":"host"}]},
	{"kind":"Model","name":"web","change":"unchanged","base":7,"revision":7}]}`

func documentFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"b.yaml": "kind: B\n", "a/z.yml": "kind: A\n", "a/skip.txt": "no"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What is applied is bound to the revisions that were shown.
func TestApplyShowsThenAppliesWhatWasShown(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{"POST /api/v1/documents": answer(changes)})
	dir := documentFiles(t)
	r := run(t, s.URL, "apply", "-f", dir, "--yes")
	r.want(t, 0)
	want := `~ Environment live (revision 3 to 4)
    - metadata.labels.tier: "gold"
    ~ spec.order: 2 -> 3
    + spec.purpose: "a <b> & c"
+ Target web-1 (new, revision 1)
    + spec.kind: "host"
= 1 document unchanged
applied 2 changes
`
	if r.out != want {
		t.Errorf("printed\n%s\nwant\n%s", r.out, want)
	}
	var sent struct {
		Files  []struct{ Name, Text string }
		Bases  map[string]int64
		DryRun bool
	}
	asked := s.requests("POST", "/api/v1/documents")
	if len(asked) != 2 {
		t.Fatalf("%d requests; want a dry run and the application", len(asked))
	}
	if err := json.Unmarshal([]byte(asked[0].body), &sent); err != nil || !sent.DryRun || sent.Bases != nil {
		t.Errorf("first request %s; want a dry run without bases", asked[0].body)
	}
	sent.DryRun = false
	if err := json.Unmarshal([]byte(asked[1].body), &sent); err != nil || sent.DryRun {
		t.Errorf("second request %s; want the application", asked[1].body)
	}
	if len(sent.Bases) != 3 || sent.Bases["Environment/live"] != 3 || sent.Bases["Model/web"] != 7 {
		t.Errorf("bases %v; want the revisions of the dry run", sent.Bases)
	}
	if len(sent.Files) != 2 || !strings.HasSuffix(sent.Files[0].Name, "a/z.yml") || !strings.HasSuffix(sent.Files[1].Name, "b.yaml") {
		t.Errorf("files %v; want a/z.yml and b.yaml in this order", sent.Files)
	}
}

func TestApplyAsksNobodyWithoutTerminal(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{"POST /api/v1/documents": answer(changes)})
	env := map[string]string{"TRANSHIP_URL": s.URL, "TRANSHIP_TOKEN": "x"}
	runWith(t, env, "kind: A\n", "apply", "-f", "-").want(t, 2, "add --yes")
	if n := len(s.requests("POST", "/api/v1/documents")); n != 1 {
		t.Errorf("%d requests; want the dry run only", n)
	}
	r := runWith(t, env, "kind: A\n", "apply", "-f", "-", "--dry-run", "-o", "json")
	r.want(t, 0)
	if !json.Valid([]byte(r.out)) || !strings.Contains(r.err, "~ Environment live") {
		t.Errorf("out %s\nerr %s\nwant JSON alone in the output and the difference beside it", r.out, r.err)
	}
	run(t, s.URL, "apply", "-f", "/nowhere/at/all").want(t, 11, "no file or directory")
	run(t, s.URL, "apply").want(t, 2, "no file is given")
}
