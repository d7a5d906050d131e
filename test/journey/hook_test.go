package journey_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/hook"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/test/house"
)

const hookDocuments = `
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: olga}
spec: {}
---
apiVersion: tranship.dev/v1
kind: ServiceAccount
metadata: {name: robot}
spec: {owner: olga}
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: web}
spec: {kind: software}
---
apiVersion: tranship.dev/v1
kind: Trigger
metadata: {name: github}
spec: {on: webhook, component: web, as: robot, webhook: {provider: github, repository: shop/web, branches: [main], version: commit}}
---
apiVersion: tranship.dev/v1
kind: Trigger
metadata: {name: gitlab}
spec: {on: webhook, component: web, as: robot, webhook: {provider: gitlab, repository: shop/web}}
---
apiVersion: tranship.dev/v1
kind: Trigger
metadata: {name: gitea}
spec: {on: webhook, component: web, as: robot, webhook: {provider: gitea, repository: shop/web}}
---
apiVersion: tranship.dev/v1
kind: Trigger
metadata: {name: plain}
spec: {on: webhook, component: "*", as: robot, webhook: {provider: plain, version: field}}
---
apiVersion: tranship.dev/v1
kind: Trigger
metadata: {name: by-hand}
spec: {on: api, component: web, as: robot}
`

// sent is a webhook that is sent to a house.
type sent struct {
	trigger string
	body    []byte
	header  map[string]string
}

func (s sent) to(t *testing.T, h *house.House) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, h.URL+"/hooks/"+s.trigger, bytes.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range s.header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(answer)
}

func secretOf(t *testing.T, h *house.House, trigger string, rotate bool) string {
	t.Helper()
	s, err := h.Control.TriggerSecret(context.Background(), practice.DefaultScope, house.Admin, trigger, rotate)
	if err != nil {
		t.Fatal(err)
	}
	return s.Secret
}

