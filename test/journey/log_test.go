package journey_test

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// printed is a house in which a deployment has ended whose steps printed, and whose log is sealed.
func printed(t *testing.T, change ...func(*wiring.ServerOptions)) (*house.House, deployment.Deployment) {
	t.Helper()
	h := house.Start(t, change...)
	h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	d := h.Deploy("shop@1.0.0", "test")
	expect(t, h, d.ID, deployment.Succeeded)
	if err := h.Control.Seal(t.Context(), practice.DefaultScope, d.ID); err != nil {
		t.Fatal(err)
	}
	return h, d
}

func outputOf(t *testing.T, h *house.House, id, target string, limit int) []deployment.Output {
	t.Helper()
	var all []deployment.Output
	for page := (practice.Page{Limit: limit}); ; {
		list, err := h.Control.OutputOf(t.Context(), practice.DefaultScope, id, target, page)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
		if len(list) < limit {
			return all
		}
		page.After = strconv.FormatInt(list[len(list)-1].Place, 10)
	}
}

// Pain 18: what steps printed leaves the store when the deployment has closed,
// is read as before, and nobody can alter or lose it unseen.
func TestPain18LogsAreSealed(t *testing.T) {
	t.Parallel()
	h, d := printed(t)
	if hot := storedOutput(t, h, d.ID); len(hot) > 0 {
		t.Errorf("%d pieces are still in the store", len(hot))
	}
	both, one := outputOf(t, h, d.ID, "", 1), outputOf(t, h, d.ID, "host-2", 9)
	text := map[string]string{}
	for _, o := range both {
		text[o.Target] += o.Text
	}
	if !strings.HasSuffix(text["host-1"], "1 files, 3 bytes\nshop/current is 1.0.0-9af85cfaa3bd now\n") || text["host-2"] != text["host-1"] {
		t.Errorf("read %q", text)
	}
	for _, o := range one {
		if o.Target != "host-2" {
			t.Errorf("%s is not host-2", o.Target)
		}
	}
	rows, err := h.Control.Entries(t.Context(), practice.DefaultScope, record.Filter{Subject: "deployment/" + d.ID}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(joined(rows)), `"log.sealed"`); n != 1 {
		t.Errorf("%d entries tell of the sealed log, not one", n)
	}
	if report := verified(t, h); !report.OK() || !strings.Contains(report.String(), "sealed logs are whole: 1 segments") {
		t.Errorf("%v", report)
	}
	file := sealedFile(t, h)
	if names := backedUp(t, h); !strings.Contains(names, "logs/sha256/") {
		t.Errorf("the backup has no sealed log: %s", names)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(whole[:len(whole)-1:len(whole)-1], 'x'), 0o600); err != nil {
		t.Fatal(err)
	}
	refusedLog(t, h, d.ID, "log of "+d.ID+" segment 1 was altered", "sha256:"+filepath.Base(file))
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	refusedLog(t, h, d.ID, "log of "+d.ID+" segment 1 is absent", "sha256:"+filepath.Base(file))
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if len(outputOf(t, h, d.ID, "", 9)) != len(both) {
		t.Error("the file is back, but the log is not read as before")
	}
	findsEach(t, h, []tampering{
		{what: "another digest", sql: "UPDATE log_segment SET digest = 'sha256:00'", where: "log of " + d.ID + " segment 1"},
		{what: "no segment", sql: "DELETE FROM log_segment", where: "the log of " + d.ID + " segment 1"},
	})
}

