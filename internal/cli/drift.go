package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) drift() *cobra.Command {
	return group("drift", "What stands on targets other than recorded", c.driftList(), c.driftShow(), c.driftTargets(), c.driftCheck(), c.driftAccept(), c.driftRepair())
}

func (c *console) driftList() *cobra.Command {
	var in client.ListDriftsParams
	most := 100
	cmd := &cobra.Command{
		Use: "list", Short: "List what is other than recorded, and count what was not looked at", Args: exactly(),
		Long: `List what agents found on targets other than the record says:

  drifted    the recorded version is there, but not as it was put there
  missing    nothing of it is there
  unmanaged  it came without a deployment: another version, or something where nothing
             is recorded; or a package, a service or a user of a host that is watched
             for them came, went or changed (host:packages, host:services, host:users)

Below the list stands for each environment how many targets were not looked at lately:
nobody knows how those are.`,
		Example: `  tranship drift list --environment live
  tranship drift list --component web --ended`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDriftList(cmd.Context(), c, in, most) },
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Environment, "environment", "", "only in this environment")
	flags.StringVar(&in.Target, "target", "", "only on this target")
	flags.StringVar(&in.Component, "component", "", "only of this component")
	flags.BoolVar(&in.Ended, "ended", false, "those that have ended too")
	flags.IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runDriftList(ctx context.Context, c *console, in client.ListDriftsParams, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.Drift](most, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListDrifts(ctx, &in)
	})
	if err != nil {
		return err
	}
	counts, err := c.driftCounts(ctx, in.Environment)
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("DRIFT", "ENVIRONMENT", "TARGET", "COMPONENT", "STATE", "RECORDED", "FOUND", "SINCE", "ENDED")
		for _, d := range all.Items {
			t.row(d.Id, d.Environment, d.Target, d.Component, c.driftState(d), recordedWords(d), foundWords(d), clock(d.Since), endWord(d))
		}
		t.write(w, "nothing is known to be other than recorded")
		for _, n := range counts {
			if in.Target == "" && (n.NotLooked > 0 || in.Environment != "") {
				fmt.Fprintln(w, c.lookedWords(n))
			}
		}
	})
}

// driftCounts gives the counts of every environment, or of one.
func (c *console) driftCounts(ctx context.Context, environment string) ([]client.DriftSummary, error) {
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	all, err := every[client.DriftSummary](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.CountDrifts(ctx, &client.CountDriftsParams{Environment: environment, Cursor: cursor, Limit: limit})
	})
	return all.Items, err
}

// lookedWords says how many targets of an environment were looked at.
func (c *console) lookedWords(n client.DriftSummary) string {
	said := fmt.Sprintf("%s: %d of %s looked at", n.Environment, n.Looked, count(int(n.Targets), "target"))
	watched := ""
	if len(n.Watch) > 0 {
		watched = "; hosts are watched for " + watchWords(n.Watch)
	}
	switch {
	case n.Off:
		return said + "; nobody looks by itself" + watched
	case n.NotLooked > 0:
		return said + watched + c.outPaint.yellow(fmt.Sprintf(" since %s; nobody knows how the other %d are", clock(n.Stale), n.NotLooked))
	}
	return said + ", each every " + n.Every + watched
}

func (c *console) driftState(d client.Drift) string {
	if d.End != "" {
		return d.State
	}
	if d.State == "drifted" {
		return c.outPaint.yellow(d.State)
	}
	return c.outPaint.red(d.State)
}

func recordedWords(d client.Drift) string {
	if d.Watch != "" {
		return fmt.Sprintf("%d %s", d.Recorded.Things, d.Watch)
	}
	return cmp.Or(d.Recorded.Version, "nothing")
}

// foundWords says in short what was found.
func foundWords(d client.Drift) string {
	switch {
	case d.Watch != "":
		return hostWords(d.Found.Differences, len(d.Found.Differences)+int(d.Found.More))
	case d.State == "missing":
		return "nothing"
	case d.State == "unmanaged" && d.Found.Version != "":
		return d.Found.Version
	}
	list := d.Found.Differences
	if len(list) == 0 {
		return "other"
	}
	one := list[0].What
	if list[0].Found == "" {
		one += " is gone"
	} else if !strings.HasPrefix(one, "file ") {
		one += ": " + list[0].Found
	}
	if len(list) > 1 {
		one += fmt.Sprintf(" and %d more", len(list)-1)
	}
	return one
}

