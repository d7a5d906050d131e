package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) deploymentShow() *cobra.Command {
	return &cobra.Command{
		Use: "show D-12", Short: "Show a deployment", Args: exactly("DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error { return runDeploymentShow(cmd.Context(), c, args[0]) },
	}
}

func runDeploymentShow(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	d, err := decode[client.Deployment](s.api.GetDeployment(ctx, id))
	if err != nil {
		return err
	}
	return c.show(d.Raw, func(w io.Writer) { c.deploymentSheet(w, d.Value) })
}

func (c *console) deploymentSheet(w io.Writer, d client.Deployment) {
	state := c.outPaint.state(stateOf(d)) + ", since " + clock(d.Since)
	c.sheet(w, "deployment", c.outPaint.bold(d.Id), "release", releaseOf(d), "environment", d.Header.Environment,
		"state", state, "cause", localTimes(d.Cause),
		"plan", fmt.Sprintf("%s, %s", d.Plan, d.PlanDigest),
		"model", fmt.Sprintf("%s, revision %d", d.Header.Model.Name, d.Header.Model.Revision),
		"requested", clock(d.RequestedAt)+" by "+d.RequestedBy.Name, "reason", d.Reason,
		"asked as", asked(d), "change", d.Change, "window", windowText(d.Window), "by hand", strings.Join(d.Implementers, ", "),
		"authorised", d.Authority, "mends", d.Remediates, "not before", clock(d.StartAfter), "began", clock(d.Started), "ended", clock(d.Ended), "took", tookOf(d),
		"targets", fmt.Sprintf("%s in %s; %d done, %d touched, %d failed or unknown", amount(d.Header),
			count(len(d.Header.Waves), "wave"), d.Executed, d.Touched, d.Failures),
		"left", leftOf(d), "stage", stageOf(d))
	if a := d.AcceptedBy; a.By.Name != "" {
		fmt.Fprintf(w, "accepted by %s at %s: %s\n", a.By.Name, clock(a.At), a.Why)
	}
	c.irreversible(w, d.Header)
	if !plainWaves(d.Header.Waves) || len(d.Header.Slots) > 0 {
		fmt.Fprintln(w)
		c.planWaves(w, d.Header)
	}
	c.criteria(w, d.Header, d.Criteria)
	c.risk(w, d.Risk)
	c.troubles(w, d)
	if len(d.Waiting.Reasons) > 0 && d.State != closed {
		fmt.Fprintln(w)
		c.reasons(w, d.Waiting.Reasons)
	}
	fmt.Fprintln(w)
	if d.State == closed {
		fmt.Fprintf(w, "next: tranship deployment timeline %s, or tranship record export %s\n", d.Id, d.Id)
		return
	}
	fmt.Fprintf(w, "next: %s\n", nextOf(d))
}

// leftOf says what is left on how many targets, where that differs.
func leftOf(d client.Deployment) string {
	l := d.Left
	if l.HalfWay+l.Unknown == 0 && d.Result != cancelled || d.Touched == 0 {
		return ""
	}
	parts := []string{fmt.Sprintf("%d new", l.New), fmt.Sprintf("%d old", d.Header.TargetCount-l.New-l.HalfWay-l.Unknown)}
	if l.HalfWay > 0 {
		parts = append(parts, fmt.Sprintf("%d half-way", l.HalfWay))
	}
	if l.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", l.Unknown))
	}
	return strings.Join(parts, ", ") + "; each: tranship deployment targets " + d.Id
}

// nextOf says what whoever looks at an open deployment does next: what it waits
// for, where one command is the answer, else watching.
func nextOf(d client.Deployment) string {
	if len(d.Waiting.Reasons) == 1 && strings.HasPrefix(d.Waiting.Reasons[0].How, "tranship ") {
		return d.Waiting.Reasons[0].How
	}
	return "tranship deployment watch " + d.Id
}

// asked says as what a deployment was asked for.
func asked(d client.Deployment) string {
	var parts []string
	for _, part := range []struct{ name, value string }{{"", d.Class}, {"for ", d.ValueStream}, {"", d.Urgency}} {
		if part.value != "" {
			parts = append(parts, part.name+part.value)
		}
	}
	if d.Priority > 0 {
		parts = append(parts, fmt.Sprintf("priority %d", d.Priority))
	}
	return strings.Join(parts, ", ")
}

// windowText writes a window; nothing for any time.
func windowText(w client.Window) string {
	switch {
	case w.Start.IsZero() && w.End.IsZero():
		return ""
	case w.Start.IsZero():
		return "until " + clock(w.End)
	case w.End.IsZero():
		return "from " + clock(w.Start)
	}
	return clock(w.Start) + " to " + clock(w.End)
}

// troubles prints the targets that did not end well, as far as the deployment remembers them.
func (c *console) troubles(w io.Writer, d client.Deployment) {
	if len(d.Stage.Trouble) == 0 {
		return
	}
	fmt.Fprintln(w)
	t := &table{paint: c.outPaint}
	for _, trouble := range d.Stage.Trouble {
		if d.Result == cancelled {
			t.row(trouble.Target, c.outPaint.state(trouble.State), "left "+trouble.Left, trouble.Message)
			continue
		}
		t.row(trouble.Target, c.outPaint.state(trouble.State), trouble.Message)
	}
	t.plain(w, "  ")
	s := d.Stage
	if rest := int(s.Failed+s.Unknown+s.Stopped) - len(s.Trouble); rest > 0 {
		fmt.Fprintf(w, "  and %d more: tranship deployment targets %s --state failed\n", rest, d.Id)
	}
}
