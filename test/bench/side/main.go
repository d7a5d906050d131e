// Command side deploys the same artifact onto the same hosts of a lab by
// Tranship, by Ansible and by a bare parallel pull over HTTP, one after the
// other, and prints the seconds beside each other.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"tranship.dev/tranship/test/bench/peers"
	"tranship.dev/tranship/test/lab"
)

func main() {
	hosts := flag.Int("hosts", 20, "how many hosts")
	megabytes := flag.Int64("size", 20, "size of the artifact in MB")
	runs := flag.Int("runs", 3, "how often each deploys")
	binary := flag.String("tranship", "bin/tranship", "the binary for the hosts' agents")
	skip := flag.Bool("skip-ansible", false, "leave Ansible out")
	flag.Parse()
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Minute)
	defer stop()
	if err := run(ctx, *hosts, *megabytes, *runs, *binary, *skip); err != nil {
		fmt.Fprintln(os.Stderr, "side:", err)
		os.Exit(1)
	}
}

// peer deploys an artifact onto every host of the lab.
type peer interface {
	Run(ctx context.Context, a peers.Artifact) (time.Duration, error)
	Close() error
}

type contender struct {
	name  string
	start func(ctx context.Context, l *lab.Lab) (peer, error)
	took  []time.Duration
}

func run(ctx context.Context, hosts int, megabytes int64, runs int, binary string, skip bool) error {
	contenders := []*contender{
		{name: "bare parallel pull", start: func(ctx context.Context, l *lab.Lab) (peer, error) { return peers.StartPull(ctx, l) }},
		{name: "Tranship", start: func(ctx context.Context, l *lab.Lab) (peer, error) { return startTranship(ctx, l, binary) }},
	}
	if !skip {
		contenders = append(contenders, &contender{name: "Ansible, 20 forks, pipelining", start: func(ctx context.Context, l *lab.Lab) (peer, error) { return peers.StartAnsible(ctx, l) }})
	}
	folder, err := os.MkdirTemp("", "tranship-side-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for i, c := range contenders {
		// Each has hosts of its own, so that none finds what another left.
		if err := c.measure(ctx, folder, i, hosts, megabytes<<20, runs); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	fmt.Print(table(contenders, hosts, megabytes))
	return nil
}

func (c *contender) measure(ctx context.Context, folder string, number, hosts int, size int64, runs int) error {
	l, err := lab.Start(ctx, lab.Options{Hosts: hosts, Prefix: fmt.Sprintf("side%d", number)})
	if err != nil {
		return err
	}
	defer l.Close()
	p, err := c.start(ctx, l)
	if err != nil {
		return err
	}
	defer p.Close()
	for i := range runs {
		a, err := peers.Build(ctx, folder, fmt.Sprintf("%d.%d.0", number+1, i), size)
		if err != nil {
			return err
		}
		took, err := p.Run(ctx, a)
		if err != nil {
			return err
		}
		if err := peers.Check(ctx, l.Hosts, a.Version); err != nil {
			return fmt.Errorf("it said that it was done, and was not: %w", err)
		}
		c.took = append(c.took, took)
		fmt.Fprintf(os.Stderr, "%s, run %d: %.2f s\n", c.name, i+1, took.Seconds())
	}
	return nil
}

// table gives the seconds of the first run and of the fastest later one, with
// their ratios to the bare pull.
func table(contenders []*contender, hosts int, megabytes int64) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d MB onto %d hosts, with restart and HTTP check\n\n%-32s %10s %8s %10s %8s\n", megabytes, hosts, "", "first", "ratio", "later", "ratio")
	base := contenders[0]
	for _, c := range contenders {
		first, later := c.took[0], fastest(c.took[1:])
		fmt.Fprintf(&text, "%-32s %8.2f s %8.2f %8.2f s %8.2f\n", c.name, first.Seconds(), first.Seconds()/base.took[0].Seconds(),
			later.Seconds(), later.Seconds()/max(fastest(base.took[1:]).Seconds(), 0.001))
	}
	return text.String()
}

func fastest(took []time.Duration) time.Duration {
	if len(took) == 0 {
		return 0
	}
	best := took[0]
	for _, t := range took {
		best = min(best, t)
	}
	return best
}
