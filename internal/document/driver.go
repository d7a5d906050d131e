package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice/model"
)

// driver is a Driver whose schema was read.
type driver struct {
	inputs  *shape
	editor  *shape // the same for editors, which must be told where references may stand
	defs    map[string]*shape
	actions []model.Action
}

func newDriver(o Driver) (driver, error) {
	read := func() (*shape, map[string]*shape, error) {
		inputs, err := parseShape(o.Inputs)
		if err != nil {
			return nil, nil, fmt.Errorf("schema of inputs: %w", err)
		}
		var around struct {
			Defs map[string]json.RawMessage `json:"$defs"`
		}
		if err := json.Unmarshal(o.Inputs, &around); err != nil {
			return nil, nil, fmt.Errorf("schema of inputs: %w", err)
		}
		defs := map[string]*shape{}
		for name, raw := range around.Defs {
			if defs[name], err = parseShape(raw); err != nil {
				return nil, nil, fmt.Errorf("schema of inputs: $defs %s: %w", name, err)
			}
		}
		return inputs, defs, nil
	}
	d := driver{actions: o.Actions}
	var err error
	if d.inputs, d.defs, err = read(); err != nil {
		return d, err
	}
	if !slices.Contains(d.inputs.Type, "object") {
		return d, errors.New("schema of inputs: is not that of an object")
	}
	var editorDefs map[string]*shape
	d.editor, editorDefs, err = read()
	for _, s := range append(slices.Collect(maps.Values(d.defs)), d.inputs) {
		s.each(func(part *shape) { part.references = true })
	}
	for _, s := range append(slices.Collect(maps.Values(editorDefs)), d.editor) {
		s.each(allowReferences)
		s.each(func(part *shape) { part.inline(editorDefs) })
	}
	for _, s := range append(slices.Collect(maps.Values(d.defs)), d.inputs) {
		s.each(func(part *shape) { part.inline(d.defs) })
	}
	return d, err
}

// inline puts the definition in the place of a reference to it. Inputs are
// plain structs, which never hold themselves.
func (s *shape) inline(defs map[string]*shape) {
	if len(s.AllOf) != 1 || s.AllOf[0].Ref == "" {
		return
	}
	name, known := strings.CutPrefix(s.AllOf[0].Ref, "#/$defs/")
	if target := defs[name]; known && target != nil {
		doc := s.Description
		*s = *target
		if doc != "" {
			s.Description = doc
		}
	}
}

// referencePattern matches a text that holds a reference: a "${" whose "$" is
// not one of a pair.
const referencePattern = `(^|[^$])(\$\$)*\$\{`

// allowReferences lets a text that holds a reference pass, whatever else is
// demanded of texts: its value is not known before a plan is made.
func allowReferences(s *shape) {
	demands := shape{Enum: s.Enum, MinLength: s.MinLength, MaxLength: s.MaxLength, Pattern: s.Pattern}
	raw, err := json.Marshal(demands)
	if !slices.Equal(s.Type, types{"string"}) || err != nil || bytes.Equal(raw, []byte("{}")) {
		return
	}
	s.Enum, s.MinLength, s.MaxLength, s.Pattern = nil, nil, nil, ""
	s.AnyOf = []*shape{&demands, {Pattern: referencePattern}}
}

// offerDrivers puts the drivers into the definition of a step, for editors.
func (d *Documents) offerDrivers() {
	step, check := d.defs[stepName], d.defs[healthName]
	for _, name := range slices.Sorted(maps.Keys(d.drivers)) {
		known := d.drivers[name]
		d.defs["driver."+name] = known.editor
		step.offer(name, known)
		if len(known.actions) == 0 || slices.Contains(known.actions, model.Check) {
			check.offer(name, driver{inputs: known.inputs})
		}
	}
}

// offer puts one driver into the definition of what names a driver.
func (s *shape) offer(name string, known driver) {
	s.Properties["uses"].Enum = append(s.Properties["uses"].Enum, name)
	then := &shape{Properties: map[string]*shape{"with": {Ref: definitionPrefix + "driver." + name}}}
	if len(known.inputs.Required) > 0 {
		then.Required = []string{"with"}
	}
	if len(known.actions) > 0 {
		action := &shape{}
		for _, a := range known.actions {
			action.Enum = append(action.Enum, string(a))
		}
		then.Properties["action"] = action
	}
	s.AllOf = append(s.AllOf, &shape{
		If:   &shape{Properties: map[string]*shape{"uses": {Const: name}}, Required: []string{"uses"}},
		Then: then,
	})
}

// listAction gives the action of a step that names none, by the list that holds it.
func listAction(path string) model.Action {
	list := path[strings.LastIndexByte(path, '.')+1:]
	list, _, _ = strings.Cut(list, "[")
	switch list {
	case "install", "remediate":
		return model.Apply
	case "remove":
		return model.Remove
	}
	return model.Check
}
