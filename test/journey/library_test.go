package journey_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/test/house"
)

// What is there of a component: its versions, where they are, what they are
// made of and how they differ; and what quarantine does to one that is deployed.
func TestWhatTheLibraryTellsOfAComponent(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	one := h.Add("shop", "1.0.0", map[string]string{"page": "one", "old": "x"}, nil)
	two := h.Add("shop", "2.0.0", map[string]string{"page": "two", "new": "y"}, nil)
	bill(t, h, one, "3.5.3")
	bill(t, h, two, "3.5.4")
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)

	var view control.ComponentView
	answered(t, h, "/api/v1/components/shop", &view)
	if view.Admitted != 2 || view.Newest == nil || view.Newest.Version != "2.0.0" {
		t.Errorf("the component: %+v", view)
	}
	var places struct{ Places []environment.Place }
	answered(t, h, "/api/v1/components/shop/places", &places)
	if want := (environment.Place{Environment: "test", Version: "1.0.0", Targets: 2}); len(places.Places) != 1 || places.Places[0] != want {
		t.Errorf("it is at %+v", places)
	}
	var found control.VersionDifference
	answered(t, h, "/api/v1/components/shop/difference?from=1.0.0&to=2.0.0", &found)
	var told []string
	for _, f := range found.Files {
		told = append(told, f.Change+" "+f.Path)
	}
	for _, p := range found.Parts {
		told = append(told, p.Change+" "+p.Name+" "+p.Before+" "+p.After)
	}
	if got := strings.Join(told, ", "); got != "added new, removed old, changed page, changed openssl 3.5.3 3.5.4" {
		t.Errorf("the difference: %s (%s%s)", got, found.FilesWhy, found.PartsWhy)
	}

	testTargets(t, h)
	var results control.ModelResults
	answered(t, h, "/api/v1/models/shop/results", &results)
	if len(results.Environments) != 1 || results.Environments[0].Succeeded != 1 || results.Environments[0].Took <= 0 || len(results.Components) != 1 || len(results.Recent) != 1 {
		t.Errorf("what came of the model: %+v", results)
	}

	ctx := t.Context()
	if _, err := h.Control.Quarantine(ctx, practice.DefaultScope, house.Admin, "shop", "2.0.0", "looks odd"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.TryDeploy(control.PlanRequest{Release: "shop@2.0.0", Environment: "test"}); practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), "looks odd") {
		t.Errorf("a version in quarantine: %v", err)
	}
	var waiting struct{ Items []control.ComponentView }
	if answered(t, h, "/api/v1/components?waiting=true", &waiting); len(waiting.Items) != 1 || waiting.Items[0].Quarantined != 1 {
		t.Errorf("what waits in quarantine: %+v", waiting)
	}
	if answered(t, h, "/api/v1/components?text=nothing", &waiting); len(waiting.Items) != 0 {
		t.Errorf("what has no such text: %+v", waiting)
	}
	recordHolds(t, h)
	if err := h.Control.Remove(ctx, practice.DefaultScope, house.Admin, practice.KindTarget, "host-1", 0); practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), "shop 1.0.0 is still on target host-1") {
		t.Errorf("removing a target on which something is: %v", err)
	}
}

// testTargets finds targets by words and by how their agents are reached.
func testTargets(t *testing.T, h *house.House) {
	t.Helper()
	h.Apply("apiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: rack-1, labels: {zone: a}}\nspec: {environment: test, kind: rack}\n")
	heard(t, h, "host-1", "host-2")
	for query, want := range map[string]string{
		"environment=test":                   "host-1 answering, host-2 answering, rack-1 unenrolled",
		"text=zone%3Da":                      "rack-1 unenrolled",
		"text=HOST+2":                        "host-2 answering",
		"contact=unenrolled":                 "rack-1 unenrolled",
		"contact=answering&contact=silent":   "host-1 answering, host-2 answering",
		"text=zone%3Db":                      "",
		"environment=test&limit=1&text=rack": "rack-1 unenrolled",
	} {
		var found struct{ Items []control.TargetView }
		answered(t, h, "/api/v1/targets?"+query, &found)
		var told []string
		for _, v := range found.Items {
			told = append(told, v.Name+" "+string(v.Contact))
		}
		if got := strings.Join(told, ", "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	var detail control.TargetDetail
	if answered(t, h, "/api/v1/targets/host-1", &detail); len(detail.Present) != 1 || detail.Present[0].Version != "1.0.0" || detail.Facts["os"] == "" {
		t.Errorf("a target: %+v", detail)
	}
}

// heard waits until the server has kept the first heartbeats of agents, which it
// takes in some at a time.
func heard(t *testing.T, h *house.House, targets ...string) {
	t.Helper()
	end := time.Now().Add(30 * time.Second)
	for _, target := range targets {
		for {
			var detail control.TargetDetail
			if answered(t, h, "/api/v1/targets/"+target, &detail); detail.Contact == environment.Answering {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("agent of %s is %s", target, detail.Contact)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// bill pushes a bill of materials about a version.
func bill(t *testing.T, h *house.House, v library.Version, openssl string) {
	t.Helper()
	host := strings.TrimPrefix(h.URL, "http://")
	repo, err := remote.NewRepository(host + "/" + v.Reference)
	if err != nil {
		t.Fatal(err)
	}
	repo.PlainHTTP, repo.Client = true, &auth.Client{Credential: auth.StaticCredential(host, auth.Credential{Username: "token", Password: h.Token})}
	const kind = "application/vnd.cyclonedx+json"
	raw := fmt.Sprintf(`{"bomFormat":"CycloneDX","components":[{"name":"openssl","version":%q}]}`, openssl)
	layer := content.NewDescriptorFromBytes(kind, []byte(raw))
	subject, err := repo.Resolve(t.Context(), string(v.Digest))
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.Push(t.Context(), layer, strings.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	if _, err := oras.PackManifest(t.Context(), repo, oras.PackManifestVersion1_1, kind, oras.PackManifestOptions{
		Layers: []ocispec.Descriptor{layer}, Subject: &ocispec.Descriptor{MediaType: subject.MediaType, Digest: digest.Digest(v.Digest), Size: subject.Size},
	}); err != nil {
		t.Fatal(err)
	}
}

// answered reads what the API answers.
func answered(t *testing.T, h *house.House, path string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.Token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
