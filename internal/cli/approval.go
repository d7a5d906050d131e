package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

// The decisions of a vote.
const (
	voteFor     client.VoteRequestDecision = "approve"
	voteAgainst client.VoteRequestDecision = "reject"
)

func (c *console) approval() *cobra.Command {
	cmd := group("approval", "Look at what waits for approval, and decide",
		c.approvalList(), c.approvalShow(),
		c.decideOn(voteFor, "give D-12", "Approve a deployment", `Approve what a deployment asks: its plan, its window, who carries it out. The vote holds
until that changes, whatever changes it. Nobody approves what they asked for or carry out.`),
		c.decideOn(voteAgainst, "reject D-12 --reason WHY", "Reject a deployment: it goes back to its author, who can ask again", ""),
		c.approvalWithdraw())
	cmd.Aliases = []string{"approvals"}
	return cmd
}

func (c *console) approvalList() *cobra.Command {
	mine, most := false, 30
	cmd := &cobra.Command{
		Use: "list", Short: "List the deployments that wait for approval, newest first", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runApprovalList(cmd.Context(), c, mine, most) },
	}
	cmd.Flags().BoolVar(&mine, "mine", false, "only those that you may approve")
	cmd.Flags().IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runApprovalList(ctx context.Context, c *console, mine bool, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.Pending](most, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListApprovals(ctx, &client.ListApprovalsParams{Cursor: cursor, Limit: limit, Mine: mine})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("DEPLOYMENT", "RELEASE", "ENVIRONMENT", "URGENCY", "RISK", "SINCE", "BY", "WAITS FOR", "YOU")
		for _, p := range all.Items {
			you := "no"
			if p.Mine.May {
				you = "for " + p.Mine.Group
			}
			t.row(p.Deployment, p.Release, p.Environment, p.Urgency, p.Risk, clock(p.Since), p.RequestedBy.Name, strings.Join(p.Groups, ", "), you)
		}
		t.write(w, "nothing waits for approval")
	})
}

func (c *console) decideOn(decision client.VoteRequestDecision, use, short, long string) *cobra.Command {
	var in client.VoteRequest
	var digest string
	yes := false
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: exactly("DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Decision, in.Subject = decision, digest
			return runVote(cmd.Context(), c, args[0], in, yes)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Reason, "reason", "", "why; it goes into the record")
	flags.StringVar(&in.Group, "group", "", "for this group; by default the first that misses an approval which you can give")
	flags.StringVar(&in.For, "for", "", "in the place of this member, as deputy")
	flags.StringVar(&digest, "digest", "", "what approval show says that votes are on, sha256:...; refused when something else is asked by now")
	flags.BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

func runVote(ctx context.Context, c *console, id string, in client.VoteRequest, yes bool) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if in.Decision == voteAgainst {
		if in.Reason, err = c.reason(in.Reason); err != nil {
			return err
		}
	}
	if in.Subject == "" {
		sheet, err := decode[client.Sheet](s.api.GetApproval(ctx, id))
		if err != nil {
			return err
		}
		in.Subject = sheet.Value.Subject
		if c.inTTY && !yes {
			c.approvalSheet(c.talk(), sheet.Value)
			c.irreversible(c.talk(), sheet.Value.Deployment.Header)
			if err := c.ask(fmt.Sprintf("%s %s?", in.Decision, id)); err != nil {
				return err
			}
		}
	}
	voted, err := decode[client.Voted](s.api.CreateVote(ctx, id, in, once()))
	if err != nil {
		return err
	}
	return c.show(voted.Raw, func(w io.Writer) {
		v, d := voted.Value.Vote, voted.Value.Deployment
		as := "for " + v.Group
		if v.For != "" {
			as += ", in the place of " + v.For
		}
		done := map[string]string{"approve": "approved", "reject": "rejected"}[v.Decision]
		c.say("%s %s by %s %s: it is %s", c.outPaint.bold(d.Id), done, v.By, as, c.outPaint.state(stateOf(d)))
		c.reasons(w, d.Waiting.Reasons)
	})
}

func (c *console) approvalWithdraw() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "withdraw D-12", Short: "Take your vote back, before the deployment starts", Args: exactly("DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runApprovalWithdraw(cmd.Context(), c, args[0], reason)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runApprovalWithdraw(ctx context.Context, c *console, id, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	d, err := decode[client.Deployment](s.api.WithdrawVote(ctx, id, client.WithdrawVoteRequest{Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.answered(d)
}
