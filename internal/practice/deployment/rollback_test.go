package deployment_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"
	"tranship.dev/tranship/internal/practice/deployment"
)

// TestPain12RollbackLeavesWhatWasThere lets anything happen to a deployment, and then
// rolls it back by another one that restores what the record says was there: on every
// target that it may have changed the inventory is as before, for certain, whatever
// failed, was skipped, given up, paused, interrupted or retried; no other is touched.
func TestPain12RollbackLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawShape(t)
		s.restore, s.fresh, s.startAfter = false, rapid.Bool().Draw(t, "fresh"), 0
		s.levels, s.shared = nil, false
		bad := &wild{server: newServer(s)}
		bad.inventory = map[string]deployment.Landing{}
		bad.start(t)
		t.Repeat(map[string]func(*rapid.T){
			"issue": bad.issuePage, "report": bad.report, "report2": bad.report, "batch": bad.batch, "silence": bad.silence,
			"time": bad.time, "guidance": bad.guide, "cancel": bad.cancel, "interrupt": bad.interruptAll,
			"pause":  func(t *rapid.T) { bad.do(t, deployment.PauseAsked{By: anna}) },
			"resume": func(t *rapid.T) { bad.do(t, deployment.ResumeAsked{By: anna}) },
		})
		bad.finish(t)
		var touched []string
		for _, row := range bad.sorted() {
			landed, is := bad.inventory[row.Name]
			switch {
			case row.Touched:
				touched = append(touched, row.Name)
			case is && (landed.Uncertain || landed.Version != row.Before[0].Version):
				t.Fatalf("%s is not touched, and the inventory says %+v", row.Name, landed)
			}
		}
		if len(touched) == 0 {
			return
		}
		back := &wild{server: newServer(shape{waves: []int{len(touched)}, restore: true, fresh: s.fresh})}
		back.inventory = maps.Clone(bad.inventory)
		renamed := map[string]deployment.Target{}
		for i, name := range touched { // the plan of a rollback has exactly what was touched
			row := back.rows[back.names[i]]
			row.Name, row.Goal = name, bad.rows[name].Before
			renamed[name] = row
		}
		back.rows, back.names = renamed, touched
		back.do(t, deployment.PlanFrozen{By: anna})
		back.finish(t)
		if back.d.Result != deployment.Succeeded {
			t.Fatalf("it ended as %s: %s", back.d.Result, back.d.Cause)
		}
		for _, row := range bad.sorted() {
			landed, is := back.inventory[row.Name]
			if is && (landed.Uncertain || landed.Version != row.Before[0].Version || landed.Digest != row.Before[0].Digest) {
				t.Fatalf("on %s was %+v, and the inventory says %+v", row.Name, row.Before[0], landed)
			}
		}
	})
}
