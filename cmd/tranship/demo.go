package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/internal/cli"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/wiring"
)

func demoCommand() *cobra.Command {
	var exit bool
	var dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Watch a release move through test, staging and live on this machine",
		Long: "Start a server and four agents in a temporary directory, and take three versions\n" +
			"of a small HTTP service through test, staging and live. The third is broken: it\n" +
			"is taken back in staging and never reaches live. Needs no rights and no network.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			signal.Ignore(syscall.SIGPIPE) // whoever stops reading must not keep the end from cleaning up
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGHUP)
			defer stop()
			return runDemo(ctx, dir, exit, os.Stdout)
		},
	}
	cmd.Flags().BoolVar(&exit, "exit", false, "end when the story is told, instead of staying up")
	cmd.Flags().StringVar(&dir, "directory", "", "work in this directory and keep it (a temporary one by default)")
	return cmd
}

// runDemo tells the story in dir, or in a temporary directory that it removes.
func runDemo(ctx context.Context, dir string, exit bool, out io.Writer) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "tranship-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	defer endProcesses(dir)
	log, err := demoLog(dir)
	if err != nil {
		return err
	}
	d := &demo{dir: dir, out: out, log: log, begun: time.Now()}
	defer d.close()
	if err := d.set(ctx); err != nil {
		return err
	}
	if err := d.tell(ctx); err != nil {
		return fmt.Errorf("%w\nthe server's log is %s", err, filepath.Join(dir, "demo.log"))
	}
	d.end(exit)
	if exit {
		return nil
	}
	<-ctx.Done()
	fmt.Fprintln(out, "\nending; everything that was started is stopped and removed")
	return nil
}

func demoLog(dir string) (*slog.Logger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, "demo.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelInfo})), nil
}

// demo is one telling of the story.
type demo struct {
	dir    string
	out    io.Writer
	log    *slog.Logger
	begun  time.Time
	server *wiring.Server
	agents []*wiring.Agent
	parts  []part
}

// part is a chapter of the story and how long it took.
type part struct {
	title string
	took  time.Duration
}

func (d *demo) close() {
	for _, a := range d.agents {
		a.Close()
	}
	if d.server != nil {
		d.server.Close()
	}
}

func (d *demo) path(elements ...string) string {
	return filepath.Join(append([]string{d.dir}, elements...)...)
}

// chapter does one part of the story and keeps how long it took.
func (d *demo) chapter(title string, do func() error) error {
	fmt.Fprintf(d.out, "\n%d. %s\n\n", len(d.parts)+1, title)
	begun := time.Now()
	err := do()
	d.parts = append(d.parts, part{title, time.Since(begun)})
	return err
}

// run carries out a command line as a user would type it, and shows both.
// expected is the exit code that belongs to the story.
func (d *demo) run(ctx context.Context, expected int, line ...string) error {
	fmt.Fprintf(d.out, "$ tranship %s\n", d.spoken(line))
	code := cli.Run(ctx, cli.Options{
		Stdout: d.out, Stderr: d.out, Stdin: strings.NewReader(""), Version: version, Getenv: d.getenv,
	}, line)
	fmt.Fprintln(d.out)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if code != expected {
		return practice.Faultf(practice.Refused, "tranship %s ended with exit code %d, not %d", strings.Join(line, " "), code, expected)
	}
	return nil
}

// getenv lets the command line find the demonstration's server.
func (d *demo) getenv(name string) string {
	switch name {
	case "TRANSHIP_URL":
		return d.server.URL
	case "TRANSHIP_TOKEN":
		return d.server.Bootstrap
	}
	return os.Getenv(name)
}

// spoken gives a command line for reading: paths without the directory, texts quoted.
func (d *demo) spoken(line []string) string {
	words := make([]string, len(line))
	for i, word := range line {
		word = strings.TrimPrefix(word, d.dir+string(filepath.Separator))
		if strings.ContainsAny(word, " '") {
			word = fmt.Sprintf("%q", word)
		}
		words[i] = word
	}
	return strings.Join(words, " ")
}

// end says how long everything took, and what to type next.
func (d *demo) end(exit bool) {
	fmt.Fprintf(d.out, "\nHow long it took\n\n")
	for _, p := range d.parts {
		fmt.Fprintf(d.out, "  %6.2f s  %s\n", p.took.Seconds(), p.title)
	}
	fmt.Fprintf(d.out, "  %6.2f s  in all\n", time.Since(d.begun).Seconds())
	if exit {
		return
	}
	executable, _ := os.Executable()
	fmt.Fprintf(d.out, "\nIt stays up until Ctrl-C. In a browser, once:\n\n  %s\n\nIn another terminal:\n\n", d.server.SignIn)
	fmt.Fprintf(d.out, "  export TRANSHIP_URL=%s TRANSHIP_TOKEN=%s\n", d.server.URL, d.server.Bootstrap)
	for _, line := range []string{"deployment list", "deployment timeline D-8", "inventory --environment live", "get model shop", "deploy shop@1.0.0 --to test --wait", "verify --log"} {
		fmt.Fprintf(d.out, "  %s %s\n", executable, line)
	}
}

// endProcesses ends what was deployed: processes that run below the directory.
// It ends nothing else.
func endProcesses(dir string) {
	for range 3 {
		found := processesBelow(dir)
		for _, pid := range found {
			if p, err := os.FindProcess(pid); err == nil {
				_ = p.Signal(syscall.SIGKILL)
			}
		}
		if len(found) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
