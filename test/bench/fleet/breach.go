package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// heldFile is there while agents are to stay in the middle of their step.
func heldFile(agents string) string { return agents + ".held" }

// failing is added to its name: when that is there, the one that fails does so.
const failing = ".failing"

func (f *fleet) held() string { return heldFile(filepath.Join(f.dir, "agents")) }

// breach lets every agent begin, has one fail, and measures until the wave is
// stopped: from then on no further order of it begins.
func (f *fleet) breach(ctx context.Context) error {
	planned, err := f.server.Control.Plan(ctx, practice.DefaultScope, admin, control.PlanRequest{Release: "app@1.0.0", Environment: "live"})
	if err != nil {
		return err
	}
	sizes, stop := f.server.Listen()
	defer stop()
	p := f.phase()
	d, err := f.server.Control.Deploy(ctx, practice.DefaultScope, admin, control.DeploymentRequest{Plan: planned.ID})
	if err != nil {
		return err
	}
	if d, err = f.awaitState(ctx, sizes, d, func(d deployment.Deployment) bool { return d.Stage.Running == f.size }); err != nil {
		return err
	}
	p.print(fmt.Sprintf("%d targets in the middle", f.size), "")
	time.Sleep(3 * time.Second) // the last to begin are told so, and say that their step begins
	failed := time.Now()
	if err := os.WriteFile(f.held()+failing, nil, 0o600); err != nil {
		return err
	}
	d, err = f.awaitState(ctx, sizes, d, func(d deployment.Deployment) bool { return d.Stage.Stopping })
	if err != nil {
		return err
	}
	fmt.Printf("%-34s %8.1f ms; %d failed, %d run\n", "from the failure to the wave's stop", float64(time.Since(failed).Microseconds())/1000, d.Stage.Failed, d.Stage.Running)
	return nil
}

// awaitState reads the deployment whenever the record grows, until it is so.
func (f *fleet) awaitState(ctx context.Context, sizes <-chan int64, d deployment.Deployment, so func(deployment.Deployment) bool) (deployment.Deployment, error) {
	for !so(d) {
		select {
		case <-sizes:
		case <-ctx.Done():
			return d, fmt.Errorf("%s is still %s, %+v: %w", d.ID, d.State, d.Stage, ctx.Err())
		}
		var err error
		if d, err = f.server.Control.Deployment(ctx, practice.DefaultScope, d.ID); err != nil {
			return d, err
		}
	}
	return d, nil
}
