package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

func watchedFleet(checks ...model.HealthCheck) plan.Input {
	in := fleet(2, model.Strategy{})
	in.Model.Spec.Checks.Health, in.Model.Spec.Checks.FailingPercent = checks, 50
	return in
}

// The plan holds the checks as they are made from then on, for its environment,
// with what the model leaves out; the digest covers them.
func TestPlanNamesHealthChecks(t *testing.T) {
	t.Parallel()
	check := model.HealthCheck{Name: "answers", Uses: "http", With: map[string]any{"url": "http://${target.name}/${component}/${version}"}}
	elsewhere := model.HealthCheck{Name: "elsewhere", Uses: "http", Environments: []string{"test"}}
	p, err := plan.Compile(watchedFleet(check, elsewhere))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Header.Health) != 1 || p.Header.FailingPercent != 50 || !p.Header.Watched("web") {
		t.Fatalf("the plan says %+v, %d", p.Header.Health, p.Header.FailingPercent)
	}
	if h := p.Header.Health[0]; h.Every.Std() != time.Minute || h.After != 3 || h.Timeout.Std() != 10*time.Second || h.Means != model.MeansFailing {
		t.Errorf("the check is completed to %+v", h)
	}
	changed := check
	changed.After = 5
	other, err := plan.Compile(watchedFleet(changed))
	if err != nil || other.Digest == p.Digest {
		t.Errorf("another check has the same digest %s (%v)", p.Digest, err)
	}
	none, err := plan.Compile(fleet(2, model.Strategy{}))
	if err != nil || none.Header.Watched("web") {
		t.Errorf("a model without health checks: %v, %v", none.Header.Health, err)
	}
}

// What stands is checked in its own version: that of the release, or the one
// that a remediation brought back; of another component nothing is known.
func TestHealthIsOfWhatStands(t *testing.T) {
	t.Parallel()
	p, err := plan.Compile(watchedFleet(
		model.HealthCheck{Name: "answers", Uses: "http", With: map[string]any{"url": "http://${target.name}/${component}/${version}", "deployment": "${deployment}"}},
		model.HealthCheck{Name: "of another", Uses: "http", Components: []string{"db"}},
	))
	if err != nil {
		t.Fatal(err)
	}
	e, err := plan.NewExpander(p.Header)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ component, version, want string }{
		{"web", "2", "http://web-0/web/2"}, {"web", "1", "http://web-0/web/1"}, {"web", "9", ""}, {"db", "1", ""},
	} {
		vitals, err := e.Health(p.Targets[0], c.component, c.version, "D-7")
		if err != nil || (len(vitals) == 1) != (c.want != "") {
			t.Errorf("%s %s: %+v, %v", c.component, c.version, vitals, err)
			continue
		}
		if c.want == "" {
			continue
		}
		s := vitals[0].Step
		if s.Action != model.Check || s.Artifact != -1 || s.Timeout.Std() != 10*time.Second || fmt.Sprint(s.With["url"], s.With["deployment"]) != c.want+"D-7" {
			t.Errorf("%s %s is checked by %+v", c.component, c.version, s)
		}
	}
}

// A reference that has no value stops the plan, at its place in the model, and
// not a check on some night; what is taken off needs none.
func TestHealthChecksMustBeFilledIn(t *testing.T) {
	t.Parallel()
	in := watchedFleet(
		model.HealthCheck{Name: "elsewhere", Uses: "http", Environments: []string{"test"}},
		model.HealthCheck{Name: "answers", Uses: "http", With: map[string]any{"url": "${target.parameters.url}"}, Every: practice.Duration(time.Minute)},
	)
	_, err := plan.Compile(in)
	if err == nil || !strings.Contains(err.Error(), "spec.checks.health[1].with.url: ${target.parameters.url} has no value on web-0, web-1") {
		t.Errorf("a check without a value gives %v", err)
	}
	in.Direction = plan.Remove
	in.Items[0].Version = version("1")
	in.Release = "web@1"
	if _, err := plan.Compile(in); err != nil {
		t.Errorf("a removal gives %v", err)
	}
}
