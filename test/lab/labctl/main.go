// Command labctl starts a lab for a person to work with, and ends it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/test/lab"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := root().ExecuteContext(ctx)
	var ended commandEnded
	switch {
	case errors.As(err, &ended):
		os.Exit(int(ended))
	case err != nil:
		fmt.Fprintln(os.Stderr, "labctl:", err)
		os.Exit(1)
	}
}

// commandEnded is the exit code, other than 0, of a command run on a host. The
// command has said itself what was wrong.
type commandEnded int

func (c commandEnded) Error() string { return fmt.Sprintf("the command ended with %d", int(c)) }

func root() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:           "labctl",
		Short:         "Real Debian hosts with systemd and sshd on this machine",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.PersistentFlags().StringVar(&name, "name", "lab", "which lab")
	cmd.AddCommand(up(&name), list(), execute(&name), down(&name))
	return cmd
}

func up(name *string) *cobra.Command {
	var hosts int
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start a lab and leave it running",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			started, err := lab.Start(cmd.Context(), lab.Options{
				Hosts: hosts, Prefix: *name, Keep: true,
				Log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) },
			})
			if err != nil {
				return err
			}
			return show(started)
		},
	}
	cmd.Flags().IntVarP(&hosts, "hosts", "n", 4, "how many hosts")
	return cmd
}

func list() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Show the labs of this machine and their hosts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := lab.List(cmd.Context())
			if err != nil {
				return err
			}
			for _, one := range all {
				opened, err := lab.Open(cmd.Context(), one.Name, "")
				if err != nil {
					return err
				}
				if err := show(opened); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// show prints a lab's hosts and how to log in to them.
func show(one *lab.Lab) error {
	fmt.Printf("lab %s, this machine is %s for its hosts, log in with ssh -F %s HOST\n", one.Name, one.Gateway, one.SSHConfig)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, host := range one.Hosts {
		fmt.Fprintf(table, "  %s\t%s\n", host.Name, host.Address)
	}
	return table.Flush()
}

func execute(name *string) *cobra.Command {
	return &cobra.Command{
		Use:   "exec HOST -- ARGV...",
		Short: "Run a command on a host; ends with its exit code",
		Args:  cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			opened, err := lab.Open(cmd.Context(), *name, "")
			if err != nil {
				return err
			}
			host := opened.Host(args[0])
			if host == nil {
				var names []string
				for _, one := range opened.Hosts {
					names = append(names, one.Name)
				}
				return fmt.Errorf("lab %s has no host %s, it has %s", *name, args[0], strings.Join(names, ", "))
			}
			run := host.Command(cmd.Context(), args[1:]...)
			run.Stdin, run.Stdout, run.Stderr = os.Stdin, os.Stdout, os.Stderr
			err = run.Run()
			var exit *exec.ExitError
			if errors.As(err, &exit) && exit.Exited() {
				return commandEnded(exit.ExitCode())
			}
			return err
		},
	}
}

func down(name *string) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Remove a lab that up started",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := lab.List(cmd.Context())
			if err != nil {
				return err
			}
			for _, one := range all {
				if one.Name == *name && !one.Kept {
					return fmt.Errorf("lab %s belongs to a running process, which will remove it", *name)
				}
			}
			opened, err := lab.Open(cmd.Context(), *name, "")
			if err != nil {
				return err
			}
			return opened.Close()
		},
	}
}
