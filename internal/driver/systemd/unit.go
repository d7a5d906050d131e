package systemd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/note"
	"tranship.dev/tranship/internal/practice"
)

// memory is what is remembered of a unit that was installed.
type memory struct {
	Unit       string                     `json:"unit"`
	Component  string                     `json:"component"`
	Version    string                     `json:"version"`
	Digest     practice.Digest            `json:"digest"`
	Identity   practice.Digest            `json:"identity"`   // of version, files and inputs
	Files      map[string]practice.Digest `json:"files"`      // below the unit directory; "" in place of what is to be deleted
	Done       bool                       `json:"done"`       // it was active and stayed so
	Restarting bool                       `json:"restarting"` // all is in place but the restart
	Before     string                     `json:"before"`     // the invocation that the restart is to end
	Anew       string                     `json:"anew"`       // the last order that wanted it started again
}

// unit is one unit on the host, with what the step wants of it.
type unit struct {
	*Driver
	step   driver.Step
	in     Inputs
	dir    *os.Root // etc/systemd/system
	note   note.Note
	memory memory
	known  bool // memory was there: it was installed by Tranship

	restarted time.Time // when this call restarted it; zero: not
}

// unitDirectory is where units of a host's administrator belong, below the root.
const unitDirectory = "etc/systemd/system"

func (d *Driver) unit(s driver.Step, in Inputs) (*unit, error) {
	dir, err := os.OpenRoot(filepath.Join(d.root, unitDirectory))
	if err != nil {
		return nil, practice.Faultf(practice.Unavailable, "this host has no %s: %v", unitDirectory, err).Final()
	}
	u := &unit{Driver: d, step: s, in: in, dir: dir}
	u.note = note.At(filepath.Join(s.State, note.Key("unit", in.Unit)+".json"))
	u.known, err = u.note.Read(&u.memory)
	if err != nil {
		dir.Close()
		return nil, err
	}
	return u, nil
}

func (u *unit) close() { u.dir.Close() }

func (u *unit) dropIn(name string) string { return path.Join(u.in.Unit+".d", name) }

// files gives the wanted files by their path below the unit directory.
func (u *unit) files() (map[string][]byte, error) {
	text, err := content(u.step, u.in)
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{u.in.Unit: text}
	for name, text := range u.in.DropIns {
		all[u.dropIn(name)] = []byte(text)
	}
	return all, nil
}

// wanted gives the identity of what the step wants.
func (u *unit) wanted() (practice.Digest, error) {
	files, err := u.files()
	if err != nil {
		return "", err
	}
	return practice.CanonicalDigest(struct {
		Component, Version string
		Digest             practice.Digest
		Files              map[string][]byte
		Enable             bool
	}{u.step.Component, u.step.Version, u.step.Digest, files, *u.in.Enable})
}

// altered names a remembered file that is not as it was written; "" when all are.
func (u *unit) altered() (string, error) {
	for _, name := range slices.Sorted(maps.Keys(u.memory.Files)) {
		got, err := u.dir.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err != nil && u.memory.Files[name] != "" || err == nil && practice.DigestOf(got) != u.memory.Files[name] {
			return name, nil
		}
	}
	return "", nil
}

