package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) approvalShow() *cobra.Command {
	return &cobra.Command{
		Use: "show D-12", Short: "Show what a deployment asks, what it would change, its risk and its votes", Args: exactly("DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error { return runApprovalShow(cmd.Context(), c, args[0]) },
	}
}

func runApprovalShow(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	sheet, err := decode[client.Sheet](s.api.GetApproval(ctx, id))
	if err != nil {
		return err
	}
	p, err := s.storedPlan(ctx, sheet.Value.Deployment.Plan, false)
	if err != nil {
		return err
	}
	o, err := c.outlook(ctx, id, time.Time{})
	if err != nil {
		return err
	}
	return c.show(sheet.Raw, func(w io.Writer) {
		c.approvalSheet(w, sheet.Value)
		fmt.Fprintln(w)
		c.planTargets(w, p.Value, false)
		c.planWaves(w, p.Value.Header)
		c.against(w, o.Value)
		if sheet.Value.Mine.May {
			fmt.Fprintf(w, "\nnext: %s\n", c.outPaint.bold(fmt.Sprintf("tranship approval give %s --reason WHY", id)))
		}
	})
}

// approvalSheet prints what somebody who must decide has to see, but the plan.
func (c *console) approvalSheet(w io.Writer, s client.Sheet) {
	d := s.Deployment
	c.sheet(w, "deployment", c.outPaint.bold(d.Id), "release", releaseOf(d), "environment", d.Header.Environment,
		"state", c.outPaint.state(stateOf(d)), "requested", clock(d.RequestedAt)+" by "+d.RequestedBy.Name, "reason", d.Reason,
		"asked as", asked(d), "window", windowText(d.Window), "not before", clock(d.StartAfter), "by hand", strings.Join(d.Implementers, ", "),
		"change", changeText(s), "plan", fmt.Sprintf("%s, %s", d.Plan, d.PlanDigest), "asked since", fmt.Sprintf("%s, round %d", clock(s.AskedAt), d.Round),
		"votes are on", s.Subject, "authorised", d.Authority)
	c.risk(w, d.Risk)
	c.needs(w, s.Needs)
	c.votes(w, s.Votes)
	if len(s.Reasons) > 0 {
		fmt.Fprintln(w)
		c.reasons(w, s.Reasons)
	}
	if !s.Mine.May && s.Mine.Why != "" {
		fmt.Fprintf(w, "\nyou cannot approve it: %s\n", s.Mine.Why)
	}
}

func changeText(s client.Sheet) string {
	said := s.Change
	if said.Change == "" || said.State == "" {
		return s.Deployment.Change
	}
	text := fmt.Sprintf("%s, %s by %s at %s", said.Change, said.State, said.By.Name, clock(said.At))
	if !said.ValidUntil.IsZero() {
		text += ", until " + clock(said.ValidUntil)
	}
	if said.Why != "" {
		text += ": " + said.Why
	}
	return text
}

// risk prints how dangerous a deployment is held to be, with all that it is made of.
func (c *console) risk(w io.Writer, r client.Risk) {
	if len(r.Factors) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", c.outPaint.bold(fmt.Sprintf("risk %d of 100: %s", r.Score, r.Level)))
	t := &table{paint: c.outPaint}
	for _, f := range r.Factors {
		t.row(f.Name, fmt.Sprintf("%.2f of weight %.2f", f.Value, f.Weight), f.Why)
	}
	t.plain(w, "  ")
}

func (c *console) needs(w io.Writer, needs []client.Need) {
	if len(needs) == 0 {
		return
	}
	fmt.Fprintln(w)
	t := c.table("GROUP", "HAVE", "POLICY", "APPROVED BY", "MAY STILL APPROVE")
	for _, n := range needs {
		may := strings.Join(n.May, ", ")
		if n.EscalateTo != "" && !n.Escalated && n.Missing > 0 {
			may += fmt.Sprintf("; %s from %s", n.EscalateTo, clock(n.EscalatesAt))
		}
		t.row(n.Group, fmt.Sprintf("%d of %d", n.Have, n.Needed), n.Policy, strings.Join(n.By, ", "), may)
	}
	t.plain(w, "")
}

func (c *console) votes(w io.Writer, votes []client.ApprovalCounted) {
	if len(votes) == 0 {
		return
	}
	fmt.Fprintln(w)
	t := c.table("VOTE", "BY", "GROUP", "DECISION", "AT", "COUNTS", "REASON")
	for _, one := range votes {
		v, counts := one.Vote, "yes"
		if !one.Counts {
			counts = "no: " + one.Why
		}
		by := v.By
		if v.For != "" {
			by += " for " + v.For
		}
		t.row(v.Id, by, v.Group, v.Decision, clock(v.At), counts, v.Reason)
	}
	t.plain(w, "")
}
