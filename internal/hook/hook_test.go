package hook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/hook"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" // the base64 of 32 bytes

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

const body = `{"a":1}`

func hexOf(key string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(body))
	return hex.EncodeToString(m.Sum(nil))
}

func standard(id string, at time.Time, body string) http.Header {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "%s.%d.%s", id, at.Unix(), body)
	return header("webhook-id", id, "webhook-timestamp", fmt.Sprint(at.Unix()), "webhook-signature", "v1,AAAA v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)))
}

// The worked example of GitHub's documentation.
func TestGitHubsOwnExample(t *testing.T) {
	t.Parallel()
	h := header("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", "X-GitHub-Delivery", "72d3162e")
	id, err := hook.Verify(journey.GitHub, "It's a Secret to Everybody", h, []byte("Hello, World!"), noon)
	if err != nil || id != "72d3162e" {
		t.Errorf("%q, %v", id, err)
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		provider journey.Provider
		header   http.Header
		id       string // "" refused
	}{
		{"github", journey.GitHub, header("X-Hub-Signature-256", "sha256="+hexOf(secret), "X-GitHub-Delivery", "1"), "1"},
		{"github, without the prefix", journey.GitHub, header("X-Hub-Signature-256", hexOf(secret), "X-GitHub-Delivery", "1"), ""},
		{"github, only the old header", journey.GitHub, header("X-Hub-Signature", "sha1=00", "X-GitHub-Delivery", "1"), ""},
		{"github, another secret", journey.GitHub, header("X-Hub-Signature-256", "sha256="+hexOf("x"), "X-GitHub-Delivery", "1"), ""},
		{"github, cut", journey.GitHub, header("X-Hub-Signature-256", "sha256="+hexOf(secret)[:62], "X-GitHub-Delivery", "1"), ""},
		{"github, empty", journey.GitHub, header("X-Hub-Signature-256", "sha256=", "X-GitHub-Delivery", "1"), ""},
		{"gitea", journey.Gitea, header("X-Gitea-Signature", hexOf(secret), "X-Gitea-Delivery", "2"), "2"},
		{"forgejo", journey.Gitea, header("X-Forgejo-Signature", hexOf(secret), "X-Forgejo-Delivery", "3"), "3"},
		{"gitea, signed as github", journey.Gitea, header("X-Hub-Signature-256", "sha256="+hexOf(secret)), ""},
		{"gitlab", journey.GitLab, header("X-Gitlab-Token", secret, "Idempotency-Key", "4", "X-Gitlab-Event-UUID", "5"), "4"},
		{"gitlab, older", journey.GitLab, header("X-Gitlab-Token", secret, "X-Gitlab-Event-UUID", "5"), "5"},
		{"gitlab, another token", journey.GitLab, header("X-Gitlab-Token", secret+"x", "X-Gitlab-Event-UUID", "5"), ""},
		{"gitlab, no token", journey.GitLab, header("X-Gitlab-Event-UUID", "5"), ""},
		{"gitlab, signing token", journey.GitLab, standard("6", noon, body), "6"},
		{"gitlab, signing token, too old", journey.GitLab, standard("6", noon.Add(-6*time.Minute), body), ""},
		{"gitlab, signing token, of another body", journey.GitLab, standard("6", noon, "x"), ""},
		{"plain", journey.Plain, header(hook.SignatureHeader, hook.Sign(secret, []byte(body), noon.Add(-4*time.Minute))), "signature"},
		{"plain, too old", journey.Plain, header(hook.SignatureHeader, hook.Sign(secret, []byte(body), noon.Add(-6*time.Minute))), ""},
		{"plain, of the future", journey.Plain, header(hook.SignatureHeader, hook.Sign(secret, []byte(body), noon.Add(6*time.Minute))), ""},
		{"plain, another moment", journey.Plain, header(hook.SignatureHeader, strings.Replace(hook.Sign(secret, []byte(body), noon), "t=1", "t=2", 1)), ""},
		{"plain, standard", journey.Plain, standard("7", noon, body), "7"},
		{"plain, no signature", journey.Plain, header(hook.SignatureHeader, fmt.Sprintf("t=%d", noon.Unix())), ""},
		{"unknown", journey.Provider("x"), header(), ""},
	} {
		id, err := hook.Verify(c.provider, secret, c.header, []byte(body), noon)
		switch {
		case c.id == "" && practice.CodeOf(err) != practice.Unauthorised:
			t.Errorf("%s: accepted as %q, %v", c.name, id, err)
		case c.id != "" && (err != nil || c.id != "signature" && id != c.id || id == ""):
			t.Errorf("%s: %q, %v; want %q", c.name, id, err, c.id)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the refusal tells the secret", c.name)
		}
		if _, err := hook.Verify(c.provider, secret, c.header, []byte(body+" "), noon); c.provider != journey.GitLab && err == nil {
			t.Errorf("%s: an altered body is accepted", c.name)
		}
	}
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	tag := journey.Event{Kind: journey.Tagged, Repository: "shop/web", Tag: "v1.2.3"}
	want := map[string]journey.Event{
		"github-push":             {Kind: journey.Pushed, Repository: "shop/web", Branch: "main", Commit: "0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c"},
		"github-create":           tag,
		"github-release":          {Kind: journey.Released, Repository: "shop/web", Tag: "v1.2.3"},
		"github-registry_package": {Kind: journey.Packaged, Repository: "shop/web", Version: "1.2.3"},
		"github-ping":             {Kind: journey.Other, Repository: "shop/web"},
		"gitlab-push":             {Kind: journey.Pushed, Repository: "shop/web", Branch: "main", Commit: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7"},
		"gitlab-tag_push":         {Kind: journey.Tagged, Repository: "shop/web", Tag: "v1.2.3", Commit: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7"},
		"gitlab-release":          {Kind: journey.Released, Repository: "shop/web", Tag: "v1.2.3", Commit: "ee0a3fb31ac16e11b9dbb596ad16d4af654d08f8"},
		"gitlab-pipeline":         {Kind: journey.Succeeded, Repository: "shop/web", Branch: "main", Commit: "bcbb5ec396a2c0f828686f14fac9b80b780504f2"},
		"gitea-push":              {Kind: journey.Pushed, Repository: "shop/web", Branch: "main", Commit: "bffeb74224043ba2feb48d137756c8a9331c449a"},
		"gitea-create":            tag,
		"gitea-release":           {Kind: journey.Released, Repository: "shop/web", Tag: "v1.2.3"},
		"gitea-package":           {Kind: journey.Packaged, Repository: "shop/web", Version: "1.2.3"},
		"plain-ask":               {Kind: journey.Asked, Component: "web", Version: "1.2.3"},
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d files, %d expectations, %v", len(files), len(want), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		provider, event, _ := strings.Cut(name, "-")
		got, err := hook.Parse(journey.Provider(provider), header("X-GitHub-Event", event, "X-Gitea-Event", event), body)
		if err != nil || got.Name == "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		got.Name = ""
		if got != want[name] {
			t.Errorf("%s: %+v, want %+v", name, got, want[name])
		}
		if _, err := hook.Parse(journey.Provider(provider), header("X-GitHub-Event", event), body[:len(body)/2]); practice.CodeOf(err) != practice.Invalid {
			t.Errorf("%s, cut off: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		provider, event, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".json"), "-")
		f.Add(provider, event, body)
	}
	f.Fuzz(func(t *testing.T, provider, event string, body []byte) {
		e, err := hook.Parse(journey.Provider(provider), header("X-GitHub-Event", event, "X-Gitea-Event", event), body)
		if err != nil && practice.CodeOf(err) != practice.Invalid {
			t.Errorf("an error that is not the sender's: %v", err)
		}
		trigger := journey.Trigger{Name: "web", Spec: journey.TriggerSpec{Component: "*", Webhook: &journey.Webhook{Provider: journey.Plain, Version: journey.FromTag, Branches: []string{"*"}}}}
		if w, ignored := trigger.Read(e); ignored == "" && w.Version == "" && w.Commit == "" {
			t.Errorf("%+v wants nothing and is not ignored", e)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add("github", "X-Hub-Signature-256", "sha256=00", []byte("{}"))
	f.Add("plain", hook.SignatureHeader, "t=1,v1=00", []byte("{}"))
	f.Add("gitlab", "webhook-signature", "v1,AAAA", []byte("{}"))
	f.Fuzz(func(t *testing.T, provider, name, value string, body []byte) {
		if id, err := hook.Verify(journey.Provider(provider), secret, http.Header{http.CanonicalHeaderKey(name): {value}}, body, noon); err == nil && value != secret {
			t.Errorf("accepted as %q without the secret", id)
		}
	})
}
