package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) environment() *cobra.Command {
	cmd := group("environment", "Environments with what stands in them", c.environmentShow(), c.environmentCompare())
	cmd.Aliases = []string{"env"}
	return cmd
}

func (c *console) environmentShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ENVIRONMENT", Short: "Show what stands in an environment, how it does its work, and how much of it is other than recorded", Args: exactly("ENVIRONMENT"),
		RunE: func(cmd *cobra.Command, args []string) error { return runEnvironmentShow(cmd.Context(), c, args[0]) },
	}
}

func runEnvironmentShow(ctx context.Context, c *console, name string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	v, err := decode[client.EnvironmentView](s.api.GetEnvironment(ctx, name))
	if err != nil {
		return err
	}
	how := map[string]string{}
	if v.Value.Health.Checked > 0 {
		all, err := placeHealth(ctx, s, client.ListHealthParams{Environment: name}, 0)
		if err != nil {
			return err
		}
		for _, p := range all.Items {
			how[p.Component] = c.healthWord(string(p.State))
		}
	}
	return c.show(v.Raw, func(w io.Writer) {
		e := v.Value
		c.sheet(w, "environment", c.outPaint.bold(e.Name), "purpose", e.Purpose, "owner", e.Owner, "controlled by", string(e.Control), "health", c.healthCount(e.Health), "drift", c.driftCount(e.Drift))
		fmt.Fprintln(w)
		head := []string{"COMPONENT", "VERSION", "TARGETS"}
		if len(how) > 0 {
			head = append(head, "HEALTH")
		}
		t := c.table(head...)
		for _, standing := range e.Components {
			line := []string{standing.Component, standing.Version, fmt.Sprint(standing.Targets)}
			if len(how) > 0 {
				line = append(line, cmp.Or(how[standing.Component], "not checked"))
			}
			t.row(line...)
		}
		t.write(w, "nothing is deployed there")
	})
}

// driftCount says how much is other than recorded, and what is not known.
func (c *console) driftCount(n client.DriftSummary) string {
	var parts []string
	for _, one := range []struct {
		word   string
		number int64
	}{{"missing", n.Missing}, {"unmanaged", n.Unmanaged}, {"drifted", n.Drifted}} {
		if one.number > 0 {
			parts = append(parts, c.outPaint.red(fmt.Sprintf("%d %s", one.number, one.word)))
		}
	}
	if len(parts) == 0 && n.Empty {
		parts = append(parts, "nothing stands there, so nothing can differ")
	}
	if len(parts) == 0 {
		parts = append(parts, "none known")
	}
	return strings.Join(parts, ", ") + "; " + strings.TrimPrefix(c.lookedWords(n), n.Environment+": ")
}

func (c *console) environmentCompare() *cobra.Command {
	var in client.CompareEnvironmentsParams
	var baseline, all bool
	cmd := &cobra.Command{
		Use: "compare ENVIRONMENT OTHER | compare ENVIRONMENT --baseline", Short: "Compare two environments, or one with its baseline", Args: between(1, 2, "ENVIRONMENT"),
		Long: `Compare two environments: the components that are there by version and digest, the
parameters of their documents, and what agents read on their targets when they last
looked. Or hold an environment against its baseline. Shown is what differs, and with --all,
or where components or parameters are named, what is the same too; targets that are alike are
one line.`,
		Example: `  tranship environment compare test live
  tranship environment compare test live --component web
  tranship environment compare test live --parameter cpu.count,memory.total
  tranship environment compare live --baseline`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case baseline && len(args) == 2:
				return misuse("--baseline compares one environment").WithHint("leave out %s, or --baseline", args[1])
			case !baseline && len(args) == 1:
				return misuse("there is nothing to compare %s with", args[0]).WithHint("name another environment, or give --baseline")
			case len(args) == 2:
				in.With = args[1]
			}
			in.Alike = all || len(in.Component) > 0 || len(in.Parameter) > 0
			return runEnvironmentCompare(cmd.Context(), c, args[0], in)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&baseline, "baseline", false, "compare with the baseline of the environment")
	flags.BoolVar(&all, "all", false, "what is the same too")
	flags.StringSliceVar(&in.Component, "component", nil, "only these components, with commas between them")
	flags.StringSliceVar(&in.Parameter, "parameter", nil, "only these parameters: cpu.count,memory.total")
	return cmd
}

