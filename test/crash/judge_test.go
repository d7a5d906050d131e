package crash

import (
	"maps"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
)

// sound is the evidence of one deployment onto one target in which everything
// is as it should be.
func sound() Evidence {
	order := func(kind string, data map[string]any) practice.Entry {
		all := map[string]any{"order": "O-1", "agent": "host", "epoch": float64(1), "counter": float64(7), "phase": "execute"}
		maps.Copy(all, data)
		return practice.Entry{Kind: kind, Subject: "deployment/D-1", Target: "host", Data: all}
	}
	report := func(kind deployment.ReportKind, step string, outcome deployment.Outcome) deployment.Report {
		return deployment.Report{Order: "O-1", Deployment: "D-1", Target: "host", Kind: kind, StepName: step, Outcome: outcome}
	}
	return Evidence{
		Asked:   []Asked{{Key: "k-1", ID: "D-1"}, {Key: "k-2"}},
		Effects: map[ticket]*Effect{{"O-1", "mark"}: {Order: "O-1", Deployment: "D-1", Target: "host", Step: "mark", Begun: 1, Ended: 1}},
		Once:    map[string]bool{"mark": true},
		Disk:    map[Place]string{{"host", "shop"}: "1.0.0"},
		Standings: map[string][]agent.Standing{"host": {
			{Epoch: 1, Counter: 6}, {Epoch: 1, Counter: 7}, {Epoch: 2, Counter: 0},
		}},
		Heads:       []int64{3, 3, 9},
		Deployments: []deployment.Deployment{{ID: "D-1", Ask: deployment.Ask{Change: "k-1"}, State: deployment.Closed, Result: deployment.Succeeded}},
		Reports: []deployment.Report{
			report(deployment.OrderBegun, "", ""), report(deployment.StepBegun, "mark", ""),
			report(deployment.StepEnded, "mark", deployment.Done), report(deployment.OrderEnded, "", deployment.Done),
		},
		Entries: []practice.Entry{
			order("order.issued", nil),
			order(deployment.EntryReported, map[string]any{"report": "step", "step": "mark"}),
			order(deployment.EntryReported, map[string]any{"report": "step-end", "step": "mark", "outcome": "done"}),
			order("order.issued", map[string]any{"order": "O-2", "counter": float64(8), "phase": "accept"}),
		},
		Inventory: []environment.Presence{{Target: "host", Component: "shop", Version: "1.0.0"}},
	}
}

func TestJudgeLetsSoundEvidencePass(t *testing.T) {
	t.Parallel()
	broken, tally := Judge(sound())
	if len(broken) > 0 {
		t.Errorf("sound evidence is said to break %q", broken)
	}
	if tally.Effects != 1 || tally.Deployments[deployment.Succeeded] != 1 || tally.Orders != 2 {
		t.Errorf("counted %+v", tally)
	}
}

