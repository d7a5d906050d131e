package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/driver/command"
)

// launch is the second argument of the short life of a process before it
// becomes what it is to be.
const launch = "launch"

// becoming is the number of the file that closes when a launched process has
// become what it is to be, or has failed to.
const becoming = 3

// The pauses before a process that ended is started again: doubled each time,
// from the shortest on once more when it was up for as long as the longest.
const (
	shortestPause = 500 * time.Millisecond
	longestPause  = 30 * time.Second
)

// Supervise is the body of the supervisor's command: arguments are those that
// the driver put behind it. It gives the exit code.
func Supervise(arguments ...string) int {
	if len(arguments) == 2 && arguments[1] == launch {
		return become()
	}
	if len(arguments) != 1 {
		fmt.Fprintln(os.Stderr, "this command is for the agent's own use")
		return 2
	}
	k := keeper{arguments[0]}
	if err := supervise(k); err != nil {
		if log, openErr := k.openLog(); openErr == nil {
			fmt.Fprintf(log, "supervisor: %v\n", err)
			_ = log.Close() // nobody is left who could be told
		}
		return 1
	}
	return 0
}

// become waits on standard input for what to be, and becomes it. When the
// supervisor dies before it has noted this process's number, the message is
// never complete, and nothing is started that nobody knows of.
func become() int {
	var s spec
	if err := json.NewDecoder(os.Stdin).Decode(&s); err != nil {
		return 1
	}
	null, err := os.Open(os.DevNull)
	if err == nil {
		err = syscall.Dup3(int(null.Fd()), 0, 0)
	}
	syscall.CloseOnExec(becoming)
	if err == nil {
		err = syscall.Exec(s.Path, s.Argv, s.Environment)
	}
	fmt.Fprintf(os.Stderr, "cannot run %s: %v\n", s.Path, err)
	return 127
}

// child is a running process, started here or taken over.
type child struct {
	process command.Process
	ended   chan string // how it ended; sent once
}

func supervise(k keeper) error {
	lock, err := k.lock(2 * time.Second)
	if err != nil {
		return err
	}
	if lock == nil {
		return nil // another is in charge
	}
	defer lock.Close()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	signal.Ignore(syscall.SIGHUP)

	var s spec
	if found, err := k.specNote().Read(&s); err != nil || !found || !s.Wanted {
		return err
	}
	self, _ := command.Look(os.Getpid())
	now := status{Supervisor: self}
	c, err := k.takeOver(s, &now)
	for pause := shortestPause; err == nil; {
		if c == nil {
			if c, err = k.launch(s, &now); err != nil {
				break
			}
		}
		if !k.watch(c, s, stop, &now) {
			return k.statusNote().Write(now)
		}
		if time.Since(now.Since) >= longestPause {
			pause = shortestPause
		}
		c = nil
		if err = k.statusNote().Write(now); err != nil {
			break
		}
		select {
		case <-stop:
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
		now.Restarts++
	}
	return errors.Join(err, k.statusNote().Write(now))
}

// watch waits until the process ends, and ends whatever it leaves; true when
// it is to be started again.
func (k keeper) watch(c *child, s spec, stop <-chan os.Signal, now *status) bool {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			command.Stop(c.process, k.mark(), syscall.Signal(s.StopSignal), s.StopTimeout)
			now.Ended = "was asked to end"
			return false
		case now.Ended = <-c.ended:
			command.Stop(c.process, k.mark(), syscall.Signal(s.StopSignal), s.StopTimeout)
			return true
		case <-tick.C:
			k.rotate()
		}
	}
}

// takeOver finds the process that a supervisor before this one started. One of
// another identity is stopped, as is everything that has lost its leader.
func (k keeper) takeOver(s spec, now *status) (*child, error) {
	var before status
	if _, err := k.statusNote().Read(&before); err != nil {
		return nil, err
	}
	if before.Identity != s.Identity || !before.Process.Alive() {
		command.Stop(before.Process, k.mark(), syscall.Signal(s.StopSignal), s.StopTimeout)
		return nil, nil
	}
	before.Supervisor = now.Supervisor
	if before.Since.IsZero() {
		before.Since = time.Now()
	}
	*now = before
	c := &child{process: before.Process, ended: make(chan string, 1)}
	go func() {
		for c.process.Alive() {
			time.Sleep(100 * time.Millisecond)
		}
		c.ended <- "ended"
	}()
	return c, k.statusNote().Write(*now)
}

// launch starts the process in two moves: a process that waits, whose number
// is noted, and then the word to become what it is to be.
func (k keeper) launch(s spec, now *status) (*child, error) {
	log, err := k.openLog()
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command("/proc/self/exe") //nolint:noctx // it lives until it ends or is to be stopped
	cmd.Args = slices.Concat(os.Args, []string{launch})
	s.Environment = append(slices.Clip(s.Environment), command.MarkName+"="+k.mark())
	cmd.Env = s.Environment
	cmd.Dir = s.Directory
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	word, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	became, become, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer became.Close()
	cmd.ExtraFiles = []*os.File{become}
	if err := cmd.Start(); err != nil {
		_ = become.Close() // it goes with this supervisor at the latest
		now.Identity, now.Process, now.Ended = s.Identity, command.Process{}, "cannot be started: "+reason(err).Error()
		return nil, err
	}
	err = become.Close() // while it is open here, it would not tell that the process has become the command
	c := &child{ended: make(chan string, 1)}
	c.process, _ = command.Look(cmd.Process.Pid)
	now.Identity, now.Process, now.Since = s.Identity, c.process, time.Time{}
	if now.Restarts == 0 {
		now.Ended = ""
	}
	err = errors.Join(err, k.statusNote().Write(*now))
	if err == nil {
		err = json.NewEncoder(word).Encode(s)
	}
	err = errors.Join(err, word.Close())
	if err == nil {
		_, _ = became.Read(make([]byte, 1)) // ends when the process has become the command, or died
		now.Since = time.Now()
		err = k.statusNote().Write(*now)
	}
	go func() {
		_ = cmd.Wait() // the state tells all
		c.ended <- manner(cmd.ProcessState)
	}()
	if err != nil {
		_ = cmd.Process.Kill() // it may have ended by itself
		return nil, err
	}
	return c, nil
}

func manner(state *os.ProcessState) string {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return fmt.Sprintf("was ended by signal %d (%s)", int(ws.Signal()), ws.Signal())
	}
	return fmt.Sprintf("ended with exit code %d", state.ExitCode())
}

func (k keeper) openLog() (*os.File, error) {
	return os.OpenFile(k.log(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

// mostLog is how large the log may grow; as much again is kept of what was before.
const mostLog = 8 << 20

// rotate copies a large log aside and empties it. The process writes into it
// itself, so that it goes on when its supervisor dies; a few lines that come
// in between are lost.
func (k keeper) rotate() {
	info, err := os.Stat(k.log())
	if err != nil || info.Size() < mostLog {
		return
	}
	from, err := os.Open(k.log())
	if err != nil {
		return
	}
	defer from.Close()
	to, err := os.OpenFile(strings.TrimSuffix(k.log(), ".log")+".1.log", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return
	}
	defer to.Close()
	if _, err := io.Copy(to, io.LimitReader(from, mostLog)); err == nil || errors.Is(err, syscall.ENOSPC) {
		_ = os.Truncate(k.log(), 0) // tried again in a second
	}
}