func signedHex(secret string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

func payload(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("../../internal/hook/testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// Webhooks of each provider are accepted as they really come, once; altered,
// replayed, too large ones and those of unknown triggers have no effect.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(hookDocuments)
	github, gitlab, gitea, plain := payload(t, "github-push"), payload(t, "gitlab-tag_push"), payload(t, "gitea-create"), payload(t, "plain-ask")
	good := []sent{
		{"github", github, map[string]string{"X-GitHub-Event": "push", "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958", "X-Hub-Signature-256": "sha256=" + signedHex(secretOf(t, h, "github", false), github)}},
		{"gitlab", gitlab, map[string]string{"X-Gitlab-Event": "Tag Push Hook", "X-Gitlab-Event-UUID": "13792a34-cac6-4fda-95a8-c58e00a3954e", "X-Gitlab-Token": secretOf(t, h, "gitlab", false)}},
		{"gitea", gitea, map[string]string{"X-Gitea-Event": "create", "X-Gitea-Delivery": "f6266f16-1bf3-46a5-9ea4-602e06ead473", "X-Gitea-Signature": signedHex(secretOf(t, h, "gitea", false), gitea)}},
		{"plain", plain, map[string]string{hook.SignatureHeader: hook.Sign(secretOf(t, h, "plain", false), plain, time.Now())}},
	}
	for _, s := range good {
		altered := s
		altered.body = bytes.Replace(s.body, []byte("1.2.3"), []byte("6.6.6"), 1)
		altered.body = bytes.Replace(altered.body, []byte("refs/heads/main"), []byte("refs/heads/evil"), 1)
		if status, answer := altered.to(t, h); s.trigger != "gitlab" && status != http.StatusUnauthorized { // GitLab's token signs nothing
			t.Errorf("%s, altered: %d %s", s.trigger, status, answer)
		}
		if s.trigger == "gitlab" {
			continue
		}
		if status, answer := s.to(t, h); status != http.StatusAccepted || !strings.Contains(answer, `"outcome":"taken"`) {
			t.Errorf("%s: %d %s", s.trigger, status, answer)
		}
		if status, answer := s.to(t, h); status != http.StatusOK || !strings.Contains(answer, `"outcome":"known"`) {
			t.Errorf("%s, replayed: %d %s", s.trigger, status, answer)
		}
		if s.trigger == "github" { // its delivery id is not signed: another one must not help
			s.header["X-GitHub-Delivery"] = "another"
			if status, answer := s.to(t, h); status != http.StatusOK || !strings.Contains(answer, `"outcome":"known"`) {
				t.Errorf("%s, replayed under another id: %d %s", s.trigger, status, answer)
			}
		}
	}
	if status, answer := good[1].to(t, h); status != http.StatusAccepted && status != http.StatusOK {
		t.Errorf("gitlab: %d %s", status, answer)
	}
	for name, s := range map[string]sent{
		"no such trigger":            {"nobody", plain, good[3].header},
		"a trigger without webhooks": {"by-hand", plain, good[3].header},
		"a name that is none":        {"..%2f", plain, good[3].header},
		"another trigger's secret":   {"gitea", plain, map[string]string{"X-Gitea-Signature": signedHex(secretOf(t, h, "plain", false), plain)}},
		"no signature":               {"plain", plain, nil},
	} {
		status, answer := s.to(t, h)
		if status != http.StatusUnauthorized || !strings.Contains(answer, "not signed with the secret of a trigger that is here") {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	large := sent{"plain", bytes.Repeat([]byte("x"), hook.MaxBody+1), good[3].header}
	if status, _ := large.to(t, h); status != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", status)
	}
	garbage := []byte("{")
	if status, answer := (sent{"plain", garbage, map[string]string{hook.SignatureHeader: hook.Sign(secretOf(t, h, "plain", false), garbage, time.Now())}}).to(t, h); status != http.StatusUnprocessableEntity && status != http.StatusBadRequest {
		t.Errorf("signed garbage: %d %s", status, answer)
	}
	rotated := sent{"plain", []byte(`{"component":"web","version":"2"}`), map[string]string{}}
	rotated.header[hook.SignatureHeader] = hook.Sign(secretOf(t, h, "plain", false), rotated.body, time.Now())
	secretOf(t, h, "plain", true)
	if status, _ := rotated.to(t, h); status != http.StatusUnauthorized {
		t.Errorf("signed with the secret before: %d", status)
	}
	list, err := h.Control.Deliveries(context.Background(), practice.DefaultScope, "plain", practice.Page{Limit: 50})
	outcomes := map[journey.Outcome]int{}
	for _, d := range list {
		outcomes[d.Outcome]++
	}
	if err != nil || outcomes[journey.Taken] != 1 || outcomes[journey.Refused] < 3 {
		t.Errorf("the log of deliveries: %v, %v", outcomes, err)
	}
	recordHolds(t, h)
}

// A commit that is pushed waits for the version that is made of it; when that
// comes, the journey goes on. When the owner of its account leaves, the webhook ends.
func TestAPushWaitsForItsVersion(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(hookDocuments)
	body := payload(t, "github-push")
	s := sent{"github", body, map[string]string{"X-GitHub-Event": "push", "X-GitHub-Delivery": "1", "X-Hub-Signature-256": "sha256=" + signedHex(secretOf(t, h, "github", false), body)}}
	if status, answer := s.to(t, h); status != http.StatusAccepted {
		t.Fatalf("%d %s", status, answer)
	}
	j := awaitGate(t, h, "J-1", "library")
	if until := j.Waiting.Reasons[0].Until; until.Before(time.Now().Add(23 * time.Hour)) {
		t.Errorf("it waits until %s", until)
	}
	if _, err := h.Control.StopJourney(context.Background(), practice.DefaultScope, house.Admin, "J-1", "never mind"); err != nil {
		t.Error(err)
	}
	olga, _, _ := strings.Cut(hookDocuments, "---")
	h.Apply(strings.Replace(olga, "spec: {}", "spec: {left: true}", 1))
	s.body = payload(t, "github-create")
	s.header["X-Hub-Signature-256"], s.header["X-GitHub-Delivery"] = "sha256="+signedHex(secretOf(t, h, "github", false), s.body), "2"
	if status, _ := s.to(t, h); status != http.StatusUnauthorized {
		t.Errorf("after its owner left: %d", status)
	}
	why, err := h.Control.WhyTrigger(context.Background(), practice.DefaultScope, "github")
	if err != nil || why.Open || !strings.Contains(why.Reasons[0].Message, "has left") {
		t.Errorf("why: %+v, %v", why, err)
	}
	if _, err := h.Control.FireTrigger(context.Background(), practice.DefaultScope, house.Admin, "by-hand", control.Fire{Version: "1"}); practice.CodeOf(err) != practice.Refused {
		t.Errorf("firing after the owner left: %v", err)
	}
}

// A schedule fires by itself, says when it fires next, and brings again what is there.
func TestScheduledTrigger(t *testing.T) {
	t.Parallel()
	h := wayHouse(t, "  {on: api, component: shop, as: robot, until: test}")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	start := time.Now().UTC().Add(ahead)
	h.Apply(`
apiVersion: tranship.dev/v1
kind: Trigger
metadata: {name: nightly}
spec:
  on: schedule
  component: shop
  as: robot
  until: test
  redeploy: true
  schedule: {start: "` + start.Format("2006-01-02T15:04:05") + `", repeat: FREQ=DAILY}
`)
	h.Ahead(ahead)
	j := awaitEnd(t, h, "J-1", journey.Arrived)
	if !strings.HasPrefix(j.Cause, "it was due at ") || present(t, h, "test") != "1.0.0" {
		t.Errorf("%+v", j)
	}
	v, err := h.Control.Trigger(context.Background(), practice.DefaultScope, "nightly")
	if want := start.Truncate(time.Second).AddDate(0, 0, 1); err != nil || !v.Post.DueAt.Equal(want) || v.Post.Journey != "J-1" {
		t.Errorf("it is due next at %s, want %s; %v", v.Post.DueAt, want, err)
	}
	recordHolds(t, h)
}

// The secret of a trigger that was taken away counts no longer, also for a trigger
// that gets its name later.
func TestASecretEndsWithItsTrigger(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(hookDocuments)
	body := payload(t, "github-push")
	s := sent{"github", body, map[string]string{"X-GitHub-Event": "push", "X-GitHub-Delivery": "1", "X-Hub-Signature-256": "sha256=" + signedHex(secretOf(t, h, "github", false), body)}}
	if err := h.Control.Remove(context.Background(), practice.DefaultScope, house.Admin, practice.KindTrigger, "github", 0); err != nil {
		t.Fatal(err)
	}
	h.Apply(hookDocuments)
	if status, answer := s.to(t, h); status != http.StatusUnauthorized {
		t.Errorf("signed with the secret of the trigger before: %d %s", status, answer)
	}
	s.header["X-Hub-Signature-256"] = "sha256=" + signedHex(secretOf(t, h, "github", false), body)
	if status, answer := s.to(t, h); status != http.StatusAccepted {
		t.Errorf("signed with its own secret: %d %s", status, answer)
	}
	recordHolds(t, h)
}
