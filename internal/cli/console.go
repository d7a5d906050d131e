package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// console is where one command line is carried out: its streams, how they are
// printed to, and the server that it speaks with.
type console struct {
	Options
	out, err           io.Writer // what people read; control characters are kept from a terminal
	outPaint, errPaint paint
	inTTY, outTTY      bool
	format             format
	lines              *bufio.Reader   // of Stdin
	interrupted        <-chan struct{} // closed when the user ends the command line
	known              *session        // once connected
}

func newConsole(o Options) *console {
	c := &console{Options: o, inTTY: terminal(o.Stdin), outTTY: terminal(o.Stdout), lines: bufio.NewReader(o.Stdin)}
	plain := o.Getenv("NO_COLOR") != "" || o.Getenv("TERM") == "dumb"
	c.out, c.outPaint = o.Stdout, paint(c.outTTY && !plain)
	c.err, c.errPaint = o.Stderr, paint(terminal(o.Stderr) && !plain)
	if c.outTTY {
		c.out = tame{o.Stdout}
	}
	if terminal(o.Stderr) {
		c.err = tame{o.Stderr}
	}
	return c
}

func terminal(stream any) bool {
	file, is := stream.(*os.File)
	return is && term.IsTerminal(int(file.Fd()))
}

// width gives the columns of the terminal that Stdout is; 100 when it is none.
func (c *console) width() int {
	if file, is := c.Stdout.(*os.File); is {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 100
}

// say prints for people: beside the data when that goes to Stdout in another form.
func (c *console) say(format string, args ...any) {
	fmt.Fprintf(c.talk(), format+"\n", args...)
}

func (c *console) talk() io.Writer {
	if c.format.data() {
		return c.err
	}
	return c.out
}

// ask wants a yes before something is done. Without a terminal it refuses,
// because nobody is there to answer.
func (c *console) ask(question string) error {
	if !c.inTTY {
		return misuse("nobody can be asked, because the input is no terminal").WithHint("add --yes to go on without a question")
	}
	answer, err := c.prompt(question + " [y/N] ")
	if err != nil {
		return err
	}
	switch strings.ToLower(answer) {
	case "y", "yes":
		return nil
	}
	return misuse("nothing was done: the answer was no")
}

// reason gives what was given with --reason, or asks for it on a terminal.
func (c *console) reason(given string) (string, error) {
	if strings.TrimSpace(given) != "" {
		return strings.TrimSpace(given), nil
	}
	if c.inTTY {
		if answer, err := c.prompt("reason: "); err != nil || answer != "" {
			return answer, err
		}
	}
	return "", misuse("no reason is given").WithHint("say why with --reason WHY: it goes into the record")
}

// prompt reads one line.
func (c *console) prompt(text string) (string, error) {
	fmt.Fprint(c.err, text)
	line, err := c.await(func() (string, error) { return c.lines.ReadString('\n') })
	if errors.Is(err, context.Canceled) {
		return "", err
	}
	if err != nil && line == "" {
		return "", misuse("no answer was given")
	}
	return strings.TrimSpace(line), nil
}

// secret reads one line without showing it on a terminal.
func (c *console) secret(text string) (string, error) {
	file, is := c.Stdin.(*os.File)
	if !is || !c.inTTY {
		return c.prompt("")
	}
	before, err := term.GetState(int(file.Fd()))
	if err != nil {
		return "", err
	}
	fmt.Fprint(c.err, text)
	line, err := c.await(func() (string, error) {
		raw, err := term.ReadPassword(int(file.Fd()))
		return string(raw), err
	})
	fmt.Fprintln(c.err)
	return strings.TrimSpace(line), errors.Join(err, term.Restore(int(file.Fd()), before))
}

// await reads until somebody answered, or the command line is interrupted: a
// read from a terminal does not end by itself then.
func (c *console) await(read func() (string, error)) (string, error) {
	type answer struct {
		line string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		line, err := read()
		answered <- answer{line, err}
	}()
	select {
	case a := <-answered:
		return a.line, a.err
	case <-c.interrupted:
		return "", context.Canceled
	}
}

// clock writes a moment as people here read it; "-" for none.
func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}
