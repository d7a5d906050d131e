package journey_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

const stopDocuments = `
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: shop}
spec: {kind: software}
---
apiVersion: tranship.dev/v1
kind: Model
metadata: {name: shop}
spec:
  appliesTo: {components: [shop]}
  flow: [{environment: test}]
  onFailure: guidance
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: shop}}
        - {name: migrate, uses: script, INSTALL, with: {argv: [sh, -c, "SCRIPT; echo up > ../up; while :; do sleep 0.01; done"], directory: shop}}
  checks:
    acceptance:
      - {name: it is there, uses: script, with: {check: [test, -e, page], directory: shop/current}}
`

// TestPain10AStepSaysHowLongItMayTakeToEnd: what is cancelled at once has as long to
// clean up as its step says, also with commands of its own, and is told as ended;
// what does not end within it is killed, and that is told with its time. The same
// holds where a timeout is over, of a change and of a check.
func TestPain10AStepSaysHowLongItMayTakeToEnd(t *testing.T) {
	t.Parallel()
	const cleans, deaf = "trap 'echo > ../asked; while ! test -e ../go; do sleep 0.01; done; sh -c \\\"sleep 0.05; echo > ../cleaned\\\"; exit 1' TERM", "trap '' TERM"
	with := func(replace ...string) string { return strings.NewReplacer(replace...).Replace(stopDocuments) }
	t.Run("cleans up", func(t *testing.T) {
		t.Parallel()
		h, root, id := stopping(t, with("INSTALL", "stopWithin: 1m", "SCRIPT", cleans))
		interruptStep(t, h, id)
		comesTo(t, "the script is asked to end", func() bool { return isThere(root, "asked") })
		if rowsOf(t, h, id)[0].State != deployment.Running || isThere(root, "cleaned") {
			t.Error("it is not waited for")
		}
		write(t, filepath.Join(root, "go"), "")
		d, row := h.Await(id), rowsOf(t, h, id)[0]
		if d.Result != deployment.Cancelled || row.Left != deployment.LeftHalf || !strings.Contains(row.Message, "step migrate was ended in the middle, 1 of 2 steps were done") || !isThere(root, "cleaned") {
			t.Errorf("%s: the target is %s: %s; cleaned up: %t", d.Result, row.Left, row.Message, isThere(root, "cleaned"))
		}
		noneRuns(t, root)
	})
	t.Run("never ends", func(t *testing.T) {
		t.Parallel()
		h, root, id := stopping(t, with("INSTALL", "stopWithin: 150ms", "SCRIPT", deaf+"; echo $$ >> ../pids"))
		interruptStep(t, h, id)
		d, row := h.Await(id), rowsOf(t, h, id)[0]
		if d.Result != deployment.Cancelled || row.Left != deployment.LeftHalf || !strings.Contains(row.Message, "step migrate was asked to end, did not end within 150ms and was killed, 1 of 2 steps were done") {
			t.Errorf("%s: the target is %s: %s", d.Result, row.Left, row.Message)
		}
		noneRuns(t, root)
	})
	t.Run("its time is over", func(t *testing.T) {
		t.Parallel()
		h, _, id := stopping(t, with("INSTALL", "timeout: 300ms, stopWithin: 150ms", "SCRIPT", deaf))
		comesTo(t, "it fails", func() bool { return rowsOf(t, h, id)[0].State == deployment.TargetFailed })
		if row := rowsOf(t, h, id)[0]; !strings.Contains(row.Message, "step migrate: did not end within 300ms; asked to end, it did not within 150ms and was killed") {
			t.Errorf("the target is told as %s", row.Message)
		}
	})
	t.Run("a check", func(t *testing.T) {
		t.Parallel()
		h, _, id := stopping(t, with("INSTALL", "stopWithin: 1m", "SCRIPT; echo up > ../up; while :; do sleep 0.01; done", "echo > ../up",
			"uses: script, with: {check: [test, -e, page]", `uses: script, timeout: 300ms, stopWithin: 150ms, with: {check: [sh, -c, "trap '' TERM; while :; do sleep 0.01; done"]`))
		comesTo(t, "it fails", func() bool { return rowsOf(t, h, id)[0].State == deployment.TargetFailed })
		if row := rowsOf(t, h, id)[0]; !strings.Contains(row.Message, "step it is there: did not end within 300ms; asked to end, it did not within 150ms and was killed") {
			t.Errorf("the target is told as %s", row.Message)
		}
	})
}

// stopping begins a deployment and gives it as soon as its script runs.
func stopping(t *testing.T, documents string) (h *house.House, root, id string) {
	t.Helper()
	h, roots := farm(t, documents, "host-1")
	h.Add("shop", "1.0.0", map[string]string{"page": "1.0.0"}, nil)
	id = h.Deploy("shop@1.0.0", "test").ID
	comesTo(t, "the script runs", func() bool { return isThere(roots["host-1"], "up") })
	return h, roots["host-1"], id
}

func interruptStep(t *testing.T, h *house.House, id string) {
	t.Helper()
	if _, err := h.Control.Cancel(context.Background(), practice.DefaultScope, house.Admin, id, "enough", true); err != nil {
		t.Fatal(err)
	}
}

func isThere(root, name string) bool {
	_, err := os.Stat(filepath.Join(root, name))
	return err == nil
}
