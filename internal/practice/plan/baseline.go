package plan

import (
	"fmt"
	"maps"

	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/model"
)

// Baseline is the driver that looks at targets, and the name of the check that
// is made of what the environment requires of them.
const Baseline = "baseline"

// baselineOf gives the check of the environment's baseline; none where it has
// none, and for a removal: what goes needs nothing of the target.
func baselineOf(in Input) []model.Step {
	if len(in.Environment.Baseline) == 0 || in.Direction == Remove {
		return nil
	}
	requirements := make([]any, len(in.Environment.Baseline))
	for i, r := range in.Environment.Baseline {
		requirements[i] = inputOf(r)
	}
	return []model.Step{{Name: Baseline, Uses: Baseline, With: map[string]any{"requirements": requirements}}}
}

// inputOf gives a requirement as the input of a step. Its texts mean themselves.
func inputOf(r environment.Requirement) map[string]any {
	input := map[string]any{"parameter": model.Escape(r.Parameter), "operator": string(r.Operator)}
	if r.Value != "" {
		input["value"] = model.Escape(r.Value)
	}
	if len(r.Run) > 0 {
		run := make([]any, len(r.Run))
		for i, word := range r.Run {
			run[i] = model.Escape(word)
		}
		input["run"] = run
	}
	if len(r.On) > 0 {
		on := make(map[string]any, len(r.On))
		for name, value := range r.On {
			on[name] = model.Escape(value)
		}
		input["on"] = on
	}
	if r.Why != "" {
		input["why"] = model.Escape(r.Why)
	}
	return input
}

// narrowed gives the step with those of its requirements that are for the target:
// the labels that they name are its own. What several targets share is not changed.
func (s Step) narrowed(labels map[string]string) Step {
	all, is := s.With["requirements"].([]any)
	if s.Uses != Baseline || !is {
		return s
	}
	kept := make([]any, 0, len(all))
	for _, one := range all {
		if fields, is := one.(map[string]any); !is || concerns(fields["on"], labels) {
			kept = append(kept, one)
		}
	}
	with := maps.Clone(s.With)
	with["requirements"] = kept
	s.With = with
	return s
}

func concerns(on any, labels map[string]string) bool {
	wanted, _ := on.(map[string]any)
	r := environment.Requirement{On: make(map[string]string, len(wanted))}
	for name, value := range wanted {
		r.On[name] = plainText(value)
	}
	return r.Concerns(labels)
}

// plainText gives what a text of a step's inputs means.
func plainText(value any) string {
	text, err := model.ParseText(fmt.Sprint(value))
	if err != nil {
		return fmt.Sprint(value)
	}
	plain, err := text.Resolve(func(name string) (string, error) { return "${" + name + "}", nil })
	if err != nil {
		return fmt.Sprint(value)
	}
	return plain
}