func endWord(d client.Drift) string {
	switch {
	case d.End != "":
		return d.End + " " + clock(d.EndedAt)
	case d.Repair != "":
		return "to be repaired by " + d.Repair
	}
	return ""
}

func (c *console) driftShow() *cobra.Command {
	return &cobra.Command{
		Use: "show DR-12", Short: "Show a drift with everything that differs", Args: exactly("DRIFT"),
		RunE: func(cmd *cobra.Command, args []string) error { return runDriftShow(cmd.Context(), c, args[0]) },
	}
}

func runDriftShow(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	d, err := decode[client.Drift](s.api.GetDrift(ctx, id))
	if err != nil {
		return err
	}
	return c.show(d.Raw, func(w io.Writer) { c.driftSheet(w, d.Value) })
}

func (c *console) driftSheet(w io.Writer, d client.Drift) {
	recorded := recordedWords(d)
	if d.Recorded.Deployment != "" {
		recorded += ", by " + d.Recorded.Deployment
	}
	c.sheet(w,
		"drift", d.Id, "target", d.Target, "environment", d.Environment, "component", d.Component,
		"state", c.driftState(d), "recorded", recorded, "found", foundWords(d), "since", clock(d.Since),
		"ended", endWord(d), "by", d.EndedBy.Name, "why", d.Why)
	if d.Watch != "" {
		c.hostSheet(w, d)
		return
	}
	if len(d.Found.Differences) > 0 {
		fmt.Fprintln(w)
		t := c.table("STEP", "WHAT", "RECORDED", "FOUND")
		for _, one := range d.Found.Differences {
			t.row(one.Step, one.What, cmp.Or(one.Recorded, "nothing"), cmp.Or(one.Found, "nothing"))
		}
		t.write(w, "")
	}
	if d.End == "" && d.Repair == "" {
		fmt.Fprintf(w, "\nput it right: tranship drift repair %s --reason WHY\nkeep it:      tranship drift accept %s --reason WHY\n", d.Id, d.Id)
	}
}

func (c *console) driftTargets() *cobra.Command {
	var in client.ListLookedAtParams
	var state string
	cmd := &cobra.Command{
		Use: "targets ENVIRONMENT", Short: "List targets with when they were last looked at and how they are", Args: exactly("ENVIRONMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Environment = args[0]
			return runDriftTargets(cmd.Context(), c, in, state)
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "only in this state: as-recorded, drifted, missing, unmanaged or unknown")
	return cmd
}

func runDriftTargets(ctx context.Context, c *console, in client.ListLookedAtParams, state string) error {
	if state != "" && !client.LookedAtState(state).Valid() {
		return misuse("%q is no state", state).WithHint("it is one of as-recorded, drifted, missing, unmanaged, unknown")
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := lookedAt(ctx, s, in.Environment)
	if err != nil {
		return err
	}
	var kept list[client.LookedAt]
	for i, l := range all.Items {
		if state == "" || string(l.State) == state {
			kept.Items, kept.Raw = append(kept.Items, l), append(kept.Raw, all.Raw[i])
		}
	}
	return c.showList(kept.Raw, func(w io.Writer) { c.lookedTable(w, kept.Items) })
}

func (c *console) lookedTable(w io.Writer, list []client.LookedAt) {
	t := c.table("TARGET", "STATE", "LOOKED AT", "DRIFT", "COULD NOT BE LOOKED AT")
	for _, l := range list {
		word := string(l.State)
		switch l.State {
		case client.LookedAtStateAsRecorded:
			word = c.outPaint.green(word)
		case client.LookedAtStateUnknown, client.LookedAtStateDrifted:
			word = c.outPaint.yellow(word)
		case client.LookedAtStateMissing, client.LookedAtStateUnmanaged:
			word = c.outPaint.red(word)
		}
		at := "never"
		if !l.LookedAt.IsZero() {
			at = clock(l.LookedAt)
		}
		t.row(l.Target, word, at, strings.Join(l.Drifts, " "), strings.Join(l.Blind, "; "))
	}
	t.write(w, "there are no such targets")
}

// lookedAt reads how every target of an environment is.
func lookedAt(ctx context.Context, s *session, environment string) (list[client.LookedAt], error) {
	return every[client.LookedAt](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListLookedAt(ctx, &client.ListLookedAtParams{Environment: environment, Cursor: cursor, Limit: limit})
	})
}
