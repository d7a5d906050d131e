package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) review() *cobra.Command {
	cmd := group("review", "Reviews of emergency deployments", c.reviewList(), c.reviewShow(), c.reviewComplete())
	cmd.Aliases = []string{"reviews"}
	return cmd
}

func (c *console) reviewList() *cobra.Command {
	var in client.ListReviewsParams
	var state string
	most := 30
	cmd := &cobra.Command{
		Use: "list", Short: "List reviews, newest first", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			in.State = client.ListReviewsParamsState(state)
			if state != "" && !in.State.Valid() {
				return misuse("%q is no state of a review", state).WithHint("it is one of waiting, open, done, not-begun; what is overdue is open")
			}
			return runReviewList(cmd.Context(), c, in, most)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Deployment, "deployment", "", "only of this deployment")
	flags.StringVar(&state, "state", "", "only in this state: waiting, open, done or not-begun")
	flags.IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runReviewList(ctx context.Context, c *console, in client.ListReviewsParams, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.ApprovalReview](most, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListReviews(ctx, &in)
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("REVIEW", "DEPLOYMENT", "GROUP", "STATE", "DUE", "OUTCOME", "BY")
		for _, r := range all.Items {
			state := r.State
			if state == "open" && !r.Due.IsZero() && r.Due.Before(c.Now()) {
				state = "overdue"
			}
			t.row(r.Id, r.Deployment, r.Group, c.outPaint.state(state), untilText(r.Due), r.Outcome, r.By.Name)
		}
		t.write(w, "there are no reviews")
	})
}

func (c *console) reviewShow() *cobra.Command {
	return &cobra.Command{
		Use: "show R-3", Short: "Show a review", Args: exactly("REVIEW"),
		RunE: func(cmd *cobra.Command, args []string) error { return runReviewShow(cmd.Context(), c, args[0]) },
	}
}

func runReviewShow(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	r, err := decode[client.ApprovalReview](s.api.GetReview(ctx, id))
	if err != nil {
		return err
	}
	return c.reviewed(r)
}

func (c *console) reviewed(r reply[client.ApprovalReview]) error {
	v := r.Value
	return c.show(r.Raw, func(w io.Writer) {
		c.sheet(w, "review", c.outPaint.bold(v.Id), "deployment", v.Deployment, "policy", v.Policy, "group", v.Group,
			"state", c.outPaint.state(v.State), "opened", clock(v.OpenedAt), "due", untilText(v.Due), "reminded", untilText(v.Overdue),
			"outcome", v.Outcome, "by", v.By.Name, "at", untilText(v.At), "reason", v.Reason)
	})
}

func (c *console) reviewComplete() *cobra.Command {
	var outcome, reason string
	cmd := &cobra.Command{
		Use: "complete R-3 --outcome OUTCOME --reason WHY", Short: "Keep what a review found", Args: exactly("REVIEW"),
		Long: "Keep what a review of an emergency deployment found: justified or unjustified. Nobody\nreviews what they asked for or carried out.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runReviewComplete(cmd.Context(), c, args[0], outcome, reason)
		},
	}
	cmd.Flags().StringVar(&outcome, "outcome", "", "justified or unjustified")
	cmd.Flags().StringVar(&reason, "reason", "", "what was found; it goes into the record")
	return cmd
}

func runReviewComplete(ctx context.Context, c *console, id, outcome, reason string) error {
	body := client.ReviewResult{Outcome: client.ReviewResultOutcome(outcome)}
	if !body.Outcome.Valid() {
		return misuse("--outcome %q is neither justified nor unjustified", outcome)
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	if body.Reason, err = c.reason(reason); err != nil {
		return err
	}
	r, err := decode[client.ApprovalReview](s.api.CompleteReview(ctx, id, body, once()))
	if err != nil {
		return err
	}
	return c.reviewed(r)
}
