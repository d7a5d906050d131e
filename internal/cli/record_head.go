package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice/signature"
)

func (c *console) recordHead() *cobra.Command {
	var save string
	cmd := &cobra.Command{
		Use: "head", Short: "Show the size, the root and the signed checkpoint of the record", Args: exactly(),
		Long: `Show the head of the record. A checkpoint that is kept elsewhere proves later that
nothing before it was rewritten: tranship verify --log --since FILE.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRecordHead(cmd.Context(), c, save) },
	}
	cmd.Flags().StringVar(&save, "save", "", "write the checkpoint to this file")
	return cmd
}

func runRecordHead(ctx context.Context, c *console, save string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	head, err := decode[client.SignedHead](s.api.GetRecordHead(ctx))
	if err != nil {
		return err
	}
	v := head.Value
	if save != "" {
		if err := writeWhole(save, []byte(v.Checkpoint), 0o644); err != nil {
			return err
		}
	}
	return c.show(head.Raw, func(w io.Writer) {
		c.sheet(w, "entries", fmt.Sprint(v.Head.Size), "root", v.Head.Root)
		fmt.Fprintf(w, "\n%s", v.Checkpoint)
		if save != "" {
			fmt.Fprintf(w, "\nkept in %s; later: tranship verify --log --since %s\n", save, save)
		}
	})
}

func (c *console) recordKey() *cobra.Command {
	return &cobra.Command{
		Use: "key [FILE]", Short: "Print the public keys that verify records, or keep them", Args: between(0, 1, "FILE"),
		Long: `Print the public keys that sign checkpoints and bundles, the present one first, or write
them to FILE. Take them once, over a connection that you trust, and keep them: tranship
verify BUNDLE --key FILE.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRecordKey(cmd.Context(), c, append(args, "")[0])
		},
	}
}

func runRecordKey(ctx context.Context, c *console, file string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	head, err := decode[client.SignedHead](s.api.GetRecordHead(ctx))
	if err != nil {
		return err
	}
	text := keyLines(s.URL, head.Value.Keys.Record)
	if file != "" {
		if err := writeWhole(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return c.show(head.Raw, func(w io.Writer) {
		if file != "" {
			text = fmt.Sprintf("%s in %s\n", count(len(head.Value.Keys.Record), "key"), file)
		}
		fmt.Fprint(w, text)
	})
}

// keyLines writes keys as verify --key reads them.
func keyLines(server string, keys []string) string {
	var b strings.Builder
	for i, key := range keys {
		when := "present"
		if i > 0 {
			when = "earlier"
		}
		fmt.Fprintf(&b, "%s # %s, key %s of %s\n", key, when, signature.PublicKey(key).ID(), server)
	}
	return b.String()
}
