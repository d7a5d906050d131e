package cli

import (
	"fmt"
	"io"
	"strings"

	"tranship.dev/tranship/api/client"
)

// lineWatcher prints what follow sees as lines.
type lineWatcher struct {
	*console
	out    io.Writer
	all    bool
	quiet  bool // single targets are told of only when something went wrong
	stage  string
	before string // the last line that gave a reason of its own
	hinted string // the last hint
}

func (l *lineWatcher) see(seen sight) {
	switch {
	case seen.trouble != nil:
		fmt.Fprintf(l.out, "%s  %s\n", l.Now().Local().Format("15:04:05"), l.outPaint.yellow("the server cannot be heard; trying again"))
	case seen.entry != nil:
		if l.tell(seen.entry.Entry) {
			fmt.Fprintln(l.out, l.entry(l.shorter(seen.entry.Entry)))
			l.hint(seen.entry.Entry)
		}
	case seen.deployment != nil:
		l.state(*seen.deployment)
	}
}

// state prints the counts of the present stage, where targets are not told of singly.
func (l *lineWatcher) state(d client.Deployment) {
	l.quiet = !l.all && rows(d.Header) > quietAbove
	stage := stageOf(d)
	if !l.quiet || stage == l.stage || d.State == closed {
		return
	}
	l.stage = stage
	fmt.Fprintf(l.out, "%s  %s\n", l.Now().Local().Format("15:04:05"), l.outPaint.dim(stage))
}

// tell says whether a line is worth the reader's time.
func (l *lineWatcher) tell(e client.Entry) bool {
	if l.quiet && e.Target != "" {
		return grave(e)
	}
	return l.all || notable(e)
}

// notable says that an entry tells something that the ones around it do not.
func notable(e client.Entry) bool {
	if e.Target != "" && e.Kind == "report.received" {
		return grave(e) || dataOf(e.Data).text("report") == "step-end"
	}
	return turning(e)
}

// turning says that an entry is a turn that no other entry tells as well.
func turning(e client.Entry) bool {
	if e.Kind == "deployment.state-changed" {
		to := dataOf(e.Data).text("to")
		return to == "scheduled" || to == awaitingGuidance || to == "cancelling"
	}
	return e.Kind != "orders.issued" && e.Kind != "order.issued" && e.Kind != "log.sealed"
}

// hint prints what an executor advises, or the last that it saw, below the line
// that it belongs to, and once.
func (l *lineWatcher) hint(e client.Entry) {
	text := dataOf(e.Data).text("hint")
	if text == "" || text == l.hinted {
		return
	}
	l.hinted = text
	for line := range strings.Lines(text) {
		fmt.Fprintln(l.out, strings.Repeat(" ", len("15:04:05  "))+l.outPaint.dim(strings.TrimSpace(line)))
	}
}

// shorter leaves out a reason that the line before told.
func (l *lineWatcher) shorter(e client.Entry) client.Entry {
	if e.Why != "" && told(l.before, e.Why) {
		e.Why = ""
		return e
	}
	l.before = words(e)
	return e
}

// told says that a line gave the reason already, or all of it but the words
// that say what it is about ("step unit: ", "health of wave 1: ").
func told(line, why string) bool {
	if strings.Contains(line, why) {
		return true
	}
	_, rest, found := strings.Cut(why, ": ")
	return found && strings.Contains(line, ": "+rest)
}

func (c *console) entry(e client.Entry) string {
	parts := []string{c.outPaint.dim(e.When.Local().Format("15:04:05"))}
	if e.Target != "" {
		parts = append(parts, rowOf(e))
	}
	return strings.Join(append(parts, c.outPaint.line(e)), "  ")
}
