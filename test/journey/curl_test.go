package journey_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

// The lines for curl and openssl in docs/triggers.md work as they stand there.
func TestTheCurlLinesOfTheDocumentation(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(strings.NewReplacer("name: web}", "name: shop}", "name: plain}", "name: shop-ci}", "component: web", "component: shop").Replace(hookDocuments))
	if answer := curlLines(t, h, "shop-ci"); !strings.Contains(answer, `"outcome":"taken"`) {
		t.Error(answer)
	}
}

// Those that confirm a change let the deployment start that waits for it.
func TestTheCurlLinesOfAChange(t *testing.T) {
	t.Parallel()
	h := ready(t, confirmed, changeHook)
	d := request(t, h, anna, control.AskRequest{Change: "CHG0042"})
	if !says(d, "change CHG0042 is not confirmed yet") {
		t.Fatalf("%+v", d.Waiting)
	}
	if answer := curlLines(t, h, "changes"); !strings.Contains(answer, "change CHG0042 is confirmed for "+d.ID) {
		t.Error(answer)
	}
	expect(t, h, d.ID, deployment.Succeeded)
}

// curlLines runs the lines of docs/triggers.md that send to a trigger, and gives
// what they print.
func curlLines(t *testing.T, h *house.House, trigger string) string {
	t.Helper()
	for _, program := range []string{"sh", "curl", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	page, err := os.ReadFile("../../docs/triggers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, lines, found := strings.Cut(string(page), "secret=$(tranship trigger secret "+trigger+")\n")
	lines, _, closed := strings.Cut(lines, "```")
	if !found || !closed {
		t.Fatal("docs/triggers.md does not show how to sign with openssl any more")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", lines)
	cmd.Env = append(os.Environ(), "secret="+secretOf(t, h, trigger, false), "TRANSHIP_URL="+h.URL)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}
