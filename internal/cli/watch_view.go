package cli

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tranship.dev/tranship/api/client"
)

const (
	barWidth   = 30
	shownWaves = 8
)

// View draws the deployment: where it stands, its waves, what happened last.
func (v *liveView) View() tea.View {
	if v.deployment == nil {
		return tea.NewView("...")
	}
	d := *v.deployment
	p := v.outPaint
	lines := []string{
		fmt.Sprintf("%s  %s of %s %s %s", p.bold(d.Id), deed(d.Header.Direction), p.bold(d.Header.Release), toward(d.Header.Direction), p.bold(d.Header.Environment)),
		v.stateLine(d), "",
	}
	lines = append(lines, v.waves(d)...)
	lines = append(lines, "")
	for _, e := range v.last {
		lines = append(lines, v.console.entry(e))
	}
	if v.trouble != nil {
		lines = append(lines, p.yellow("the server cannot be heard; trying again"))
	}
	if d.State != closed && v.inTTY {
		lines = append(lines, "", p.dim("q leaves; the deployment goes on"))
	}
	return tea.NewView(v.fit(lines))
}

// fit cuts lines to the terminal and keeps control characters of others from it.
func (v *liveView) fit(lines []string) string {
	columns := v.columns
	if columns <= 0 {
		columns = v.width()
	}
	for i, line := range lines {
		lines[i] = ansi.Truncate(tamed(oneLine(line)), columns, "…")
	}
	return strings.Join(lines, "\n") + "\n"
}

func (v *liveView) stateLine(d client.Deployment) string {
	since := d.Since
	if !d.Started.IsZero() {
		since = d.Started
	}
	until := v.now
	if !d.Ended.IsZero() {
		until = d.Ended
	}
	text := v.outPaint.state(stateOf(d)) + "  " + v.outPaint.dim(span(until.Sub(since).Truncate(time.Second)))
	if len(d.Waiting.Reasons) == 0 || d.State == closed {
		return text
	}
	r := d.Waiting.Reasons[0]
	text += "  " + r.Message
	if left := r.Until.Sub(v.now); !r.Until.IsZero() && left > 0 {
		text += fmt.Sprintf(" (%s left)", span(left.Truncate(time.Second)))
	}
	return text
}

// waves draws a bar for each wave around the present one, and for a stage that
// has all targets.
func (v *liveView) waves(d client.Deployment) []string {
	var lines []string
	if s := d.Stage; s.Wave == 0 && s.Phase != "" {
		lines = append(lines, v.bar(s.Phase, s.Done, s.Running, s.Failed+s.Unknown+s.Stopped, int64(rows(d.Header))))
	}
	first := max(0, min(int(d.Wave)-shownWaves/2, len(d.Header.Waves)-shownWaves))
	last := min(first+shownWaves, len(d.Header.Waves))
	if first > 0 {
		lines = append(lines, v.outPaint.dim(fmt.Sprintf("         %d waves before", first)))
	}
	for _, wave := range d.Header.Waves[first:last] {
		done, running, bad := waveCounts(d, wave)
		lines = append(lines, v.bar(fmt.Sprintf("wave %d", wave.Number), done, running, bad, wave.Size))
	}
	if rest := len(d.Header.Waves) - last; rest > 0 {
		lines = append(lines, v.outPaint.dim(fmt.Sprintf("         %d waves to come", rest)))
	}
	return lines
}

// waveCounts gives how far a wave is: the deployment counts only its present stage.
func waveCounts(d client.Deployment, wave client.PlanWave) (done, running, bad int64) {
	s := d.Stage
	switch {
	case s.Phase == "execute" && s.Wave == wave.Number:
		return s.Done, s.Running, s.Failed + s.Unknown + s.Stopped
	case wave.Number <= d.Wave:
		return wave.Size, 0, 0
	}
	return 0, 0, 0
}

func (v *liveView) bar(name string, done, running, bad, total int64) string {
	part := func(n int64) int {
		if total == 0 {
			return 0
		}
		return int(n * barWidth / total)
	}
	p := v.outPaint
	full, busy, broken := part(done), part(running), part(bad)
	rest := max(0, barWidth-full-busy-broken)
	text := fmt.Sprintf("%-9s", name) + p.green(strings.Repeat("█", full)) + p.red(strings.Repeat("█", broken)) +
		p.cyan(strings.Repeat("▒", busy)) + p.dim(strings.Repeat("░", rest)) + fmt.Sprintf(" %d/%d", done, total)
	if bad > 0 {
		text += p.red(fmt.Sprintf(", %d not", bad))
	}
	return text
}
