// Command fleet measures one deployment onto a fleet of simulated agents: a
// server as it ships in this process, and the agents in another, each with its
// own key and its own TCP connection. What they report is committed as always.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime/pprof"
	"strconv"
	"time"
)

func main() {
	agents := flag.Int("agents", 1000, "how many agents")
	child := flag.String("bus", "", "used by the command itself: run the agents of this bus")
	keys := flag.String("keys", "", "used by the command itself: where the agents' keys are")
	breach := flag.Bool("breach", false, "measure how soon a wave stops when one target fails, all others being in the middle of theirs")
	profile := flag.String("cpuprofile", "", "write the server's CPU profile to this file, and the agents' to the same with .agents")
	flag.Parse()
	if *profile != "" && *child == "" {
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
		err = childOf(ctx, *child, *keys, *profile, *agents)
	} else {
		err = measure(ctx, *profile, *agents, *breach)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// childOf runs the agents until their standard input ends.
func childOf(ctx context.Context, busURL, keys, profile string, agents int) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if profile != "" {
		end, err := profiled(profile)
		if err != nil {
			return err
		}
		defer end()
	}
	return runAgents(ctx, busURL, keys, agents)
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
func measure(ctx context.Context, profile string, agents int, breach bool) error {
	dir, err := os.MkdirTemp("", "tranship-fleet-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f := &fleet{dir: dir, size: agents}
	if breach {
		if err := os.WriteFile(f.held(), nil, 0o600); err != nil {
			return err
		}
	}
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
	arguments := []string{"-agents", strconv.Itoa(agents), "-bus", f.server.BusURL, "-keys", f.keysFile()}
	if profile != "" {
		arguments = append(arguments, "-cpuprofile", profile+".agents")
	}
	cmd := exec.CommandContext(ctx, executable, arguments...)
	cmd.Stderr = os.Stderr
	end, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		_ = end.Close()
		_ = cmd.Wait()
	}()
	f.agents = cmd.Process.Pid
	if err := f.awaitAgents(ctx); err != nil {
		return err
	}
	if breach {
		return f.breach(ctx)
	}
	return f.deploy(ctx)
}