// Every lie and every loss that the judge is there for, one at a time: it must
// be able to fail.
func TestJudgeFindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	key := ticket{"O-1", "mark"}
	for promise, breaking := range map[string]func(e *Evidence){
		"no command lost":                     func(e *Evidence) { e.Deployments[0].Change = "k-2"; e.Asked[0].ID = "D-9" },
		"no command lost: answered":           func(e *Evidence) { e.Asked[1].ID = "D-2" },
		"no command twice":                    func(e *Evidence) { d := e.Deployments[0]; d.ID = "D-2"; e.Deployments = append(e.Deployments, d) },
		"no command from nowhere":             func(e *Evidence) { e.Deployments[0].Change = "other"; e.Asked[0].ID = "" },
		"everything comes to rest":            func(e *Evidence) { e.Deployments[0].State = deployment.Executing },
		"everything comes to rest: why":       func(e *Evidence) { e.Deployments[0].State = deployment.AwaitingGuidance },
		"everything comes to rest: an order":  func(e *Evidence) { e.Reports = e.Reports[:3] },
		"no effect twice":                     func(e *Evidence) { e.Effects[key].Begun = 2 },
		"no effect from nowhere":              func(e *Evidence) { e.Effects[ticket{"O-9", "mark"}] = &Effect{Target: "host", Begun: 1} },
		"no effect from nowhere: step":        func(e *Evidence) { e.Effects[ticket{"O-1", "x"}] = &Effect{Target: "host", Begun: 1} },
		"no effect from nowhere: target":      func(e *Evidence) { e.Effects[key].Target = "other" },
		"no effect untold":                    func(e *Evidence) { e.Reports = append(e.Reports[:2:2], e.Reports[3]) },
		"no effect unrecorded":                func(e *Evidence) { e.Entries = append(e.Entries[:1:1], e.Entries[2:]...) },
		"no done without effect":              func(e *Evidence) { delete(e.Effects, key) },
		"no done without effect: half":        func(e *Evidence) { e.Effects[key].Ended = 0 },
		"no done without effect: record":      func(e *Evidence) { delete(e.Effects, key); e.Reports = nil },
		"no success without effect":           func(e *Evidence) { e.Once["note"] = false },
		"counters grow: orders":               func(e *Evidence) { e.Entries[3].Data["counter"] = float64(7) },
		"counters grow: epoch of orders":      func(e *Evidence) { e.Entries[3].Data["epoch"] = float64(0) },
		"counters grow: agent":                func(e *Evidence) { e.Standings["host"][1].Counter = 5 },
		"counters grow: agent's epoch":        func(e *Evidence) { e.Standings["host"][2].Epoch = 0 },
		"counters grow: record":               func(e *Evidence) { e.Heads = []int64{4, 3} },
		"the inventory is true":               func(e *Evidence) { e.Disk[Place{"host", "shop"}] = "2.0.0" },
		"the inventory is true: nothing":      func(e *Evidence) { delete(e.Disk, Place{"host", "shop"}) },
		"the inventory is true: not complete": func(e *Evidence) { e.Inventory = nil },
	} {
		t.Run(promise, func(t *testing.T) {
			t.Parallel()
			e := sound()
			breaking(&e)
			want, _, _ := strings.Cut(promise, ":")
			broken, _ := Judge(e)
			for _, b := range broken {
				if strings.HasPrefix(b, want+":") {
					return
				}
			}
			t.Errorf("not found; the judge says %q", broken)
		})
	}
}

// What is not known must be allowed, as long as it is said.
func TestJudgeAllowsWhatIsSaidToBeUnknown(t *testing.T) {
	t.Parallel()
	e := sound()
	e.Effects[ticket{"O-1", "mark"}].Ended = 0
	e.Reports[2].Outcome, e.Reports[3].Outcome = deployment.OutcomeDoubt, deployment.OutcomeDoubt
	e.Entries[2].Data["outcome"] = "unknown"
	e.Deployments[0].Result = deployment.Failed
	e.Inventory[0].Uncertain = true
	e.Disk = nil
	if broken, tally := Judge(e); len(broken) > 0 || tally.Doubts != 1 {
		t.Errorf("broken %q, counted %+v", broken, tally)
	}
	e = sound()
	e.Once["mark"] = false
	e.Effects[ticket{"O-1", "mark"}].Begun = 3
	if broken, tally := Judge(e); len(broken) > 0 || tally.Repeated != 2 {
		t.Errorf("broken %q, counted %+v", broken, tally)
	}
}

func TestLedgerIsRead(t *testing.T) {
	t.Parallel()
	effects, err := parseLedger("begin O-1 D-1 host mark\nbegin O-1 D-1 host mark\nend O-1 D-1 host mark\n")
	if err != nil {
		t.Fatal(err)
	}
	if e := effects[ticket{"O-1", "mark"}]; e == nil || e.Begun != 2 || e.Ended != 1 || e.Target != "host" || e.Deployment != "D-1" {
		t.Errorf("read %+v", e)
	}
	if _, err := parseLedger("begin O-1 D-1\n"); err == nil {
		t.Error("half a line was read")
	}
}
