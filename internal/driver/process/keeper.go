package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/driver/command"
	"tranship.dev/tranship/internal/driver/note"
	"tranship.dev/tranship/internal/practice"
)

// spec is what the supervisor is told. It holds the process's environment,
// secrets among it, for the supervisor must be able to start it after a boot.
type spec struct {
	Wanted      bool            `json:"wanted"` // false: do not start it (again)
	Identity    practice.Digest `json:"identity"`
	Anew        string          `json:"anew,omitempty"` // the last order that wanted it started again
	Version     string          `json:"version"`
	Digest      practice.Digest `json:"digest"`
	Path        string          `json:"path"`
	Argv        []string        `json:"argv"`
	Directory   string          `json:"directory"`
	Environment []string        `json:"environment"`
	StopSignal  int             `json:"stopSignal"`
	StopTimeout time.Duration   `json:"stopTimeout"`
}

// status is what the supervisor says.
type status struct {
	Identity   practice.Digest `json:"identity"` // of the process
	Supervisor command.Process `json:"supervisor"`
	Process    command.Process `json:"process"`
	Since      time.Time       `json:"since,omitzero"` // when it became the command; zero: not yet
	Restarts   int             `json:"restarts"`
	Ended      string          `json:"ended,omitempty"` // how it ended last
}

// keeper is the directory in which all about one process is kept.
type keeper struct{ dir string }

func (k keeper) specNote() note.Note   { return note.At(filepath.Join(k.dir, "spec.json")) }
func (k keeper) statusNote() note.Note { return note.At(filepath.Join(k.dir, "status.json")) }
func (k keeper) log() string           { return filepath.Join(k.dir, "output.log") }

// mark is what the process carries in its environment: unique on the machine,
// and known without reading anything.
func (k keeper) mark() string { return note.Key("process", k.dir) }

func (k keeper) write(s spec) error {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return fmt.Errorf("state of process: %w", err)
	}
	return k.specNote().Write(s)
}

// lock takes the lock that a supervisor holds as long as it lives. It gives
// nil when somebody has it. Wait says how long to try. Whoever has the lock may
// write, delete and believe what is in the directory.
func (k keeper) lock(wait time.Duration) (*os.File, error) {
	path := filepath.Join(k.dir, "lock")
	for until := time.Now().Add(wait); ; time.Sleep(5 * time.Millisecond) {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil && same(file, path) {
			return file, nil
		}
		if err := errors.Join(err, file.Close()); err != nil && !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, err
		}
		if time.Now().After(until) {
			return nil, nil
		}
	}
}

// same says whether file is still the one at path: a lock on a file that was
// deleted meanwhile keeps nobody out.
func same(file *os.File, path string) bool {
	mine, err := file.Stat()
	if err != nil {
		return false
	}
	theirs, err := os.Stat(path)
	return err == nil && os.SameFile(mine, theirs)
}

// view is what is to be seen of a process.
type view struct {
	spec       spec
	status     status
	supervised bool // a supervisor is in charge
	alive      bool // the process that status names runs
	strays     bool // other processes carry its mark
}

func (k keeper) view() (view, error) {
	var v view
	if _, err := k.specNote().Read(&v.spec); err != nil {
		return v, err
	}
	if _, err := k.statusNote().Read(&v.status); err != nil {
		return v, err
	}
	v.alive = v.status.Process.Alive()
	v.supervised = k.supervised()
	if !v.alive {
		v.strays = len(command.Marked(k.mark())) > 0
	}
	return v, nil
}

// supervised says whether somebody holds the lock, without ever keeping a
// supervisor from taking it: a shared lock is tried and given back at once,
// and a supervisor tries for longer than that.
func (k keeper) supervised() bool {
	file, err := os.Open(filepath.Join(k.dir, "lock"))
	if err != nil {
		return false
	}
	defer file.Close()
	return errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

func (v view) up() time.Duration {
	if v.status.Since.IsZero() {
		return -1
	}
	return time.Since(v.status.Since)
}

func (v view) version() string {
	if v.spec.Wanted || v.alive {
		return v.spec.Version
	}
	return ""
}

func (v view) String() string {
	switch {
	case v.alive && v.supervised && v.up() < 0:
		return "is being started"
	case v.alive && v.supervised && v.status.Restarts > 0:
		return fmt.Sprintf("runs as process %d since %s, restarted %d times, last because it %s", v.status.Process.PID, v.status.Since.UTC().Format(time.RFC3339), v.status.Restarts, v.status.Ended)
	case v.alive && v.supervised:
		return fmt.Sprintf("runs as process %d since %s", v.status.Process.PID, v.status.Since.UTC().Format(time.RFC3339))
	case v.alive:
		return fmt.Sprintf("runs as process %d without its supervisor", v.status.Process.PID)
	case v.strays:
		return "left processes behind"
	case v.supervised:
		return "does not run, waits to be started again: it " + v.status.Ended
	case v.spec.Wanted:
		return "does not run, and its supervisor neither"
	case v.status.Ended != "":
		return "was stopped: it " + v.status.Ended
	}
	return "is not there"
}

// engage starts a supervisor that outlives this process.
func (k keeper) engage(supervisor []string) error {
	cmd := exec.Command(supervisor[0], append(slices.Clip(supervisor[1:]), k.dir)...) //nolint:noctx // it outlives whoever asked for it
	cmd.Env = command.Environment(nil)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start supervisor: %w", err)
	}
	go func() { _ = cmd.Wait() }() // only so that no zombie stays; it tells by its status how it went
	return nil
}

