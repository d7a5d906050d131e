package approval_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
)

func anyRisk() *rapid.Generator[approval.RiskInput] {
	return rapid.Custom(func(t *rapid.T) approval.RiskInput {
		names := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,4}`), 0, 4)
		number := func(label string) int { return rapid.IntRange(0, 100_000).Draw(t, label) }
		past := func(label string) time.Time {
			return nine.Add(-time.Duration(rapid.IntRange(0, 400).Draw(t, label)) * 24 * time.Hour)
		}
		in := approval.RiskInput{
			Now: nine, Plan: "P-9", Environment: "live", Model: "web", Targets: number("targets"), Runs: number("runs"),
			ModelRuns: number("modelRuns"), LastChange: past("last"), Changes: number("changes"),
			Remediable: rapid.Bool().Draw(t, "remediable"), RollbackTested: past("tested"), Irreversible: names.Draw(t, "irreversible"),
			Waived: names.Draw(t, "waived"), OutsideWindow: rapid.Bool().Draw(t, "outside"), HumanSteps: number("human"),
			Suppliers: names.Draw(t, "suppliers"), Steps: 1 + number("steps"),
		}
		in.ModelSucceeded = rapid.IntRange(0, in.ModelRuns).Draw(t, "succeeded")
		in.Checked = rapid.IntRange(0, in.Steps).Draw(t, "checked")
		for range rapid.IntRange(0, 3).Draw(t, "services") {
			in.Services = append(in.Services, approval.Service{Name: "s", Criticality: rapid.SampledFrom([]string{"", "low", "medium", "high", "vital"}).Draw(t, "criticality")})
		}
		return in
	})
}

// worse are changes that make a deployment more dangerous, each in one fact.
var worse = map[string]func(*approval.RiskInput){
	"a vital service": func(in *approval.RiskInput) {
		in.Services = append(in.Services, approval.Service{Name: "pay", Criticality: "vital"})
	},
	"more targets":         func(in *approval.RiskInput) { in.Targets++ },
	"fewer runs":           func(in *approval.RiskInput) { in.Runs /= 2 },
	"one more failure":     func(in *approval.RiskInput) { in.ModelRuns++ },
	"one success less":     func(in *approval.RiskInput) { in.ModelSucceeded-- },
	"longer ago":           func(in *approval.RiskInput) { in.LastChange = in.LastChange.Add(-30 * 24 * time.Hour) },
	"never before":         func(in *approval.RiskInput) { in.LastChange = time.Time{} },
	"more changes":         func(in *approval.RiskInput) { in.Changes++ },
	"no way back":          func(in *approval.RiskInput) { in.Remediable = false },
	"way back never tried": func(in *approval.RiskInput) { in.RollbackTested = time.Time{} },
	"data":                 func(in *approval.RiskInput) { in.Irreversible = append(in.Irreversible, "orders-schema") },
	"one more waived":      func(in *approval.RiskInput) { in.Waived = append(in.Waived, "freeze") },
	"outside the window":   func(in *approval.RiskInput) { in.OutsideWindow = true },
	"more by hand":         func(in *approval.RiskInput) { in.HumanSteps++ },
	"a supplier":           func(in *approval.RiskInput) { in.Suppliers = append(in.Suppliers, "acme") },
	"one check less":       func(in *approval.RiskInput) { in.Checked-- },
}

func TestRiskIsMonotoneBoundedAndTheSameAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyRisk().Draw(t, "facts")
		r := approval.Score(in)
		if !reflect.DeepEqual(r, approval.Score(in)) {
			t.Fatal("the same facts gave another risk")
		}
		if r.Score < 0 || r.Score > 100 || r.Version != approval.RiskVersion || r.Level != approval.LevelOf(r.Score) {
			t.Fatalf("impossible risk %+v", r)
		}
		for _, f := range r.Factors {
			if f.Value < 0 || f.Value > 1 || f.Weight <= 0 || f.Weight > 1 || f.Why == "" {
				t.Fatalf("impossible factor %+v", f)
			}
		}
		for name, change := range worse {
			other := in
			other.Services, other.Waived = append([]approval.Service(nil), in.Services...), append([]string(nil), in.Waived...)
			change(&other)
			after := approval.Score(other)
			if after.Score < r.Score {
				t.Fatalf("%s lowered the risk from %d to %d", name, r.Score, after.Score)
			}
			for i, f := range after.Factors {
				if name != "a vital service" && f.Value < r.Factors[i].Value {
					t.Fatalf("%s lowered %s from %v to %v", name, f.Name, r.Factors[i].Value, f.Value)
				}
			}
		}
	})
}

// TestBandsAreReached: unlike formulas whose highest band nothing can reach.
func TestBandsAreReached(t *testing.T) {
	t.Parallel()
	routine := approval.RiskInput{
		Now: nine, Environment: "live", Model: "web", Services: []approval.Service{{Name: "shop", Criticality: "medium"}}, Targets: 3, Runs: 30,
		ModelRuns: 60, ModelSucceeded: 60, LastChange: nine.Add(-7 * 24 * time.Hour), Changes: 1, Remediable: true, RollbackTested: nine, Steps: 4, Checked: 4,
	}
	first := routine
	first.Runs, first.ModelRuns, first.ModelSucceeded, first.LastChange, first.RollbackTested = 0, 0, 0, time.Time{}, time.Time{}
	worst := first
	worst.Services = []approval.Service{{Name: "pay", Criticality: "vital"}}
	worst.Irreversible = []string{"orders-schema"}
	for _, c := range []struct {
		what string
		in   approval.RiskInput
		want practice.RiskLevel
	}{
		{"a routine deployment", routine, practice.LowRisk},
		{"the first of its kind", first, practice.MediumRisk},
		{"data of a vital service, for the first time", worst, practice.HighRisk},
	} {
		if r := approval.Score(c.in); r.Level != c.want {
			t.Errorf("%s has risk %d, %s; expected %s", c.what, r.Score, r.Level, c.want)
		}
	}
	if three := approval.Score(approval.RiskInput{ModelRuns: 3, ModelSucceeded: 3}); three.Factors[3].Value != 0.2 {
		t.Errorf("three successes of three leave %v of doubt, expected 0.2: few runs prove little", three.Factors[3].Value)
	}
}

// TestRiskPage: docs/risk.md holds every factor with its weight.
func TestRiskPage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../docs/risk.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "| `") {
			cells := strings.Split(line, "|")
			rows = append(rows, strings.TrimSpace(cells[1])+" "+strings.TrimSpace(cells[2]))
		}
	}
	var want []string
	for _, f := range approval.Score(approval.RiskInput{}).Factors {
		want = append(want, fmt.Sprintf("`%s` %.2f", f.Name, f.Weight))
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("docs/risk.md has %q, the code %q", rows, want)
	}
	if !strings.Contains(string(raw), fmt.Sprintf("Version %d", approval.RiskVersion)) {
		t.Errorf("docs/risk.md does not speak of version %d", approval.RiskVersion)
	}
}
