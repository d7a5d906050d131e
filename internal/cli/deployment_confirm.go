package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

// judgeByHand makes the verb of one answer to a criterion that is judged by hand.
func (c *console) judgeByHand(answer client.AnswerCriterionRequestAnswer, short, long string) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: string(answer) + " D-12 CRITERION --reason WHY", Short: short, Long: long, Args: exactly("DEPLOYMENT", "CRITERION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runJudgeByHand(cmd.Context(), c, args[0], args[1], answer, reason)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runJudgeByHand(ctx context.Context, c *console, id, criterion string, answer client.AnswerCriterionRequestAnswer, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	d, err := decode[client.Deployment](s.api.AnswerCriterion(ctx, id, criterion, client.AnswerCriterionRequest{Answer: answer, Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.answered(d)
}