// A server that ends at any point between keeping a segment and storing its row
// loses nothing and seals nothing twice.
func TestSealingIsTakenUp(t *testing.T) {
	t.Parallel()
	h, d := printed(t)
	before := outputOf(t, h, d.ID, "", 9)
	piece := before[0]
	again := func(seq int) {
		p := piece
		p.Seq = seq
		if err := h.Control.Output(t.Context(), practice.DefaultScope, p.Target, []deployment.Output{p}); err != nil {
			t.Fatal(err)
		}
	}
	again(100) // late: it comes when the deployment is closed
	log := broken{h.Control.Logs}
	other := control.New(h.Control.Ports)
	other.Logs = log
	if err := other.Seal(t.Context(), practice.DefaultScope, d.ID); err != nil && !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	for range 2 {
		if err := h.Control.Seal(t.Context(), practice.DefaultScope, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	if after := outputOf(t, h, d.ID, "", 1); len(after) != len(before)+1 || after[len(before)].Seq != 100 {
		t.Errorf("%d pieces, then %d: %+v", len(before), len(after), after)
	}
	if report := verified(t, h); !report.OK() {
		t.Errorf("%v", report)
	}
}

var errDied = errors.New("the server died")

// broken keeps content, and dies before it can say so.
type broken struct{ control.Logs }

func (b broken) Put(ctx context.Context, content []byte) (practice.Digest, error) {
	if _, err := b.Logs.Put(ctx, content); err != nil {
		return "", err
	}
	return "", errDied
}

func refusedLog(t *testing.T, h *house.House, id string, parts ...string) {
	t.Helper()
	_, err := h.Control.OutputOf(t.Context(), practice.DefaultScope, id, "", practice.Page{})
	for _, part := range parts {
		if err == nil || practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), part) {
			t.Errorf("read: %v, which does not say %q", err, part)
		}
	}
	if report := verified(t, h); report.OK() || !strings.Contains(report.String(), parts[0]) {
		t.Errorf("verify does not say %q: %v", parts[0], report)
	}
}

func storedOutput(t *testing.T, h *house.House, id string) (hot []deployment.Output) {
	t.Helper()
	if err := h.Store.View(t.Context(), practice.DefaultScope, func(tx control.Tx) (err error) {
		hot, err = tx.OutputOf(id, "", practice.Page{Limit: practice.MaxLimit})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return hot
}

// sealedFile gives the only file of the sealed logs.
func sealedFile(t *testing.T, h *house.House) string {
	t.Helper()
	var files []string
	if err := filepath.WalkDir(filepath.Join(h.Dir, "server", "logs"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	}); err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	return files[0]
}

// backedUp gives the names in a backup.
func backedUp(t *testing.T, h *house.House) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/api/v1/backup", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+h.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var names []string
	for in := tar.NewReader(res.Body); ; {
		entry, err := in.Next()
		if errors.Is(err, io.EOF) {
			return strings.Join(names, " ")
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, entry.Name)
	}
}

func joined(rows []record.Row) (all []byte) {
	for _, row := range rows {
		all = append(all, row.Bytes...)
	}
	return all
}

// The command line finds lines, in text and as data, and saves a log only whole.
func TestLogsOnTheCommandLine(t *testing.T) {
	t.Parallel()
	h, d := printed(t)
	code, out, errs := typed(t, h, h.Token, "deployment", "log", d.ID, "--search", "SHOP/current is", "--target", "host-2", "--step", "place")
	if code != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "host-2 place | shop/current is 1.0.0") {
		t.Errorf("%d %q %q", code, out, errs)
	}
	code, out, errs = typed(t, h, h.Token, "deployment", "log", d.ID, "--search", "^shop/.* now$", "--regex", "--output", "json")
	if code != 0 || strings.Count(out, `"stepName":`) != 2 {
		t.Errorf("%d %q %q", code, out, errs)
	}
	if code, _, errs = typed(t, h, h.Token, "deployment", "log", d.ID, "--search", "(", "--regex"); code == 0 || !strings.Contains(errs, "no regular expression") {
		t.Errorf("%d %q", code, errs)
	}
	if code, _, errs = typed(t, h, h.Token, "deployment", "log", "D-99", "--search", "x"); code == 0 || !strings.Contains(errs, "D-99") {
		t.Errorf("%d %q", code, errs)
	}
	file := filepath.Join(t.TempDir(), "whole.log")
	if code, _, errs = typed(t, h, h.Token, "deployment", "log", d.ID, "--to", file); code != 0 {
		t.Fatalf("%d %q", code, errs)
	}
	text, err := os.ReadFile(file)
	if err != nil || strings.Count(string(text), " place | shop/current is ") != 2 || !strings.Contains(string(text), "Z host-1 place | ") {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.Remove(sealedFile(t, h)); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.log")
	if code, _, errs = typed(t, h, h.Token, "deployment", "log", d.ID, "--to", other); code == 0 || !strings.Contains(errs, "segment 1 is absent") {
		t.Errorf("%d %q", code, errs)
	}
	if _, err := os.Lstat(other); err == nil {
		t.Error("a part of a log was saved")
	}
}