func runEnvironmentCompare(ctx context.Context, c *console, name string, in client.CompareEnvironmentsParams) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	compared, err := everyComparison(ctx, s, name, in)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(compared)
	if err != nil {
		return err
	}
	return c.show(raw, func(w io.Writer) {
		if in.With == "" {
			c.baselineTable(w, compared)
		} else {
			c.comparisonTable(w, compared, in.Alike)
		}
	})
}

// everyComparison reads page after page of the components.
func everyComparison(ctx context.Context, s *session, name string, in client.CompareEnvironmentsParams) (all client.EnvironmentComparison, err error) {
	in.Limit = pageSize
	for {
		page, err := decode[client.EnvironmentComparison](s.api.CompareEnvironments(ctx, name, &in))
		if err != nil {
			return all, err
		}
		if in.Cursor == "" {
			all = page.Value
		} else {
			all.Components = append(all.Components, page.Value.Components...)
		}
		if in.Cursor = page.Value.Next; in.Cursor == "" {
			all.Next = ""
			return all, nil
		}
	}
}

func (c *console) comparisonTable(w io.Writer, all client.EnvironmentComparison, alike bool) {
	if all.Different == 0 && !alike {
		fmt.Fprintf(w, "nothing differs; %s the same (--all shows what)\n", areWord(int(all.Alike)))
		return
	}

	t := c.table("", "WHAT", strings.ToUpper(all.One), strings.ToUpper(all.Other))
	for _, one := range all.Components {
		t.row(c.mark(one.Same), one.Component, c.versionWords(one.One), c.versionWords(one.Other))
	}
	for _, one := range all.Parameters {
		t.row(c.mark(one.Same), "parameter "+one.Parameter, cmp.Or(one.One, "not given"), cmp.Or(one.Other, "not given"))
	}
	for _, one := range all.Facts {
		t.row(c.mark(one.Same), one.Parameter, valueWords(one.One), valueWords(one.Other))
	}
	t.write(w, "there is nothing to compare")
	switch {
	case all.Different == 0:
		fmt.Fprintln(w, "nothing differs")
	case !alike && all.Alike > 0:
		fmt.Fprintf(w, "%s the same (--all shows what)\n", areWord(int(all.Alike)))
	}
}

func areWord(n int) string {
	if n == 1 {
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

func (c *console) mark(same bool) string {
	if same {
		return c.outPaint.dim("=")
	}
	return c.outPaint.yellow("≠")
}

func (c *console) versionWords(list []client.EnvironmentVersionAt) string {
	if len(list) == 0 {
		return "nothing"
	}
	parts := make([]string, len(list))
	for i, v := range list {
		version := v.Version
		if v.Uncertain {
			version += " (not certain)"
		}
		parts[i] = fmt.Sprintf("%s %s %s", version, c.outPaint.dim(short(v.Digest)), where(v.Targets, v.Some, len(list) > 1))
	}
	return strings.Join(parts, "; ")
}

func valueWords(list []client.EnvironmentValueAt) string {
	if len(list) == 0 {
		return "not read"
	}
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = cmp.Or(v.Shown, v.Value, "empty") + " " + where(v.Targets, v.Some, len(list) > 1)
	}
	return strings.Join(parts, "; ")
}

// where says on how many targets something is, and on which where that tells
// them apart from others.
func where(targets int64, some []string, apart bool) string {
	if !apart || len(some) == 0 {
		return "on " + count(int(targets), "target")
	}
	named := some[:min(len(some), 3)]
	said := "on " + strings.Join(named, ", ")
	if more := int(targets) - len(named); more > 0 {
		said += fmt.Sprintf(" and %d more", more)
	}
	return said
}

func (c *console) baselineTable(w io.Writer, all client.EnvironmentComparison) {
	t := c.table("", "REQUIREMENT", "HOLDS ON", "WHERE IT DOES NOT")
	for _, one := range all.Baseline {
		r := one.Requirement
		var differs []string
		for _, m := range one.Differs {
			differs = append(differs, m.Message+" "+where(m.Targets, m.Some, true))
		}
		if one.NotRead.Targets > 0 {
			differs = append(differs, "not looked at yet "+where(one.NotRead.Targets, one.NotRead.Some, true))
		}
		t.row(c.mark(one.Same), strings.TrimSpace(r.Parameter+" "+string(r.Operator)+" "+r.Value), count(int(one.Holds), "target"), strings.Join(differs, "; "))
	}
	t.write(w, "nothing of that is in the baseline")
	if all.Different == 0 {
		fmt.Fprintln(w, "everything that was looked at is as the baseline requires")
	}
}
