package journey_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"tranship.dev/tranship/test/house"
)

// The lines for curl and openssl in docs/triggers.md work as they stand there.
func TestTheCurlLinesOfTheDocumentation(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "curl", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	page, err := os.ReadFile("../../docs/triggers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, lines, found := strings.Cut(string(page), "secret=$(tranship trigger secret shop-ci)\n")
	lines, _, closed := strings.Cut(lines, "```")
	if !found || !closed {
		t.Fatal("docs/triggers.md does not show how to sign with openssl any more")
	}
	h := house.Start(t)
	h.Apply(strings.NewReplacer("name: web}", "name: shop}", "name: plain}", "name: shop-ci}", "component: web", "component: shop").Replace(hookDocuments))
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", lines)
	cmd.Env = append(os.Environ(), "secret="+secretOf(t, h, "shop-ci", false), "TRANSHIP_URL="+h.URL)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"outcome":"taken"`) {
		t.Errorf("%v: %s", err, out)
	}
}
