// Package command runs processes for drivers: always an argument vector, never
// a shell string; in a session of their own, with an environment of their own,
// and stopped as a whole.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/driver"
)

// Command is what to run.
type Command struct {
	Argv      []string
	Directory string
	Env       []string // all of it; see Environment
	Stdin     string
	Output    io.Writer // takes standard output and standard error
	Mark      string    // value of MarkName in the environment, by which its processes are found again; "" is none
	Lock      string    // a file that is locked while anything of it goes on; "" is none

	EndWithin time.Duration // between SIGTERM and SIGKILL when ctx ends; 0 kills it at once
}

// MarkName is the variable that tells whose a process is.
const MarkName = "TRANSHIP_PROCESS"

// drain is how long output is still read after the command itself has ended,
// for what it left running may hold the other end forever.
const drain = 500 * time.Millisecond

// Run runs c to its end and gives its exit code; 128 and the signal's number
// when a signal ended it. When ctx ends first, all that c started is asked to
// stop, and killed after EndWithin: the error is ctx's, within *driver.Killed
// where it had to be killed. A command that cannot be started is an error.
func Run(ctx context.Context, c Command) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	cmd := exec.Command(c.Argv[0], c.Argv[1:]...) //nolint:noctx // when ctx ends, Stop ends it with all that it started, gently first
	cmd.Dir, cmd.Env = c.Directory, c.Env
	if c.Mark != "" {
		cmd.Env = append(slices.Clone(c.Env), MarkName+"="+c.Mark)
	}
	cmd.Stdin = strings.NewReader(c.Stdin)
	cmd.Stdout, cmd.Stderr = c.Output, c.Output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.WaitDelay = drain
	if c.Lock != "" {
		lock, err := hold(c.Lock)
		if err != nil {
			return 0, err
		}
		defer func() { _ = lock.Close() }()
		cmd.ExtraFiles = []*os.File{lock}
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	leader, _ := Look(cmd.Process.Pid)
	var end error
	ended := make(chan struct{})
	go func() {
		end = cmd.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return exitCode(end)
	case <-ctx.Done():
	}
	killed := Stop(leader, c.Mark, syscall.SIGTERM, c.EndWithin)
	<-ended
	if killed {
		return 0, &driver.Killed{Command: c.Argv[0], Within: c.EndWithin, Cause: context.Cause(ctx)}
	}
	return 0, fmt.Errorf("%s was stopped: %w", c.Argv[0], context.Cause(ctx))
}

func exitCode(err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return 0, nil
	case errors.As(err, &exit):
		return Code(exit.ProcessState), nil
	}
	return 0, err
}

// Code gives the exit code of an ended process; 128 and the signal's number
// when a signal ended it.
func Code(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// kept are the variables that a process takes over from the agent. Nothing
// else passes: the agent's environment may hold its secrets.
var kept = []string{"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"}

// Environment gives the environment of a process: the few ordinary variables
// of this one, and given on top.
func Environment(given map[string]string) []string {
	all := map[string]string{"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	for _, name := range kept {
		if value, found := os.LookupEnv(name); found {
			all[name] = value
		}
	}
	maps.Copy(all, given)
	list := make([]string, 0, len(all))
	for name, value := range all {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}
