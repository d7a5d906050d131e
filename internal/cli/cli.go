// Package cli is the command line of Tranship: one file for each verb. It
// speaks to a server through the generated client of the API and knows no
// other way in.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// Options is what the command line needs from outside. Zero fields mean the
// process's own streams, environment and clock.
type Options struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(name string) string
	Now            func() time.Time
	Version        string
	// Schema gives the JSON Schema of all document kinds; the verb schema is
	// absent when it is nil.
	Schema func() ([]byte, error)
	// CheckBackup reads a backup to its end and says what is wrong with it; a
	// backup is kept unchecked when it is nil.
	CheckBackup func(io.Reader) error
	// More are further verbs: those of the server and the agent.
	More []*cobra.Command
}

func (o Options) orDefault() Options {
	if o.Stdin == nil {
		o.Stdin = os.Stdin
	}
	if o.Stdout == nil {
		o.Stdout = os.Stdout
	}
	if o.Stderr == nil {
		o.Stderr = os.Stderr
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Version == "" {
		o.Version = "development"
	}
	return o
}

// Command gives the root with all verbs. Errors of its Execute are printed by
// Run, not by the command itself.
func Command(o Options) *cobra.Command {
	return newConsole(o.orDefault()).root()
}

// Run carries out one command line without the program's name, prints its
// error to Stderr, and gives the exit code (see tranship help exit-codes).
func Run(ctx context.Context, o Options, args []string) int {
	c := newConsole(o.orDefault())
	c.interrupted = ctx.Done()
	root := c.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil && err != nil {
		err = errors.Join(err, ctx.Err())
	}
	return c.report(err)
}

func (c *console) root() *cobra.Command {
	root := group("tranship", "Deployment management: plan, deploy and prove what happened",
		c.login(), c.logout(), c.whoami(),
		c.apply(), c.get(), c.remove(), c.history(),
		c.library(), c.model(), c.key(),
		c.plan(), c.deploy(), c.rollback(), c.deployment(), c.approval(), c.change(), c.review(), c.overview(), c.tasks(), c.inventory(), c.environment(), c.target(), c.health(), c.drift(), c.why(),
		c.trigger(), c.journey(), c.evidence(), c.pin(), c.unpin(), c.pins(),
		c.calendar(), c.backlog(), c.feed(),
		c.agents(), c.person(), c.role(), c.token(),
		c.announcement(), c.subscription(),
		c.record(), c.verify(), c.backup(), c.serverSettings(),
		c.schema(), c.showVersion(), c.docs(), exitCodes(),
	)
	root.Long = `Tranship moves components into environments, and out of them again, and can
prove afterwards what happened.

Begin with: tranship login URL`
	root.AddCommand(c.More...)
	root.SetIn(c.Stdin)
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return misuse("%v", err).WithHint("see: %s --help", cmd.CommandPath())
	})
	root.PersistentFlags().VarP(&c.format, "output", "o", "how to print: table, yaml or json")
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "yaml", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return root
}
