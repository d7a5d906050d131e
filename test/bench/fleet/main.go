// Command fleet measures one deployment onto a fleet of simulated agents: a
// server as it ships in this process, and the agents in another, each with its
// own key and its own TCP connection. What they report is committed as always.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

func main() {
	agents := flag.Int("agents", 1000, "how many agents")
	child := flag.String("bus", "", "used by the command itself: run the agents of this bus")
	keys := flag.String("keys", "", "used by the command itself: where the agents' keys are")
	profile := flag.String("cpuprofile", "", "write the server's CPU profile to this file")
	flag.Parse()
	if *profile != "" {
		stop, err := profiled(*profile)
		if err != nil {
			fmt.Fprintln(os.Stderr, "fleet:", err)
			os.Exit(1)
		}
		defer stop()
	}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Minute)
	defer stop()
	var err error
	if *child != "" {
		err = runAgents(ctx, *child, *keys, *agents)
	} else {
		err = measure(ctx, *agents)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// profiled writes a CPU profile until the function that it gives is called.
func profiled(file string) (func(), error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}, nil
}

var quiet = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

// measure starts the server, lets the agents come, deploys, and prints the figures.
func measure(ctx context.Context, agents int) error {
	dir, err := os.MkdirTemp("", "tranship-fleet-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f := &fleet{dir: dir, size: agents}
	if err := f.start(ctx); err != nil {
		return err
	}
	defer f.server.Close()
	if err := f.furnish(ctx); err != nil {
		return err
	}
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, executable, "-agents", strconv.Itoa(agents), "-bus", f.server.BusURL, "-keys", f.keysFile())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	if err := f.awaitAgents(ctx); err != nil {
		return err
	}
	return f.deploy(ctx, cmd.Process.Pid)
}

// memory gives the resident memory of a process in MiB.
func memory(pid int) int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, found := strings.CutPrefix(line, "VmRSS:"); found {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kib / 1024
		}
	}
	return 0
}
