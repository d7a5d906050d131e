// Package link is the driver that lets one name lead to a directory, and to
// another one from one moment to the next: the switch between two slots. Whoever
// follows the link meets the old directory or the new one, never none.
package link

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/note"
	"tranship.dev/tranship/internal/practice/model"
)

// Inputs are what a step says in its With.
type Inputs struct {
	Path string `json:"path" minLength:"1" doc:"The link, below the target's root. The directory that it stands in must exist."`
	To   string `json:"to" minLength:"1" doc:"The directory that it leads to, below the target's root; it must exist."`
}

// Driver is the link driver.
type Driver struct{}

// New gives the link driver.
func New() *Driver { return &Driver{} }

// Declare says what the driver is. A switch that was interrupted was made or not: looking tells.
func (*Driver) Declare() driver.Declaration {
	return driver.Declaration{
		Name: "link", Inputs: &Inputs{}, OnDoubt: model.Probe,
		Actions: []model.Action{model.Apply, model.Remove, model.Check},
		Needs:   []driver.Capability{driver.NeedsFiles},
	}
}

// Remembers says that no artifact is needed to look: what the link must lead to stands in the step.
func (*Driver) Remembers() {}

// half is the name of a link that is about to take the place of another.
const half = ".tranship-link-"

// kept is what the driver remembers of a link.
type kept struct {
	Was string `json:"was,omitempty"` // what it led to before the driver came; empty: there was none
}

// place is a link, in the real directory that it stands in.
type place struct {
	dir  *os.Root
	name string
	to   string // what the link must say
	note note.Note
}

func (p *place) close() { p.dir.Close() }

func decode(s driver.Step) (path, to string, err error) {
	var in Inputs
	if err := driver.Decode(s.With, &in); err != nil {
		return "", "", err
	}
	if path, err = driver.Local("path", in.Path); err != nil {
		return "", "", err
	}
	if to, err = driver.Local("to", in.To); err != nil {
		return "", "", err
	}
	switch {
	case path == ".":
		return "", "", driver.BadInput("path", "name a link below it", "is the target's root")
	case to == path || strings.HasPrefix(to+"/", path+"/"):
		return "", "", driver.BadInput("to", "name a directory beside the link", "is the link itself")
	}
	return path, to, nil
}

// find opens the directory of the link; fs.ErrNotExist where it is not there.
func find(s driver.Step, path, to string) (*place, error) {
	stands, err := driver.Directory(s.Root, "path", filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	root, err := filepath.EvalSymlinks(s.Root)
	if err != nil {
		return nil, fmt.Errorf("target's root: %w", err)
	}
	says, err := filepath.Rel(stands, filepath.Join(root, to))
	if err != nil {
		return nil, fmt.Errorf("link %s to %s: %w", path, to, err)
	}
	dir, err := os.OpenRoot(stands)
	if err != nil {
		return nil, fmt.Errorf("path %s: %w", path, err)
	}
	memory := note.At(filepath.Join(s.State, note.Key("link", s.Component, path)+".json"))
	return &place{dir: dir, name: filepath.Base(path), to: says, note: memory}, nil
}

// leads gives what the link says now; empty: there is none. What is no link is refused.
func (p *place) leads() (string, error) {
	info, err := p.dir.Lstat(p.name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return "", driver.BadInput("path", "choose another path, or move it away", "is no link on the target")
	}
	return p.dir.Readlink(p.name)
}

// Inspect looks where the link leads.
func (*Driver) Inspect(_ context.Context, s driver.Step) (driver.Finding, error) {
	path, to, err := decode(s)
	if err != nil {
		return driver.Finding{}, err
	}
	if info, err := os.Stat(filepath.Join(s.Root, filepath.Dir(path))); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return driver.Finding{Detail: fmt.Sprintf("there is no link %s", path)}, nil
	}
	p, err := find(s, path, to)
	if err != nil {
		return driver.Finding{}, err
	}
	defer p.close()
	says, err := p.leads()
	if err != nil {
		return driver.Finding{}, err
	}
	if says == "" {
		return driver.Finding{Detail: fmt.Sprintf("there is no link %s", path)}, nil
	}
	if says != p.to {
		return driver.Finding{
			Present: true, Detail: fmt.Sprintf("%s leads to %s, not to %s", path, says, p.to),
			Differs: []driver.Difference{{What: "link " + path, Recorded: p.to, Found: says}},
		}, nil
	}
	if _, err := driver.Directory(s.Root, "to", to); err != nil {
		return driver.Finding{Present: true, Detail: fmt.Sprintf("%s leads to %s, which is not there", path, p.to)}, nil
	}
	return driver.Finding{Present: true, Matches: true, Detail: fmt.Sprintf("%s leads to %s", path, p.to)}, nil
}

// Apply makes the link lead to the directory, in one step of the file system.
func (*Driver) Apply(ctx context.Context, s driver.Step, out driver.Progress) error {
	path, to, err := decode(s)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := driver.Directory(s.Root, "to", to); err != nil {
		return err
	}
	p, err := find(s, path, to)
	if err != nil {
		return err
	}
	defer p.close()
	says, err := p.leads()
	if err != nil {
		return err
	}
	if err := p.remember(says); err != nil || says == p.to {
		return err
	}
	if err := p.point(p.to); err != nil {
		return fmt.Errorf("link %s: %w", path, err)
	}
	fmt.Fprintf(out, "%s leads to %s now\n", path, p.to)
	return nil
}

// remember writes down, once, what the link said before the driver came.
func (p *place) remember(says string) error {
	var known kept
	found, err := p.note.Read(&known)
	if err != nil || found {
		return err
	}
	return p.note.Write(kept{Was: says})
}

// point lets the link say something else: a new link takes its name.
func (p *place) point(to string) error {
	fresh := half + p.name
	if err := p.dir.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := p.dir.Symlink(to, fresh); err != nil {
		return err
	}
	if err := p.dir.Rename(fresh, p.name); err != nil {
		return err
	}
	return note.SyncDir(p.dir.Name())
}

// Remove takes the link away, or lets it say again what it said before the
// driver came. A link that the driver never made stays.
func (*Driver) Remove(ctx context.Context, s driver.Step, out driver.Progress) error {
	path, to, err := decode(s)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.Root, filepath.Dir(path))); errors.Is(err, fs.ErrNotExist) {
		return note.At(filepath.Join(s.State, note.Key("link", s.Component, path)+".json")).Delete()
	}
	p, err := find(s, path, to)
	if err != nil {
		return err
	}
	defer p.close()
	var known kept
	if found, err := p.note.Read(&known); err != nil || !found {
		return err
	}
	if err := p.dir.Remove(half + p.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch says, err := p.leads(); {
	case err != nil:
		return err
	case known.Was != "" && says != known.Was:
		err = p.point(known.Was)
		fmt.Fprintf(out, "%s leads to %s again\n", path, known.Was)
		if err != nil {
			return err
		}
	case known.Was == "" && says != "":
		if err := p.dir.Remove(p.name); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s is removed\n", path)
	}
	return errors.Join(note.SyncDir(p.dir.Name()), p.note.Delete())
}
