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

type freeInput struct {
	duration, reserve, after, before string
	limit                            int64
}

func (c *console) calendarFree() *cobra.Command {
	var in freeInput
	cmd := &cobra.Command{
		Use: "free P-7|D-12", Short: "Propose times at which a plan or a deployment fits, the best first", Args: exactly("PLAN or DEPLOYMENT"),
		Long: `Propose times within the next 90 days at which a plan or a deployment fits: within
its windows, outside freezes and bookings, and apart from other deployments. Those
that need no waiver come first, then those in time, then the earliest.`,
		Example: "  tranship calendar free P-7 --duration 45m --reserve 30m --before 2026-12-01",
		RunE:    func(cmd *cobra.Command, args []string) error { return runCalendarFree(cmd.Context(), c, args[0], in) },
	}
	flags := cmd.Flags()
	flags.StringVar(&in.duration, "duration", "", "how long it takes (45m); as long as the last time, or 1h, by default")
	flags.StringVar(&in.reserve, "reserve", "", "how long is kept free behind it, for the way back")
	flags.StringVar(&in.after, "after", "", `not before then: "2026-11-17 14:00", +2d; now by default`)
	flags.StringVar(&in.before, "before", "", "when it should have ended; later times come last")
	flags.Int64Var(&in.limit, "limit", 5, "at most so many, up to 100")
	return cmd
}

func runCalendarFree(ctx context.Context, c *console, id string, in freeInput) error {
	p := client.ListPlanSlotsParams{Duration: in.duration, Reserve: in.reserve, Limit: in.limit}
	for text, into := range map[*string]*time.Time{&in.after: &p.After, &in.before: &p.Before} {
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
	var free reply[client.FreeSlots]
	if strings.HasPrefix(id, "P-") {
		free, err = decode[client.FreeSlots](s.api.ListPlanSlots(ctx, id, &p))
	} else {
		q := client.ListDeploymentSlotsParams(p)
		free, err = decode[client.FreeSlots](s.api.ListDeploymentSlots(ctx, id, &q))
	}
	if err != nil {
		return err
	}
	return c.show(free.Raw, func(w io.Writer) { c.freeSlots(w, free.Value) })
}

func (c *console) freeSlots(w io.Writer, free client.FreeSlots) {
	if len(free.Slots) == 0 {
		fmt.Fprintf(w, "%s fits at no time within 90 days; tranship calendar conflicts %s says what is in the way\n", free.Of, free.Of)
		return
	}
	t := c.table("FROM", "TO", "NEEDS", "WARNS OF", "LATE")
	for _, slot := range free.Slots {
		late := ""
		if slot.Late > 0 {
			late = span(time.Duration(slot.Late))
		}
		t.row(clock(slot.Start), clock(slot.End), needs(slot.Waivers), refs(slot.Warnings), late)
	}
	t.write(w, "")
	verb := "tranship deploy --plan " + free.Of
	if strings.HasPrefix(free.Of, "D-") {
		verb = "tranship deployment reschedule " + free.Of
	}
	fmt.Fprintf(w, "\ntake the first: %s --at %q\n", verb, clock(free.Slots[0].Start.Add(time.Second-1).Truncate(time.Second)))
}

func needs(list []client.CalendarConflict) string {
	if len(list) == 0 {
		return "nothing"
	}
	return "a waiver of " + refs(list)
}

func refs(list []client.CalendarConflict) string {
	names := make([]string, 0, len(list))
	for _, one := range list {
		names = append(names, strings.ToLower(one.With.Kind)+"/"+one.With.Name)
	}
	return strings.Join(names, ", ")
}
