package plan

import (
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/practice/model"
)

// Irreversible is a step of a plan whose effect no way back takes away: neither a
// rollback, nor what follows a failure.
type Irreversible struct {
	Component string `json:"component" doc:"The component that the step works on."`
	Step      string `json:"step" doc:"The step's name."`
	What      string `json:"what" doc:"What does not come back, in words."`
	Targets   int    `json:"targets" doc:"On how many targets."`
	Fresh     bool   `json:"fresh,omitempty" doc:"Only on targets where nothing of the component was before: there going back means to take it off."`
}

// noUndo says of a step that is irreversible by itself why it is.
const noUndo = "without undo, nothing takes it off again"

// Holds says whether the step cannot be undone on a target on which that was before.
func (i Irreversible) Holds(before Before) bool { return !i.Fresh || before.Version == "" }

// irreversible puts into a plan's header what it does that cannot be undone: the
// steps whose model says so, and the scripts without undo where going back would
// mean to take them off. What an item that is so already would do again does not
// count. A restore says as well what of the other deployment it leaves.
func irreversible(in Input, p *Plan) error {
	found := ledger{at: map[[2]string]int{}}
	for _, did := range in.Irreversible {
		for i := range p.Targets {
			row := &p.Targets[i]
			if item := p.Header.item(did.Component); item >= 0 && row.Concerns(item) && !in.settled(p.Header.Items, row, item) && did.Holds(row.Goal[item]) {
				found.add(did)
			}
		}
	}
	p.Header.Lost, found = found.list, ledger{at: map[[2]string]int{}}
	bare := in.bare()
	if !in.declared() && len(bare) == 0 {
		return nil
	}
	e, err := NewExpander(p.Header)
	if err != nil {
		return err
	}
	for i := range p.Targets {
		chosen, err := e.choose(&p.Targets[i], PhaseExecute)
		if err != nil {
			return err
		}
		for _, part := range chosen {
			in.tell(&found, p, &p.Targets[i], part, bare)
		}
	}
	p.Header.Irreversible = slices.DeleteFunc(found.list, func(one Irreversible) bool {
		return slices.ContainsFunc(p.Header.Lost, func(lost Irreversible) bool { return lost.Component == one.Component && lost.Step == one.Step })
	})
	return nil
}

// tell counts the steps of one component on one target that cannot be undone.
func (in Input) tell(found *ledger, p *Plan, row *Target, part selection, bare map[[2]string]bool) {
	component := part.scope.about.component
	item := p.Header.item(component)
	if item < 0 || part.in != "" || !in.Redeploy && in.settled(p.Header.Items, row, item) {
		return
	}
	for _, s := range part.steps {
		switch {
		case s.Irreversible != "":
			found.add(Irreversible{Component: component, Step: s.Name, What: s.Irreversible})
		case in.Direction == Install && row.Before[item].Version == "" && bare[[2]string{component, s.Name}]:
			found.add(Irreversible{Component: component, Step: s.Name, What: noUndo, Fresh: true})
		}
	}
}

// declared says whether any step of the model says that it cannot be undone.
func (in Input) declared() bool {
	says := func(s model.Step) bool { return s.Irreversible != "" }
	return slices.ContainsFunc(in.Model.Spec.Procedures, func(p model.Procedure) bool {
		return slices.ContainsFunc(p.Install, says) || slices.ContainsFunc(p.Remove, says) || slices.ContainsFunc(p.Remediate, says)
	})
}

// bare gives the install steps, by component and name, that the default removal
// would have to take off and cannot. A model with removal steps of its own knows better.
func (in Input) bare() map[[2]string]bool {
	found := map[[2]string]bool{}
	for _, item := range in.Items {
		procedure := in.Model.Spec.Procedures[in.Model.Spec.ProcedureFor(item.Component.Spec.Kind)]
		if in.Direction != Install || len(procedure.Remove) > 0 {
			continue
		}
		for _, i := range model.Undoable(procedure.Install) {
			if s := procedure.Install[i]; !s.TakesOff() {
				found[[2]string{item.Component.Name, s.Name}] = true
			}
		}
	}
	return found
}

// ledger counts on how many targets each step is.
type ledger struct {
	list []Irreversible
	at   map[[2]string]int
}

// add counts one target more.
func (l *ledger) add(one Irreversible) {
	key := [2]string{one.Component, one.Step}
	if i, known := l.at[key]; known {
		l.list[i].Targets++
		return
	}
	one.Targets = 1
	l.at[key], l.list = len(l.list), append(l.list, one)
}

// item gives the index of a component's item, or -1.
func (h Header) item(component string) int {
	return slices.IndexFunc(h.Items, func(item Item) bool { return item.Component == component })
}

// Words says it in one line: "migrate of shop-db: the old columns are dropped".
func (i Irreversible) Words() string { return fmt.Sprintf("%s of %s: %s", i.Step, i.Component, i.What) }
