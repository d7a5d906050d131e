// Package start holds ready-made deployment models to begin with: one for each
// common job, complete and commented, as YAML. They are read, planned and, where
// a plain host is enough, deployed by the tests of the whole product.
package start

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

//go:embed *.yaml
var files embed.FS

// Start is a ready-made model.
type Start struct {
	Name  string                `json:"name" doc:"What it is asked for by."`
	Title string                `json:"title" doc:"The job that it does."`
	Says  string                `json:"says" doc:"What one gets, in a sentence or two."`
	Kind  library.ComponentKind `json:"kind" doc:"The kind of component that it is meant for."`
	Needs string                `json:"needs,omitempty" doc:"What must be there before it works; absent when an agent on a host is enough."`
}

// All gives every start, in the order in which they are offered.
func All() []Start {
	return slices.Concat(onHosts(), elsewhere(), byHand())
}

// Find gives the start of a name; NotFound with the nearest name.
func Find(name string) (Start, error) {
	for _, s := range All() {
		if s.Name == name {
			return s, nil
		}
	}
	return Start{}, practice.Faultf(practice.NotFound, "there is no start %q for a model", name).WithHint("list them: tranship model starts").Final()
}

// Blank is what a start is filled in with. Empty fields mean: what the start says
// itself.
type Blank struct {
	Name         string                // of the model; else that of the component
	Component    string                // that it is for
	Kind         library.ComponentKind // of that component
	Owner        string                // of the model
	Environments []string              // of its flow, in their order; the last one is the careful one
}

// What stands where nothing was said.
const (
	someComponent = "my-component"
	someOwner     = "my team"
)

// YAML gives the start as a document that can be applied, with its comments;
// Invalid where a name is none.
func (s Start) YAML(b Blank) (string, error) {
	b = b.orElse(s)
	if err := b.check(); err != nil {
		return "", err
	}
	parsed, err := template.New(s.Name+".yaml").Funcs(template.FuncMap{"text": scalar}).ParseFS(files, s.Name+".yaml")
	if err != nil {
		return "", fmt.Errorf("start %s: %w", s.Name, err)
	}
	var out strings.Builder
	last := len(b.Environments) - 1
	early := make([]string, last)
	for i := range early {
		early[i] = scalar(b.Environments[i])
	}
	err = parsed.Execute(&out, struct {
		Name, Component, Kind, Owner, Last string
		Early                              []string
	}{scalar(b.Name), b.Component, string(b.Kind), scalar(b.Owner), scalar(b.Environments[last]), early})
	if err != nil {
		return "", fmt.Errorf("start %s: %w", s.Name, err)
	}
	return out.String(), nil
}

func (b Blank) check() error {
	for _, part := range []struct {
		what  string
		names []string
	}{{"component", []string{b.Component}}, {"model", []string{b.Name}}, {"environment", b.Environments}} {
		for _, name := range part.names {
			if err := practice.CheckName(part.what, name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b Blank) orElse(s Start) Blank {
	b.Name = cmp.Or(b.Name, b.Component, s.Name)
	b.Component = cmp.Or(b.Component, someComponent)
	b.Kind = cmp.Or(b.Kind, s.Kind)
	b.Owner = cmp.Or(b.Owner, someOwner)
	if len(b.Environments) == 0 {
		b.Environments = []string{"test", "live"}
	}
	return b
}

// plain matches words that YAML takes for nothing but a text.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*( [A-Za-z][A-Za-z0-9_-]*)*$`)

// scalar writes a text so that YAML takes it for a text.
func scalar(text string) string {
	if plain.MatchString(text) && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(text)) {
		return text
	}
	quoted, err := json.Marshal(text)
	if err != nil { // a text always can be
		return `""`
	}
	return string(quoted)
}
