// Package process is the driver that keeps a process running without a service
// manager. Each process has a supervisor of its own, this same binary run
// again, which restarts it when it ends and lives on while the agent is down.
package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/command"
	"tranship.dev/tranship/internal/driver/note"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// Inputs are what a step says in its With.
type Inputs struct {
	Name        string            `json:"name,omitempty" pattern:"^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$" doc:"Tells several processes of one component apart; the component's name by default."`
	Argv        []string          `json:"argv" minItems:"1" doc:"The command and its arguments. A command with a slash is relative to directory, one without is searched in PATH."`
	Directory   string            `json:"directory,omitempty" doc:"The directory to run in, below the target's root; the root by default. Links in it are followed once, when the process is put in place."`
	Environment map[string]string `json:"environment,omitempty" doc:"Variables for the process. Of the agent's own only PATH, HOME, USER, LOGNAME, LANG, LC_ALL, TZ and TMPDIR pass."`
	StopSignal  string            `json:"stopSignal,omitempty" enum:"TERM,INT,QUIT,HUP,USR1,USR2,KILL" default:"TERM" doc:"The signal that asks it to end."`
	StopTimeout practice.Duration `json:"stopTimeout,omitempty" doc:"How long it may take to end before it is killed; 10s by default."`
	Settle      practice.Duration `json:"settle,omitempty" doc:"How long it must stay up before it counts as running; 500ms by default."`
}

// Driver is the process driver.
type Driver struct{ supervisor []string }

// New gives the process driver. supervisor is the command that runs Supervise
// with the arguments that are put behind it, such as {"/usr/bin/tranship",
// "supervise"}; its first element is an absolute path.
func New(supervisor ...string) *Driver { return &Driver{supervisor} }

// Declare says what the driver is.
func (*Driver) Declare() driver.Declaration {
	return driver.Declaration{
		Name:    "process",
		Inputs:  &Inputs{},
		OnDoubt: model.Probe,
		Actions: []model.Action{model.Apply, model.Remove, model.Check},
		Needs:   []driver.Capability{driver.NeedsProcess},
	}
}

var signals = map[string]syscall.Signal{
	"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "HUP": syscall.SIGHUP,
	"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "KILL": syscall.SIGKILL,
}

func decode(s driver.Step) (Inputs, keeper, error) {
	in := Inputs{
		Name: s.Component, StopSignal: "TERM",
		StopTimeout: practice.Duration(10 * time.Second), Settle: practice.Duration(500 * time.Millisecond),
	}
	if err := driver.Decode(s.With, &in); err != nil {
		return in, keeper{}, err
	}
	if strings.TrimSpace(in.Argv[0]) == "" {
		return in, keeper{}, driver.BadInput("argv[0]", "name the command", "is empty")
	}
	for name := range in.Environment {
		if name == "" || strings.ContainsAny(name, "=\x00") || name == command.MarkName {
			return in, keeper{}, driver.BadInput("environment", "", "has a variable that cannot be set: %q", name)
		}
	}
	if _, err := driver.Local("directory", in.Directory); err != nil {
		return in, keeper{}, err
	}
	state, err := filepath.Abs(s.State)
	if err == nil {
		state, err = filepath.EvalSymlinks(state)
	}
	if err != nil {
		return in, keeper{}, fmt.Errorf("state directory: %w", err)
	}
	return in, keeper{filepath.Join(state, note.Key("process", s.Component, in.Name))}, nil
}

// identity tells one exact process from another: version and all inputs.
func identity(s driver.Step, in Inputs) (practice.Digest, error) {
	return practice.CanonicalDigest(struct {
		Component, Version string
		Digest             practice.Digest
		Inputs             Inputs
	}{s.Component, s.Version, s.Digest, in})
}

// specify makes what the supervisor is told of the step's inputs.
func specify(s driver.Step, in Inputs, id practice.Digest) (spec, error) {
	directory, err := driver.Directory(s.Root, "directory", in.Directory)
	if err != nil {
		return spec{}, err
	}
	path := in.Argv[0]
	switch {
	case !strings.Contains(path, "/"):
		path, err = exec.LookPath(path)
	case !filepath.IsAbs(path):
		path, err = filepath.EvalSymlinks(filepath.Join(directory, path))
	}
	if err != nil {
		return spec{}, driver.BadInput("argv[0]", "a command with a slash is relative to directory", "is not there to be run: %v", reason(err))
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
		return spec{}, driver.BadInput("argv[0]", "", "is not a file that can be run")
	}
	return spec{
		Wanted: true, Identity: id, Version: s.Version, Digest: s.Digest, Path: path, Argv: in.Argv, Directory: directory,
		Environment: command.Environment(in.Environment), StopSignal: int(signals[in.StopSignal]), StopTimeout: in.StopTimeout.Std(),
	}, nil
}

