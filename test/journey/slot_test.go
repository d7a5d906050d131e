package journey_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/test/house"
)

// slotted is the model of the shop as blue-green: two slots and a switch.
func slotted() string {
	at := strings.LastIndex(documents, "apiVersion:")
	return strings.NewReplacer(
		"strategy: {waves: [{count: 1}, {percent: 100}]}", "strategy: {slots: [blue, green]}",
		"        - {name: place, uses: files, with: {path: shop}}\n", `        - {name: place, uses: files, with: {path: "shop/${slot}"}}
        - {name: it is there, uses: script, action: check, with: {check: [test, -e, page], directory: "shop/${slot}/current"}}
        - {name: switch, uses: link, with: {path: shop/live, to: "shop/${slot}/current"}}
`,
		"directory: shop/current", "directory: shop/live",
	).Replace(documents[at:])
}

// blueGreen gives a house with one host and two versions of the shop; broken makes
// the second one fail its acceptance.
func blueGreen(t *testing.T, broken bool) (*house.House, string) {
	t.Helper()
	h := house.Start(t)
	root := h.Agent("host-1")
	h.Apply(documents)
	h.Apply(slotted())
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	second := map[string]string{"page": "two"}
	if broken {
		second["broken"] = "yes"
	}
	h.Add("shop", "2.0.0", second, nil)
	return h, root
}

func into(t *testing.T, h *house.House, release string) deployment.Deployment {
	t.Helper()
	d, err := h.TryDeploy(control.PlanRequest{Release: release, Environment: "test", Only: []string{"host-1"}})
	if err != nil {
		t.Fatal(err)
	}
	return h.Await(d.ID)
}

// stands compares what whoever follows the link reads, and what the inventory says.
func stands(t *testing.T, h *house.House, root, page, version, slot string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "shop/live/page"))
	if err != nil || string(raw) != page {
		t.Errorf("the live page is %q, %v, want %q", raw, err, page)
	}
	list, err := h.Control.Inventory(context.Background(), practice.DefaultScope, "test", time.Time{}, practice.Page{})
	if err != nil || len(list) != 1 || list[0].Version != version || list[0].Slot != slot || list[0].Uncertain {
		t.Errorf("the inventory says %+v, %v, want %s in %s", list, err, version, slot)
	}
}

// made tells every file of a slot with its identity: one that was written anew is another.
func made(t *testing.T, dir string) map[string]uint64 {
	t.Helper()
	found := map[string]uint64{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if stat, is := info.Sys().(*syscall.Stat_t); is {
			found[path] = stat.Ino + uint64(info.ModTime().UnixNano())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// spared says which steps of a deployment found that nothing was to be done.
func spared(t *testing.T, h *house.House, id string) string {
	t.Helper()
	list, err := h.Control.OutputOf(context.Background(), practice.DefaultScope, id, "", practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, o := range list {
		if strings.Contains(o.Text, "is here as it must be: nothing is done") {
			told = append(told, o.StepName)
		}
	}
	return strings.Join(told, " ")
}

// TestR37BlueGreenSwitchesAndOnlySwitchesBack: each release goes into the slot
// that is not in use; a rollback puts nothing there again, it only switches; where
// the old slot was altered, it is put there again; a removal leaves nothing.
func TestR37BlueGreenSwitchesAndOnlySwitchesBack(t *testing.T) {
	t.Parallel()
	h, root := blueGreen(t, false)
	into(t, h, "shop@1.0.0")
	stands(t, h, root, "one", "1.0.0", "blue")
	blue := made(t, filepath.Join(root, "shop/blue"))
	second := into(t, h, "shop@2.0.0")
	stands(t, h, root, "two", "2.0.0", "green")

	back := h.Await(rollBack(t, h, second.ID).ID)
	if back.Result != deployment.Succeeded {
		t.Fatalf("the rollback ended as %s: %s", back.Result, back.Cause)
	}
	stands(t, h, root, "one", "1.0.0", "blue")
	same(t, "the blue slot", made(t, filepath.Join(root, "shop/blue")), blue)
	if got := spared(t, h, back.ID); got != "place" {
		t.Errorf("the rollback did without %q, want place", got)
	}

	h.Add("shop", "3.0.0", map[string]string{"page": "three"}, nil)
	forward := into(t, h, "shop@3.0.0")
	stands(t, h, root, "three", "3.0.0", "green")
	page := filepath.Join(root, "shop/blue/current/page")
	if err := os.WriteFile(page, []byte("somebody was here"), 0o644); err != nil {
		t.Fatal(err)
	}
	back = h.Await(rollBack(t, h, forward.ID).ID)
	stands(t, h, root, "one", "1.0.0", "blue")
	if got := spared(t, h, back.ID); got != "" || back.Result != deployment.Succeeded {
		t.Errorf("the rollback onto what was altered did without %q, and ended as %s", got, back.Result)
	}

	gone, err := h.TryDeploy(control.PlanRequest{Release: "shop@1.0.0", Environment: "test", Direction: plan.Remove})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, gone.ID, deployment.Succeeded)
	if left, err := os.ReadDir(root); err != nil || len(left) > 0 {
		t.Errorf("the removal left %v, %v", left, err)
	}
	recordHolds(t, h)
}

// same compares what is there with what was.
func same(t *testing.T, what string, got, want map[string]uint64) {
	t.Helper()
	for path, id := range want {
		if got[path] != id {
			t.Errorf("%s: %s was written again", what, path)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s has %d entries, had %d", what, len(got), len(want))
	}
}

// TestR37AFailedReleaseIsSwitchedBack: remediation after a failed acceptance puts
// nothing there again either.
func TestR37AFailedReleaseIsSwitchedBack(t *testing.T) {
	t.Parallel()
	h, root := blueGreen(t, true)
	into(t, h, "shop@1.0.0")
	blue := made(t, filepath.Join(root, "shop/blue"))
	d := into(t, h, "shop@2.0.0")
	if d.Result != deployment.Remediated {
		t.Fatalf("it ended as %s: %s", d.Result, d.Cause)
	}
	stands(t, h, root, "one", "1.0.0", "blue")
	same(t, "the blue slot", made(t, filepath.Join(root, "shop/blue")), blue)
	if got := spared(t, h, d.ID); got != "place" {
		t.Errorf("the remediation did without %q, want place", got)
	}
	recordHolds(t, h)
}
