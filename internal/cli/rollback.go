package cli

import (
	"github.com/spf13/cobra"
)

func (c *console) rollback() *cobra.Command {
	in := deployInput{onGuidance: guidanceExit}
	cmd := &cobra.Command{
		Use: "rollback D-12 --reason WHY", Short: "Roll a deployment back, by a deployment of its own", Args: exactly("DEPLOYMENT"),
		Long: `Plan the rollback of a deployment that is over, show what would change, ask (on a
terminal, unless --yes), and request it. On each target that the deployment changed,
what the record says that it found there is brought back; where it found nothing, it is
taken off. The rollback is approved, scheduled, executed and recorded like any other
deployment; --urgency emergency takes the fast path.

From the request on, what is rolled back is kept out of the environment: no trigger and
no journey brings it again until tranship unpin. Where the rollback is cancelled before
it changed anything, that is lifted again.`,
		Example: `  tranship rollback D-12 --reason "orders are lost"
  tranship rollback D-12 --only web-1,web-2 --reason "only these have the new kernel"
  tranship rollback D-12 --urgency emergency --yes --wait --reason "orders are lost"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if in.reason, err = c.reason(in.reason); err != nil {
				return err
			}
			in.rollback = args[0]
			return runDeploy(cmd.Context(), c, in)
		},
	}
	in.askInput.flags(cmd)
	flags := cmd.Flags()
	flags.StringSliceVar(&in.only, "only", nil, "only these targets")
	flags.StringVar(&in.model, "model", "", "the deployment model; by default that of the deployment")
	flags.StringVar(&in.reason, "reason", "", "why; it goes into the record")
	flags.BoolVar(&in.wait, "wait", false, "watch until it has ended")
	flags.BoolVarP(&in.yes, "yes", "y", false, "do not ask")
	flags.Var(&in.onGuidance, "on-guidance", "when it awaits guidance, with --wait: exit (code 6) or wait")
	return cmd
}
