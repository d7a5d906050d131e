// Package script is the driver that runs commands of the component's own: one
// to make it so, and, where they are given, one to look and one to undo.
package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	Argv        []string          `json:"argv,omitempty" minItems:"1" doc:"The command that makes it so, and its arguments; no shell is between. Needed to apply. Without check or creates it runs each time that it is applied, and must itself see to it that twice is as good as once."`
	Check       []string          `json:"check,omitempty" minItems:"1" doc:"The command that looks: exit code 0 says that it is so already. It must change nothing. Needed to check, unless creates is given."`
	Creates     string            `json:"creates,omitempty" minLength:"1" doc:"A path below the target's root: while it does not exist there is nothing to undo, and when it exists and no check is given, it is so already."`
	Undo        []string          `json:"undo,omitempty" minItems:"1" doc:"The command that makes it not so; twice must be as good as once. Needed to remove."`
	Environment map[string]string `json:"environment,omitempty" doc:"Variables for the commands, beside TRANSHIP_ORDER (the same when the step is tried again, so that a command can see to it that twice is as good as once), TRANSHIP_COMPONENT, TRANSHIP_VERSION, TRANSHIP_DIGEST, TRANSHIP_ROOT and TRANSHIP_ARTIFACT."`
	Directory   string            `json:"directory,omitempty" minLength:"1" doc:"The directory to run in, below the target's root. By default the one with the artifact's files, or the root where there is no artifact."`
	Stdin       string            `json:"stdin,omitempty" doc:"What the commands read from standard input."`
	ExitCodes   []int             `json:"exitCodes,omitempty" minItems:"1" doc:"The exit codes of argv and undo that count as success; 0 alone by default."`
}

// Driver is the script driver.
type Driver struct{}

// New gives the script driver.
func New() *Driver { return &Driver{} }

// Declare says what the driver is.
func (*Driver) Declare() driver.Declaration {
	return driver.Declaration{
		Name:    "script",
		Inputs:  &Inputs{},
		OnDoubt: model.Ask,
		Actions: []model.Action{model.Apply, model.Remove, model.Check},
		Needs:   []driver.Capability{driver.NeedsProcess},
	}
}

// run is one step with its inputs.
type run struct {
	step driver.Step
	in   Inputs
	mark string // by which what it started is found again
}

func decode(s driver.Step) (run, error) {
	in := Inputs{ExitCodes: []int{0}}
	if err := driver.Decode(s.With, &in); err != nil {
		return run{}, err
	}
	if in.Creates != "" {
		if _, err := driver.Local("creates", in.Creates); err != nil {
			return run{}, err
		}
	}
	if in.Directory != "" {
		if _, err := driver.Local("directory", in.Directory); err != nil {
			return run{}, err
		}
	}
	for name := range in.Environment {
		if name == "" || strings.ContainsAny(name, "=\x00") || name == command.MarkName {
			return run{}, driver.BadInput("environment", "", "has a variable that cannot be set: %q", name)
		}
	}
	for field, argv := range map[string][]string{"argv": in.Argv, "check": in.Check, "undo": in.Undo} {
		if len(argv) > 0 && strings.TrimSpace(argv[0]) == "" {
			return run{}, driver.BadInput(field+"[0]", "name the command", "is empty")
		}
	}
	if len(in.Argv) == 0 && len(in.Check) == 0 && len(in.Undo) == 0 {
		return run{}, driver.BadInput("argv", "give argv to apply, check to look, undo to remove", "is missing")
	}
	state, err := filepath.Abs(s.State)
	if err != nil {
		return run{}, fmt.Errorf("state directory: %w", err)
	}
	return run{s, in, note.Key("script", state, s.Component, s.Name)}, nil
}

// Inspect runs check. Without check or creates nobody can tell, and it says so.
func (*Driver) Inspect(ctx context.Context, s driver.Step) (driver.Finding, error) {
	r, err := decode(s)
	if err != nil {
		return driver.Finding{}, err
	}
	if earlier := command.Marked(r.mark); len(earlier) > 0 {
		return driver.Finding{Untold: true, Detail: fmt.Sprintf("an earlier run still goes on as process %d", earlier[0].PID)}, nil
	}
	if !r.canTell() {
		return driver.Finding{Untold: true, Detail: "nobody can tell: the step gives neither check nor creates"}, nil
	}
	so, detail, err := r.look(ctx)
	if err != nil {
		return driver.Finding{}, err
	}
	there := so
	if r.in.Creates != "" {
		there, err = r.created()
	}
	return driver.Finding{Present: there, Matches: so, Detail: detail}, err
}

func (r run) canTell() bool { return len(r.in.Check) > 0 || r.in.Creates != "" }

// look says whether it is so already, by check, or by creates where there is none.
func (r run) look(ctx context.Context) (so bool, detail string, err error) {
	if len(r.in.Check) > 0 {
		var printed tail
		code, err := r.do(ctx, r.in.Check, &printed, "")
		detail := fmt.Sprintf("check ended with exit code %d", code)
		if line := printed.line(); line != "" {
			detail += ": " + line
		}
		return err == nil && code == 0, detail, err
	}
	so, err = r.created()
	if so {
		return true, r.in.Creates + " exists", err
	}
	return false, r.in.Creates + " does not exist", err
}

