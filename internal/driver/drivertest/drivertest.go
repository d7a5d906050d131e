// Package drivertest is the suite that every driver passes: apply twice
// changes nothing; killed in the middle and applied again, it converges;
// inspect tells the truth; remove leaves nothing; bad input is named; a
// cancelled context ends it at once and leaves nothing running.
package drivertest

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"tranship.dev/tranship/internal/driver"
)

// Subject is a driver with what the suite must know to try it.
type Subject struct {
	Driver driver.Driver
	// Step gives the step for version 1 or 2 of one component. The suite has
	// set Name, Component, Version, Digest, Root, State and, when Artifact is
	// set, Artifact; Step adds With.
	Step func(t *testing.T, s driver.Step, version int) driver.Step
	// Artifact fills dir with the files of version 1 or 2; nil when the driver needs none.
	Artifact func(t *testing.T, dir string, version int)
	// Trace tells what is there, as seen from outside, in a text that differs
	// whenever something was done; nil compares all files below the root.
	Trace func(t *testing.T, s driver.Step) string
	// Alter changes from outside what version 1 put there; nil: cannot be altered.
	Alter func(t *testing.T, s driver.Step)
	// Left tells what of it is still there outside of root and state; nil: nothing can be.
	Left func(t *testing.T, s driver.Step) []string
	// Slow gives a step whose Apply lasts long; nil when none of it can. It
	// prints something when it has begun.
	Slow func(t *testing.T, s driver.Step) driver.Step
	// Bad are inputs that must be refused, by the field that the error must name.
	Bad map[string]map[string]any
	// Root is the target's root; "" makes one for each trial.
	Root string
	// Kills is how many times each of apply, upgrade and remove is killed; 0 means 12.
	Kills int
}

// Output is a Progress that keeps what it is told.
type Output struct {
	mu   sync.Mutex
	text bytes.Buffer
	on   func() // called at the first write; may be nil
}

// Write takes p.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.on != nil {
		o.on()
		o.on = nil
	}
	return o.text.Write(p)
}

// String gives all that was written.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Run tries the subject. The test binary's TestMain must call Main, so that
// the suite can run the driver in a process of its own and kill that.
func Run(t *testing.T, subject Subject) {
	t.Run("says what it is", func(t *testing.T) { t.Parallel(); declares(t, subject) })
	t.Run("refuses bad inputs by name", func(t *testing.T) { t.Parallel(); refuses(t, subject) })
	for name, trial := range map[string]func(*trial){
		"apply twice changes nothing":          appliesOnce,
		"inspect tells the truth":              tellsTheTruth,
		"inspect changes nothing":              onlyLooks,
		"remove leaves nothing":                leavesNothing,
		"apply repairs what was altered":       repairs,
		"cancelled it ends and leaves nothing": stops,
		"killed in apply it converges":         survivesApply,
		"killed in upgrade it converges":       survivesUpgrade,
		"killed in remove it converges":        survivesRemove,
	} {
		t.Run(name, func(t *testing.T) {
			if subject.Root == "" {
				t.Parallel() // those that share one root take turns
			}
			trial(begin(t, subject))
		})
	}
}

func declares(t *testing.T, subject Subject) {
	d := subject.Driver.Declare()
	if d.Name == "" || d.OnDoubt == "" || len(d.Actions) == 0 || d.Inputs == nil {
		t.Fatalf("declaration misses something: %+v", d)
	}
	schema := driver.Schema(d.Inputs)
	for name, field := range schema.Properties {
		if strings.TrimSpace(field.Description) == "" {
			t.Errorf("input %s has no description", name)
		}
	}
}
