package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/internal/driver/process"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/wiring"
)

// stateDirectory is where an agent remembers by default.
func stateDirectory() string { return fallback("TRANSHIP_AGENT_STATE", "/var/lib/tranship-agent") }

func agentCommand() *cobra.Command {
	o := wiring.AgentOptions{Version: version, Supervisor: supervisor()}
	logs := &logFlags{}
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "Run the agent of this host",
		Long: "Run the agent of this host in the foreground. It must have been enrolled:\n\n" +
			"    tranship agent enrol --server URL --token TOKEN --name NAME",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runAgent(cmd.Context(), o, logs, cmd.ErrOrStderr())
		},
	}
	cmd.PersistentFlags().StringVar(&o.StateDir, "state", stateDirectory(), "directory for the agent's key, journal and cache")
	cmd.Flags().StringVar(&o.Root, "root", fallback("TRANSHIP_AGENT_ROOT", "/"), "root directory of what is deployed")
	cmd.Flags().DurationVar(&o.Grace, "grace", 30*time.Second, "how long a running step may go on when the agent is stopped")
	logs.add(cmd)
	cmd.AddCommand(enrolCommand(&o))
	return cmd
}

func runAgent(ctx context.Context, o wiring.AgentOptions, logs *logFlags, errs io.Writer) error {
	log, err := logs.logger(errs)
	if err != nil {
		return err
	}
	o.Log = log
	a, err := wiring.StartAgent(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	log.Info("agent runs", "state", o.StateDir, "root", o.Root, "version", version)
	return a.Wait(ctx)
}

func enrolCommand(o *wiring.AgentOptions) *cobra.Command {
	var server, token string
	cmd := &cobra.Command{
		Use:   "enrol",
		Short: "Enrol this host's agent with a one-time token",
		Long: "Make this host's key and show it to the server with the one-time token that\n" +
			"tranship agents enrol NAME printed. The key never leaves the host.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Name == "" || server == "" || token == "" {
				return practice.Faultf(practice.Invalid, "enrolment needs --server, --token and --name").WithHint("tranship agents enrol NAME prints the whole command")
			}
			if err := wiring.EnrolAgent(cmd.Context(), server, token, *o); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "agent %s is enrolled; its key and journal are in %s\nnext: tranship agent --state %s\n", o.Name, o.StateDir, o.StateDir)
			return err
		},
	}
	cmd.Flags().StringVar(&o.Name, "name", "", "name of the agent")
	cmd.Flags().StringVar(&server, "server", os.Getenv("TRANSHIP_URL"), "URL of the server")
	cmd.Flags().StringVar(&token, "token", os.Getenv("TRANSHIP_ENROLMENT_TOKEN"), "one-time token")
	return cmd
}

// supervisor is the command that keeps a process running while the agent is down: this binary.
func supervisor() []string {
	executable, err := os.Executable()
	if err != nil {
		executable = "/proc/self/exe"
	}
	return []string{executable, "supervise"}
}

// superviseCommand is the body of a process's supervisor; the agent starts it.
func superviseCommand() *cobra.Command {
	return &cobra.Command{
		Use: "supervise", Hidden: true, DisableFlagParsing: true,
		Run: func(_ *cobra.Command, args []string) { os.Exit(process.Supervise(args...)) },
	}
}
