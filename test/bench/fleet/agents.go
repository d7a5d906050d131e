package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// runAgents runs all agents until the process is killed.
func runAgents(ctx context.Context, busURL, keysFile string, count int) error {
	raw, err := os.ReadFile(keysFile)
	if err != nil {
		return err
	}
	var hand handOver
	if err := json.Unmarshal(raw, &hand); err != nil {
		return err
	}
	var all sync.WaitGroup
	gate := make(chan struct{}, 200) // connections that are being made at once
	for i := range count {
		gate <- struct{}{}
		all.Go(func() {
			err := runOne(ctx, busURL, agentName(i), hand, i, func() { <-gate })
			if err != nil && ctx.Err() == nil {
				quiet.Error("agent ended", "agent", agentName(i), "error", err)
			}
		})
	}
	all.Wait()
	return nil
}

func runOne(ctx context.Context, busURL, name string, hand handOver, i int, connected func()) error {
	drivers, err := driver.NewRegistry(nothing{held: heldFile(hand.Dir), fails: i == 0})
	if err != nil {
		return err
	}
	link, err := bus.Connect(bus.LinkOptions{URL: busURL, Key: ed25519.NewKeyFromSeed(hand.Seeds[i]), Name: name, Scope: practice.DefaultScope, Log: quiet})
	connected()
	if err != nil {
		return err
	}
	defer link.Close()
	dir := filepath.Join(hand.Dir, name) // drivers remember below it: agents that share one would see to each other's targets
	journal := agent.NewMemoryJournal(agent.Standing{Serial: 1, Epoch: 1, Keys: hand.Trust})
	a, err := agent.New(agent.Options{
		Name: name, Scope: practice.DefaultScope, StateDir: filepath.Join(dir, "state"), Root: filepath.Join(dir, "root"), Link: link, Journal: journal, Drivers: drivers,
		Fetch: func(context.Context, plan.Artifact) (string, error) { return dir, nil },
		Clock: wallClock{}, Log: quiet, Version: "bench", Parallel: 1,
	})
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

// nothing is a driver that does nothing at once: what is measured is the way
// of orders and reports. While the file held is there, applying waits for its end;
// then the one that fails does so.
type nothing struct {
	held  string
	fails bool
}

func (nothing) Declare() driver.Declaration {
	return driver.Declaration{Name: "script", Inputs: &struct{}{}, OnDoubt: model.Repeat, Actions: []model.Action{model.Apply, model.Remove, model.Check}}
}

func (nothing) Inspect(context.Context, driver.Step) (driver.Finding, error) {
	return driver.Finding{Present: true, Matches: true}, nil
}

func (n nothing) Apply(ctx context.Context, _ driver.Step, _ driver.Progress) error {
	if _, err := os.Stat(n.held); os.IsNotExist(err) {
		return nil
	}
	if !n.fails {
		<-ctx.Done() // in the middle of its work until the process ends
		return ctx.Err()
	}
	for {
		if _, err := os.Stat(n.held + failing); err == nil {
			return errors.New("the step fails")
		}
		time.Sleep(time.Millisecond)
	}
}

func (nothing) Remove(context.Context, driver.Step, driver.Progress) error { return nil }
