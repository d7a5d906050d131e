package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"tranship.dev/tranship/api/client"
)

// shownEvents is how many of the last events the live view shows.
const shownEvents = 10

// live watches with a view that is renewed in place.
func (c *console) live(ctx context.Context, out *os.File, s *session, in watchInput, guided bool) (client.Deployment, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	view := &liveView{console: c, now: c.Now()}
	keys := c.Stdin
	if !c.inTTY {
		keys = nil // nobody types; who started us ends it through ctx
	}
	program := tea.NewProgram(view, tea.WithContext(ctx), tea.WithInput(keys), tea.WithOutput(out), tea.WithoutSignalHandler())
	type end struct {
		d   client.Deployment
		err error
	}
	ended := make(chan end, 1)
	go func() {
		d, err := s.follow(ctx, in.id, guided, func(seen sight) { program.Send(seen) })
		ended <- end{d, err}
		program.Send(over{})
	}()
	_, err := program.Run()
	stop()
	e := <-ended
	switch {
	case view.left:
		return e.d, context.Canceled
	case e.err != nil:
		return e.d, e.err
	case err != nil && !errors.Is(err, tea.ErrProgramKilled):
		return e.d, fmt.Errorf("show the live view: %w", err)
	}
	return e.d, nil
}

// over ends the live view: there is nothing more to see.
type over struct{}

type tick time.Time

func everySecond() tea.Cmd {
	return tea.Tick(time.Second, func(t time.Time) tea.Msg { return tick(t) })
}

// liveView is the state of the live view.
type liveView struct {
	*console
	deployment *client.Deployment
	last       []client.Entry
	trouble    error
	now        time.Time
	columns    int
	left       bool // the user left before the end
}

// Init begins the clock.
func (v *liveView) Init() tea.Cmd { return everySecond() }

// Update takes in what was seen, or typed.
func (v *liveView) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	switch m := message.(type) {
	case tea.KeyPressMsg:
		switch m.String() {
		case "q", "ctrl+c", "esc":
			v.left = true
			return v, tea.Quit
		}
	case tea.WindowSizeMsg:
		v.columns = m.Width
	case tick:
		v.now = v.console.Now()
		return v, everySecond()
	case sight:
		v.take(m)
	case over:
		return v, tea.Quit
	}
	return v, nil
}

func (v *liveView) take(seen sight) {
	v.trouble = seen.trouble
	if seen.deployment != nil {
		v.deployment = seen.deployment
	}
	if seen.entry != nil && notable(seen.entry.Entry) {
		v.last = append(v.last, seen.entry.Entry)
		if extra := len(v.last) - shownEvents; extra > 0 {
			v.last = append(v.last[:0], v.last[extra:]...)
		}
	}
}
