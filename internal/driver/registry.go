package driver

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Registry knows drivers by name. It is made once and then only read, from any
// number of goroutines.
type Registry struct {
	drivers map[string]Driver
}

// NewRegistry gives the registry of drivers. Two of one name are an error.
func NewRegistry(drivers ...Driver) (*Registry, error) {
	r := &Registry{drivers: make(map[string]Driver, len(drivers))}
	for _, d := range drivers {
		name := d.Declare().Name
		if _, found := r.drivers[name]; found {
			return nil, fmt.Errorf("two drivers have the name %q", name)
		}
		r.drivers[name] = d
	}
	return r, nil
}

// Lookup gives the driver of the name; a terminal NotFound with a suggestion
// when there is none.
func (r *Registry) Lookup(name string) (Driver, error) {
	if d, found := r.drivers[name]; found {
		return d, nil
	}
	names := r.Names()
	err := practice.Faultf(practice.NotFound, "there is no driver %q", name).Final()
	if near := Nearest(name, names); near != "" {
		return nil, err.WithHint("did you mean %q?", near)
	}
	return nil, err.WithHint("there are %s", strings.Join(names, ", "))
}

// Names lists the drivers' names in alphabetical order.
func (r *Registry) Names() []string {
	names := make([]string, 0, len(r.drivers))
	for name := range r.drivers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// All lists the drivers in the alphabetical order of their names.
func (r *Registry) All() []Driver {
	all := make([]Driver, 0, len(r.drivers))
	for _, name := range r.Names() {
		all = append(all, r.drivers[name])
	}
	return all
}
