package peers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"tranship.dev/tranship/test/lab"
)

// pullerPath is where the puller is on a host.
const pullerPath = "/usr/local/bin/bench-puller"

// Pull is the floor for any deployer: every host holds a request open, is told
// at once, and pulls the artifact over plain HTTP. Nothing is verified, signed
// or recorded.
type Pull struct {
	hosts *lab.Lab
	desk  *desk
}

// StartPull places the puller on every host and returns when all of them wait
// for an order. The caller must Close it.
func StartPull(ctx context.Context, hosts *lab.Lab) (*Pull, error) {
	folder, err := os.MkdirTemp("", "bench-pull-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	puller := filepath.Join(folder, "puller")
	if err := compile(ctx, "puller", puller); err != nil {
		return nil, err
	}
	desk, err := openDesk(net.JoinHostPort(hosts.Gateway.String(), "0"), len(hosts.Hosts))
	if err != nil {
		return nil, err
	}
	pull := &Pull{hosts: hosts, desk: desk}
	if err := pull.place(ctx, puller); err != nil {
		return nil, errors.Join(err, pull.Close())
	}
	select {
	case <-desk.complete:
		return pull, nil
	case <-time.After(time.Minute):
		err = errors.New("not every host's puller has come for its order within a minute")
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, errors.Join(err, pull.Close())
}

func (p *Pull) place(ctx context.Context, puller string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for _, host := range p.hosts.Hosts {
		group.Go(func() error {
			if err := host.CopyIn(ctx, puller, pullerPath, 0o755); err != nil {
				return err
			}
			_, _, err := host.Exec(ctx, "systemd-run", "--unit", "bench-puller", "--collect",
				pullerPath, "http://"+p.desk.address, host.Name, Port)
			return err
		})
	}
	return group.Wait()
}

// Run deploys the artifact onto every host and returns the time from the order
// to the last host's word that its service answers.
func (p *Pull) Run(ctx context.Context, artifact Artifact) (time.Duration, error) {
	start := time.Now()
	if err := p.desk.order(artifact); err != nil {
		return 0, err
	}
	var failed []error
	for range p.hosts.Hosts {
		select {
		case said := <-p.desk.outcomes:
			if said.text != "done" {
				failed = append(failed, fmt.Errorf("%s: %s", said.host, said.text))
			}
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	took := time.Since(start)
	if err := errors.Join(failed...); err != nil {
		return 0, err
	}
	return took, Check(ctx, p.hosts.Hosts, artifact.Version)
}

// Close stops the pullers, so that they take nothing from the next peer, and
// then what they wait at.
func (p *Pull) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(8)
	for _, host := range p.hosts.Hosts {
		group.Go(func() error {
			_, _, err := host.Exec(ctx, "sh", "-c", "! systemctl is-active --quiet bench-puller || systemctl stop bench-puller")
			return err
		})
	}
	return errors.Join(group.Wait(), p.desk.close())
}
