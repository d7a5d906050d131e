package plan_test

import (
	"fmt"
	"testing"

	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

func BenchmarkCompile(b *testing.B) {
	strategy := model.Strategy{Waves: []model.Wave{{Percent: 10}, {Percent: 50}, {Percent: 100}}}
	for _, targets := range []int{100, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("targets=%d", targets), func(b *testing.B) {
			in := fleet(targets, strategy)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := plan.Compile(in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(targets), "ns/target")
		})
	}
}

func BenchmarkSteps(b *testing.B) {
	p, err := plan.Compile(fleet(1, model.Strategy{}))
	if err != nil {
		b.Fatal(err)
	}
	e, err := plan.NewExpander(p.Header)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := e.Steps(p.Targets[0], plan.PhaseExecute, "D-1"); err != nil {
			b.Fatal(err)
		}
	}
}

// Strategies that make many waves, or look at every target, cost no more by the target.
func BenchmarkCompileStrategies(b *testing.B) {
	strategies := map[string]model.Strategy{
		"most-waves": {Rolling: &model.Rolling{Count: 1}}, // as few targets in each as may be
		"by-zone":    {Rolling: &model.Rolling{By: "zone"}},
		"labels":     {Waves: []model.Wave{{Labels: map[string]string{"zone": "b"}}, {Percent: 50}, {}}},
		"redundant":  {Rolling: &model.Rolling{Percent: 10}},
	}
	for _, name := range []string{"most-waves", "by-zone", "labels", "redundant"} {
		for _, targets := range []int{10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/targets=%d", name, targets), func(b *testing.B) {
				strategy := strategies[name]
				if name == "most-waves" {
					strategy.Rolling = &model.Rolling{Count: targets / plan.MaxWaves}
				}
				in := fleet(targets, strategy)
				for i := 0; name == "redundant" && i+1 < targets; i += 2 {
					in.Targets[i].Redundant = []string{in.Targets[i+1].Name}
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := plan.Compile(in); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(targets), "ns/target")
			})
		}
	}
}
