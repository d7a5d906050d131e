package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

// guidance says what a watcher does when the deployment awaits guidance.
type guidance string

const (
	guidanceExit guidance = "exit"
	guidanceWait guidance = "wait"
)

// String gives the choice; it is the flag's.
func (g *guidance) String() string { return string(*g) }

// Type names the flag's value.
func (g *guidance) Type() string { return "exit|wait" }

// Set takes a choice.
func (g *guidance) Set(text string) error {
	if text != string(guidanceExit) && text != string(guidanceWait) {
		return fmt.Errorf("%q is none of exit, wait", text)
	}
	*g = guidance(text)
	return nil
}

type watchInput struct {
	id         string
	onGuidance guidance
	all, plain bool
}

func (c *console) deploymentWatch() *cobra.Command {
	in := watchInput{onGuidance: guidanceWait}
	cmd := &cobra.Command{
		Use: "watch D-12", Short: "Watch a deployment until it has ended", Args: exactly("DEPLOYMENT"),
		Long: `Watch a deployment from its beginning until it has ended. The exit code is its result:
0 succeeded, 3 failed, 4 remediated, 5 cancelled, 6 awaits guidance.

Ending the watch does not end the deployment.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.id = args[0]
			return runWatch(cmd.Context(), c, in)
		},
	}
	flags := cmd.Flags()
	flags.Var(&in.onGuidance, "on-guidance", "when it awaits guidance: exit (code 6) or wait")
	flags.BoolVar(&in.all, "all", false, fmt.Sprintf("tell of every target, also above %d", quietAbove))
	flags.BoolVar(&in.plain, "plain", false, "print lines, also on a terminal")
	return cmd
}

// runWatch watches, and ends with the deployment's result.
func runWatch(ctx context.Context, c *console, in watchInput) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	var d client.Deployment
	guided := in.onGuidance == guidanceExit
	if out, is := c.Stdout.(*os.File); is && c.outTTY && !in.plain && !c.format.data() {
		d, err = c.live(ctx, out, s, in, guided)
	} else {
		lines := &lineWatcher{console: c, out: c.talk(), all: in.all}
		d, err = s.follow(ctx, in.id, guided, lines.see)
		d.Cause = "" // the closing entry told it
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(c.err, "%s goes on; watch it again: tranship deployment watch %s\n", in.id, in.id)
	}
	if err != nil {
		return err
	}
	if c.format.data() {
		final, err := decode[client.Deployment](s.api.GetDeployment(ctx, in.id))
		if err != nil {
			return err
		}
		if err := c.print(final.Raw); err != nil {
			return err
		}
	} else {
		c.conclude(c.out, d)
	}
	return verdictOf(d)
}

// conclude says how the deployment stands when the watch ends.
func (c *console) conclude(w io.Writer, d client.Deployment) {
	line := fmt.Sprintf("%s: %s of %s %s %s %s", d.Id, deed(d.Header.Direction), d.Header.Release, toward(d.Header.Direction), d.Header.Environment, c.outPaint.state(stateOf(d)))
	if length := tookOf(d); length != "" {
		line += " in " + length
	}
	if d.Result == "remediated" {
		line += "; what was before is back"
	} else {
		line += fmt.Sprintf("; %d of %d done", d.Executed, rows(d.Header))
	}
	fmt.Fprintln(w, line)
	if d.Cause != "" {
		fmt.Fprintln(w, "  "+d.Cause)
	}
	c.troubles(w, d)
	switch {
	case d.State == awaitingGuidance:
		c.reasons(w, d.Waiting.Reasons)
	case d.Result != "succeeded":
		fmt.Fprintf(w, "next: tranship deployment log %s\n", d.Id)
		if d.Touched > 0 && d.Result != "remediated" && d.State == closed && d.Header.Direction != "restore" {
			fmt.Fprintf(w, "      tranship rollback %s --reason WHY brings back what was there before\n", d.Id)
		}
	}
}
