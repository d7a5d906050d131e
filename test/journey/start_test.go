package journey_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/httpapi"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/model/start"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
	"tranship.dev/tranship/test/house"
)

// startGround is where starts are tried: a host in test, and two in live, of which
// one is the canary and belongs to a pilot consumer.
const startGround = `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: live}
spec: {purpose: live, order: 2, owner: operations}
---
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: test}
spec: {purpose: test, order: 1, owner: operations}
---
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: theirs}
spec: {purpose: live, order: 3, owner: partner, control: consumer, party: partner}
`

// fromGit is where the versions of starts come from, and publisher signs them.
var fromGit = library.Origin{URI: "https://git.example.com/starts", Commit: "0123456"}
var publisher = ed25519.NewKeyFromSeed([]byte("the one who publishes the starts"))

// startHosts are the hosts with their labels.
var startHosts = map[string]string{"test-1": "{}", "live-1": `{canary: "yes", pilot: "yes"}`, "live-2": "{}"}

// asked gives the body of an answer of the API; any but 200 ends the test.
func asked(t *testing.T, h *house.House, method, path, body string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.Token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s %s %v", method, path, answer.Status, raw, err)
	}
	return raw
}

// taken gives a start filled in for a component, altered, and applied with its
// drivers' inputs looked at.
func taken(t *testing.T, h *house.House, name string, alter ...string) string {
	t.Helper()
	var filled httpapi.FilledStart
	if err := json.Unmarshal(asked(t, h, http.MethodGet, "/api/v1/model-starts/"+name+"?"+url.Values{"name": {name}, "component": {name}}.Encode(), ""), &filled); err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(alter); i += 2 {
		if !strings.Contains(filled.YAML, alter[i]) {
			t.Fatalf("start %s does not say %q any more:\n%s", name, alter[i], filled.YAML)
		}
	}
	text := strings.NewReplacer(alter...).Replace(filled.YAML)
	body, err := json.Marshal(map[string]any{"files": []map[string]string{{"name": name + ".yaml", "text": text}}})
	if err != nil {
		t.Fatal(err)
	}
	asked(t, h, http.MethodPost, "/api/v1/documents", string(body))
	return text
}

// ofStart gives the component of a start, and the hosts.
func ofStart(t *testing.T, h *house.House, s start.Start) {
	t.Helper()
	h.Apply(fmt.Sprintf("apiVersion: tranship.dev/v1\nkind: Component\nmetadata: {name: %s}\nspec: {kind: %s, owner: the owners, signature: {publishers: [%q]}}\n",
		s.Name, s.Kind, signature.Encode(publisher.Public().(ed25519.PublicKey))))
}

