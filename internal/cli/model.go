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

func (c *console) model() *cobra.Command {
	cmd := group("model", "Ready-made deployment models to begin with", c.modelStarts(), c.modelStart())
	cmd.Aliases = []string{"models"}
	return cmd
}

func (c *console) modelStarts() *cobra.Command {
	return &cobra.Command{
		Use: "starts", Short: "List the ready-made models to begin with", Args: exactly(),
		Long: `List the ready-made models, one for each common job. Begin with one of them:
tranship model start NAME`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runModelStarts(cmd.Context(), c) },
	}
}

func runModelStarts(ctx context.Context, c *console) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.ModelStart](0, func(string, int64) (*http.Response, error) { return s.api.ListModelStarts(ctx) })
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("START", "FOR", "WHAT", "NEEDS")
		for _, one := range all.Items {
			t.row(one.Name, one.Kind, one.Title, one.Needs)
		}
		t.write(w, "there are no ready-made models")
		c.say("\nnext: tranship model start %s --component NAME > model.yaml", first(all.Items))
	})
}

func first(all []client.ModelStart) string {
	if len(all) == 0 {
		return "START"
	}
	return all[0].Name
}

type startInput struct {
	start, name, component string
	environments           []string
}

func (c *console) modelStart() *cobra.Command {
	var in startInput
	cmd := &cobra.Command{
		Use: "start START", Short: "Print a ready-made model as YAML, filled in", Args: exactly("START"),
		Long: `Print a ready-made model as YAML, with comments that say what each part does. What is
known of the component, its kind and its owner, is taken over. Without --environment the
flow goes through one of your own environments for each place of the promotion path; the
last one is the careful one. Nothing is stored: change what must be changed, then apply it.`,
		Example: `  tranship model start files --component motd > model.yaml
  tranship model start rolling-service --component shop --name shop-rolling --environment test,live | tranship apply -f -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.start = args[0]
			return runModelStart(cmd.Context(), c, in)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.name, "name", "", "the name of the new model; by default that of the component")
	flags.StringVar(&in.component, "component", "", "the component that it is for")
	flags.StringSliceVar(&in.environments, "environment", nil, "the environments of its flow in their order, with commas between them")
	return cmd
}

func runModelStart(ctx context.Context, c *console, in startInput) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	filled, err := decode[client.FilledStart](s.api.GetModelStart(ctx, in.start, &client.GetModelStartParams{Name: in.name, Component: in.component, Environment: in.environments}))
	if err != nil {
		return err
	}
	if c.format == asJSON {
		return c.print(filled.Raw)
	}
	_, err = fmt.Fprintln(c.out, strings.TrimSuffix(filled.Value.Yaml, "\n"))
	return err
}
