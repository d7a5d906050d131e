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

type getInput struct {
	kind, name, parent string
	revision           int64
}

func (c *console) get() *cobra.Command {
	var in getInput
	cmd := &cobra.Command{
		Use: "get KIND [NAME]", Short: "Show documents as they can be applied again", Args: between(1, 2, "KIND", "NAME"),
		Long: `Show the documents of a kind, or one of them. One document is printed as YAML, as
it can be applied again; --output yaml does that with all of a kind.

The kinds are ` + strings.ToLower(strings.Join(kinds(), ", ")) + `; any case, one or many.`,
		Example: `  tranship get environments
  tranship get target web-1 --revision 3
  tranship get models --output yaml > models.yaml`,
		ValidArgs: kindNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.kind = args[0]
			if len(args) > 1 {
				in.name = args[1]
			}
			return runGet(cmd.Context(), c, in)
		},
	}
	cmd.Flags().Int64Var(&in.revision, "revision", 0, "a past revision of the document")
	cmd.Flags().StringVar(&in.parent, "of", "", "only those of this environment (targets) or service (components)")
	return cmd
}

func runGet(ctx context.Context, c *console, in getInput) error {
	kind, err := kindOf(in.kind)
	if err != nil {
		return err
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	if in.name == "" {
		if in.revision > 0 {
			return misuse("--revision needs the NAME of a document")
		}
		return c.getAll(ctx, s, kind, in.parent)
	}
	d, err := decode[client.DocumentView](s.api.GetDocument(ctx, client.GetDocumentParamsKind(kind), in.name, &client.GetDocumentParams{Revision: in.revision}))
	if err != nil {
		return err
	}
	switch c.format {
	case asJSON:
		return c.print(d.Raw)
	case asTable:
		c.documents([]client.DocumentView{d.Value}, kind)
	default:
		writeYAML(c.Stdout, []client.DocumentView{d.Value})
	}
	return nil
}

func (c *console) getAll(ctx context.Context, s *session, kind, parent string) error {
	all, err := every[client.DocumentView](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListDocuments(ctx, client.ListDocumentsParamsKind(kind), &client.ListDocumentsParams{Cursor: cursor, Limit: limit, Parent: parent})
	})
	if err != nil {
		return err
	}
	if c.format == asYAML {
		writeYAML(c.Stdout, all.Items)
		return nil
	}
	return c.showList(all.Raw, func(io.Writer) { c.documents(all.Items, kind) })
}

func (c *console) documents(list []client.DocumentView, kind string) {
	t := c.table("NAME", "REVISION", "OF", "LABELS", "CHANGED", "BY")
	for _, d := range list {
		t.row(d.Name, fmt.Sprint(d.Revision), d.Parent, labels(d.Labels), clock(d.At), d.By.Name)
	}
	t.write(c.out, "there are no documents of kind "+kind)
}

// writeYAML writes documents as one YAML stream.
func writeYAML(w io.Writer, list []client.DocumentView) {
	for i, d := range list {
		if i > 0 {
			fmt.Fprintln(w, "---")
		}
		fmt.Fprintln(w, strings.TrimSuffix(strings.TrimPrefix(d.Yaml, "---\n"), "\n"))
	}
}
