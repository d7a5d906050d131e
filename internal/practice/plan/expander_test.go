package plan_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

func TestStepsRefuseWhatCompileWouldNotMake(t *testing.T) {
	t.Parallel()
	p, err := plan.Compile(fleet(1, model.Strategy{}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := plan.NewExpander(p.Header)
	if err != nil {
		t.Fatal(err)
	}
	good, bare, other := p.Targets[0], p.Targets[0], p.Targets[0]
	bare.Labels, other.Before = nil, nil
	for _, c := range []struct {
		target      plan.Target
		phase, want string
	}{
		{good, "D-1", `phase "D-1" is not known`},
		{bare, plan.PhaseExecute, "target web-0: items[0].install[1].with.argv[2]: ${target.labels.zone} has no value"},
		{other, plan.PhaseExecute, "what was before is known of 0 items, not of the plan's 1"},
	} {
		if _, _, err := e.Steps(c.target, c.phase, "D-1"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want %q", err, c.want)
		}
	}
	p.Header.Items[0].Install[0].With = map[string]any{"path": "${open"}
	if _, err := plan.NewExpander(p.Header); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "items[0].install[0].with.path: reference ${open is not closed by }") {
		t.Errorf("a malformed text gives %v", err)
	}
}

// Expanding for one target leaves nothing behind for the next, and inputs without references keep their type.
func TestStepsAreIndependent(t *testing.T) {
	t.Parallel()
	p, err := plan.Compile(fleet(2, model.Strategy{}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := plan.NewExpander(p.Header)
	if err != nil {
		t.Fatal(err)
	}
	first, artifacts, err := e.Steps(p.Targets[0], plan.PhaseExecute, "D-1")
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := e.Steps(p.Targets[1], plan.PhaseExecute, "D-1")
	if err != nil {
		t.Fatal(err)
	}
	want := []any{"./web", "--zone", "a"}
	if got := first[1].With["argv"]; !reflect.DeepEqual(got, want) {
		t.Errorf("argv of the first target is %v, not %v", got, want)
	}
	if got := second[1].With["env"]; !reflect.DeepEqual(got, map[string]any{"HOST": "web-1"}) {
		t.Errorf("env of the second target is %v", got)
	}
	if got := first[0].With["keep"]; got != 3.0 {
		t.Errorf("the number became %v", got)
	}
	if len(artifacts) != 1 || artifacts[0].Version != "2" || first[0].Artifact != 0 {
		t.Errorf("artifacts %+v, first step refers to %d", artifacts, first[0].Artifact)
	}
}

func TestFillSecrets(t *testing.T) {
	t.Parallel()
	secret := func(name string) (string, error) {
		if name != "db/password" {
			return "", practice.Faultf(practice.NotFound, "there is no secret %s", name)
		}
		return "${x}$", nil
	}
	with := map[string]any{"list": []any{"p=${secret.db/password}", 1.0, nil}, "deep": map[string]any{"plain": "$${HOME}"}}
	got, err := plan.FillSecrets(with, secret)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"list": []any{"p=${x}$", 1.0, nil}, "deep": map[string]any{"plain": "${HOME}"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if with["list"].([]any)[0] != "p=${secret.db/password}" {
		t.Error("the step's own inputs were changed")
	}
	for text, code := range map[string]practice.Code{"${secret.other}": practice.NotFound, "${version}": practice.Refused, "${": practice.Invalid} {
		if _, err := plan.FillSecrets(map[string]any{"a": []any{text}}, secret); practice.CodeOf(err) != code {
			t.Errorf("%s gives %v, want code %s", text, err, code)
		}
	}
}

func TestCompileRefusesWhatNobodyCanMean(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*plan.Input){
		`direction "" is none of install, remove and restore`: func(in *plan.Input) { in.Direction = "" },
		"release web@2 has no components":                     func(in *plan.Input) { in.Items = nil },
		"component web is in release web@2 twice":             func(in *plan.Input) { in.Items = append(in.Items, in.Items[0]) },
		`target "web-0" is given twice or has no name`:        func(in *plan.Input) { in.Targets = append(in.Targets, in.Targets[0]) },
		"says what was before of 0 items, not of 1":           func(in *plan.Input) { in.Targets[0].Before = nil },
	} {
		in := fleet(2, model.Strategy{})
		change(&in)
		if _, err := plan.Compile(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

// Compile changes nothing of what it was given: the same model may be compiled at the same time elsewhere.
func TestCompileLeavesItsInputAlone(t *testing.T) {
	t.Parallel()
	in, same := fleet(12, model.Strategy{}), fleet(12, model.Strategy{})
	in.Only, same.Only = []string{"web-9", "web-1"}, []string{"web-9", "web-1"}
	if _, err := plan.Compile(in); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in, same) {
		t.Error("the input was changed")
	}
	in.Environment.Verdict = practice.Hold()
	var fault *practice.Error
	if _, err := plan.Compile(in); !errors.As(err, &fault) || fault.Code != practice.Refused {
		t.Errorf("a closed environment without a reason gives %v", err)
	}
}

func TestStepsCarryTheirWatch(t *testing.T) {
	t.Parallel()
	in := fleet(1, model.Strategy{})
	in.Model.Spec.Checks.Acceptance[0].Watch = &model.Watch{For: practice.Duration(time.Minute), Failures: 2}
	p, err := plan.Compile(in)
	if err != nil {
		t.Fatal(err)
	}
	e, err := plan.NewExpander(p.Header)
	if err != nil {
		t.Fatal(err)
	}
	steps, _, err := e.Steps(p.Targets[0], plan.PhaseAccept, "D-1")
	if err != nil || steps[0].Watch == nil || *steps[0].Watch != (model.Watch{For: practice.Duration(time.Minute), Every: practice.Duration(10 * time.Second), Failures: 2}) {
		t.Errorf("the exact step is watched %+v (%v)", steps[0].Watch, err)
	}
	steps, _, err = e.Steps(p.Targets[0], plan.PhaseExecute, "D-1")
	if err != nil || steps[0].Watch != nil {
		t.Errorf("a step without a watch has %+v (%v)", steps[0].Watch, err)
	}
}
