package plan_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/txtar"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

var update = flag.Bool("update", false, "rewrite the expected output of testdata")

// TestCompileCases compiles the input.yaml of each case in testdata and
// compares what people would read: plan.txt, or error.txt.
func TestCompileCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, got := outcome(t, readCase(t, archive.Files[0].Data))
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: name, Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != 2 || archive.Files[1].Name != name || string(archive.Files[1].Data) != got {
				t.Errorf("%s differs from what is expected; got %s:\n%s", file, name, got)
			}
		})
	}
}

func outcome(t *testing.T, in plan.Input) (name, text string) {
	t.Helper()
	p, err := plan.Compile(in)
	if err != nil {
		var fault *practice.Error
		if !errors.As(err, &fault) {
			t.Fatalf("not an error that people can act on: %v", err)
		}
		return "error.txt", fmt.Sprintf("%s: %s\n", fault.Code, fault.Error())
	}
	if err := plan.Verify(p.Header, p.Targets, p.Digest); err != nil {
		t.Fatal(err)
	}
	return "plan.txt", describe(t, p)
}

// describe prints a plan, with the steps of at most three targets.
func describe(t *testing.T, p plan.Plan) string {
	t.Helper()
	var b strings.Builder
	h := p.Header
	fmt.Fprintf(&b, "%s of %s, %s, by model %s revision %d\n", h.Direction, h.Release, h.Environment, h.Model.Name, h.Model.Revision)
	fmt.Fprintf(&b, "on failure %s; silent %s; at most %d failures a wave; %d targets change, %d do not\n",
		h.OnFailure, h.Silent, h.MaxFailures, h.TargetCount, h.Unchanged)
	if h.MaxFailuresTotal != nil {
		fmt.Fprintf(&b, "at most %d failures in all\n", *h.MaxFailuresTotal)
	}
	for _, one := range h.Irreversible {
		fmt.Fprintf(&b, "cannot be undone: %s, on %d, only fresh ones %t\n", one.Words(), one.Targets, one.Fresh)
	}
	for _, one := range h.Lost {
		fmt.Fprintf(&b, "does not come back: %s, on %d\n", one.Words(), one.Targets)
	}
	describePause(&b, "first ", h.Pause)
	next := 0
	for _, w := range h.Waves {
		fmt.Fprintf(&b, "wave %d", w.Number)
		if w.Level > 0 {
			fmt.Fprintf(&b, " of level %d", w.Level)
		}
		if w.Domain != "" {
			fmt.Fprintf(&b, " (%s)", w.Domain)
		}
		b.WriteString(":")
		for range w.Size {
			if p.Targets[next].Wave != w.Number {
				t.Errorf("target %s is in wave %d, not in %d", p.Targets[next].Name, p.Targets[next].Wave, w.Number)
			}
			b.WriteString(" " + p.Targets[next].Name)
			next++
		}
		if w.Soak > 0 {
			fmt.Fprintf(&b, "; then soak %s", w.Soak)
		}
		if w.MaxFailures != nil {
			fmt.Fprintf(&b, "; at most %d failures", *w.MaxFailures)
		}
		b.WriteByte('\n')
		describePause(&b, "  then ", w.Pause)
	}
	shown := p.Targets[:min(3, len(p.Targets))]
	differences, err := plan.Differences(h, shown)
	if err != nil {
		t.Fatal(err)
	}
	e, err := plan.NewExpander(h)
	if err != nil {
		t.Fatal(err)
	}
	for i, target := range shown {
		fmt.Fprintf(&b, "\n%s:", target.Name)
		for _, item := range differences[i].Items {
			fmt.Fprintf(&b, " %s %s -> %s", item.Component, orNothing(item.Before), orNothing(item.After))
			if item.Uncertain {
				b.WriteString(" (uncertain)")
			}
			if !item.Changes {
				b.WriteString(" (no change)")
			}
		}
		b.WriteByte('\n')
		for _, phase := range []string{plan.PhaseVerify, plan.PhaseExecute, plan.PhaseAccept, plan.PhaseRemediate} {
			steps, artifacts, err := e.Steps(target, phase, "D-7")
			if err != nil {
				t.Fatal(err)
			}
			describeSteps(t, &b, phase, steps, artifacts)
		}
	}
	return b.String()
}

func describePause(b *strings.Builder, when string, p *model.Pause) {
	if p != nil {
		fmt.Fprintf(b, "%spause for %q: %s\n", when, p.Group, p.Message)
	}
}

func describeSteps(t *testing.T, b *strings.Builder, phase string, steps []plan.Step, artifacts []plan.Artifact) {
	t.Helper()
	for _, s := range steps {
		fmt.Fprintf(b, "  %-9s  %s: %s %s", phase, s.Name, s.Action, s.Uses)
		if s.Inspect {
			fmt.Fprint(b, " unless it is so already")
		}
		if s.Component != "" {
			fmt.Fprintf(b, " for %s@%s", s.Component, s.Version)
		}
		if s.Artifact >= 0 {
			a := artifacts[s.Artifact]
			fmt.Fprintf(b, " with artifact %s@%s", a.Component, a.Version)
		}
		fmt.Fprintf(b, ", %d x %s", s.Attempts, s.Timeout)
		if s.With != nil {
			raw, err := practice.Canonical(s.With)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(b, " %s", raw)
		}
		b.WriteByte('\n')
	}
}

func orNothing(version string) string {
	if version == "" {
		return "nothing"
	}
	return version
}

// decode reads YAML into a value with JSON names, refusing unknown ones.
func decode(t *testing.T, raw []byte, into any) {
	t.Helper()
	converted, err := yaml.YAMLToJSON(raw)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(converted)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

// modelOf gives the model of the cases.
func modelOf(spec model.Spec) model.Model {
	return model.Model{Name: "standard", Revision: 3, Digest: practice.DigestOf([]byte("standard")), Spec: spec}
}
