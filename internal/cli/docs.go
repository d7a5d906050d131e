package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (c *console) docs() *cobra.Command {
	return &cobra.Command{
		Use: "docs [FILE]", Short: "Write the reference of the command line", Args: between(0, 1, "FILE"), Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			text := Reference(cmd.Root())
			if len(args) > 0 {
				return writeWhole(args[0], text, 0o644)
			}
			_, err := c.Stdout.Write(text)
			return err
		},
	}
}

// Reference gives the reference of a command with all below it, as Markdown.
// The same commands always give the same text.
func Reference(root *cobra.Command) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# The command line\n\nWritten by `%s docs`; do not edit.\n\n%s\n\n", root.Name(), root.Long)
	fmt.Fprintf(&b, "Every command knows these options:\n\n```\n%s```\n", flagText(root.PersistentFlags()))
	for _, cmd := range root.Commands() {
		describeCommand(&b, cmd)
	}
	return []byte(b.String())
}

func describeCommand(b *strings.Builder, cmd *cobra.Command) {
	if cmd.Hidden || cmd.Deprecated != "" || cmd.Name() == "help" {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n", cmd.CommandPath())
	switch {
	case cmd.IsAdditionalHelpTopicCommand():
		fmt.Fprintf(b, "%s.\n\n```\n%s\n```\n", cmd.Short, cmd.Long)
		return
	case cmd.Long != "":
		fmt.Fprintf(b, "%s.\n\n%s\n", cmd.Short, cmd.Long)
	default:
		fmt.Fprintf(b, "%s.\n", cmd.Short)
	}
	if !cmd.HasAvailableSubCommands() {
		fmt.Fprintf(b, "\n```\n%s\n```\n", cmd.UseLine())
	}
	if cmd.Example != "" {
		fmt.Fprintf(b, "\nExamples:\n\n```\n%s\n```\n", strings.TrimRight(cmd.Example, "\n"))
	}
	if flags := flagText(cmd.LocalNonPersistentFlags()); flags != "" {
		fmt.Fprintf(b, "\nOptions:\n\n```\n%s```\n", flags)
	}
	for _, inner := range cmd.Commands() {
		describeCommand(b, inner)
	}
}

func flagText(flags *pflag.FlagSet) string {
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" {
			shown.AddFlag(f)
		}
	})
	return shown.FlagUsages()
}
