package cli

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) inventory() *cobra.Command {
	var environment, at string
	cmd := &cobra.Command{
		Use: "inventory", Short: "List what is where, now or at a past moment", Args: exactly(),
		Example: `  tranship inventory --environment live
  tranship inventory --at "2026-11-17 14:00"
  tranship inventory --at -2h`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runInventory(cmd.Context(), c, environment, at)
		},
	}
	cmd.Flags().StringVar(&environment, "environment", "", "only in this environment")
	cmd.Flags().StringVar(&at, "at", "", `a past moment: "2026-11-17 14:00" (here), RFC 3339, or -2h`)
	return cmd
}

func runInventory(ctx context.Context, c *console, environment, at string) error {
	params := client.ListInventoryParams{Environment: environment}
	if at != "" && at != "now" {
		t, err := moment(at, c.Now())
		if err != nil {
			return err
		}
		params.At = t.UTC()
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.EnvironmentPresence](0, func(cursor string, limit int64) (*http.Response, error) {
		params.Cursor, params.Limit = cursor, limit
		return s.api.ListInventory(ctx, &params)
	})
	if err != nil {
		return err
	}
	other := map[string]client.Drift{}
	if params.At.IsZero() && !c.format.data() {
		if other, err = standingDrift(ctx, s, environment); err != nil {
			return err
		}
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("TARGET", "ENVIRONMENT", "COMPONENT", "VERSION", "SINCE", "BY DEPLOYMENT", "DIGEST")
		for _, p := range all.Items {
			version := p.Version
			if p.Slot != "" {
				version += " in " + p.Slot
			}
			if p.Uncertain {
				version += c.outPaint.red(" (not certain)")
			}
			if d, stands := other[p.Target+"/"+p.Component]; stands {
				version += " (" + c.driftState(d) + ", " + d.Id + ")"
			}
			t.row(p.Target, p.Environment, p.Component, version, clock(p.Since), p.Deployment, short(p.Digest))
		}
		t.write(w, nothingThere(params.At))
	})
}

// standingDrift gives what is other than recorded in an environment, by target and component.
func standingDrift(ctx context.Context, s *session, environment string) (map[string]client.Drift, error) {
	all, err := every[client.Drift](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListDrifts(ctx, &client.ListDriftsParams{Environment: environment, Cursor: cursor, Limit: limit})
	})
	found := make(map[string]client.Drift, len(all.Items))
	for _, d := range all.Items {
		found[d.Target+"/"+d.Component] = d
	}
	return found, err
}

func nothingThere(at time.Time) string {
	if at.IsZero() {
		return "nothing is deployed there"
	}
	return "nothing was deployed there at " + clock(at)
}
