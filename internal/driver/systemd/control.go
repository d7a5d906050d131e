package systemd

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/command"
	"tranship.dev/tranship/internal/practice"
)

// state is what the service manager says of a unit.
type state struct {
	Load, Active, Sub, Result, Type, Invocation, Reload string
	Code, Restarts                                      int
}

// good says whether the unit is as it should be: active, or, for one that only
// does something once, done.
func (s state) good() bool {
	if s.Active == "active" {
		return s.Sub != "auto-restart"
	}
	return s.Type == "oneshot" && s.Active == "inactive" && s.Result == "success"
}

// stale says whether the files changed since the service manager read them.
func (s state) stale() bool { return s.Reload == "yes" }

// cannotExecute is the exit code that the service manager gives a program that
// it could not run.
const cannotExecute = 203

func (s state) String() string {
	text := s.Active
	if s.Sub != s.Active {
		text += " (" + s.Sub + ")"
	}
	if s.Result != "success" && s.Result != "" {
		text += fmt.Sprintf(", result %s, exit code %d", s.Result, s.Code)
	}
	if s.Code == cannotExecute {
		text += " (its program cannot be run)"
	}
	if s.Restarts > 0 {
		text += fmt.Sprintf(", restarted %d times", s.Restarts)
	}
	return text
}

// state asks the service manager for the unit's state.
func (u *unit) state(ctx context.Context) (state, error) {
	text, err := u.ask(ctx, "show", "--property=LoadState,ActiveState,SubState,Result,Type,InvocationID,NeedDaemonReload,ExecMainStatus,NRestarts", "--", u.in.Unit)
	if err != nil {
		return state{}, err
	}
	values := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		values[name] = value
	}
	s := state{
		Load: values["LoadState"], Active: values["ActiveState"], Sub: values["SubState"], Result: values["Result"],
		Type: values["Type"], Invocation: values["InvocationID"], Reload: values["NeedDaemonReload"],
	}
	s.Code, _ = strconv.Atoi(values["ExecMainStatus"]) // units that are no services have none
	s.Restarts, _ = strconv.Atoi(values["NRestarts"])
	return s, nil
}

// settle waits until the unit is good and stays so in one invocation.
func (u *unit) settle(ctx context.Context) error {
	begun := time.Now()
	var since time.Time
	var invocation string
	for {
		now, err := u.state(ctx)
		if err != nil {
			return err
		}
		switch {
		case !now.good():
			since = time.Time{}
		case since.IsZero() || now.Invocation != invocation:
			since, invocation = time.Now(), now.Invocation
		case time.Since(since) >= u.in.Settle.Std():
			return nil
		}
		if now.Active == "failed" || time.Since(begun) > u.in.Wait.Std()+u.in.Settle.Std() {
			return u.failure(ctx, fmt.Sprintf("is not active and stable after %s", time.Since(begun).Round(100*time.Millisecond)))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(100*time.Millisecond, max(10*time.Millisecond, u.in.Settle.Std()))):
		}
	}
}

// failure is the error of a unit that does not run, with the end of its journal.
func (u *unit) failure(ctx context.Context, what string) error {
	detail := "its state is not known"
	if now, err := u.state(ctx); err == nil {
		detail = now.String()
	}
	fault := practice.Faultf(practice.Unavailable, "%s %s: %s", u.in.Unit, what, detail)
	lines := strings.Split(strings.TrimSpace(u.lines(ctx, 50)), "\n")
	return fault.WithHint("its journal ends:\n%s", strings.Join(lines[max(0, len(lines)-10):], "\n"))
}

// tellJournal writes the end of the unit's journal to out.
func (u *unit) tellJournal(ctx context.Context, out driver.Progress) {
	fmt.Fprintf(out, "the journal of %s ends:\n%s", u.in.Unit, u.lines(ctx, 50))
}

func (u *unit) lines(ctx context.Context, most int) string {
	_, _ = u.run(ctx, u.journal, "--sync") // what was said last may still be on its way; without it, less is shown
	argv := []string{"--no-pager", "--quiet", "--output=short-iso", "--lines=" + strconv.Itoa(most), "--unit=" + u.in.Unit}
	if !u.restarted.IsZero() { // what an earlier release said would mislead
		argv = append(argv, fmt.Sprintf("--since=@%d", u.restarted.Unix()))
	}
	text, err := u.run(ctx, u.journal, argv...)
	if err != nil {
		return "it cannot be read: " + err.Error() + "\n"
	}
	return text
}

// enable makes the unit start at boot, or not, as the step wants.
func (u *unit) enable(ctx context.Context, out driver.Progress) error {
	verb := "disable"
	if *u.in.Enable {
		verb = "enable"
	}
	if err := u.control(ctx, out, verb, "--no-reload", "--", u.in.Unit); err != nil || !*u.in.Enable || u.enabledAsWanted(ctx) {
		return err
	}
	return driver.BadInput("enable", "give the unit an [Install] section, or set enable to false", "cannot be done: %s has no [Install] section", u.in.Unit)
}

func (u *unit) enabledAsWanted(ctx context.Context) bool {
	text, _ := u.ask(ctx, "is-enabled", "--", u.in.Unit) // its exit code says the same as its text
	return (strings.TrimSpace(text) == "enabled") == *u.in.Enable
}

// control makes the service manager do something, and passes on what it prints.
func (u *unit) control(ctx context.Context, out driver.Progress, argv ...string) error {
	text, err := u.ask(ctx, argv...)
	fmt.Fprint(out, text)
	return err
}

func (u *unit) ask(ctx context.Context, argv ...string) (string, error) {
	return u.run(ctx, u.systemctl, argv...)
}

func (u *unit) run(ctx context.Context, name string, argv ...string) (string, error) {
	var out output
	code, err := command.Run(ctx, command.Command{
		Argv:      append([]string{name}, argv...),
		Directory: "/",
		Env:       command.Environment(map[string]string{"LC_ALL": "C", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}),
		Output:    &out,
		EndWithin: u.step.EndWithin(),
	})
	if err != nil {
		return out.String(), fmt.Errorf("%s %s: %w", name, argv[0], err)
	}
	if code != 0 {
		return out.String(), practice.Faultf(practice.Unavailable, "%s %s %s ended with exit code %d: %s", name, argv[0], u.in.Unit, code, strings.TrimSpace(out.String()))
	}
	return out.String(), nil
}

// output keeps what a command prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
