package journey_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

const interruptDocuments = `
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
        - {name: look before, uses: script, action: check, with: {check: ["true"], directory: .}}
        - {name: place, uses: files, with: {path: shop}}
        - {name: half, uses: script, with: {argv: [sh, -c, "echo $$ >> ../pids; sleep $(cat ../pace || echo 0.03)"], directory: shop}}
        - {name: whole, uses: script, with: {argv: [sh, -c, "echo $$ >> ../pids; sleep 0.03; cat current/page > done"], directory: shop}}
  checks:
    acceptance:
      - {name: it is there, uses: script, with: {check: [sh, -c, "sleep 0.02; test -e page"], directory: shop/current}}
`

// TestPain10CancelAtEveryMoment cancels deployments at once at any moment of their
// life: while orders are issued, begun, in any step, or done; twice at the same time,
// after a pause, and over a cancellation that lets things end. Each closes within
// seconds and says what it left on each target; what it says is there, no process
// goes on, and the record tells the same.
func TestPain10CancelAtEveryMoment(t *testing.T) {
	t.Parallel()
	h, roots := farm(t, interruptDocuments, "host-1", "host-2", "host-3")
	write(t, filepath.Join(roots["host-3"], "pace"), "1") // one host is slow: while it works, others are done
	const rounds = 30
	left := map[deployment.Left]int{}
	for round := range rounds {
		version := fmt.Sprintf("1.0.%d", round)
		h.Add("shop", version, map[string]string{"page": version}, nil)
		before := map[string]string{}
		for name, root := range roots {
			before[name] = whole(root)
		}
		id := h.Deploy("shop@"+version, "test").ID
		awaitMoment(t, h, id, round)
		d := cancelNow(t, h, id, round)
		if d.State != deployment.Closed {
			t.Fatalf("round %d: %s is %s", round, id, d.State)
		}
		for _, row := range rowsOf(t, h, id) {
			left[row.Left]++
			is, was := whole(roots[row.Name]), before[row.Name]
			switch {
			case row.Left == deployment.LeftNew && is != version:
				t.Errorf("round %d: %s is called %s, and is %q", round, row.Name, row.Left, is)
			case row.Left == deployment.LeftOld && is != was:
				t.Errorf("round %d: %s is called %s, was %q and is %q", round, row.Name, row.Left, was, is)
			case row.Left == deployment.LeftUnknown:
				t.Errorf("round %d: %s is unknown: %s", round, row.Name, row.Message)
			}
			noneRuns(t, roots[row.Name])
		}
		if d.Result == deployment.Cancelled && d.Touched > 0 && !strings.Contains(d.Cause, " new, ") {
			t.Errorf("round %d: it does not say what it left: %s", round, d.Cause)
		}
	}
	t.Log(left)
	if left[deployment.LeftOld] == 0 || left[deployment.LeftHalf] == 0 || left[deployment.LeftNew] == 0 {
		t.Errorf("not every moment was met: %v", left)
	}
	recordHolds(t, h)
}

// awaitMoment waits for the moment at which a round cancels: at the order, in the
// midst of a step, or once a target is done, and each time a little later than that.
func awaitMoment(t *testing.T, h *house.House, id string, round int) {
	t.Helper()
	come := []func(deployment.Target) bool{
		func(deployment.Target) bool { return true },
		func(row deployment.Target) bool { return row.State == deployment.Running && row.StepName != "" },
		func(row deployment.Target) bool { return row.State == deployment.TargetDone },
	}[round%3]
	comesTo(t, "the moment to cancel", func() bool { return slices.ContainsFunc(rowsOf(t, h, id), come) })
	time.Sleep(time.Duration(round/3) * 8 * time.Millisecond)
}

// cancelNow cancels a deployment at once, every few rounds in another way, and gives it when it is closed.
func cancelNow(t *testing.T, h *house.House, id string, round int) deployment.Deployment {
	t.Helper()
	ctx := context.Background()
	cancel := func(now bool) {
		if _, err := h.Control.Cancel(ctx, practice.DefaultScope, house.Admin, id, "enough", now); err != nil && practice.CodeOf(err) != practice.Refused {
			t.Errorf("round %d: %v", round, err)
		}
	}
	switch round % 4 {
	case 0:
		cancel(false)
	case 1:
		_, _ = h.Control.Pause(ctx, practice.DefaultScope, house.Admin, id, "a call") // refused where it cannot be paused any more
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { cancel(true) })
	}
	both.Wait()
	return h.Await(id)
}

