package journey_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

// accepting is the environment of these tests with a group that accepts drift.
const accepting = `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: test}
spec:
  purpose: test
  order: 1
  owner: security
  inspection: {acceptedBy: [operations]}
`

// TestR92OnlyWhoIsNamedAcceptsDrift: where an environment says who accepts what
// was found, a refusal names them, the task is theirs, nobody else's token speaks
// for them, and the record says for which group it was. Everybody who may deploy can
// still repair. Without the field, whoever may deploy accepts.
func TestR92OnlyWhoIsNamedAcceptsDrift(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := house.Start(t)
	root := agents(h, "host-1", "host-2")["host-1"]
	h.Apply(documents)
	h.Apply(people)
	h.Apply(accepting)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	write(t, filepath.Join(root, "shop", "current", "page"), "by hand")
	looked(t, h)
	found := onOne(t, h, "host-1")
	choice := control.DriftChoice{Drifts: []string{found.ID}}

	task := func(by practice.Actor, role party.Role) control.Task {
		t.Helper()
		tasks, _, err := h.Control.Tasks(ctx, practice.DefaultScope, by, role, "", practice.Page{})
		if err != nil || len(tasks) != 1 || tasks[0].Kind != control.TaskDrift {
			t.Fatalf("tasks of %s: %+v, %v", by.Name, tasks, err)
		}
		return tasks[0]
	}
	if got := task(person("dora"), party.Manager); got.Mine || got.Who != "the members of operations accept it; whoever may operate deployments into test repairs it" {
		t.Errorf("for dora the task is %+v", got)
	}
	if got := task(person("ben"), party.Manager); !got.Mine || !got.Team || got.Group != "operations" {
		t.Errorf("for ben the task is %+v", got)
	}
	if got := task(person("ben"), party.Viewer); got.Mine {
		t.Error("who may not deploy is to accept")
	}

	_, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, person("dora"), choice, "it reads better")
	said := h.Control.Granted(ctx, practice.DefaultScope, err)
	for _, want := range []string{"dora may not accept what was found in test: that is for operations", "you need a seat in operations", "can grant it", "tranship drift repair " + found.ID} {
		if practice.CodeOf(err) != practice.Forbidden || !strings.Contains(said.Error(), want) {
			t.Errorf("dora accepts: %v, want: %s", said, want)
		}
	}
	if _, err := h.Control.AcceptDrift(control.Handed(ctx), practice.DefaultScope, person("ben"), choice, "in his place"); practice.CodeOf(err) != practice.Forbidden || !strings.Contains(err.Error(), "by their own hand") {
		t.Errorf("with a token that somebody made for ben: %v", err)
	}
	if !onOne(t, h, "host-1").Stands() {
		t.Fatal("it does not stand any more after the refusals")
	}
	if _, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, person("ben"), choice, "it reads better"); err != nil {
		t.Fatal(err)
	}
	if n := saidOf(t, h, found.ID, drift.EntryAccepted); n != 1 {
		t.Errorf("the record tells of %d acceptances", n)
	}
	recordHolds(t, h)

	h.Apply(strings.Replace(accepting, "{acceptedBy: [operations]}", "{every: 1h}", 1))
	write(t, filepath.Join(root, "shop", "current", "page"), "by another hand")
	looked(t, h)
	again := onOne(t, h, "host-1")
	if got := task(person("dora"), party.Manager); !got.Mine || got.Who != "whoever may operate deployments into test" {
		t.Errorf("without the field the task is %+v", got)
	}
	if _, err := h.Control.AcceptDrift(control.Handed(ctx), practice.DefaultScope, person("dora"), control.DriftChoice{Drifts: []string{again.ID}}, "so be it"); err != nil {
		t.Errorf("without the field: %v", err)
	}
	recordHolds(t, h)

	if told := refused(t, h, strings.Replace(accepting, "[operations]", "[nobody-knows]", 1)); len(told) != 1 || !strings.HasPrefix(told[0], "spec.inspection.acceptedBy[0]: ") {
		t.Errorf("a group that there is not is refused with %v", told)
	}
	if problems := environment.CheckSpec(environment.Spec{Inspection: environment.Inspection{AcceptedBy: []string{"a", "a"}}}); len(problems) != 1 {
		t.Errorf("a group twice: %v", problems)
	}
}
