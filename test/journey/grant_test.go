package journey_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

const three = `
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: petra}
spec: {fullName: Petra Novak}
---
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: zoe}
spec: {}
---
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: viktor}
spec: {}
`

// Whoever is refused for want of a right learns which role has it, and who can
// grant it: in the API, on the command line and from the registry.
func TestWhoeverLacksARightLearnsWhoCanGrantIt(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(documents)
	h.Apply(three)
	b := invited(t, h, "viktor", party.Viewer)
	hint := func(want, method, path, body string) {
		t.Helper()
		if text := b.want(http.StatusForbidden, method, path, body); !strings.Contains(text, want) {
			t.Errorf("%s %s: %s, expected %q", method, path, text, want)
		}
	}
	const begin = "/api/v1/components/shop/uploads"
	hint("you need the role practitioner; admin can grant it", "POST", begin, "")
	invited(t, h, "petra", party.Administrator)
	hint("you need the role practitioner; admin and Petra Novak can grant it", "POST", begin, "")
	invited(t, h, "zoe", party.Administrator)
	hint("admin and 2 others can grant it", "POST", begin, "")
	if _, err := h.Control.SetAccount(t.Context(), practice.DefaultScope, house.Admin, "admin", party.Administrator, true, "left"); err != nil {
		t.Fatal(err)
	}
	hint("you need the role manager; Petra Novak and zoe can grant it", "POST", "/api/v1/documents", `{"files": []}`)
	hint("you need the role administrator; Petra Novak and zoe can grant it", "GET", "/api/v1/tokens", "")
	hint("you need the role approver; Petra Novak and zoe can grant it", "POST", "/api/v1/deployments/D-1/votes", `{}`)
	hint("Petra Novak and zoe can grant it; for yourself you can make one", "POST", "/api/v1/tokens", `{"name": "x", "role": "manager"}`)

	written, _, err := h.Control.CreateToken(t.Context(), practice.DefaultScope, house.Admin, "ci", party.Viewer, house.Admin, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	code, _, errs := typed(t, h, written, "library", "admit", "shop", "1.0.0", "--reason", "x")
	if code == 0 || !strings.Contains(errs, "hint: you need a token with the role practitioner; Petra Novak and zoe can grant it") {
		t.Errorf("the command line: %d %s", code, errs)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/v2/shop/blobs/uploads/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("token", written)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusForbidden || !strings.Contains(string(said), "Petra Novak and zoe can grant it") {
		t.Errorf("the registry: %d %s", answer.StatusCode, string(said))
	}
}
