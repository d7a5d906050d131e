package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) recordShow() *cobra.Command {
	return &cobra.Command{
		Use: "show INDEX", Short: "Show an entry of the record with everything that was recorded, and its proof", Args: exactly("INDEX"),
		Long: `Show one entry of the record by its place in the log. With --output json it comes with
the bytes that are hashed into the log, the proof that leads from them to the root, and
the signed checkpoint of that root.`,
		Example: "  tranship record show 412",
		RunE: func(cmd *cobra.Command, args []string) error {
			index, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || index < 0 {
				return misuse("%q is no entry's index", args[0]).WithHint("tranship record list prints the index of each entry")
			}
			return runRecordShow(cmd.Context(), c, index)
		},
	}
}

func runRecordShow(ctx context.Context, c *console, index int64) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	found, err := decode[client.ProvenEntry](s.api.GetEntry(ctx, index))
	if err != nil {
		return err
	}
	return c.show(found.Raw, func(w io.Writer) {
		v := found.Value
		e := v.Entry
		c.sheet(w, "entry", fmt.Sprint(v.Index), "what", e.Kind, "about", fmt.Sprintf("%s, its entry number %d", e.Subject, v.Number), "target", e.Target,
			"who", fmt.Sprintf("%s (%s)", e.Who.Name, e.Who.Kind), "when", clock(e.When), "why", e.Why,
			"hash", v.Hash, "proof", fmt.Sprintf("%d hashes to the root of %d entries", len(v.Proof), v.Head.Size), "root", v.Head.Root)
		if len(e.Data) > 0 {
			data, _ := json.MarshalIndent(e.Data, "", "  ") //nolint:errchkjson // it was read from JSON
			fmt.Fprintf(w, "\n%s\n", data)
		}
	})
}
