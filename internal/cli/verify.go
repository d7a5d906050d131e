package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/signature"
)

type verifyInput struct {
	bundle, since string
	keys          []string
	log           bool
}

func (c *console) verify() *cobra.Command {
	var in verifyInput
	cmd := &cobra.Command{
		Use: "verify BUNDLE --key KEY | verify --log", Short: "Check a record, and say exactly what is wrong with it", Args: between(0, 1, "BUNDLE"),
		Long: `Check the exported record of a deployment with nothing but the public key, without a
server. KEY is the key itself (base64) or a file with keys: what tranship record key
prints.

With --log, the server reads its whole record again and compares the present state, row
by row, with what the entries tell. With --since, it also proves that the checkpoint that
was kept (tranship record head --save) is a beginning of the record.

The exit code is 8 when anything is wrong.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.bundle = append(args, "")[0]
			switch {
			case in.log == (in.bundle != ""):
				return misuse("give either a BUNDLE or --log").WithHint("usage: %s", cmd.UseLine())
			case in.log:
				return runVerifyLog(cmd.Context(), c, in.since)
			}
			return runVerify(c, in)
		},
	}
	cmd.Flags().StringArrayVar(&in.keys, "key", nil, "a trusted public key, or a file with some; may be given several times")
	cmd.Flags().BoolVar(&in.log, "log", false, "have the server check its whole record")
	cmd.Flags().StringVar(&in.since, "since", "", "with --log: file with a checkpoint that was kept")
	return cmd
}

// runVerify checks a bundle without a server.
func runVerify(c *console, in verifyInput) error {
	if len(in.keys) == 0 {
		return misuse("no key is given: whom do you trust?").
			WithHint("tranship record key prints the server's keys; keep them, and give them with --key")
	}
	var trusted []signature.PublicKey
	for _, given := range in.keys {
		keys, err := trustedKeys(given)
		if err != nil {
			return err
		}
		trusted = append(trusted, keys...)
	}
	raw, err := os.ReadFile(in.bundle)
	if err != nil {
		return practice.Faultf(practice.NotFound, "bundle: %v", err).Final()
	}
	return c.verdict(record.VerifyBundle(raw, trusted...))
}

// runVerifyLog has the server check its record.
func runVerifyLog(ctx context.Context, c *console, since string) error {
	checkpoint := ""
	if since != "" {
		raw, err := os.ReadFile(since)
		if err != nil {
			return practice.Faultf(practice.NotFound, "checkpoint: %v", err).Final()
		}
		checkpoint = string(raw)
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	found, err := decode[record.Report](s.api.VerifyRecord(ctx, client.VerifyRecordRequest{Since: checkpoint}))
	if err != nil {
		return err
	}
	return c.verdict(&found.Value)
}

// verdict prints a report, and ends with what it says.
func (c *console) verdict(report *record.Report) error {
	raw, err := json.Marshal(report)
	if err != nil {
		return err
	}
	err = c.show(raw, func(w io.Writer) {
		title, rest, _ := strings.Cut(report.String(), "\n")
		if report.OK() {
			title = c.outPaint.green(title)
		} else {
			title = c.outPaint.red(title)
		}
		fmt.Fprintf(w, "%s\n%s", title, rest)
	})
	if err == nil && !report.OK() {
		err = outcome(exitUnverified)
	}
	return err
}
