package plan

// Difference is what a plan changes on one target.
type Difference struct {
	Target  string           `json:"target"`
	Part    string           `json:"part,omitempty"` // the row's name, where that is a part of the target
	Wave    int              `json:"wave"`
	Level   int              `json:"level,omitempty"` // of its items, where components wait for others
	Items   []ItemDifference `json:"items"`
	Verify  []Step           `json:"verify,omitempty"`
	Execute []Step           `json:"execute"`
	Accept  []Step           `json:"accept,omitempty"`
}

// ItemDifference is what a plan changes of one component on one target.
type ItemDifference struct {
	Component string `json:"component"`
	Before    string `json:"before,omitempty"` // version; empty: nothing
	After     string `json:"after,omitempty"`  // version; empty: nothing
	Uncertain bool   `json:"uncertain,omitempty"`
	Changes   bool   `json:"changes"` // false: done again, or nothing to do
}

// unnumbered stands for the deployment's id, which nobody knows yet.
const unnumbered = "(deployment)"

// Differences gives what the plan changes on the targets, in their order: those
// of the plan, or some of them.
func Differences(h Header, targets []Target) ([]Difference, error) {
	e, err := NewExpander(h)
	if err != nil {
		return nil, err
	}
	list := make([]Difference, len(targets))
	for i, t := range targets {
		d := Difference{Target: t.On(), Wave: t.Wave, Level: t.Level}
		if t.Target != "" {
			d.Part = t.Name
		}
		for _, part := range []struct {
			phase string
			steps *[]Step
		}{{PhaseVerify, &d.Verify}, {PhaseExecute, &d.Execute}, {PhaseAccept, &d.Accept}} {
			if *part.steps, _, err = e.Steps(t, part.phase, unnumbered); err != nil {
				return nil, err
			}
		}
		for j, item := range h.Items {
			if t.Concerns(j) {
				d.Items = append(d.Items, difference(h.Direction, item, t, j))
			}
		}
		list[i] = d
	}
	return list, nil
}

func difference(direction Direction, item Item, t Target, index int) ItemDifference {
	before := t.Before[index]
	d := ItemDifference{Component: item.Component, Before: before.Version, Uncertain: before.Uncertain}
	if direction == Install {
		d.After = item.Version
	}
	if direction == Restore {
		d.After, d.Changes = t.Goal[index].Version, !restored(before, t.Goal[index])
		return d
	}
	d.Changes = !settled(direction, []Item{item}, []Before{before})
	return d
}
