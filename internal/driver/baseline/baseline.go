// Package baseline is the driver that looks whether a target is as it must be:
// its CPUs, memory, disk space, operating system, packages, ports, what it
// reaches, and whatever commands of the environment's own print. It changes
// nothing and can only be used to check.
package baseline

import (
	"context"
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// Inputs are what a step says in its With.
type Inputs struct {
	Requirements []environment.Requirement `json:"requirements" doc:"What must hold; of those with labels in on, only the ones for the target are looked at."`
}

// Driver is the baseline driver.
type Driver struct{}

// New gives the baseline driver.
func New() *Driver { return &Driver{} }

// Declare says what the driver is.
func (*Driver) Declare() driver.Declaration {
	return driver.Declaration{
		Name:    plan.Baseline,
		Inputs:  &Inputs{},
		OnDoubt: model.Repeat,
		Actions: []model.Action{model.Check},
		Needs:   []driver.Capability{driver.NeedsProcess, driver.NeedsNetwork},
	}
}

// Inspect looks at everything that is required, and tells all that is not as
// it must be at once. Values holds whatever could be read.
func (*Driver) Inspect(ctx context.Context, s driver.Step) (driver.Finding, error) {
	var in Inputs
	if err := driver.Decode(s.With, &in); err != nil {
		return driver.Finding{}, err
	}
	if problems := environment.CheckRequirements("with.requirements", in.Requirements); len(problems) > 0 {
		return driver.Finding{}, &practice.Error{Code: practice.Invalid, Message: "inputs are not allowed", Terminal: true, Problems: problems}
	}
	seen := look(ctx, host{root: s.Root, endWithin: s.EndWithin()}, in.Requirements)
	if err := ctx.Err(); err != nil {
		return driver.Finding{}, err
	}
	wrong := environment.Judge(in.Requirements, seen.values, seen.unread)
	return driver.Finding{Present: true, Matches: len(wrong) == 0, Detail: told(len(in.Requirements), wrong), Values: seen.values, Unread: seen.unread}, nil
}

func told(of int, wrong []environment.Mismatch) string {
	switch {
	case of == 0:
		return "nothing is required of this target"
	case len(wrong) == 0:
		return fmt.Sprintf("all %d requirements hold", of)
	}
	lines := make([]string, len(wrong))
	for i, m := range wrong {
		lines[i] = m.Message
	}
	return fmt.Sprintf("%d of %d requirements do not hold: %s", len(wrong), of, strings.Join(lines, "; "))
}

// Apply refuses: the driver only looks.
func (*Driver) Apply(context.Context, driver.Step, driver.Progress) error { return onlyLooks() }

// Remove refuses: the driver only looks.
func (*Driver) Remove(context.Context, driver.Step, driver.Progress) error { return onlyLooks() }

func onlyLooks() error {
	return practice.Faultf(practice.Invalid, "the baseline driver only looks").WithHint("put the step into the model's checks").Final()
}
