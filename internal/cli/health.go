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

func (c *console) health() *cobra.Command {
	return group("health", "How what stands does its work after its deployment", c.healthList(), c.healthTargets(), c.healthEnvironments())
}

func (c *console) healthList() *cobra.Command {
	var in client.ListHealthParams
	var state string
	most := 100
	cmd := &cobra.Command{
		Use: "list", Short: "List how what stands does its work, by component and environment", Args: exactly(),
		Long: `Show how components do their work in environments, where their model names health
checks. Agents make them again and again from the end of a deployment on:

  healthy    every check is right on every target
  degraded   it does its work, but not on all targets, or not as it should
  failing    it does not do its work: on all targets, or on the share that the model says
  unknown    nobody can say: no answer yet since it was changed, a check that cannot be
             made, or a silent agent`,
		Example: `  tranship health list --environment live
  tranship health list --component shop --ended
  tranship health targets --environment live --component shop`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runHealth(cmd.Context(), c, in, state, most) },
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Environment, "environment", "", "only in this environment")
	flags.StringVar(&in.Component, "component", "", "only of this component")
	flags.StringVar(&state, "state", "", "only in this state: healthy, degraded, failing or unknown")
	flags.BoolVar(&in.Ended, "ended", false, "what it was before, too")
	flags.IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runHealth(ctx context.Context, c *console, in client.ListHealthParams, state string, most int) error {
	if in.State = client.ListHealthParamsState(state); state != "" && !in.State.Valid() {
		return noState(state)
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := placeHealth(ctx, s, in, most)
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("COMPONENT", "ENVIRONMENT", "HEALTH", "SINCE", "UNTIL", "TARGETS", "WHAT IT SAYS")
		for _, p := range all.Items {
			until := ""
			if !p.Until.IsZero() {
				until = clock(p.Until)
			}
			t.row(p.Component, p.Environment, c.healthWord(string(p.State)), clock(p.Since), until, countedHealth(p), saidWhere(p))
		}
		t.write(w, "nothing is checked: a model says under checks.health how")
	})
}

func noState(state string) error {
	return misuse("%q is no state", state).WithHint("it is one of healthy, degraded, failing, unknown")
}

func placeHealth(ctx context.Context, s *session, in client.ListHealthParams, most int) (list[client.PlaceHealth], error) {
	return every[client.PlaceHealth](most, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListHealth(ctx, &in)
	})
}

// healthWord gives a state in its colour.
func (c *console) healthWord(state string) string {
	switch state {
	case "healthy":
		return c.outPaint.green(state)
	case "failing":
		return c.outPaint.red(state)
	case "degraded", "unknown":
		return c.outPaint.yellow(state)
	}
	return state
}

// countedHealth says how the targets are: "3, 1 failing".
func countedHealth(p client.PlaceHealth) string {
	said := []string{fmt.Sprint(p.Counts.Targets)}
	for _, one := range []struct {
		number int64
		word   string
	}{{p.Counts.Failing, "failing"}, {p.Counts.Degraded, "degraded"}, {p.Counts.Unknown, "unknown"}, {p.Counts.Pending, "not answered yet"}} {
		if one.number > 0 {
			said = append(said, fmt.Sprintf("%d %s", one.number, one.word))
		}
	}
	return strings.Join(said, ", ")
}

func saidWhere(p client.PlaceHealth) string {
	switch {
	case p.Check != "":
		return fmt.Sprintf("%s on %s: %s", p.Check, p.Target, p.Says)
	case p.Deployment != "" && p.State == client.PlaceHealthStateUnknown:
		return p.Deployment + " has changed it"
	}
	return ""
}

func (c *console) healthTargets() *cobra.Command {
	var in client.ListTargetHealthParams
	var state string
	most := 100
	cmd := &cobra.Command{
		Use: "targets", Short: "List how components do their work on targets, with what each check says", Args: exactly(),
		Example: "  tranship health targets --environment live --component shop\n  tranship health targets --target web-1 --output json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHealthTargets(cmd.Context(), c, in, state, most) },
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Environment, "environment", "", "only in this environment")
	flags.StringVar(&in.Component, "component", "", "only of this component")
	flags.StringVar(&in.Target, "target", "", "only on this target")
	flags.StringVar(&state, "state", "", "only in this state, as it was said last: healthy, degraded, failing or unknown")
	flags.IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runHealthTargets(ctx context.Context, c *console, in client.ListTargetHealthParams, state string, most int) error {
	if in.State = client.ListTargetHealthParamsState(state); state != "" && !in.State.Valid() {
		return noState(state)
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.TargetHealth](most, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListTargetHealth(ctx, &in)
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("TARGET", "COMPONENT", "HEALTH", "SINCE", "CHECK", "SAYS")
		for _, h := range all.Items {
			if len(h.Checks) == 0 || h.Why != "" {
				t.row(h.Target, h.Component, c.healthWord(string(h.State)), clock(h.Since), "", h.Why)
			}
			for _, check := range h.Checks {
				word := c.healthWord(string(check.State))
				if h.Why != "" {
					word = "was " + string(check.State)
				}
				t.row(h.Target, h.Component, word, clock(check.Since), check.Check, check.Says)
			}
		}
		t.write(w, "nothing is checked there: a model says under checks.health how")
	})
}

func (c *console) healthEnvironments() *cobra.Command {
	most := 100
	cmd := &cobra.Command{
		Use: "environments", Short: "Count by environment how components do their work", Args: exactly(),
		Example: "  tranship health environments",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHealthEnvironments(cmd.Context(), c, most) },
	}
	cmd.Flags().IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runHealthEnvironments(ctx context.Context, c *console, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.EnvironmentHealth](most, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.CountHealth(ctx, &client.CountHealthParams{Cursor: cursor, Limit: limit})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("ENVIRONMENT", "HEALTH")
		for _, e := range all.Items {
			t.row(e.Environment, c.healthCount(e.Health))
		}
		t.write(w, "there is no environment yet")
	})
}

// healthCount says how many components of an environment are less than healthy.
func (c *console) healthCount(n client.HealthSummary) string {
	if n.Checked == 0 {
		return ""
	}
	var parts []string
	for _, one := range []struct {
		word   string
		number int64
		paint  func(string) string
	}{{"failing", n.Failing, c.outPaint.red}, {"degraded", n.Degraded, c.outPaint.yellow}, {"unknown", n.Unknown, c.outPaint.yellow}} {
		if one.number > 0 {
			parts = append(parts, one.paint(fmt.Sprintf("%d %s", one.number, one.word)))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, c.outPaint.green("all healthy"))
	}
	return fmt.Sprintf("%s; %s checked", strings.Join(parts, ", "), count(int(n.Checked), "component"))
}