// startHouse is a house with the ground that starts are tried on.
func startHouse(t *testing.T) (*house.House, map[string]string) {
	t.Helper()
	h := house.Start(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ground, roots := startGround, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(startHosts)) {
		ground += fmt.Sprintf("---\napiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: %s, labels: %s}\nspec: {environment: %s, kind: host, parameters: {port: %q}}\n",
			name, startHosts[name], strings.Split(name, "-")[0], freePort(t))
		roots[name] = h.Agent(name, exe, "supervise")
	}
	h.Apply(ground)
	return h, roots
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestR30EveryStartIsReadAndPlanned: each ready-made model is applied as it is
// given out, is for its component, goes through our own environments in their
// order, and its plan touches every host, for an installation and a change back.
// R39 to R42 name four that are among them.
func TestR30EveryStartIsReadAndPlanned(t *testing.T) {
	t.Parallel()
	h, _ := startHouse(t)
	var offered httpapi.List[httpapi.ModelStart]
	if err := json.Unmarshal(asked(t, h, http.MethodGet, "/api/v1/model-starts", ""), &offered); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range offered.Items {
		names[s.Name] = true
		ofStart(t, h, s.Start)
		h.AddMade(s.Name, "1.0.0", fromGit, map[string]string{"page": "one"}, publisher)
		text := taken(t, h, s.Name)
		if !strings.Contains(text, "owner: the owners\n") || strings.Count(text, "\n#") < 2 {
			t.Errorf("start %s does not take the owner over, or has no comments:\n%s", s.Name, text)
		}
		for environment, targets := range map[string]int{"test": 1, "live": 2} {
			planned, err := h.Control.Plan(t.Context(), practice.DefaultScope, house.Admin, control.PlanRequest{Release: s.Name + "@1.0.0", Environment: environment})
			if err != nil {
				t.Errorf("start %s into %s: %v", s.Name, environment, err)
				continue
			}
			if planned.Header.TargetCount != targets || planned.Header.Model.Name != s.Name {
				t.Errorf("start %s into %s: %d targets by model %s", s.Name, environment, planned.Header.TargetCount, planned.Header.Model.Name)
			}
		}
		var spec model.Spec
		if err := json.Unmarshal(s.Spec, &spec); err != nil || len(spec.Procedures) != 1 || spec.Procedures[0].Kind != s.Kind {
			t.Errorf("start %s is shown as %s, %v", s.Name, s.Spec, err)
		}
		if m, err := h.Control.Document(t.Context(), practice.DefaultScope, practice.KindModel, s.Name, 0); err != nil || !strings.Contains(string(m.Spec), `"environment":"test"`) || strings.Contains(string(m.Spec), "theirs") {
			t.Errorf("start %s goes elsewhere than through our own environments: %s, %v", s.Name, m.Spec, err)
		}
	}
	for what, name := range map[string]string{"R39": "hardware-for-consumers", "R40": "hardware", "R41": "software-for-consumers", "R42": "software-in-house"} {
		if !names[name] {
			t.Errorf("%s: there is no start %s", what, name)
		}
	}
}

// trial is how a start is tried on hosts.
type trial struct {
	files map[string]string
	alter []string
	there string // what stands below the host's root when it is in
}

// trials are all starts for which a plain host is enough; the others need what
// stands beside them.
func trials(t *testing.T) (tried map[string]trial, elsewhere map[string]string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	page := map[string]string{"page": "one"}
	const at, by = `. "$TRANSHIP_ROOT/state-of-it" 2>/dev/null; `, "#!/bin/sh\n"
	return map[string]trial{
			"files":                  {files: page, there: "opt/files/current/page"},
			"blue-green":             {files: page, there: "opt/blue-green/live/page"},
			"document":               {files: page, there: "srv/documents/document/current/page"},
			"hardware":               {files: page, there: "srv/work/hardware/current/page"},
			"hardware-for-consumers": {files: page, there: "srv/deliveries/hardware-for-consumers/current/page"},
			"software-for-consumers": {files: page, there: "srv/releases/software-for-consumers/current/page"},
			"retirement":             {files: page, there: "opt/retirement/current/page"},
			"licence":                {files: map[string]string{"valid-until": "2999-12-31"}, there: "opt/licences/licence/current/valid-until"},
			"software-in-house": {there: "opt/software-in-house/current/install", files: map[string]string{"install": by +
				`cd "$TRANSHIP_ROOT"; case "$1" in --check) test -e prepared;; --undo) rm -f prepared;; *) touch prepared;; esac`}},
			"database": {there: "backup-before-1.0.0", files: map[string]string{
				"backup":  by + `echo > "$TRANSHIP_ROOT/backup-$1"`,
				"migrate": by + `case "$1" in none) rm -f "$TRANSHIP_ROOT/state-of-it";; *) echo "is=$1" > "$TRANSHIP_ROOT/state-of-it";; esac`,
				"at":      by + at + `test "$is" = "$1"`,
			}},
			"canary-service": {there: "opt/canary-service/current/canary-service", files: map[string]string{"canary-service": by + fmt.Sprintf("exec %q be-well", exe)},
				alter: []string{`PORT: "8080"`, `PORT: "${target.parameters.port}"`, "127.0.0.1:8080", "127.0.0.1:${target.parameters.port}", "for: 10m", "for: 150ms", "every: 10s", "every: 50ms"}},
		}, map[string]string{
			"rolling-service": "systemd", "packages": "a package manager", "kubernetes": "a cluster",
		}
}

// TestR30StartsAreDeployed: each ready-made model for which a host is enough is
// deployed through its whole flow and taken off again by real agents, with every
// question answered, every wave soaked, and every test result sent in.
func TestR30StartsAreDeployed(t *testing.T) {
	t.Parallel()
	h, roots := startHouse(t)
	tried, elsewhere := trials(t)
	for _, s := range start.All() {
		way, has := tried[s.Name]
		if !has {
			if elsewhere[s.Name] == "" {
				t.Errorf("nobody tries start %s", s.Name)
			}
			continue
		}
		ofStart(t, h, s)
		taken(t, h, s.Name, way.alter...)
		h.AddMade(s.Name, "1.0.0", fromGit, way.files, publisher)
		for _, to := range []string{"test", "live"} {
			d := throughAll(t, h, control.PlanRequest{Release: s.Name + "@1.0.0", Environment: to})
			if d.Result != deployment.Succeeded {
				t.Fatalf("start %s into %s: %s %s: %s", s.Name, to, d.State, d.Result, d.Cause)
			}
		}
		for host, root := range roots {
			if !isThere(root, way.there) {
				t.Errorf("start %s: %s is not on %s", s.Name, way.there, host)
			}
		}
		if d := throughAll(t, h, control.PlanRequest{Release: s.Name + "@1.0.0", Environment: "live", Direction: plan.Remove}); d.Result != deployment.Succeeded {
			t.Fatalf("start %s out of live: %s %s: %s", s.Name, d.State, d.Result, d.Cause)
		}
		if s.Name != "database" && isThere(roots["live-2"], way.there) { // backups stay
			t.Errorf("start %s: %s is still on live-2", s.Name, way.there)
		}
	}
	if isThere(roots["live-1"], "state-of-it") || !isThere(roots["live-1"], filepath.Join("opt", "retired", "retirement.tar.gz")) {
		t.Error("the database is still migrated, or what was retired is not kept aside")
	}
}

// throughAll deploys, and answers whatever is asked until it is closed.
func throughAll(t *testing.T, h *house.House, r control.PlanRequest) deployment.Deployment {
	t.Helper()
	ctx := context.Background()
	sizes, stop := h.Listen()
	defer stop()
	if r.Direction == "" {
		for _, suite := range []string{"integration", "partner", "security"} {
			proves(t, h, r, suite)
		}
	}
	d, err := h.TryDeploy(r)
	if err != nil {
		t.Fatalf("%s into %s: %v", r.Release, r.Environment, err)
	}
	for patience := time.After(time.Minute); ; {
		d = show(t, h, d.ID)
		moved := false
		for _, reason := range d.Waiting.Reasons {
			switch {
			case d.State == deployment.Closed:
			case reason.Gate == "pause":
				_, err := h.Control.Guide(ctx, practice.DefaultScope, house.Admin, d.ID, control.Advice{Advice: deployment.GoOn, Reason: "it may"})
				moved = err == nil
			case !d.Stage.SoakEnd.IsZero() && reason.Gate == "soak":
				if wait := time.Until(d.Stage.SoakEnd); wait > 0 {
					h.Ahead(wait)
				}
			}
		}
		for _, k := range d.Header.Criteria {
			switch {
			case d.State == deployment.Closed || moved:
			case k.Question != "":
				_, err := h.Control.AnswerCriterion(ctx, practice.DefaultScope, house.Admin, d.ID, control.CriterionAnswer{Criterion: k.Name, Met: true, Reason: "serial 4711", Operates: true})
				moved = err == nil && !judged(d, k.Name)
			case k.Evidence != nil && d.State == deployment.AwaitingGuidance:
				proves(t, h, r, k.Evidence.Suite)
			}
		}
		if d.State == deployment.Closed {
			return d
		}
		if d.State == deployment.AwaitingGuidance && d.Stage.Failed > 0 {
			return d
		}
		if moved {
			continue
		}
		select {
		case <-sizes:
		case <-time.After(100 * time.Millisecond): // what waits for the clock alone says nothing
		case <-patience:
			t.Fatalf("%s of %s in %s is still %s: %+v", d.ID, r.Release, r.Environment, d.State, deployment.Why(d, time.Now()))
		}
	}
}

// judged says whether the start's criterion was answered already.
func judged(d deployment.Deployment, criterion string) bool {
	return d.State != deployment.AwaitingGuidance && slices.ContainsFunc(d.Criteria, func(j deployment.Judgement) bool {
		return j.Criterion == criterion && j.Standing == deployment.CriterionMet
	})
}

// proves sends the result of a test suite in.
func proves(t *testing.T, h *house.House, r control.PlanRequest, suite string) {
	t.Helper()
	component, version, _ := strings.Cut(r.Release, "@")
	_, err := h.Control.AddEvidence(context.Background(), practice.DefaultScope, house.Admin, library.Evidence{
		Component: component, Version: version, Suite: suite, Environment: r.Environment, Passed: 4, At: h.Time(),
	})
	if err == nil {
		err = h.Control.Reconsider(context.Background(), practice.DefaultScope)
	}
	if err != nil {
		t.Fatal(err)
	}
}
