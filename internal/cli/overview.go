package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

type overviewInput struct {
	environments        []string
	text, service, show string
	at                  string
}

func (c *console) overview() *cobra.Command {
	var in overviewInput
	cmd := &cobra.Command{
		Use: "overview", Short: "Show what is where: components by environments, now or at a past moment", Args: exactly(),
		Long: `Show which version of each component stands in each environment, now or at a past
moment. Where several stand, the one on most targets is shown, with its share.
What is not as it should be stands behind it: ! a deployment waits for a person,
✖ failing, ? unknown or silent, ▲ degraded, ≠ drifted, > under way, with its share, * frozen, x versions are
kept out. Of a past moment it says what stood, was not healthy, had drifted, was under
way, was kept out and was frozen.
-2 says that it is two versions behind the environment before it.`,
		Example: "  tranship overview --show drifted\n  tranship overview --environment live --at 2026-11-17T14:00:00Z",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runOverview(cmd.Context(), c, in) },
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&in.environments, "environment", nil, "only these environments")
	flags.StringVar(&in.text, "text", "", "only components with this in their name, service or owner")
	flags.StringVar(&in.service, "service", "", "only components of this service")
	flags.StringVar(&in.show, "show", "", "only components that are awaiting, failing, unknown, degraded, drifted, running, scheduled or pinned")
	flags.StringVar(&in.at, "at", "", "a past moment: 14:00, 2026-11-17 14:00, RFC 3339")
	return cmd
}

func runOverview(ctx context.Context, c *console, in overviewInput) error {
	ask := &client.GetOverviewParams{Environment: in.environments, Text: in.text, Service: in.service, Show: client.GetOverviewParamsShow(in.show), Limit: pageSize}
	if in.show != "" && !ask.Show.Valid() {
		return misuse("--show %q is none of awaiting, failing, unknown, degraded, drifted, running, scheduled, pinned", in.show)
	}
	if in.at != "" {
		when, err := moment(in.at, c.Now())
		if err != nil {
			return err
		}
		ask.At = when
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	var all []client.OverviewRow
	var last reply[client.Overview]
	for {
		if last, err = decode[client.Overview](s.api.GetOverview(ctx, ask)); err != nil {
			return err
		}
		if c.format.data() {
			return c.show(last.Raw, nil)
		}
		all = append(all, last.Value.Rows...)
		if ask.Cursor = last.Value.Next; ask.Cursor == "" {
			break
		}
	}
	return c.show(last.Raw, func(w io.Writer) { c.printOverview(w, last.Value, all) })
}

func (c *console) printOverview(w io.Writer, o client.Overview, rows []client.OverviewRow) {
	head := []string{"COMPONENT"}
	for _, e := range o.Environments {
		name := strings.ToUpper(e.Name)
		if len(e.Freezes) > 0 {
			name += " *"
		}
		head = append(head, name)
	}
	t := c.table(head...)
	for _, r := range rows {
		cells := map[string]client.OverviewCell{}
		for _, cell := range r.Cells {
			cells[cell.Environment] = cell
		}
		line := []string{r.Component}
		for _, e := range o.Environments {
			line = append(line, cellText(cells[e.Name]))
		}
		t.row(line...)
	}
	t.write(w, "no component is there; begin with: tranship apply -f FILE")
	for _, e := range o.Environments {
		for _, f := range e.Freezes {
			c.say("%s is frozen by %s until %s", e.Name, f.Name, clock(f.Until))
		}
	}
	if o.Past {
		c.say("as it was at %s", clock(o.At))
	}
}

// cellText writes a cell in a few signs.
func cellText(cell client.OverviewCell) string {
	var b strings.Builder
	if len(cell.Versions) > 0 {
		v := cell.Versions[0]
		b.WriteString(fallbackText(v.Version, "unknown"))
		if v.Targets < cell.Targets {
			fmt.Fprintf(&b, " %d/%d", v.Targets, cell.Targets)
		}
	}
	if cell.Behind > 0 {
		fmt.Fprintf(&b, " -%d", cell.Behind)
	}
	switch cell.State {
	case client.OverviewCellStateAwaitsGuidance:
		b.WriteString(" !")
	case client.OverviewCellStateUnknown:
		b.WriteString(" ?")
	case client.OverviewCellStateFailing:
		b.WriteString(" ✖")
	case client.OverviewCellStateDegraded:
		b.WriteString(" ▲")
	case client.OverviewCellStateDrifted:
		b.WriteString(" ≠")
	case client.OverviewCellStateRunning:
		b.WriteString(" >")
		for _, open := range cell.Open {
			if open.Targets > 0 && open.Wave > 0 {
				fmt.Fprintf(&b, "%d%%", 100*open.Done/open.Targets)
				break
			}
		}
	case client.OverviewCellStatePinned:
		b.WriteString(" x")
	case client.OverviewCellStateFrozen, client.OverviewCellStateScheduled, client.OverviewCellStateAsRecorded:
	}
	return strings.TrimSpace(b.String())
}
