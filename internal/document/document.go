// Package document reads and writes configuration as code: strict YAML whose
// every defect is told with file, line, column and what was expected.
//
// The Go types of the practice are the one source of the structure. From their
// tags come the checks here, the JSON Schema for editors, and the reference.
package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// The bounds of what is read.
const (
	MaxFileSize  = 8 << 20 // bytes
	MaxDocuments = 10_000  // in a file
	MaxDepth     = 64      // of lists and tables within each other
	MaxFields    = 1_000   // of one table
	MaxProblems  = 1_000   // told in one answer
)

// Driver is what documents must know of a driver.
type Driver struct {
	Inputs  json.RawMessage // JSON Schema of a step's with; what it refers to stands in its own $defs
	Actions []model.Action  // what it can do; empty means everything
}

// Options is what the room is told by who makes it.
type Options struct {
	Drivers map[string]Driver // by name; nil: steps may use any driver, with any inputs
}

// Documents reads and writes documents. It never changes and may be used from
// several goroutines.
type Documents struct {
	kinds   map[practice.Kind]kind
	shapes  map[practice.Kind]*shape // of whole documents; "" for one whose kind is not known
	defs    map[string]*shape        // by name, as "#/definitions/NAME" refers to them
	drivers map[string]driver
}

// New makes a reader and writer. An error means that a driver's schema is not one.
func New(o Options) (*Documents, error) {
	d := &Documents{kinds: kinds(), defs: map[string]*shape{}, drivers: map[string]driver{}}
	d.defs = definitions(d.kinds)
	d.shapes = map[practice.Kind]*shape{"": anyKind()}
	for name, k := range d.kinds {
		d.shapes[name] = envelope(name, k)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Drivers)) {
		known, err := newDriver(o.Drivers[name])
		if err != nil {
			return nil, fmt.Errorf("driver %s: %w", name, err)
		}
		d.drivers[name] = known
	}
	if len(o.Drivers) > 0 {
		d.offerDrivers()
	}
	return d, nil
}
