package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

type deployInput struct {
	planInput
	askInput
	plan, reason, remediates string
	skipFlow, wait, yes      bool
	onGuidance               guidance
}

func (c *console) deploy() *cobra.Command {
	in := deployInput{onGuidance: guidanceExit}
	cmd := &cobra.Command{
		Use: "deploy RELEASE --to ENVIRONMENT | deploy --plan P-12", Short: "Deploy a release into an environment", Args: between(0, 1, "RELEASE"),
		Long: `Plan, show what would change, ask (on a terminal, unless --yes), and request the
deployment. With --plan, exactly the plan that was shown before is deployed, or nothing.

--wait watches until the deployment has ended and gives its result as exit code: 0
succeeded, 3 failed, 4 remediated, 5 cancelled, 6 awaits guidance.`,
		Example: `  tranship deploy web@1.4.0 --to live --reason "fixes the login" --change CHG-1024
  tranship deploy web@1.4.0 --to live --window "2026-11-17 22:00/2026-11-18 02:00" --at 2026-11-17T22:30:00Z
  tranship deploy --plan P-12 --wait --yes`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.release = append(args, "")[0]
			return runDeploy(cmd.Context(), c, in)
		},
	}
	in.planInput.flags(cmd)
	in.askInput.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&in.plan, "plan", "", "deploy this plan")
	flags.StringVar(&in.reason, "reason", "", "why; it goes into the record")
	flags.StringVar(&in.remediates, "remediates", "", "the deployment that this one mends")
	flags.BoolVar(&in.skipFlow, "skip-flow", false, "enter the environment before the flow's earlier ones; needs --reason")
	flags.BoolVar(&in.wait, "wait", false, "watch until it has ended")
	flags.BoolVarP(&in.yes, "yes", "y", false, "do not ask")
	flags.Var(&in.onGuidance, "on-guidance", "when it awaits guidance, with --wait: exit (code 6) or wait")
	return cmd
}

func runDeploy(ctx context.Context, c *console, in deployInput) error {
	if err := in.check(); err != nil {
		return err
	}
	body, err := in.request(c.Now())
	if err != nil {
		return err
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	var p reply[client.Planned]
	if in.plan != "" {
		p, err = s.storedPlan(ctx, in.plan, false)
	} else {
		p, err = s.compile(ctx, in.planInput)
	}
	if err != nil {
		return err
	}
	if in.plan != "" && in.environment != "" && in.environment != p.Value.Header.Environment {
		return misuse("plan %s is for %s, not for %s", in.plan, p.Value.Header.Environment, in.environment)
	}
	c.summary(c.talk(), p.Value)
	if c.inTTY && !in.yes {
		question := fmt.Sprintf("deploy %s?", p.Value.Id)
		if in.rollback != "" {
			question = fmt.Sprintf("roll %s back by %s?", in.rollback, p.Value.Id)
		}
		if err := c.ask(question); err != nil {
			return err
		}
	}
	body.Plan, body.Digest = p.Value.Id, p.Value.Digest
	body.Reason, body.Remediates, body.SkipFlow = in.reason, in.remediates, in.skipFlow
	d, err := decode[client.Deployment](s.api.CreateDeployment(ctx, body, once()))
	if err != nil {
		return err
	}
	if in.wait {
		c.say("%s requested", c.outPaint.bold(d.Value.Id))
		return runWatch(ctx, c, watchInput{id: d.Value.Id, onGuidance: in.onGuidance})
	}
	return c.show(d.Raw, func(w io.Writer) {
		c.say("%s requested: it is %s", c.outPaint.bold(d.Value.Id), c.outPaint.state(d.Value.State))
		c.reasons(w, d.Value.Waiting.Reasons)
		c.say("next: tranship deployment watch %s", d.Value.Id)
	})
}

// check finds what cannot be right before anything is asked of the server.
func (in deployInput) check() error {
	switch {
	case in.plan == "" && in.release == "" && in.rollback == "":
		return misuse("neither RELEASE nor --plan is given").WithHint("usage: tranship deploy RELEASE --to ENVIRONMENT, or tranship deploy --plan P-12")
	case in.plan != "" && in.release != "":
		return misuse("both RELEASE %s and --plan %s are given", in.release, in.plan)
	case in.plan != "" && (in.remove || in.redeploy || in.model != "" || len(in.only) > 0):
		return misuse("a plan is deployed as it is: --remove, --redeploy, --model and --only belong to tranship plan")
	case in.skipFlow && in.reason == "":
		return misuse("leaving the flow needs a reason").WithHint("say why with --reason")
	}
	return nil
}

// summary prints a plan in few lines.
func (c *console) summary(w io.Writer, p client.Planned) {
	c.planHead(w, p)
	c.planTargets(w, p, false)
	c.planWaves(w, p.Header)
	if last := took(p.LastTook); last != "" {
		fmt.Fprintf(w, "last time it took %s\n", last)
	}
}
