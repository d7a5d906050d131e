// Package systemd is the driver that runs a component as a unit of the host's
// service manager.
package systemd

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// Inputs are what a step says in its With.
type Inputs struct {
	Unit    string            `json:"unit" minLength:"1" doc:"The unit's full name, such as node_exporter.service."`
	File    string            `json:"file,omitempty" minLength:"1" doc:"The path of the unit file within the artifact."`
	Content string            `json:"content,omitempty" minLength:"1" doc:"The unit file's text, instead of file."`
	DropIns map[string]string `json:"dropIns,omitempty" doc:"Drop-in files by name, such as limits.conf, with their text."`
	Enable  *bool             `json:"enable,omitempty" default:"true" doc:"Whether it starts when the host boots; needs an [Install] section."`
	Wait    practice.Duration `json:"wait,omitempty" doc:"How long it may take to become active; 30s by default."`
	Settle  practice.Duration `json:"settle,omitempty" doc:"How long it must stay active to count as running; 1s by default."`
}

// Driver is the systemd driver. It acts on the service manager of this host,
// so the target's root is "/".
type Driver struct {
	root               string
	systemctl, journal string
}

// New gives the systemd driver of this host.
func New() *Driver { return &Driver{root: "/", systemctl: "systemctl", journal: "journalctl"} }

// Declare says what the driver is.
func (*Driver) Declare() driver.Declaration {
	return driver.Declaration{
		Name:    "systemd",
		Inputs:  &Inputs{},
		OnDoubt: model.Probe,
		Actions: []model.Action{model.Apply, model.Remove, model.Check},
		Needs:   []driver.Capability{driver.NeedsFiles, driver.NeedsSystemd},
	}
}

var (
	unitName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,200}\.(service|socket|timer|path|target|mount|automount|slice|swap)$`)
	dropName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}\.conf$`)
)

func (d *Driver) decode(s driver.Step) (Inputs, error) {
	yes := true
	in := Inputs{Enable: &yes, Wait: practice.Duration(30 * time.Second), Settle: practice.Duration(time.Second)}
	if err := driver.Decode(s.With, &in); err != nil {
		return in, err
	}
	if !unitName.MatchString(in.Unit) {
		return in, driver.BadInput("unit", "write it like node_exporter.service; templates (name@) are not supported", "is not the full name of a unit")
	}
	if (in.File == "") == (in.Content == "") {
		return in, driver.BadInput("file", "", "is needed, or content, and not both")
	}
	if in.File != "" && !filepath.IsLocal(in.File) {
		return in, driver.BadInput("file", "give a path within the artifact", "leads out of the artifact")
	}
	for name := range in.DropIns {
		if !dropName.MatchString(name) {
			return in, driver.BadInput("dropIns", "write it like limits.conf", "has a name that is not allowed: %q", name)
		}
	}
	if in.Enable == nil {
		in.Enable = &yes
	}
	if filepath.Clean(s.Root) != d.root {
		return in, practice.Faultf(practice.Refused, "systemd has one root, %s, and this target has another, %s", d.root, s.Root).
			WithHint("use the process driver on targets with a root of their own").Final()
	}
	return in, nil
}

// content gives the unit file's text.
func content(s driver.Step, in Inputs) ([]byte, error) {
	if in.Content != "" {
		return []byte(strings.TrimRight(in.Content, "\n") + "\n"), nil
	}
	if s.Artifact == "" {
		return nil, driver.BadInput("file", "", "is within the artifact, and the step has none")
	}
	artifact, err := os.OpenRoot(s.Artifact)
	if err != nil {
		return nil, fmt.Errorf("artifact: %w", err)
	}
	defer artifact.Close()
	file, err := artifact.Open(in.File)
	if err != nil {
		return nil, driver.BadInput("file", "", "cannot be read from the artifact")
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, 1<<20))
	if err != nil {
		return nil, driver.BadInput("file", "", "cannot be read from the artifact")
	}
	return text, nil
}

// Inspect compares the unit's files with the step and asks the service manager
// for its state.
func (d *Driver) Inspect(ctx context.Context, s driver.Step) (driver.Finding, error) {
	in, err := d.decode(s)
	if err != nil {
		return driver.Finding{}, err
	}
	u, err := d.unit(s, in)
	if err != nil {
		return driver.Finding{}, err
	}
	defer u.close()
	if !u.known {
		return driver.Finding{Detail: in.Unit + " was not installed by Tranship"}, nil
	}
	now, err := u.state(ctx)
	if err != nil {
		return driver.Finding{}, err
	}
	finding := driver.Finding{Present: true, Version: u.memory.Version, Digest: u.memory.Digest, Detail: now.String()}
	altered, err := u.altered()
	if err != nil {
		return finding, err
	}
	id, err := u.wanted()
	if err != nil {
		return finding, err
	}
	if altered != "" {
		finding.Detail = altered + " was altered; " + finding.Detail
		finding.Differs = append(finding.Differs, driver.Difference{What: "file " + altered, Recorded: "as it was written", Found: "altered"})
	}
	if !now.good() {
		finding.Differs = append(finding.Differs, driver.Difference{What: "service " + in.Unit, Recorded: "active", Found: now.Active})
	}
	enabled := u.enabledAsWanted(ctx)
	if !enabled {
		finding.Differs = append(finding.Differs, driver.Difference{What: "start of " + in.Unit, Recorded: "as the model says", Found: "other"})
	}
	finding.Matches = u.memory.Done && u.memory.Identity == id && altered == "" && now.good() && !now.stale() && enabled && u.heeded()
	return finding, nil
}

// Apply installs the unit's files, restarts it when they or the component's
// version changed, and waits until it is active and stays so.
func (d *Driver) Apply(ctx context.Context, s driver.Step, out driver.Progress) error {
	in, err := d.decode(s)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	u, err := d.unit(s, in)
	if err != nil {
		return err
	}
	defer u.close()
	if err := u.install(ctx, out); err != nil {
		return err
	}
	if err := u.settle(ctx); err != nil {
		u.tellJournal(ctx, out)
		return err
	}
	u.memory.Done = true
	return u.note.Write(u.memory)
}

// Remove stops and disables the unit and deletes its files. A unit that
// Tranship did not install is left alone.
func (d *Driver) Remove(ctx context.Context, s driver.Step, out driver.Progress) error {
	in, err := d.decode(s)
	if err != nil {
		return err
	}
	u, err := d.unit(s, in)
	if err != nil {
		return err
	}
	defer u.close()
	if !u.known || u.memory.Component != s.Component {
		return nil
	}
	return u.remove(ctx, out)
}