// put writes the wanted files and deletes those of ours that are not wanted.
func (u *unit) put(wanted map[string][]byte) error {
	for name, text := range wanted {
		if got, err := u.dir.ReadFile(name); err == nil && bytes.Equal(got, text) {
			continue
		}
		if err := u.dir.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		if err := u.write(name, text); err != nil {
			return err
		}
	}
	for name := range u.memory.Files {
		if _, keep := wanted[name]; !keep {
			if err := u.delete(name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *unit) write(name string, text []byte) error {
	half := name + ".tranship-new"
	file, err := u.dir.OpenFile(half, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := u.dir.Rename(half, name); err != nil {
		return err
	}
	return note.SyncDir(filepath.Join(u.dir.Name(), path.Dir(name)))
}

// delete removes a file with its unfinished half, and the drop-in directory
// when nothing is left in it.
func (u *unit) delete(name string) error {
	for _, name := range []string{name, name + ".tranship-new"} {
		if err := u.dir.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if dir := path.Dir(name); dir != "." {
		err := u.dir.Remove(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTEMPTY) {
			return err
		}
	}
	return nil
}

// refuseOthers keeps Apply from writing over a unit file that somebody else put there.
func (u *unit) refuseOthers(wanted map[string][]byte) error {
	if u.known && u.memory.Component != u.step.Component {
		return practice.Faultf(practice.Conflict, "%s belongs to component %s", u.in.Unit, u.memory.Component).
			WithHint("give each component a unit of its own").Final()
	}
	for name, text := range wanted {
		if _, ours := u.memory.Files[name]; ours {
			continue
		}
		got, err := u.dir.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && bytes.Equal(got, text) {
			continue
		}
		if err != nil {
			return err
		}
		return practice.Faultf(practice.Conflict, "%s is there and was not installed by Tranship", path.Join("/", unitDirectory, name)).
			WithHint("move it away, or give the unit another name").Final()
	}
	return nil
}

// install brings files, service manager and the running unit to what the step
// wants, taking up where an interrupted call was stopped.
func (u *unit) install(ctx context.Context, out driver.Progress) error {
	wanted, err := u.files()
	if err != nil {
		return err
	}
	id, err := u.wanted()
	if err != nil {
		return err
	}
	if err := u.refuseOthers(wanted); err != nil {
		return err
	}
	altered, err := u.altered()
	if err != nil {
		return err
	}
	now, err := u.state(ctx)
	if err != nil {
		return err
	}
	if u.known && u.memory.Identity == id && altered == "" && !now.stale() && u.heeded() {
		return u.resume(ctx, now, out)
	}
	next := memory{Unit: u.in.Unit, Component: u.step.Component, Version: u.step.Version, Digest: u.step.Digest, Files: map[string]practice.Digest{}}
	if u.step.Anew {
		next.Anew = u.step.Order
	}
	for name := range u.memory.Files {
		next.Files[name] = "" // still to be deleted, even if this call is interrupted
	}
	for name, text := range wanted {
		next.Files[name] = practice.DigestOf(text)
	}
	same := u.known && altered == "" && !now.stale() && maps.Equal(u.memory.Files, next.Files)
	u.memory, u.known = next, true
	if err := u.note.Write(u.memory); err != nil {
		return err
	}
	if err := u.place(ctx, wanted, same, out); err != nil {
		return err
	}
	maps.DeleteFunc(u.memory.Files, func(_ string, d practice.Digest) bool { return d == "" })
	u.memory.Identity, u.memory.Restarting, u.memory.Before = id, true, now.Invocation
	if err := u.note.Write(u.memory); err != nil {
		return err
	}
	return u.restart(ctx, out)
}

// heeded says whether a wish to start the unit again was heeded already, or is none.
func (u *unit) heeded() bool { return !u.step.Anew || u.memory.Anew == u.step.Order }

// place puts the unit's files in place and lets the service manager know of
// them; same says that it knows exactly these already. Each reload makes it
// read every unit of the host, so there is one, and none without need.
func (u *unit) place(ctx context.Context, wanted map[string][]byte, same bool, out driver.Progress) error {
	if same && u.enabledAsWanted(ctx) {
		return nil
	}
	if err := u.put(wanted); err != nil {
		return fmt.Errorf("files of %s: %w", u.in.Unit, err)
	}
	if err := u.enable(ctx, out); err != nil {
		return err
	}
	return u.control(ctx, out, "daemon-reload")
}

// resume goes on when files and service manager are as the step wants: the
// restart may be missing, or somebody stopped the unit since.
func (u *unit) resume(ctx context.Context, now state, out driver.Progress) error {
	if !u.enabledAsWanted(ctx) {
		if err := errors.Join(u.enable(ctx, out), u.control(ctx, out, "daemon-reload")); err != nil {
			return err
		}
	}
	if u.memory.Restarting && now.Invocation == u.memory.Before || !now.good() {
		return u.restart(ctx, out)
	}
	return nil
}

func (u *unit) restart(ctx context.Context, out driver.Progress) error {
	fmt.Fprintf(out, "restarting %s\n", u.in.Unit)
	// A unit that failed too often before must be allowed to start again.
	_, _ = u.ask(ctx, "reset-failed", "--", u.in.Unit)
	u.restarted = time.Now()
	bounded, cancel := context.WithTimeout(ctx, u.in.Wait.Std())
	defer cancel()
	if err := u.control(bounded, out, "restart", "--", u.in.Unit); err != nil {
		if ctx.Err() != nil {
			return err
		}
		u.tellJournal(ctx, out)
		return u.failure(ctx, "did not start")
	}
	u.memory.Restarting = false
	return u.note.Write(u.memory)
}

func (u *unit) remove(ctx context.Context, out driver.Progress) error {
	u.memory.Done, u.memory.Identity = false, "" // whoever applies next begins anew
	if err := u.note.Write(u.memory); err != nil {
		return err
	}
	now, err := u.state(ctx)
	if err != nil {
		return err
	}
	if now.Load != "not-found" {
		if now.Active != "inactive" && now.Active != "failed" { // one that could not be loaded cannot be stopped
			if err := u.control(ctx, out, "stop", "--", u.in.Unit); err != nil {
				return err
			}
		}
		if err := u.control(ctx, out, "disable", "--", u.in.Unit); err != nil {
			return err
		}
	}
	for name := range u.memory.Files {
		if err := u.delete(name); err != nil {
			return err
		}
	}
	if err := u.control(ctx, out, "daemon-reload"); err != nil {
		return err
	}
	_, _ = u.ask(ctx, "reset-failed", "--", u.in.Unit) // fails when there is nothing to forget
	fmt.Fprintf(out, "%s is removed\n", u.in.Unit)
	return u.note.Delete()
}
