package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) deploymentFailures() *cobra.Command {
	var in client.ListDeploymentFailuresParams
	cmd := &cobra.Command{
		Use: "failures D-12", Short: "List what went wrong by cause, with the targets that it befell", Args: exactly("DEPLOYMENT"),
		Long: `List what went wrong by cause. Targets that tell the same, but for names, times and
sizes, are one line. With --names every target is named, and with --cause only one cause
is listed: exactly those can then be answered for, as in

  tranship deployment retry D-12 $(tranship deployment failures D-12 --cause KEY --names -o json | jq -r '.items[].targets[]') --reason WHY`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDeploymentFailures(cmd.Context(), c, args[0], in)
		},
	}
	cmd.Flags().StringVar(&in.Cause, "cause", "", "only the cause of this key")
	cmd.Flags().BoolVar(&in.Names, "names", false, "name up to 1,000 targets of each cause, not three")
	return cmd
}

func runDeploymentFailures(ctx context.Context, c *console, id string, in client.ListDeploymentFailuresParams) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	found, err := decode[client.Failures](s.api.ListDeploymentFailures(ctx, id, &in))
	if err != nil {
		return err
	}
	return c.show(found.Raw, func(w io.Writer) {
		t := c.table("CAUSE", "STATE", "TARGETS", "SINCE", "STEP", "MESSAGE", "WHICH")
		for _, f := range found.Value.Items {
			t.row(f.Key, c.outPaint.state(f.Look), fmt.Sprint(f.Count), clock(f.Since), f.Step, f.Message, which(f))
		}
		t.write(w, "nothing went wrong, or all of it was answered")
	})
}

// which names the targets of a failure, and says how many more there are.
func which(f client.DeploymentFailure) string {
	names := strings.Join(f.Targets, ", ")
	if more := int(f.Count) - len(f.Targets); more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return names
}
