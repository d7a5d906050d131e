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

func (c *console) calendar() *cobra.Command {
	cmd := group("calendar", "When deployments may run: windows, freezes, bookings, conflicts, free times", c.calendarShow(), c.calendarConflicts(), c.calendarFree())
	cmd.Long = `When deployments may run. Windows, freezes and bookings are documents; see docs/calendar.md.`
	return cmd
}

type calendarInput struct{ environment, from, to string }

func (c *console) calendarShow() *cobra.Command {
	var in calendarInput
	cmd := &cobra.Command{
		Use: "show", Short: "Show what is in the calendar, day by day", Args: exactly(),
		Example: "  tranship calendar show --environment live --to +30d",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runCalendarShow(cmd.Context(), c, in) },
	}
	cmd.Flags().StringVar(&in.environment, "environment", "", "only what concerns this environment")
	cmd.Flags().StringVar(&in.from, "from", "", `from then: "2026-11-17 14:00", +7d; now by default`)
	cmd.Flags().StringVar(&in.to, "to", "", "until then; 14 days later by default")
	return cmd
}

func runCalendarShow(ctx context.Context, c *console, in calendarInput) error {
	var p client.ListCalendarParams
	if in.environment != "" {
		p.Environment = []string{in.environment}
	}
	for text, into := range map[*string]*time.Time{&in.from: &p.From, &in.to: &p.To} {
		if *text == "" {
			continue
		}
		at, err := moment(*text, c.Now())
		if err != nil {
			return err
		}
		*into = at
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := decode[struct{ Items []client.AgendaItem }](s.api.ListCalendar(ctx, &p))
	if err != nil {
		return err
	}
	return c.show(all.Raw, func(w io.Writer) { c.agenda(w, all.Value.Items) })
}

// agenda prints items by the day on which they begin, in local time.
func (c *console) agenda(w io.Writer, items []client.AgendaItem) {
	if len(items) == 0 {
		fmt.Fprintln(w, "nothing is in the calendar then")
		return
	}
	t, day := &table{paint: c.outPaint}, ""
	for _, item := range items {
		start, end := item.Start.Local(), item.End.Local()
		if today := start.Format("Monday 2 January 2006"); today != day {
			if t.rows != nil {
				t.plain(w, "  ")
				fmt.Fprintln(w)
			}
			t, day = &table{paint: c.outPaint}, today
			fmt.Fprintln(w, c.outPaint.bold(day))
		}
		until := end.Format("15:04")
		switch {
		case start.Year() != end.Year():
			until = end.Format("2 Jan 2006 15:04")
		case !sameDay(start, end):
			until = end.Format("2 Jan 15:04")
		}
		where := item.Environment
		if where == "" {
			where = "everywhere"
		}
		t.row(start.Format("15:04")+" - "+until, item.Kind, item.Name, where, item.State, item.What)
	}
	t.plain(w, "  ")
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

func (c *console) calendarConflicts() *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "conflicts D-12|P-7", Short: "List everything that speaks against a deployment or a plan", Args: exactly("DEPLOYMENT or PLAN"),
		Long: `List everything that speaks against a deployment at its planned start, or against
deploying a plan now: each with every target that it concerns, the way by which it
concerns them, and what follows.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCalendarConflicts(cmd.Context(), c, args[0], at)
		},
	}
	cmd.Flags().StringVar(&at, "at", "", `as if it began then: "2026-11-17 14:00", +2h`)
	return cmd
}

func runCalendarConflicts(ctx context.Context, c *console, id, at string) error {
	var when time.Time
	if at != "" {
		var err error
		if when, err = moment(at, c.Now()); err != nil {
			return err
		}
	}
	o, err := c.outlook(ctx, id, when)
	if err != nil {
		return err
	}
	return c.show(o.Raw, func(w io.Writer) {
		if len(o.Value.Conflicts) == 0 {
			fmt.Fprintf(w, "nothing speaks against %s at %s\n", id, clock(o.Value.Start))
			return
		}
		c.conflicts(w, o.Value)
	})
}

func (c *console) outlook(ctx context.Context, id string, at time.Time) (reply[client.Outlook], error) {
	s, err := c.session()
	if err != nil {
		return reply[client.Outlook]{}, err
	}
	if strings.HasPrefix(id, "P-") {
		return decode[client.Outlook](s.api.ListPlanConflicts(ctx, id, &client.ListPlanConflictsParams{At: at}))
	}
	return decode[client.Outlook](s.api.ListDeploymentConflicts(ctx, id, &client.ListDeploymentConflictsParams{At: at}))
}

// against prints what speaks against something, if anything does.
func (c *console) against(w io.Writer, o client.Outlook) {
	if len(o.Conflicts) > 0 {
		fmt.Fprintln(w)
		c.conflicts(w, o)
	}
}

// conflicts prints what speaks against something.
func (c *console) conflicts(w io.Writer, o client.Outlook) {
	fmt.Fprintf(w, "%s into %s, beginning %s:\n", o.Of, o.Environment, clock(o.Start))
	for _, one := range o.Conflicts {
		mark := c.outPaint.yellow("warns")
		switch {
		case one.Waived != "":
			mark = c.outPaint.green("waived")
		case one.Holds && one.Severity == "needs-waiver":
			mark = c.outPaint.red("needs a waiver")
		case one.Holds:
			mark = c.outPaint.red("blocks")
		}
		fmt.Fprintf(w, "\n%s %s: %s\n", mark, one.Ref, one.Message)
		t := &table{paint: c.outPaint}
		line := func(name, text string) {
			if text != "" {
				t.row(c.outPaint.dim(name), text)
			}
		}
		line("rule", one.Rule)
		line("way", one.Path)
		if !one.Until.IsZero() {
			line("until", clock(one.Until))
		}
		line("targets", strings.Join(one.Targets, ", "))
		line("waived by", one.Waived)
		if one.Holds && one.Severity == "needs-waiver" && strings.HasPrefix(o.Of, "D-") {
			line("who", strings.Join(one.Groups, ", "))
			line("how", fmt.Sprintf("tranship deployment waive %s %s --reason WHY", o.Of, one.Ref))
		}
		t.plain(w, "  ")
	}
	if !o.Open {
		fmt.Fprintf(w, "\ntimes that fit: tranship calendar free %s\n", o.Of)
	}
}