// Inspect says whether the process runs, under its supervisor, as the step
// says, and has been up for as long as it must.
func (*Driver) Inspect(ctx context.Context, s driver.Step) (driver.Finding, error) {
	in, k, err := decode(s)
	if err != nil {
		return driver.Finding{}, err
	}
	if err := ctx.Err(); err != nil {
		return driver.Finding{}, err
	}
	id, err := identity(s, in)
	if err != nil {
		return driver.Finding{}, err
	}
	v, err := k.view()
	if err != nil {
		return driver.Finding{}, err
	}
	finding := driver.Finding{
		Present: v.spec.Wanted || v.alive || v.strays,
		Matches: v.supervised && v.alive && v.status.Identity == id && v.spec.Identity == id && v.up() >= in.Settle.Std() && v.heeded(s),
		Version: v.version(), Digest: v.spec.Digest, Detail: v.String(),
	}
	if !finding.Matches {
		finding.Differs = []driver.Difference{{What: "process " + in.Name, Recorded: "runs", Found: v.instead(id)}}
	}
	return finding, nil
}

// heeded says whether a wish to start it again was heeded already, or is none.
func (v view) heeded(s driver.Step) bool { return !s.Anew || v.spec.Anew == s.Order }

// instead says what is there in the place of the process, without what changes by itself.
func (v view) instead(id practice.Digest) string {
	switch {
	case !v.alive:
		return "does not run"
	case !v.supervised:
		return "runs without its supervisor"
	case v.status.Identity != id || v.spec.Identity != id:
		return "runs with another version or other inputs"
	}
	return "has only just begun"
}

// Apply starts the process, or restarts it when it is another than the step
// says, and waits until it has been up for long enough. When it is not, or ctx
// ends before, it is stopped again: nothing keeps starting what does not work.
func (d *Driver) Apply(ctx context.Context, s driver.Step, out driver.Progress) error {
	in, k, err := decode(s)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	id, err := identity(s, in)
	if err != nil {
		return err
	}
	v, err := k.view()
	if err != nil {
		return err
	}
	if v.supervised && v.alive && v.spec.Wanted && v.spec.Identity == id && v.status.Identity == id && v.heeded(s) {
		return k.settle(ctx, id, in.Settle.Std())
	}
	wanted, err := specify(s, in, id)
	if err != nil {
		return err
	}
	if s.Anew {
		wanted.Anew = s.Order
	}
	if err := d.start(ctx, k, wanted, v, out); err != nil {
		return err
	}
	if err := k.settle(ctx, id, in.Settle.Std()); err != nil {
		return k.giveUp(err, ctx.Err() != nil)
	}
	fmt.Fprintf(out, "%s runs\n", in.Name)
	return nil
}

// start puts a supervisor in charge of the wanted process.
func (d *Driver) start(ctx context.Context, k keeper, wanted spec, v view, out driver.Progress) error {
	if v.alive {
		fmt.Fprintf(out, "stopping version %s\n", v.spec.Version)
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return fmt.Errorf("state of process: %w", err)
	}
	lock, err := k.dismiss(ctx, false)
	if err != nil {
		return err
	}
	err = errors.Join(k.statusNote().Delete(), k.write(wanted), lock.Close())
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "starting %s\n", wanted.Argv[0])
	return k.engage(d.supervisor)
}

// Remove stops the process with all that it started, and forgets it.
func (*Driver) Remove(ctx context.Context, s driver.Step, out driver.Progress) error {
	in, k, err := decode(s)
	if err != nil {
		return err
	}
	v, err := k.view()
	if err != nil {
		return err
	}
	if v.spec.Wanted {
		v.spec.Wanted = false // whoever comes now does not start it again
		if err := k.write(v.spec); err != nil {
			return err
		}
	}
	if _, err := os.Stat(k.dir); errors.Is(err, fs.ErrNotExist) {
		command.Stop(command.Process{}, k.mark(), syscall.SIGTERM, in.StopTimeout.Std()) // somebody deleted what was known of it
		return nil
	}
	lock, err := k.dismiss(ctx, false)
	if err != nil {
		return err
	}
	if v.alive {
		fmt.Fprintf(out, "%s is stopped\n", in.Name)
	}
	return k.forget(lock)
}

// Resume puts supervisors in charge again of all processes below state that
// are wanted and have none: after the host has booted, or when a supervisor was
// killed. It is called when the agent starts, and may be called at any time.
func (d *Driver) Resume(ctx context.Context, state string) error {
	directories, err := filepath.Glob(filepath.Join(state, "process-*"))
	if err != nil {
		return fmt.Errorf("processes in %s: %w", state, err)
	}
	for _, dir := range directories {
		k := keeper{dir}
		v, err := k.view()
		if err != nil {
			return err
		}
		if !v.spec.Wanted || v.supervised {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := k.engage(d.supervisor); err != nil {
			return err
		}
	}
	return nil
}
