package cli

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

// quietAbove is the number of targets above which single targets are left out
// of what is told, unless something went wrong or all was asked for.
const quietAbove = 30

// turningPoints are the kinds of entry that tell a deployment without its targets.
var turningPoints = []string{
	"deployment.requested", "deployment.planned", "deployment.asked-anew", "deployment.rescheduled", "deployment.authorised",
	"authorisation.voided", "end.moved", "window.ended", "deployment.state-changed", "gate.judged", "stage.begun", "orders.issued", "target.silent",
	"criterion.judged", "guidance.given", "cancel.asked", "pause.asked", "pause.ended", "deployment.closed", "record.corrected", "evidence.added",
	"approval.given", "approval.rejected", "approval.withdrawn", "approval.reminded", "approval.escalated", "approval.lapsed",
	"change.confirmed", "change.refused", "review.opened", "review.due", "review.overdue", "review.completed", "deployment.accepted",
}

func (c *console) deploymentTimeline() *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use: "timeline D-12", Short: "Say when each thing happened, and why it waited", Args: exactly("DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runTimeline(cmd.Context(), c, args[0], all)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "with every entry of every target")
	return cmd
}

func runTimeline(ctx context.Context, c *console, id string, full bool) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	d, err := decode[client.Deployment](s.api.GetDeployment(ctx, id))
	if err != nil {
		return err
	}
	params := client.ListEntriesParams{Subject: "deployment/" + id}
	if !full && rows(d.Value.Header) > quietAbove {
		params.Kind = turningPoints
	}
	all, err := s.entries(ctx, params, 0)
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) { c.timeline(w, all.Items, full) })
}

func (c *console) timeline(w io.Writer, entries []client.SealedEntry, full bool) {
	t := c.table("TIME", "AFTER", "WHO", "TARGET", "WHAT")
	var before time.Time
	for _, sealed := range entries {
		e := sealed.Entry
		if !full && !notable(e) {
			continue
		}
		after := ""
		if !before.IsZero() {
			after = "+" + span(e.When.Sub(before))
		}
		before = e.When
		t.row(clock(e.When), c.outPaint.dim(after), e.Who.Name, rowOf(e), c.outPaint.line(e))
	}
	t.write(w, "the record has no entries of it")
}

// entries reads entries of the record; most 0: all.
func (s *session) entries(ctx context.Context, params client.ListEntriesParams, most int) (list[client.SealedEntry], error) {
	return every[client.SealedEntry](most, func(cursor string, limit int64) (*http.Response, error) {
		params.Cursor, params.Limit = cursor, limit
		return s.api.ListEntries(ctx, &params)
	})
}
