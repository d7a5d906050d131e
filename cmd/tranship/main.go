// Command tranship is the whole product in one binary: server, agent and
// command line.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/internal/cli"
	"tranship.dev/tranship/internal/wiring"
)

// version is set when a release is built.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run gives the exit code of a command line.
func run(ctx context.Context, args []string) int { return cli.Run(ctx, options(), args) }

// options adds the server's and the agent's verbs to the command line.
func options() cli.Options {
	return cli.Options{
		Version: version, Schema: wiring.Schema, CheckBackup: checkBackup,
		More: []*cobra.Command{serverCommand(), restoreCommand(), agentCommand(), demoCommand(), superviseCommand(), demoServiceCommand()},
	}
}
