package journey_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/announce/announcetest"
	"tranship.dev/tranship/internal/cli"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

// typed carries a command line out with a token and gives its code and what it printed.
func typed(t *testing.T, h *house.House, token string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := map[string]string{"TRANSHIP_URL": h.URL, "TRANSHIP_TOKEN": token, "HOME": t.TempDir()}
	code = cli.Run(t.Context(), cli.Options{
		Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Getenv: func(name string) string { return env[name] },
	}, args)
	return code, stdout.String(), stderr.String()
}

// R112: the delivery log is there for people: what was told, how each attempt
// went; a subscription is tried, and sent again by hand.
func TestDeliveryLogOnTheCommandLine(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	hook := announcetest.NewHook(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusGone)
		}
	})
	h := told(t, "")
	put(t, h, practice.KindSubscription, "ci", hookTo(hook.URL))

	code, out, errs := typed(t, h, h.Token, "subscription", "test", "ci")
	if code != 0 || !strings.Contains(out, "A-1") || !strings.Contains(out, "delivered") || !strings.Contains(out, "200 OK") {
		t.Fatalf("test: code %d, %s%s", code, out, errs)
	}
	broken.Store(true)
	if code, out, _ = typed(t, h, h.Token, "subscription", "test", "ci"); code != 1 || !strings.Contains(out, "410 Gone") {
		t.Errorf("test of a receiver that wants no more: code %d, %s", code, out)
	}
	code, out, _ = typed(t, h, h.Token, "announcement", "list", "--state", "given-up", "--output", "json")
	var list []struct{ ID, State string }
	if err := json.Unmarshal([]byte(out), &list); code != 0 || err != nil || len(list) != 1 || list[0].ID != "A-2" {
		t.Errorf("list: code %d, %v, %s", code, err, out)
	}
	broken.Store(false)
	if code, out, errs = typed(t, h, h.Token, "announcement", "again", "A-2"); code != 0 {
		t.Errorf("again: code %d, %s%s", code, out, errs)
	}
	hook.Next(t, func(c announcetest.Call) bool { return len(hook.Calls()) == 3 })
	code, out, _ = typed(t, h, h.Token, "announcement", "show", "A-2")
	for _, part := range []string{"A-2", "trial", "410 Gone", "only a trial of this subscription"} {
		if code != 0 || !strings.Contains(out, part) {
			t.Errorf("show: code %d, lacks %q: %s", code, part, out)
		}
	}
	if code, _, errs = typed(t, h, h.Token, "announcement", "show", "A-9"); code != 11 {
		t.Errorf("show of none: code %d, %s; want 11", code, errs)
	}
	if code, _, errs = typed(t, h, h.Token, "announcement", "list", "--state", "lost"); code != 2 {
		t.Errorf("list of no state: code %d, %s; want 2", code, errs)
	}
}

// Only administrators see secrets; what they print is what signs, and the
// documentation's own lines verify it.
func TestDocumentedVerification(t *testing.T) {
	t.Parallel()
	hook := announcetest.NewHook(t, nil)
	h := told(t, "")
	put(t, h, practice.KindSubscription, "ci", hookTo(hook.URL))
	manager, _, err := h.Control.CreateToken(context.Background(), practice.DefaultScope, house.Admin, "m", party.Manager, house.Admin, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if code, out, _ := typed(t, h, manager, "subscription", "secret", "ci"); code != 9 || strings.Contains(out, "whsec_") {
		t.Errorf("a manager sees the secret: code %d, %s", code, out)
	}
	if code, _, errs := typed(t, h, manager, "subscription", "test", "ci"); code != 0 {
		t.Errorf("a manager may try a subscription: code %d, %s", code, errs)
	}
	code, out, errs := typed(t, h, h.Token, "subscription", "secret", "ci")
	secret := strings.TrimSpace(out)
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_")); code != 0 || err != nil || len(raw) != 32 {
		t.Fatalf("secret: code %d, %q, %v, %s", code, secret, err, errs)
	}
	call := hook.Next(t, func(announcetest.Call) bool { return true })
	headers := map[string]string{}
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		headers[name] = call.Header.Get(name)
	}
	if !pythonAgrees(t, secret, headers, call.Body) {
		t.Error("the documented lines refuse a genuine message")
	}
	if pythonAgrees(t, secret, headers, append(call.Body, ' ')) {
		t.Error("the documented lines take an altered message")
	}
}

// pythonAgrees runs the lines of the documentation.
func pythonAgrees(t *testing.T, secret string, headers map[string]string, body []byte) bool {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	page, err := os.ReadFile("../../docs/announcements.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```python\n")
	lines, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the page has no lines of Python")
	}
	given, err := json.Marshal(map[string]any{"secret": secret, "headers": headers, "body": body})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "verify.py")
	script := lines + "\nimport json, sys\ngiven = json.load(sys.stdin)\nprint(verify(given['secret'], given['headers'], base64.b64decode(given['body'])))\n"
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), python, file)
	run.Stdin = bytes.NewReader(given)
	said, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return strings.TrimSpace(string(said)) == "True"
}
