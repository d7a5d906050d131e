package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

type applyInput struct {
	files            []string
	yes, dryRun, all bool
}

func (c *console) apply() *cobra.Command {
	var in applyInput
	cmd := &cobra.Command{
		Use: "apply -f FILE|DIRECTORY|-", Short: "Make the documents be as the files say", Args: exactly(),
		Long: `Show what applying the files' documents would change, ask, and apply them: all or
none. Of a directory, all *.yaml and *.yml are taken, those in directories below too.

What somebody else changes between the question and the answer is not lost: then
nothing is applied. Documents that the files do not have are left alone.`,
		Example: `  tranship apply -f environments/
  generate-targets | tranship apply -f - --yes`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runApply(cmd.Context(), c, in) },
	}
	cmd.Flags().StringArrayVarP(&in.files, "file", "f", nil, "file, directory, or - for the input; may be given several times")
	cmd.Flags().BoolVarP(&in.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&in.all, "all", false, "show every field of new documents")
	cmd.Flags().BoolVar(&in.dryRun, "dry-run", false, "only show what would change")
	return cmd
}

func runApply(ctx context.Context, c *console, in applyInput) error {
	if len(in.files) == 0 {
		return misuse("no file is given").WithHint("usage: tranship apply -f FILE|DIRECTORY|-")
	}
	files, err := readDocuments(c.Stdin, in.files)
	if err != nil {
		return err
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	dry, err := decode[client.Applied](s.api.ApplyDocuments(ctx, client.ApplyInputBody{Files: files, DryRun: true}))
	if err != nil {
		return err
	}
	changing := c.differences(c.talk(), dry.Value.Changes, in.all)
	if in.dryRun || changing == 0 {
		return c.show(dry.Raw, func(io.Writer) {})
	}
	if !in.yes {
		if err := c.ask(fmt.Sprintf("apply %s?", count(changing, "change"))); err != nil {
			return err
		}
	}
	bases := map[string]int64{}
	for _, change := range dry.Value.Changes {
		bases[change.Kind+"/"+change.Name] = change.Base
	}
	done, err := decode[client.Applied](s.api.ApplyDocuments(ctx, client.ApplyInputBody{Files: files, Bases: bases}))
	if err != nil {
		return err
	}
	return c.show(done.Raw, func(io.Writer) { c.say("applied %s", count(changing, "change")) })
}
