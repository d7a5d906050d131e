package approval

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// factor is one part of a risk: how much it weighs, and what its value between
// 0 and 1 is, with the sentence that names the source.
type factor struct {
	name   string
	weight float64
	value  func(RiskInput) (float64, string)
}

// factors lists all, in the order in which people read them. A change of any of
// them raises RiskVersion.
func factors() []factor {
	return []factor{
		{"criticality", 0.35, criticality},
		{"targets", 0.20, targets},
		{"novelty", 0.20, novelty},
		{"success", 0.30, success},
		{"age", 0.05, age},
		{"difference", 0.15, difference},
		{"reversibility", 0.25, reversibility},
		{"irreversible", 0.35, irreversible},
		{"conflicts", 0.20, conflicts},
		{"window", 0.15, outside},
		{"people", 0.10, byHand},
		{"suppliers", 0.10, suppliers},
		{"verification", 0.25, verification},
	}
}

// criticalities are how much depends on a service, as its document says it.
var criticalities = []string{"low", "medium", "high", "vital"}

func criticality(in RiskInput) (float64, string) {
	highest, told := -1, ""
	for _, s := range in.Services {
		level, from := slices.Index(criticalities, s.Criticality), " (its document)"
		if level < 0 {
			level, from = 1, ", because its document does not say it"
		}
		if level > highest {
			highest, told = level, fmt.Sprintf("service %s has criticality %s%s", s.Name, criticalities[level], from)
		}
	}
	if highest < 0 {
		return 1. / 3, "no service is known that it is for: criticality medium (documents of the components)"
	}
	return float64(highest) / 3, told
}

func targets(in RiskInput) (float64, string) {
	return math.Log10(1+float64(max(0, in.Targets))) / 4, fmt.Sprintf("%s (plan %s)", several(in.Targets, "target changes", "targets change"), in.Plan)
}

func novelty(in RiskInput) (float64, string) {
	if in.Runs <= 0 {
		return 1, fmt.Sprintf("never deployed into %s with model %s (record)", in.Environment, in.Model)
	}
	return 1 / (1 + float64(in.Runs)), fmt.Sprintf("deployed %s into %s with model %s before (record)", several(in.Runs, "time", "times"), in.Environment, in.Model)
}

// success is one less the mean of a Beta(1,1) prior and what was seen: three
// successes of three are 80%, not 100%.
func success(in RiskInput) (float64, string) {
	runs := max(0, in.ModelRuns)
	good := min(runs, max(0, in.ModelSucceeded))
	rate := float64(good+1) / float64(runs+2)
	return 1 - rate, fmt.Sprintf("%d of %s with model %s succeeded: success rate held to be %.0f%% (record)",
		good, several(runs, "deployment", "deployments"), in.Model, 100*rate)
}

func age(in RiskInput) (float64, string) {
	if in.LastChange.IsZero() {
		return 1, fmt.Sprintf("never changed in %s before (record)", in.Environment)
	}
	days := max(0, in.Now.Sub(in.LastChange)) / (24 * time.Hour)
	return float64(days) / 180, fmt.Sprintf("last changed in %s %s ago (record)", in.Environment, several(int(days), "day", "days"))
}

func difference(in RiskInput) (float64, string) {
	return part(in.Changes, 4), fmt.Sprintf("%s (plan %s)", several(in.Changes, "component version changes", "component versions change"), in.Plan)
}

func reversibility(in RiskInput) (float64, string) {
	switch {
	case !in.Remediable:
		return 1, fmt.Sprintf("model %s cannot bring back what was before (model)", in.Model)
	case in.RollbackTested.IsZero():
		return 0.5, fmt.Sprintf("bringing back what was before was never tried in %s (record)", in.Environment)
	case in.Now.Sub(in.RollbackTested) > rollbackTested:
		return 0.5, fmt.Sprintf("bringing back what was before was last tried by %s at %s, more than 90 days ago (record)", in.RollbackBy, in.RollbackTested.UTC().Format(time.DateOnly))
	}
	return 0, fmt.Sprintf("bringing back what was before was tried by %s at %s (record)", in.RollbackBy, in.RollbackTested.UTC().Format(time.DateOnly))
}

func irreversible(in RiskInput) (float64, string) {
	if len(in.Irreversible) == 0 {
		return 0, fmt.Sprintf("nothing in it is known to be irreversible (plan %s)", in.Plan)
	}
	return 1, fmt.Sprintf("cannot be undone: %s (plan %s)", names(in.Irreversible), in.Plan)
}

func conflicts(in RiskInput) (float64, string) {
	if len(in.Waived) == 0 {
		return 0, "no conflict was waived (calendar)"
	}
	return part(len(in.Waived), 1), fmt.Sprintf("%s: %s (calendar)", several(len(in.Waived), "conflict waived", "conflicts waived"), strings.TrimSuffix(names(in.Waived), "."))
}

func outside(in RiskInput) (float64, string) {
	if in.OutsideWindow {
		return 1, "it may run outside every maintenance window (calendar)"
	}
	return 0, "it runs within a maintenance window, or none is demanded (calendar)"
}

func byHand(in RiskInput) (float64, string) {
	return part(in.HumanSteps, 4), fmt.Sprintf("%s by hand (plan %s)", several(in.HumanSteps, "step is done", "steps are done"), in.Plan)
}

func suppliers(in RiskInput) (float64, string) {
	if len(in.Suppliers) == 0 {
		return 0, "no supplier takes part (documents)"
	}
	return 1, fmt.Sprintf("suppliers take part: %s (documents)", names(in.Suppliers))
}

func verification(in RiskInput) (float64, string) {
	steps := max(0, in.Steps)
	checked := min(steps, max(0, in.Checked))
	if steps == 0 {
		return 1, fmt.Sprintf("nothing is verified (plan %s)", in.Plan)
	}
	return 1 - float64(checked)/float64(steps), fmt.Sprintf("%d of %d steps and targets have a check (plan %s)", checked, steps, in.Plan)
}

// part gives n / (n + half): 0 for nothing, one half at half, never quite 1.
func part(n, half int) float64 {
	n = max(0, n)
	return float64(n) / float64(n+half)
}

func several(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", max(0, n), many)
}
