package start_test

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model/start"
)

// document is as much of a model as is filled in.
type document struct {
	Metadata struct{ Name string }
	Spec     struct {
		Owner     string
		AppliesTo struct{ Components []string } `yaml:"appliesTo"`
		Flow      []struct{ Environment string }
		Procedure []struct{ Kind string } `yaml:"procedures"`
	}
}

// Names that YAML would take for numbers or truths are texts, and stay what they
// are; so does an owner with signs of YAML in it.
func TestWhatIsFilledInStaysAText(t *testing.T) {
	t.Parallel()
	const owner = `ops: "the # team"`
	for _, s := range start.All() {
		text, err := s.YAML(start.Blank{Name: "1.0", Component: "123", Kind: library.Other, Owner: owner, Environments: []string{"on", "null", "1e3"}})
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		var d document
		if err := yaml.Unmarshal([]byte(text), &d); err != nil {
			t.Fatalf("%s: %v\n%s", s.Name, err, text)
		}
		flow := make([]string, len(d.Spec.Flow))
		for i, stage := range d.Spec.Flow {
			flow[i] = stage.Environment
		}
		for got, want := range map[string]string{
			d.Metadata.Name: "1.0", d.Spec.Owner: owner, strings.Join(d.Spec.AppliesTo.Components, " "): "123",
			strings.Join(flow, " "): "on null 1e3", d.Spec.Procedure[0].Kind: "other",
		} {
			if got != want {
				t.Errorf("%s says %q, want %q", s.Name, got, want)
			}
		}
		if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") || strings.Contains(text, ": 123\n") {
			t.Errorf("%s is not filled in as it must be:\n%s", s.Name, text)
		}
	}
}

func TestANameThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	s, err := start.Find("files")
	if err != nil {
		t.Fatal(err)
	}
	for what, b := range map[string]start.Blank{
		`model name "My Model"`: {Name: "My Model"}, `component name "a/b"`: {Component: "a/b"}, `environment name "x}"`: {Environments: []string{"x}"}},
	} {
		if _, err := s.YAML(b); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), what) {
			t.Errorf("%+v: %v; want it refused for %s", b, err, what)
		}
	}
	if _, err := start.Find("fils"); practice.CodeOf(err) != practice.NotFound || !strings.Contains(err.Error(), `"fils"`) {
		t.Errorf("a start that there is not: %v", err)
	}
}
