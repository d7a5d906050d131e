package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

func (c *console) recordExport() *cobra.Command {
	return &cobra.Command{
		Use: "export DEPLOYMENT [FILE]", Short: "Export the record of a deployment, to be verified offline", Args: between(1, 2, "DEPLOYMENT", "FILE"),
		Long: `Export the entries of a deployment with the proofs that they are in the log, and a signed
in-toto statement of the deployment. tranship verify FILE --key KEY checks it without a
server. FILE is DEPLOYMENT.tranship-record when it is not given; - is the output.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			file := args[0] + ".tranship-record"
			if len(args) > 1 {
				file = args[1]
			}
			return runRecordExport(cmd.Context(), c, args[0], file)
		},
	}
}

func runRecordExport(ctx context.Context, c *console, id, file string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	res, err := accepted(s.api.ExportRecord(ctx, id))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	copyTo := func(w io.Writer) error {
		if _, err := io.Copy(w, res.Body); err != nil {
			return brokenOff(res, err)
		}
		return nil
	}
	if file == "-" {
		return copyTo(c.Stdout)
	}
	if err := streamWhole(file, 0o644, copyTo, nil); err != nil {
		return err
	}
	c.say("record of %s written to %s", id, file)
	c.say("next: tranship verify %s --key KEY; tranship record key prints the server's keys", file)
	return nil
}
