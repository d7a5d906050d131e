package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/cli"
)

// Lists are read to their end, page by page, and printed as one.
func TestListsReadEveryPage(t *testing.T) {
	t.Parallel()
	item := func(target, version string, uncertain bool) string {
		return fmt.Sprintf(`{"target":%q,"environment":"live","component":"web","version":%q,"digest":"sha256:0123456789abcdef","deployment":"D-1","since":"2026-11-17T11:00:00Z","uncertain":%t,"extra":"<kept>"}`, target, version, uncertain)
	}
	s := serve(t, map[string]http.HandlerFunc{"GET /api/v1/inventory": func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("cursor") == "" {
			answer(`{"items":[`+item("t-0", "1.0", false)+`],"next":"c2"}`)(w, r)
			return
		}
		answer(`{"items":[`+item("t-1", "2.0", true)+`]}`)(w, r)
	}})
	run(t, s.URL, "inventory", "--environment", "live", "--at", "-2h").want(t, 0, "TARGET", "t-0", "t-1", "2.0 (not certain)", "sha256:0123456789ab")
	query := s.requests("GET", "/api/v1/inventory")[0].query
	if query != "at=2026-11-17T10%3A00%3A00Z&environment=live&limit=1000" {
		t.Errorf("asked with %s", query)
	}
	r := run(t, s.URL, "inventory", "--output", "json")
	var list []map[string]any
	if err := json.Unmarshal([]byte(r.out), &list); err != nil || len(list) != 2 || list[1]["extra"] != "<kept>" {
		t.Errorf("JSON %s, %v; want both objects as the API gave them", r.out, err)
	}
	run(t, s.URL, "inventory", "-o", "yaml").want(t, 0, "- target: t-0", "- target: t-1")
}

func TestEmptyListIsAnArray(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{"GET /api/v1/agents": answer(`{"items":[]}`)})
	if r := run(t, s.URL, "agents", "-o", "json"); strings.TrimSpace(r.out) != "[]" {
		t.Errorf("printed %q; want []", r.out)
	}
	run(t, s.URL, "agents").want(t, 0, "tranship agents enrol NAME")
}

// Pieces of several targets become whole lines, each with its place.
func TestLogPrintsWholeLines(t *testing.T) {
	t.Parallel()
	piece := func(place int, target, text string) string {
		return fmt.Sprintf(`{"order":"o","deployment":"D-1","target":%q,"step":0,"stepName":"run","seq":1,"at":"2026-11-17T11:00:00Z","place":%d,"text":%q}`, target, place, text)
	}
	s := serve(t, map[string]http.HandlerFunc{
		"GET /api/v1/deployments/D-1": answer(deploymentIn("closed", "succeeded", 1)),
		"GET /api/v1/deployments/D-1/output": answer(`{"items":[` + strings.Join([]string{
			piece(1, "a", "one\ntw"), piece(2, "b", "other\n"), piece(3, "a", "o\nend")}, ",") + `]}`),
	})
	r := run(t, s.URL, "deployment", "log", "D-1")
	r.want(t, 0)
	if want := "a run | one\nb run | other\na run | two\na run | end\n"; r.out != want {
		t.Errorf("printed\n%s\nwant\n%s", r.out, want)
	}
}

// A backup that breaks off, or is not whole, never gets its name.
func TestBrokenBackupIsNotKept(t *testing.T) {
	t.Parallel()
	content := "whole"
	s := serve(t, map[string]http.HandlerFunc{"GET /api/v1/backup": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, content)
		if content == "half" {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}})
	dir := t.TempDir()
	backup := func(name string) int {
		return cli.Run(t.Context(), cli.Options{
			Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard,
			Getenv: func(name string) string {
				return map[string]string{"TRANSHIP_URL": s.URL, "TRANSHIP_TOKEN": "x"}[name]
			},
			CheckBackup: func(r io.Reader) error {
				raw, err := io.ReadAll(r)
				if err == nil && string(raw) != "whole" {
					err = fmt.Errorf("backup is %q", raw)
				}
				return err
			},
		}, []string{"backup", filepath.Join(dir, name)})
	}
	if code := backup("good"); code != 0 {
		t.Errorf("exit code %d; want 0", code)
	}
	if code := backup("good"); code != 7 {
		t.Errorf("exit code %d; want 7, because a backup is never overwritten", code)
	}
	content = "altered"
	if code := backup("altered"); code != 1 {
		t.Errorf("exit code %d; want 1", code)
	}
	content = "half"
	if code := backup("half"); code != 10 {
		t.Errorf("exit code %d; want 10", code)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "good" {
		t.Errorf("left %v, %v; want the good backup alone", left, err)
	}
}

// What chooses entries of the record is asked of the server; times are those of the reader's clock.
func TestRecordIsSearched(t *testing.T) {
	t.Parallel()
	entry := `{"index":7,"hash":"AA==","entry":{"kind":"pin.set","subject":"pin/web/live/1.0","who":{"kind":"person","name":"anna"},"when":"2026-11-17T11:00:00Z","why":"CHG-9999"}}`
	s := serve(t, map[string]http.HandlerFunc{"GET /api/v1/record/entries": answer(`{"items":[` + entry + `]}`)})
	run(t, s.URL, "record", "list", "--text", "CHG-9999 web", "--environment", "live,staging", "--component", "web", "--who", "anna",
		"--since", "-2h", "--until", "2026-11-18T00:00:00Z", "--newest").want(t, 0, "pin/web/live/1.0", "anna")
	query := s.requests("GET", "/api/v1/record/entries")[0].query
	if query != "component=web&environment=live%2Cstaging&from=0&limit=100&newest=true&since=2026-11-17T10%3A00%3A00Z&text=CHG-9999+web&until=2026-11-18T00%3A00%3A00Z&who=anna" {
		t.Errorf("asked with %s", query)
	}
	run(t, s.URL, "record", "list", "--since", "yesterday-ish").want(t, 2, "is no time")
}

// An entry is shown with all that was recorded in it.
func TestRecordShowsAnEntry(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{"GET /api/v1/record/entries/7": answer(`{"index":7,"number":2,"hash":"AA==","leaf":"{}","proof":["BB=="],"checkpoint":"c","head":{"size":9,"root":"CC=="},
		"entry":{"kind":"pin.set","subject":"pin/web/live/1.0","who":{"kind":"person","name":"anna"},"when":"2026-11-17T11:00:00Z","why":"CHG-9999","data":{"deployment":"D-3"}}}`)})
	run(t, s.URL, "record", "show", "7").want(t, 0, "pin.set", "its entry number 2", "anna (person)", "CHG-9999", "1 hashes to the root of 9 entries", `"deployment": "D-3"`)
	run(t, s.URL, "record", "show", "seven").want(t, 2, "is no entry's index")
}
