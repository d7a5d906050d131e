package cli

import (
	"fmt"
	"io"
	"strings"

	"tranship.dev/tranship/api/client"
)

// shownPlanWaves is how many waves of a plan are shown.
const shownPlanWaves = 10

// planWaves prints in which waves the targets change, what is waited and asked
// for between them, and when it stops.
func (c *console) planWaves(w io.Writer, h client.PlanHeader) {
	if h.Pause.Message != "" {
		fmt.Fprintln(w, "first "+pauseText(h.Pause))
	}
	if len(h.Slots) == 2 {
		fmt.Fprintf(w, "slots %s and %s take turns: what is new goes where nothing is in use\n", h.Slots[0], h.Slots[1])
	}
	switch {
	case len(h.Waves) == 1:
		fmt.Fprintln(w, "in one wave")
	case plainWaves(h.Waves):
		fmt.Fprintf(w, "in %d waves: %s\n", len(h.Waves), wavesInLine(h.Waves))
	default:
		fmt.Fprintf(w, "in %d waves:\n", len(h.Waves))
		c.waveTable(w, h)
	}
	stop := fails(int(h.MaxFailures) + 1)
	if total := h.MaxFailuresTotal; total != nil {
		stop = fmt.Sprintf("%s in a wave, or %d in all", stop, *total+1)
	}
	fmt.Fprintf(w, "it stops when %s; then %s\n", stop, onFailure[h.OnFailure])
}

// plainWaves says that the waves differ in nothing but size and wait.
func plainWaves(waves []client.PlanWave) bool {
	for _, wave := range waves {
		if wave.Domain != "" || wave.Level > 0 || wave.Pause.Message != "" || wave.MaxFailures != nil {
			return false
		}
	}
	return true
}

func wavesInLine(waves []client.PlanWave) string {
	var parts []string
	for i, wave := range waves {
		if i == shownPlanWaves && len(waves) > shownPlanWaves+1 {
			parts = append(parts, fmt.Sprintf("and %d more", len(waves)-i))
			break
		}
		part := count(int(wave.Size), "target")
		if soak := took(wave.Soak); soak != "" {
			part += ", wait " + soak
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// placed says what of the release a wave changes, and in which failure domain.
func placed(h client.PlanHeader, wave client.PlanWave) string {
	return strings.TrimPrefix(strings.TrimSuffix(atLevel(h, wave.Level)+"; "+wave.Domain, "; "), "; ")
}

func (c *console) waveTable(w io.Writer, h client.PlanHeader) {
	t := &table{paint: c.outPaint}
	for i, wave := range h.Waves {
		if i == shownPlanWaves && len(h.Waves) > shownPlanWaves+1 {
			break
		}
		var then []string
		if bound := wave.MaxFailures; bound != nil {
			then = append(then, "stops when "+fails(int(*bound)+1))
		}
		if soak := took(wave.Soak); soak != "" {
			then = append(then, "wait "+soak)
		}
		if wave.Pause.Message != "" {
			then = append(then, pauseText(wave.Pause))
		}
		t.row(fmt.Sprintf("wave %d", wave.Number), placed(h, wave), count(int(wave.Size), "target"), strings.Join(then, "; "))
	}
	t.plain(w, "  ")
	if len(h.Waves) > shownPlanWaves+1 {
		fmt.Fprintf(w, "  and %d more\n", len(h.Waves)-shownPlanWaves)
	}
}

// pauseText says who is asked what.
func pauseText(p client.ModelPause) string {
	who := "a person"
	if p.Group != "" {
		who = "one of " + p.Group
	}
	return fmt.Sprintf("ask %s: %s", who, p.Message)
}
