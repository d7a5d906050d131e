package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) serverSettings() *cobra.Command {
	cmd := &cobra.Command{
		Use: "settings", Short: "Show what the server runs with", Args: exactly(),
		Long: `Show what the server runs with: where it is reached, its data directory, its bounds, the
age of the last backup, the public keys of the record, and with which flags it was
started. Flags are changed where the server is started; secrets are not shown.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runSettings(cmd.Context(), c) },
	}
	return cmd
}

func runSettings(ctx context.Context, c *console) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	got, err := decode[client.Settings](s.api.GetSettings(ctx))
	if err != nil {
		return err
	}
	return c.show(got.Raw, func(w io.Writer) {
		c.settingsSheet(w, got.Value)
		fmt.Fprintln(w)
		t := c.table("BOUND", "VALUE", "SET WITH")
		for _, b := range got.Value.Bounds {
			t.row(b.About, boundWords(b), b.Flag)
		}
		t.write(w, "")
		if len(got.Value.Options) > 0 {
			fmt.Fprintln(w)
			t = c.table("FLAG", "VALUE", "FROM")
			for _, o := range got.Value.Options {
				from := string(o.From)
				if o.Variable != "" {
					from = o.Variable
				}
				t.row(o.Flag, o.Value, from)
			}
			t.write(w, "")
		}
	})
}

func (c *console) settingsSheet(w io.Writer, v client.Settings) {
	mail, backup := "not sent: no --smtp", "never: tranship backup FILE makes one"
	if v.Mail {
		mail = "sent"
	}
	if !v.BackupAt.IsZero() {
		backup = fmt.Sprintf("%s by %s, %s ago", clock(v.BackupAt), v.BackupBy.Name, span(v.Now.Sub(v.BackupAt).Truncate(time.Second)))
	}
	c.sheet(w, "version", v.Version, "started", clock(v.StartedAt), "server's clock", clock(v.Now), "time zone", v.Zone,
		"API and registry", v.Url, "bus", v.BusUrl, "TLS", tlsWords(v.Tls),
		"data directory", v.Data.Path, "database", fmt.Sprintf("%s, %s", v.Data.Database, volume(v.Data.Bytes)), "free there", volume(v.Data.Free),
		"mail", mail, "last backup", backup, "record", fmt.Sprintf("%d entries", v.Record),
		"key of the record", present(v.Keys.Record), "key of orders", present(v.Keys.Orders))
}

// present gives the key that signs now.
func present(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return keys[0]
}

func tlsWords(t client.Secured) string {
	switch by := string(t.By); by {
	case "none":
		return "none: this machine only"
	case "own-authority":
		return "by an authority of its own"
	case "certificate":
		return "with a certificate until " + clock(t.Until)
	default: // of a newer server
		return by
	}
}

// boundWords says a bound as people do.
func boundWords(b client.Bound) string {
	unit := string(b.Unit)
	switch {
	case b.Value == 0 && unit == "number":
		return "any number"
	case b.Value == 0:
		return "for ever"
	case unit == "seconds":
		return span(time.Duration(b.Value) * time.Second)
	case unit == "bytes":
		return volume(b.Value)
	}
	return fmt.Sprint(b.Value)
}
