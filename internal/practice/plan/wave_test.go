package plan_test

import (
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// A plan has at most so many waves, whatever makes them; one more is refused with
// what to do about it.
func TestMostWaves(t *testing.T) {
	t.Parallel()
	p, err := plan.Compile(fleet(plan.MaxWaves, model.Strategy{Rolling: &model.Rolling{Count: 1}}))
	if err != nil || len(p.Header.Waves) != plan.MaxWaves {
		t.Fatalf("%d waves, %v", len(p.Header.Waves), err)
	}
	if _, err = plan.Compile(fleet(plan.MaxWaves+1, model.Strategy{Rolling: &model.Rolling{Count: 2}})); err != nil {
		t.Errorf("two targets in each wave: %v", err)
	}
	_, err = plan.Compile(fleet(plan.MaxWaves+1, model.Strategy{Rolling: &model.Rolling{Count: 1}}))
	if practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "puts 1001 targets into 1001 waves, and 1000 are possible; let each wave take more targets") {
		t.Errorf("got %v", err)
	}
}