func rowsOf(t *testing.T, h *house.House, id string) []deployment.Target {
	t.Helper()
	rows, err := h.Control.DeploymentTargets(context.Background(), practice.DefaultScope, id, deployment.TargetFilter{}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// whole gives the version that is there entirely: the last step has written it, and
// the files are of the same; "half" where they differ.
func whole(root string) string {
	page, _ := os.ReadFile(filepath.Join(root, "shop", "current", "page")) // empty: nothing is there
	done, _ := os.ReadFile(filepath.Join(root, "shop", "done"))
	if string(page) != string(done) {
		return "half"
	}
	return string(page)
}

// noneRuns says that no script that ever ran on a host goes on.
func noneRuns(t *testing.T, root string) {
	t.Helper()
	pids, _ := os.ReadFile(filepath.Join(root, "pids"))
	for pid := range strings.FieldsSeq(string(pids)) {
		command, err := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
		if n, _ := strconv.Atoi(pid); err == nil && n > 0 && (strings.Contains(string(command), "echo $$ >> ../pids") || strings.Contains(string(command), "sleep 600")) {
			t.Errorf("process %s goes on: %q", pid, command)
		}
	}
}

// TestPain10CancelWhileAnAgentIsAway: who cancels is told which agent is away and what
// it will do when it is back. After two minutes its target counts as unknown and the
// deployment closes; back again, the agent does nothing more and says what it left.
func TestPain10CancelWhileAnAgentIsAway(t *testing.T) {
	t.Parallel()
	h, roots := farm(t, strings.Replace(interruptDocuments, "sleep 0.03; cat", "echo up; sleep 600; cat", 1), "host-1")
	root := roots["host-1"]
	h.Add("shop", "1.0.0", map[string]string{"page": "1.0.0"}, nil)
	ctx, id := context.Background(), h.Deploy("shop@1.0.0", "test").ID
	comesTo(t, "the last step runs", func() bool { return rowsOf(t, h, id)[0].StepName == "whole" })
	h.Halt("host-1")
	if _, err := h.Control.Cancel(ctx, practice.DefaultScope, house.Admin, id, "", true); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	d, err := h.Control.Cancel(ctx, practice.DefaultScope, house.Admin, id, "enough", true)
	if err != nil || d.State != deployment.Cancelling {
		t.Fatalf("%s is %s, %v", id, d.State, err)
	}
	h.Ahead(100 * time.Second) // no heartbeat any more
	why, err := h.Control.Why(ctx, practice.DefaultScope, id)
	told := fmt.Sprint(why.Reasons)
	if err != nil || !strings.Contains(told, "agent host-1 of host-1 was ") || !strings.Contains(told, "when it is back it ends its step at once") ||
		!strings.Contains(told, "it may go on with the order until") {
		t.Errorf("why says %s, %v", told, err)
	}
	h.Ahead(30 * time.Second)
	if err := h.Control.Advance(ctx, practice.DefaultScope, id); err != nil {
		t.Fatal(err)
	}
	d = h.Await(id)
	if d.Result != deployment.Cancelled || !strings.HasSuffix(d.Cause, "of 1 target 0 new, 0 old, 1 unknown") {
		t.Errorf("it ended as %s: %s", d.Result, d.Cause)
	}
	if row := rowsOf(t, h, id)[0]; row.Left != deployment.LeftUnknown || !strings.Contains(row.Message, "when agent host-1 is back, it begins nothing more of this order") {
		t.Errorf("the target is told as %s: %s", row.Left, row.Message)
	}
	h.Again("host-1")
	comesTo(t, "the agent says what it left", func() bool { return rowsOf(t, h, id)[0].Left == deployment.LeftHalf })
	if d, err = h.Control.Deployment(ctx, practice.DefaultScope, id); err != nil || d.Left != (deployment.Where{HalfWay: 1}) {
		t.Errorf("the deployment counts %+v, %v", d.Left, err)
	}
	if _, err := os.Stat(filepath.Join(root, "shop", "done")); err == nil {
		t.Error("the last step was done")
	}
	noneRuns(t, root)
	recordHolds(t, h)
}

func comesTo(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to this: %s", what)
		}
	}
}
