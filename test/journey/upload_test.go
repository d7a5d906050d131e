package journey_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

// Files that somebody puts in with a browser become the version that a push of
// them would have made: the same digest, in quarantine, with where it comes from;
// and it can be deployed.
func TestAVersionIsUploaded(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	h.Apply("apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: anna}\nspec: {fullName: Anna Berg}\n")
	b := invited(t, h, "anna", party.Practitioner)
	files := map[string]string{"page": "two", "assets/a.txt": "a"}
	pushed := h.Add("shop", "2.0.0-pushed", files, nil)

	path := begin(t, b)
	for name, text := range files {
		var f library.UploadedFile
		decodeInto(t, b.want(200, "PUT", path+fileQuery(name, text), text, "Idempotency-Key", "the same for all"), &f)
		if !f.Whole || f.Digest != practice.DigestOf([]byte(text)) {
			t.Errorf("%s is told as %+v", name, f)
		}
	}
	// Without the proof of the session, and by somebody else, nothing is added.
	b.want(403, "PUT", path+fileQuery("more", "x"), "x", "Tranship-Csrf", "")
	if code, text := asToken(t, h, "PUT", path+fileQuery("more", "x"), "x"); code != 404 {
		t.Errorf("somebody else's upload: %d %s", code, text)
	}

	finish := `{"version": "2.0.0", "origin": {"source": "/home/anna/dist", "commit": "abc", "way": "upload"}}`
	var v library.Version
	decodeInto(t, b.want(200, "POST", path+"/version", finish, "Idempotency-Key", "k"), &v)
	want := library.Origin{Source: "dist", Commit: "abc", Way: library.ByBrowser}
	if v.Digest != pushed.Digest || v.State != library.Quarantined || v.Origin != want || v.AddedBy.Name != "anna" {
		t.Errorf("it became %+v; pushed it is %s", v, pushed.Digest)
	}
	if again := b.want(200, "POST", path+"/version", finish, "Idempotency-Key", "k"); !strings.Contains(again, string(v.Digest)) {
		t.Errorf("sent again: %s", again)
	}
	b.want(404, "GET", path, "")
	b.want(200, "POST", "/api/v1/components/shop/versions/2.0.0/admit", `{"reason": "looked at"}`)
	expect(t, h, h.Deploy("shop@2.0.0", "test").ID, deployment.Succeeded)
	recordHolds(t, h)

	// Other content is never the same version.
	path = begin(t, b)
	b.want(200, "PUT", path+fileQuery("page", "three"), "three")
	if text := b.want(409, "POST", path+"/version", `{"version": "2.0.0"}`); !strings.Contains(text, "a version never changes") {
		t.Error(text)
	}
	b.want(204, "DELETE", path, "")
	b.want(204, "DELETE", path, "")
	b.want(404, "POST", "/api/v1/components/nothing/uploads", "")
}

func begin(t *testing.T, b *browser) string {
	t.Helper()
	var u library.Upload
	decodeInto(t, b.want(200, "POST", "/api/v1/components/shop/uploads", ""), &u)
	return "/api/v1/components/shop/uploads/" + u.ID
}

func fileQuery(name, text string) string {
	return fmt.Sprintf("/files?path=%s&size=%d&executable=true", name, len(text))
}

func decodeInto(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

func asToken(t *testing.T, h *house.House, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.Token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(raw)
}

// A connection that breaks within a file loses nothing of it, and a large file
// never lies in memory: it is on the disk before the request has ended.
func TestAnUploadThatBreaksGoesOn(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(documents)
	var u library.Upload
	code, text := asToken(t, h, "POST", "/api/v1/components/shop/uploads", "")
	if code != 200 {
		t.Fatal(code, text)
	}
	decodeInto(t, text, &u)
	path := "/api/v1/components/shop/uploads/" + u.ID
	whole := strings.Repeat("0123456789abcdef", 1<<18) // 4 MiB

	wire, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	half := whole[:len(whole)/2]
	fmt.Fprintf(wire, "PUT %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
		path+fileQuery("bin/web", whole), strings.TrimPrefix(h.URL, "http://"), h.Token, len(whole), half)
	came := func() int64 {
		code, text := asToken(t, h, "GET", path, "")
		if code != 200 {
			t.Fatal(code, text)
		}
		decodeInto(t, text, &u)
		return u.Size
	}
	for end := time.Now().Add(20 * time.Second); came() < int64(len(half)); {
		if time.Now().After(end) {
			t.Fatalf("only %d bytes are on the disk", u.Size)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := wire.Close(); err != nil {
		t.Fatal(err)
	}
	rest := fmt.Sprintf("%s&from=%d", path+fileQuery("bin/web", whole), len(half))
	for end := time.Now().Add(20 * time.Second); ; { // until the server has seen that it broke
		code, text = asToken(t, h, "PUT", rest, whole[len(half):])
		if code != 409 || time.Now().After(end) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if code != 200 || !strings.Contains(text, string(practice.DigestOf([]byte(whole)))) {
		t.Fatal(code, text)
	}
	var v library.Version
	r := bytes.NewBufferString(`{"version": "1.0.0", "admit": true}`)
	code, text = asToken(t, h, "POST", path+"/version", r.String())
	if code != 200 {
		t.Fatal(code, text)
	}
	decodeInto(t, text, &v)
	if v.State != library.Admitted || v.Origin.Way != library.ByUpload {
		t.Errorf("%+v", v)
	}
	if left, err := os.ReadDir(filepath.Join(h.Dir, "server", "uploads")); err != nil || len(left) != 0 {
		t.Errorf("left of it: %v, %v", left, err)
	}
}

// The lines for curl in docs/production.md work as they stand there.
func TestTheCurlLinesOfAnUpload(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "curl", "stat"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	page, err := os.ReadFile("../../docs/production.md")
	if err != nil {
		t.Fatal(err)
	}
	_, lines, found := strings.Cut(string(page), "  at=$TRANSHIP_URL")
	lines, _, closed := strings.Cut(lines, "```")
	if !found || !closed {
		t.Fatal("docs/production.md does not show how to upload with curl any more")
	}
	h := house.Start(t)
	h.Apply(strings.ReplaceAll(documents, "shop", "web"))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "web"), []byte("serve"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", "at=$TRANSHIP_URL"+lines)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TRANSHIP_URL="+h.URL, "TRANSHIP_TOKEN="+h.Token)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	same := h.Add("web", "1.4.0-pushed", map[string]string{"bin/web": "serve"}, nil)
	if v, err := h.Control.Version(t.Context(), practice.DefaultScope, "web", "1.4.0"); err != nil || v.Digest != same.Digest {
		t.Errorf("it is %s, pushed %s: %v %s", v.Digest, same.Digest, err, out)
	}
}