// created says whether the path that creates names exists.
func (r run) created() (bool, error) {
	local, err := driver.Local("creates", r.in.Creates)
	if err != nil {
		return false, err
	}
	_, err = os.Lstat(filepath.Join(r.step.Root, local))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Apply runs argv, unless check or creates says that it is so already. When
// what an earlier, interrupted Apply started still runs, it waits for its end
// first: there are never two.
func (*Driver) Apply(ctx context.Context, s driver.Step, out driver.Progress) error {
	r, err := decode(s)
	if err != nil {
		return err
	}
	if len(r.in.Argv) == 0 {
		return driver.BadInput("argv", "a step that applies needs it", "is missing")
	}
	if err := r.await(ctx, out); err != nil {
		return err
	}
	if r.canTell() {
		so, _, err := r.look(ctx)
		if err != nil {
			return err
		}
		if so {
			fmt.Fprintln(out, "it is so already")
			return nil
		}
	}
	return r.must(ctx, r.in.Argv, out)
}

// Remove runs undo, unless creates says that there is nothing to undo. check
// is not asked: what is there in another version, or half, must go as well.
func (*Driver) Remove(ctx context.Context, s driver.Step, out driver.Progress) error {
	r, err := decode(s)
	if err != nil {
		return err
	}
	if len(r.in.Undo) == 0 {
		return driver.BadInput("undo", "a step that removes needs it", "is missing")
	}
	if err := r.await(ctx, out); err != nil {
		return err
	}
	if r.in.Creates != "" {
		if there, err := r.created(); err != nil || !there {
			return errors.Join(err, r.forget())
		}
	}
	if err := r.must(ctx, r.in.Undo, out); err != nil {
		return err
	}
	return r.forget()
}

// Halt ends what an interrupted run left behind: it is asked, and killed where it does not end in the step's time.
func (*Driver) Halt(_ context.Context, s driver.Step) error {
	r, err := decode(s)
	if err != nil {
		return err
	}
	killed := command.Stop(command.Process{}, r.mark, syscall.SIGTERM, s.EndWithin())
	if left := command.Marked(r.mark); len(left) > 0 {
		return practice.Faultf(practice.Unavailable, "process %d cannot be ended", left[0].PID)
	}
	if killed {
		return &driver.Killed{Command: "an earlier run", Within: s.EndWithin()}
	}
	return nil
}

// await waits until nothing runs any more that an earlier call started; when
// ctx ends before, it is stopped.
func (r run) await(ctx context.Context, out io.Writer) error {
	for told := false; command.Held(r.lock()) || len(command.Marked(r.mark)) > 0; told = true {
		if !told {
			fmt.Fprintln(out, "waiting for an earlier run to end")
		}
		select {
		case <-ctx.Done():
			if command.Stop(command.Process{}, r.mark, syscall.SIGTERM, r.step.EndWithin()) {
				return &driver.Killed{Command: "an earlier run", Within: r.step.EndWithin(), Cause: ctx.Err()}
			}
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return ctx.Err()
}

// lock is the file that is locked while a run goes on. It is seen from the
// moment of the fork, when the mark is not there yet.
func (r run) lock() string { return filepath.Join(r.step.State, r.mark+".lock") }

// forget removes what the driver remembers of a step that was undone.
func (r run) forget() error {
	if err := os.Remove(r.lock()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// must runs argv, and makes an exit code that is not a success an error, with the
// last line that was printed: it mostly says why.
func (r run) must(ctx context.Context, argv []string, out driver.Progress) error {
	printed := tail{out: out}
	code, err := r.do(ctx, argv, &printed, r.mark)
	if err != nil {
		return err
	}
	if !slices.Contains(r.in.ExitCodes, code) {
		said := fmt.Sprintf("%s ended with exit code %d", argv[0], code)
		if last := printed.line(); last != "" {
			said += ": " + last
		}
		return &practice.Error{Code: practice.Unavailable, Message: said}
	}
	return nil
}

func (r run) do(ctx context.Context, argv []string, out io.Writer, mark string) (int, error) {
	directory := r.step.Artifact
	var err error
	switch {
	case r.in.Directory != "":
		directory, err = driver.Directory(r.step.Root, "directory", r.in.Directory)
	case directory == "":
		directory = r.step.Root
	}
	if err != nil {
		return 0, err
	}
	env := map[string]string{
		"TRANSHIP_ORDER": r.step.Order, "TRANSHIP_COMPONENT": r.step.Component, "TRANSHIP_VERSION": r.step.Version, "TRANSHIP_DIGEST": string(r.step.Digest),
		"TRANSHIP_ROOT": r.step.Root, "TRANSHIP_ARTIFACT": r.step.Artifact,
	}
	maps.Copy(env, r.in.Environment)
	lock := ""
	if mark != "" {
		lock = r.lock()
	}
	code, err := command.Run(ctx, command.Command{
		Argv: argv, Directory: directory, Env: command.Environment(env), Stdin: r.in.Stdin, Output: out, Mark: mark, Lock: lock,
		EndWithin: r.step.EndWithin(),
	})
	if err != nil && ctx.Err() == nil {
		return 0, practice.Faultf(practice.Invalid, "%s cannot be run: %v", argv[0], err).Final()
	}
	return code, err
}
