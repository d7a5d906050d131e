package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// group makes a command that only holds others.
func group(use, short string, verbs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return unknownVerb(cmd, args[0])
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(verbs...)
	return cmd
}

func unknownVerb(cmd *cobra.Command, name string) error {
	fault := misuse("%s has no verb %q", cmd.CommandPath(), name)
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		return fault.WithHint("did you mean: %s %s", cmd.CommandPath(), strings.Join(near, ", or "+cmd.CommandPath()+" "))
	}
	return fault.WithHint("see: %s --help", cmd.CommandPath())
}

// exactly demands these arguments, and says which are missing.
func exactly(names ...string) cobra.PositionalArgs {
	return between(len(names), len(names), names...)
}

// between demands at least least and at most most arguments; most -1: any number.
func between(least, most int, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		usage := fmt.Sprintf("usage: %s", cmd.UseLine())
		switch {
		case len(args) < least:
			return misuse("%s is missing", strings.Join(names[len(args):least], " and ")).WithHint("%s", usage)
		case most >= 0 && len(args) > most:
			return misuse("%q is one argument too many", args[most]).WithHint("%s", usage)
		}
		return nil
	}
}
