package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) remove() *cobra.Command {
	var yes bool
	var reason string
	cmd := &cobra.Command{
		Use: "delete KIND NAME", Short: "Take a document away; its history stays", Args: exactly("KIND", "NAME"),
		ValidArgs: kindNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRemove(cmd.Context(), c, args[0], args[1], reason, yes)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

// runRemove takes away exactly the revision that it shows.
func runRemove(ctx context.Context, c *console, kind, name, reason string, yes bool) error {
	kind, err := kindOf(kind)
	if err != nil {
		return err
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	d, err := decode[client.DocumentView](s.api.GetDocument(ctx, client.GetDocumentParamsKind(kind), name, &client.GetDocumentParams{}))
	if err != nil {
		return err
	}
	v := d.Value
	if !yes {
		question := fmt.Sprintf("take away %s %s, revision %d, changed by %s at %s?", kind, name, v.Revision, v.By.Name, clock(v.At))
		if err := c.ask(question); err != nil {
			return err
		}
	}
	_, err = decode[any](s.api.RemoveDocument(ctx, client.RemoveDocumentParamsKind(kind), name, &client.RemoveDocumentParams{Revision: v.Revision, Reason: reason}))
	if err != nil {
		return err
	}
	return c.done("%s %s was taken away; tranship history %s %s shows what it was", kind, name, kind, name)
}
