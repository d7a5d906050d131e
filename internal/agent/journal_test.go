package agent_test

import (
	"errors"
	"path/filepath"
	"testing"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

func TestJournals(t *testing.T) {
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		j := agent.NewMemoryJournal(agent.Standing{})
		journalKeeps(t, func() agent.Journal { return j })
	})
	t.Run("bolt", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "journal.db")
		var open agent.Journal
		journalKeeps(t, func() agent.Journal {
			if open != nil {
				if err := open.Close(); err != nil {
					t.Fatal(err)
				}
			}
			j, err := agent.OpenJournal(file)
			if err != nil {
				t.Fatal(err)
			}
			open = j
			return j
		})
		if _, err := agent.OpenJournal(file); practice.CodeOf(err) != practice.Conflict {
			t.Errorf("a second agent opened the journal: %v", err)
		}
		if err := open.Close(); err != nil {
			t.Error(err)
		}
	})
}

// interruptionsAreKept says that an order is never gone on with that was interrupted,
// and is forgotten with its interruption.
func interruptionsAreKept(t *testing.T, open func() agent.Journal) {
	t.Helper()
	j := open()
	h := agent.Held{Order: deployment.Order{ID: "o3"}, Progress: agent.Progress{Mark: agent.Begun}}
	why := deployment.Interrupt{Order: "o3", Deployment: "D-1", Why: "fire"}
	if err := errors.Join(j.Accept(h, agent.Standing{Epoch: 2, Counter: 8}), j.Interrupt(why), j.Advance("o3", agent.Progress{Mark: agent.Ended})); err != nil {
		t.Fatal(err)
	}
	told := func() *deployment.Interrupt {
		orders, err := open().Orders()
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range orders {
			if h.Order.ID == "o3" {
				return h.Interrupt
			}
		}
		return nil
	}
	if got := told(); got == nil || *got != why {
		t.Errorf("the interruption is kept as %+v, want %+v", got, why)
	}
	j = open()
	if err := errors.Join(j.Forget([]string{"o3"}), j.Accept(h, agent.Standing{Epoch: 2, Counter: 8})); err != nil {
		t.Fatal(err)
	}
	if got := told(); got != nil {
		t.Errorf("a forgotten order comes back interrupted: %+v", got)
	}
}

// journalKeeps is what every journal holds to; open opens it anew.
func journalKeeps(t *testing.T, open func() agent.Journal) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	j := open()
	defer func() { interruptionsAreKept(t, open) }()
	for _, id := range []string{"o1", "o10"} {
		h := agent.Held{Order: deployment.Order{ID: id, Steps: []plan.Step{step("one")}}, Progress: agent.Progress{Mark: agent.Accepted}}
		check(j.Accept(h, agent.Standing{Epoch: 2, Counter: 7}))
		check(j.Advance(id, agent.Progress{Mark: agent.Begun, Doing: &agent.Intent{Boot: "b"}, Seq: 300},
			deployment.Report{Order: id, Seq: 2}, deployment.Report{Order: id, Seq: 300}))
	}
	check(j.Answered([]deployment.Report{{Order: "o1", Seq: 2}, {Order: "nobody", Seq: 1}}))
	j = open()
	if s, err := j.Standing(); err != nil || s.Epoch != 2 || s.Counter != 7 {
		t.Errorf("standing is %+v, %v", s, err)
	}
	orders, err := j.Orders()
	if err != nil || len(orders) != 2 || orders[0].Progress.Doing == nil || len(orders[0].Order.Steps) != 1 {
		t.Errorf("orders are %+v, %v", orders, err)
	}
	unsent, err := j.Unsent()
	if err != nil || len(unsent) != 3 || unsent[0].Order != "o1" || unsent[0].Seq != 300 || unsent[1].Seq != 2 {
		t.Errorf("unsent are %+v, %v", unsent, err)
	}
	if all, err := j.Reports("o1"); err != nil || len(all) != 2 || all[1].Seq != 300 {
		t.Errorf("reports of o1 are %+v, %v", all, err)
	}
	check(j.Forget([]string{"o1"}))
	j = open()
	if orders, _ := j.Orders(); len(orders) != 1 || orders[0].Order.ID != "o10" {
		t.Errorf("after forgetting o1 there are %+v", orders)
	}
	if all, _ := j.Reports("o10"); len(all) != 2 {
		t.Errorf("forgetting o1 took reports of o10: %+v", all)
	}
	if all, _ := j.Reports("o1"); len(all) != 0 {
		t.Errorf("reports of o1 are left: %+v", all)
	}
}
