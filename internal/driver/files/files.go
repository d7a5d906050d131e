// Package files is the driver that puts a component's files into a directory
// of their own per release, and switches from one release to the next at once:
//
//	PATH/current -> releases/2.1.0-0f3a5c9d1e42
//	PATH/releases/2.1.0-0f3a5c9d1e42/...
//	PATH/releases/.2.1.0-0f3a5c9d1e42.json    what that release must hold
package files

import (
	"context"
	"fmt"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// Inputs are what a step says in its With.
type Inputs struct {
	Path string `json:"path" minLength:"1" doc:"The directory that holds the releases, below the target's root. It is made when it is not there."`
	Keep int    `json:"keep,omitempty" minimum:"1" maximum:"1000" default:"3" doc:"How many releases stay on the target, the current one among them; with 2 or more the previous one always stays."`
}

// Driver is the files driver.
type Driver struct{}

// New gives the files driver.
func New() *Driver { return &Driver{} }

// Declare says what the driver is.
func (*Driver) Declare() driver.Declaration {
	return driver.Declaration{
		Name:    "files",
		Inputs:  &Inputs{},
		OnDoubt: model.Probe,
		Actions: []model.Action{model.Apply, model.Remove, model.Check},
		Needs:   []driver.Capability{driver.NeedsArtifact, driver.NeedsFiles},
	}
}

func decode(s driver.Step) (Inputs, error) {
	inputs := Inputs{Keep: 3}
	if err := driver.Decode(s.With, &inputs); err != nil {
		return inputs, err
	}
	local, err := driver.Local("path", inputs.Path)
	if err != nil {
		return inputs, err
	}
	if local == "." {
		return inputs, driver.BadInput("path", "name a directory of its own", "is the target's root")
	}
	inputs.Path = local
	return inputs, nil
}

// Inspect reads every file of the current release and compares it with what
// the release held when it was put there. Files that were added are told in
// the detail, and are no mismatch: a service may write into its directory.
func (*Driver) Inspect(ctx context.Context, s driver.Step) (driver.Finding, error) {
	inputs, err := decode(s)
	if err != nil {
		return driver.Finding{}, err
	}
	p, found, err := find(s, inputs)
	if err != nil || !found {
		return driver.Finding{Detail: "nothing is there"}, err
	}
	defer p.close()
	current, held, err := p.current()
	if err != nil || current == "" {
		return driver.Finding{Detail: "no release is current"}, err
	}
	finding := driver.Finding{Present: true, Version: held.Version, Digest: held.Digest}
	if held.Component != s.Component {
		finding.Detail, finding.Of = fmt.Sprintf("the files of component %s are there", held.Component), held.Component
		return finding, nil
	}
	difference, err := p.compare(ctx, current, held.Files)
	if err != nil {
		return driver.Finding{}, err
	}
	finding.Matches = held.Digest == s.Digest && held.Version == s.Version && len(difference.wrong) == 0
	finding.Detail, finding.Differs = difference.String(), difference.told
	return finding, nil
}

// Remembers says that what was placed is written down beside it.
func (*Driver) Remembers() {}

// Apply copies the artifact's files beside the other releases, makes them the
// current release, and removes releases beyond the number to keep. Until the
// switch the old release stays as it is; after it the new one is complete.
func (*Driver) Apply(ctx context.Context, s driver.Step, out driver.Progress) error {
	inputs, err := decode(s)
	if err != nil {
		return err
	}
	if s.Artifact == "" {
		return practice.Faultf(practice.Invalid, "step %s has no artifact to take files from", s.Name).Final()
	}
	if err := s.Digest.Check(); err != nil {
		return err
	}
	p, err := prepare(s, inputs)
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.apply(ctx, out); err != nil {
		return fmt.Errorf("files in %s: %w", inputs.Path, err)
	}
	return nil
}

// Remove takes every release of the component off, and the directories that
// Apply had made, unless somebody else put something into them.
func (*Driver) Remove(ctx context.Context, s driver.Step, out driver.Progress) error {
	inputs, err := decode(s)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	p, found, err := find(s, inputs)
	if err != nil {
		return err
	}
	if found {
		err = p.remove(out)
		p.close()
	}
	if err == nil {
		err = unmake(s, inputs)
	}
	if err != nil {
		return fmt.Errorf("remove files in %s: %w", inputs.Path, err)
	}
	return nil
}
