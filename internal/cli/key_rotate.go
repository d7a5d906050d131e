package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) keyRotate() *cobra.Command {
	return &cobra.Command{
		Use: "rotate orders|record", Short: "Replace one of the server's own keys", Args: exactly("orders|record"),
		ValidArgs: []string{"orders", "record"},
		Long: `Replace the key with which the server signs orders, or the one with which it signs the
record. Agents trust the next order key already, and learn of the one after it when they
next say hello: no host is touched. What the old record key signed stays valid; take the
keys anew for verification: tranship record key FILE.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runKeyRotate(cmd.Context(), c, args[0]) },
	}
}

func runKeyRotate(ctx context.Context, c *console, purpose string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if !client.RotateKeyParamsPurpose(purpose).Valid() {
		return misuse("there is no key for %q", purpose).WithHint("say orders or record")
	}
	keys, err := decode[client.RecordKeys](s.api.RotateKey(ctx, client.RotateKeyParamsPurpose(purpose)))
	if err != nil {
		return err
	}
	return c.show(keys.Raw, func(w io.Writer) {
		present := keys.Value.Orders
		if purpose == "record" {
			present = keys.Value.Record
		}
		fmt.Fprintf(w, "the server signs the %s with another key now: %s\n", purpose, present[0])
	})
}