// settle waits until the process has been up for long enough without a restart.
func (k keeper) settle(ctx context.Context, id practice.Digest, long time.Duration) error {
	const engagement = 10 * time.Second // for the supervisor to begin
	begun := time.Now()
	for {
		v, err := k.view()
		if err != nil {
			return err
		}
		known := v.status.Identity == id
		switch {
		case known && v.alive && v.supervised && v.up() >= long:
			return nil
		case known && !v.alive && v.status.Ended != "":
			return practice.Faultf(practice.Unavailable, "the process %s within %s of its start", v.status.Ended, long).
				WithHint("it printed last:\n%s", k.tail())
		case !(known && v.alive) && time.Since(begun) > engagement:
			return fmt.Errorf("the supervisor has not started the process within %s: %s", engagement, k.tail())
		}
		pause := 10 * time.Millisecond
		if known && v.alive {
			pause = min(50*time.Millisecond, max(pause, long-v.up()))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// giveUp stops what was started in vain, and gives why.
func (k keeper) giveUp(why error, hurry bool) error {
	v, err := k.view()
	if err != nil {
		return errors.Join(why, err)
	}
	v.spec.Wanted = false
	if err := k.write(v.spec); err != nil {
		return errors.Join(why, err)
	}
	lock, err := k.dismiss(context.Background(), hurry)
	if err != nil {
		return errors.Join(why, err)
	}
	v.status.Ended = cmp.Or(v.status.Ended, "was stopped before it had settled")
	v.status.Process = command.Process{}
	if err := errors.Join(k.statusNote().Write(v.status), lock.Close()); err != nil {
		return errors.Join(why, err)
	}
	return why
}

// dismiss ends the supervisor, if there is one, and with it the process, and
// whatever else carries its mark; in a hurry without asking first. Afterwards
// nothing of it runs, and nothing can be started while the lock is held that
// it gives. When ctx ends before, what is left is killed. The directory exists.
func (k keeper) dismiss(ctx context.Context, hurry bool) (*os.File, error) {
	for asked := (command.Process{}); ; {
		lock, err := k.lock(20 * time.Millisecond)
		if err != nil {
			return nil, fmt.Errorf("dismiss supervisor: %w", err)
		}
		v, err := k.view()
		if err != nil {
			return nil, err
		}
		hurry = hurry || ctx.Err() != nil
		if lock != nil {
			signal, patience := syscall.Signal(v.spec.StopSignal), v.spec.StopTimeout
			if hurry {
				signal, patience = syscall.SIGKILL, 0
			}
			command.Stop(v.status.Process, k.mark(), signal, patience)
			return lock, nil
		}
		supervisor := v.status.Supervisor
		switch {
		case !supervisor.Alive(): // one that has only begun notes its number soon
		case hurry:
			_ = syscall.Kill(supervisor.PID, syscall.SIGKILL) // what it leaves is stopped under the lock
		case supervisor != asked:
			_ = syscall.Kill(supervisor.PID, syscall.SIGTERM)
			asked = supervisor
		}
	}
}

// forget deletes all about the process, the lock last: a supervisor that
// waits for it finds nothing to start.
func (k keeper) forget(lock *os.File) error {
	err := errors.Join(k.specNote().Delete(), k.statusNote().Delete())
	removed := os.RemoveAll(k.dir)
	for again := 0; again < 10 && errors.Is(removed, syscall.ENOTEMPTY); again++ {
		removed = os.RemoveAll(k.dir) // such a supervisor made the lock's file anew in between
	}
	if err := errors.Join(err, removed, lock.Close()); err != nil {
		return fmt.Errorf("forget process: %w", err)
	}
	return note.SyncDir(filepath.Dir(k.dir))
}

// tail gives the last lines that the process printed.
func (k keeper) tail() string {
	const most = 2 << 10
	file, err := os.Open(k.log())
	if err != nil {
		return "nothing"
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > most {
		if _, err := file.Seek(-most, io.SeekEnd); err != nil {
			return "nothing"
		}
	}
	text, err := io.ReadAll(io.LimitReader(file, most))
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if err != nil || len(text) == 0 {
		return "nothing"
	}
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// reason gives what went wrong without the path, which may hold a secret.
func reason(err error) error {
	var path *fs.PathError
	var run *exec.Error
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &run):
		return run.Err
	}
	return err
}
