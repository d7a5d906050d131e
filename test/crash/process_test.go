package crash

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// process is a server or an agent that is killed and started again.
type process struct {
	name string
	told child
	log  string // file of what it prints, of all its lives

	mu     sync.Mutex
	cmd    *exec.Cmd
	stdin  io.Closer
	meant  bool // its end is ours
	ended  chan struct{}
	lives  int
	starts []time.Duration // from start to ready, of those who lived that long
	died   []error         // ends that nobody meant
}

func newProcess(dir, name string, told child) *process {
	return &process{name: name, told: told, log: filepath.Join(dir, name+".log")}
}

// start begins a new life; it does not wait until it is ready.
func (p *process) start() error {
	told, err := json.Marshal(p.told)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(p.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(told), "GOMAXPROCS=2")
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.stdin, p.meant, p.ended = cmd, stdin, false, make(chan struct{})
	p.lives++
	go p.watch(cmd, bufio.NewReader(stdout), begun, p.ended)
	return nil
}

// watch notes when the process is ready, and how it ends.
func (p *process) watch(cmd *exec.Cmd, out *bufio.Reader, begun time.Time, ended chan<- struct{}) {
	if line, _ := out.ReadString('\n'); line == "ready\n" {
		p.mu.Lock()
		p.starts = append(p.starts, time.Since(begun))
		p.mu.Unlock()
	}
	_, _ = io.Copy(io.Discard, out)
	err := cmd.Wait()
	p.mu.Lock()
	if !p.meant {
		p.died = append(p.died, fmt.Errorf("%s ended by itself: %w; it said last: %s", p.name, err, tail(p.log)))
	}
	p.mu.Unlock()
	close(ended)
}

// tail gives the last of what a file holds.
func tail(file string) []byte {
	raw, _ := os.ReadFile(file)
	return raw[max(0, len(raw)-2000):]
}

// end sends a signal and waits for the end.
func (p *process) end(signal syscall.Signal) error {
	p.mu.Lock()
	p.meant = true
	cmd, ended := p.cmd, p.ended
	p.mu.Unlock()
	if cmd == nil {
		return nil
	}
	if err := cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-ended:
		return nil
	case <-time.After(30 * time.Second):
		return fmt.Errorf("%s does not end on %v", p.name, signal)
	}
}

// seen gives what is known about its lives.
func (p *process) seen() (lives int, starts []time.Duration, died []error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lives, append([]time.Duration(nil), p.starts...), append([]error(nil), p.died...)
}
