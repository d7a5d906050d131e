package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) driftCheck() *cobra.Command {
	var targets []string
	wait := 30 * time.Second
	cmd := &cobra.Command{
		Use: "check ENVIRONMENT", Short: "Have targets looked at now, and show how they are", Args: exactly("ENVIRONMENT"),
		Long: `Have the agents of an environment look at their targets now, wait for what they find,
and show it. Looking changes nothing. A target that an order is being carried out on is
looked at when that is over; one whose agent is away stays unknown.`,
		Example: `  tranship drift check live
  tranship drift check live --target web-1,web-2 --wait 1m`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDriftCheck(cmd.Context(), c, args[0], targets, wait)
		},
	}
	cmd.Flags().StringSliceVar(&targets, "target", nil, "only these targets, with commas between them")
	cmd.Flags().DurationVar(&wait, "wait", wait, "how long to wait for what is found; 0: not at all")
	return cmd
}

func runDriftCheck(ctx context.Context, c *console, environment string, targets []string, wait time.Duration) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	asked, err := decode[client.CheckAsked](s.api.CheckDrift(ctx, client.CheckDriftRequest{Environment: environment, Targets: targets}, once()))
	if err != nil {
		return err
	}
	var seen list[client.LookedAt]
	for end := time.Now().Add(wait); ; {
		all, err := lookedAt(ctx, s, environment)
		if err != nil {
			return err
		}
		seen = list[client.LookedAt]{}
		missing := 0
		for i, l := range all.Items {
			if len(targets) > 0 && !slices.Contains(targets, l.Target) {
				continue
			}
			seen.Items, seen.Raw = append(seen.Items, l), append(seen.Raw, all.Raw[i])
			if l.ToldAt.Before(asked.Value.At) { // a look that was under way by then may not have seen all
				missing++
			}
		}
		if missing == 0 || !time.Now().Before(end) {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollOf(len(all.Items))):
		}
	}
	return c.showList(seen.Raw, func(w io.Writer) {
		c.lookedTable(w, seen.Items)
		late := 0
		for _, l := range seen.Items {
			if l.ToldAt.Before(asked.Value.At) {
				late++
			}
		}
		if late > 0 {
			fmt.Fprintf(c.err, "%s of %s not looked at yet\n", count(late, "target"), environment)
		}
	})
}

// pollOf gives how long to wait before so many targets are read again.
func pollOf(targets int) time.Duration {
	return min(250*time.Millisecond+time.Duration(targets)*time.Millisecond, 5*time.Second)
}

// driftChoice names drifts on the command line.
type driftChoice struct {
	drifts, targets        []string
	environment, component string
	reason                 string
}

func (in *driftChoice) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&in.environment, "environment", "", "instead of numbers: all that stand in this environment")
	flags.StringSliceVar(&in.targets, "target", nil, "with --environment: only on these targets, with commas between them")
	flags.StringVar(&in.component, "component", "", "with --environment: only of this component")
	flags.StringVar(&in.reason, "reason", "", "why; it goes into the record")
}

func (in *driftChoice) check() error {
	switch {
	case len(in.drifts) == 0 && in.environment == "":
		return misuse("no drift is named").WithHint("name them, DR-12, or all of an environment: --environment NAME")
	case len(in.drifts) > 0 && in.environment != "":
		return misuse("drifts are named, and an environment too").WithHint("give one or the other")
	case in.environment == "" && (len(in.targets) > 0 || in.component != ""):
		return misuse("--target and --component need an environment").WithHint("give --environment")
	}
	return nil
}

func (c *console) driftAccept() *cobra.Command {
	var in driftChoice
	cmd := &cobra.Command{
		Use: "accept [DR-12...] --reason WHY", Short: "Make what was found the record", Args: between(0, -1),
		Long: `Make what was found the record. Where a version was found that the library knows, the
inventory says so from now on; where nothing was found, the inventory says that;
otherwise exactly what was found is right from now on, until a deployment changes the
component there. Of a host that is watched, all that was found counts as right. Only people accept; who did and why goes into the record.`,
		Example: `  tranship drift accept DR-12 --reason "hotfix of the supplier, change C-4711"
  tranship drift accept --environment test --component web --reason "tried out by hand"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.drifts = args
			return runDriftAccept(cmd.Context(), c, in)
		},
	}
	in.flags(cmd)
	return cmd
}

func runDriftAccept(ctx context.Context, c *console, in driftChoice) error {
	if err := in.check(); err != nil {
		return err
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	if in.reason, err = c.reason(in.reason); err != nil {
		return err
	}
	said, err := decode[client.ListDrift](s.api.AcceptDrift(ctx, client.AcceptDriftRequest{
		Drifts: in.drifts, Environment: in.environment, Targets: in.targets, Component: in.component, Reason: in.reason,
	}, once()))
	if err != nil {
		return err
	}
	return c.show(said.Raw, func(io.Writer) {
		for _, d := range said.Value.Items {
			c.say("%s: what was found of %s on %s is the record now", d.Id, cmp.Or(string(d.Watch), d.Component), d.Target)
		}
	})
}

func (c *console) driftRepair() *cobra.Command {
	var in driftChoice
	var ask askInput
	cmd := &cobra.Command{
		Use: "repair [DR-12...] --reason WHY", Short: "Ask for deployments that put right what differs", Args: between(0, -1),
		Long: `Ask for deployments that put what is recorded onto exactly the targets that differ. What
one model can put right in one environment is one deployment, in which what is needed
comes first; where that cannot be, there is one for each component and version. What
came where nothing is recorded is taken off, by a deployment of its own. They pass every gate, like any deployment, and their steps are done again although the record
says that everything is present. The drift ends when an agent has found it right.
What came to a host without a deployment, as a package, no deployment can put right.`,
		Example: `  tranship drift repair DR-12 DR-13 --reason "changed by hand, C-4711"
  tranship drift repair --environment live --component web --reason "changed by hand"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.drifts = args
			return runDriftRepair(cmd.Context(), c, in, ask)
		},
	}
	in.flags(cmd)
	ask.flags(cmd)
	return cmd
}

func runDriftRepair(ctx context.Context, c *console, in driftChoice, ask askInput) error {
	if err := in.check(); err != nil {
		return err
	}
	request, err := ask.request(c.Now())
	if err != nil {
		return err
	}
	body := client.RepairDriftRequest{Drifts: in.drifts, Environment: in.environment, Targets: in.targets, Component: in.component}
	if err := same(request, &body.Ask); err != nil {
		return err
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	if body.Reason, err = c.reason(in.reason); err != nil {
		return err
	}
	said, err := decode[client.ListDeployment](s.api.RepairDrift(ctx, body, once()))
	if err != nil {
		return err
	}
	return c.show(said.Raw, func(io.Writer) {
		for _, d := range said.Value.Items {
			c.say("%s puts %s right on %s: %s", d.Id, d.Header.Release, count(int(d.Header.TargetCount), "target"), c.outPaint.state(stateOf(d)))
			c.say("next: tranship deployment watch %s", d.Id)
		}
	})
}

// same gives one form of a request the fields of another.
func same(from, into any) error {
	raw, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
