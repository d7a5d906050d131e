package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) history() *cobra.Command {
	return &cobra.Command{
		Use: "history KIND NAME", Short: "List the revisions of a document", Args: exactly("KIND", "NAME"),
		Long:      "List the revisions of a document, newest first; tranship get KIND NAME --revision N shows one.",
		ValidArgs: kindNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runHistory(cmd.Context(), c, args[0], args[1])
		},
	}
}

func runHistory(ctx context.Context, c *console, kind, name string) error {
	kind, err := kindOf(kind)
	if err != nil {
		return err
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.DocumentView](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListDocumentRevisions(ctx, client.ListDocumentRevisionsParamsKind(kind), name, &client.ListDocumentRevisionsParams{Cursor: cursor, Limit: limit})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("REVISION", "CHANGED", "BY", "WHAT", "DIGEST")
		for _, d := range all.Items {
			what := "applied"
			if d.Removed {
				what = "removed"
			}
			t.row(fmt.Sprint(d.Revision), clock(d.At), d.By.Name, what, short(d.Digest))
		}
		t.write(w, "there is no "+kind+" "+name+", and there never was")
	})
}

// short gives the beginning of a digest, for people.
func short(digest string) string {
	return digest[:min(len(digest), len("sha256:")+12)]
}

func labels(all map[string]string) string {
	parts := make([]string, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, name+"="+all[name])
	}
	return strings.Join(parts, ",")
}
