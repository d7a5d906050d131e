package deployment

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Given counts the targets of a deployment that people gave up.
type Given struct {
	Waves    []int    `json:"waves,omitempty"`    // of each wave, from the first
	Executed int      `json:"executed,omitempty"` // of them: whose execute phase ended well
	Back     int      `json:"back,omitempty"`     // of them: what was before is back
	Names    []string `json:"names,omitempty"`    // some of them, at most MaxTrouble
}

// total gives how many were given up.
func (g Given) total() int {
	n := 0
	for _, of := range g.Waves {
		n += of
	}
	return n
}

// of gives how many of a wave were given up.
func (g Given) of(wave int) int {
	if wave < 1 || wave > len(g.Waves) {
		return 0
	}
	return g.Waves[wave-1]
}

// Count gives the counts after a row moved.
func (g Given) Count(before, after Target) Given {
	g.Executed += step(before.GivenUp && before.Executed, after.GivenUp && after.Executed)
	g.Back += step(before.GivenUp && before.Remediated, after.GivenUp && after.Remediated)
	if before.GivenUp || !after.GivenUp {
		return g
	}
	waves := slices.Clone(g.Waves)
	for len(waves) < after.Wave {
		waves = append(waves, 0)
	}
	if after.Wave > 0 {
		waves[after.Wave-1]++
	}
	g.Waves = waves
	if len(g.Names) < MaxTrouble {
		g.Names = append(slices.Clone(g.Names), after.Name)
	}
	return g
}

// words names the targets that were given up, counted as count says; empty: none was.
func (g Given) words(count func(int) string) string {
	n := g.total()
	if n == 0 {
		return ""
	}
	were := "were"
	if n == 1 {
		were = "was"
	}
	text := fmt.Sprintf("%s %s given up: %s", count(n), were, strings.Join(g.Names, ", "))
	if n > len(g.Names) {
		text += fmt.Sprintf(" and %d more", n-len(g.Names))
	}
	if g.Back > 0 {
		text += fmt.Sprintf("; what was before is back on %d of them", g.Back)
	}
	return text
}

// out says whether the row is in none of the stage's counts, because it was given up.
func (s Stage) out(row Target) bool {
	if s.Phase == Remediate {
		return row.Abandoned
	}
	return row.GivenUp
}

// giveUp gives the row given up; abandoned: bringing it back, too.
func (t Target) giveUp(abandoned bool) Target {
	t.GivenUp, t.Abandoned = true, abandoned
	return t
}

// giveUp leaves exactly the named targets as they are. The others go on where no
// trouble is left among them; else a person is asked about that. Nothing else
// follows by itself, and a window that has ended keeps its meaning.
func (c *course) giveUp(e GuidanceGiven) error {
	rows, err := c.named(e, c.d.Stage.unready)
	if err != nil {
		return err
	}
	c.noteGuidance(e)
	c.leave(append(rows, e.waiting(rows)...), e)
	if c.d.Stage.Phase == Remediate && c.d.Suspended == nil {
		c.d.Cause += fmt.Sprintf("; not brought back on %s, given up by %s", strings.Join(names(rows), ", "), e.By.Called())
	}
	c.afterAnswer(e.By, e.Why)
	return nil
}

// leave marks the rows as given up and takes them out of the stage's counts.
func (c *course) leave(rows []Target, e GuidanceGiven) {
	abandoned := c.d.Stage.Phase == Remediate
	c.d.Stage = c.d.Stage.without(rows)
	for _, row := range rows {
		data := map[string]any{"stage": c.d.Stage.Number}
		if abandoned {
			data["abandoned"] = true
		}
		after := row.giveUp(abandoned)
		c.noteOn(row, EntryGivenUp, e.By, e.Why, data)
		if !c.d.Stage.out(row) && concerns(c.d.Stage, row) {
			c.d.Stage.Given++
		}
		c.put(after)
		c.d.GivenUp = c.d.GivenUp.Count(row, after)
	}
}

// afterAnswer goes on where every trouble of the stage is answered, and asks otherwise.
func (c *course) afterAnswer(who practice.Actor, why string) {
	switch {
	case c.atCheckpoint():
		c.answered(who, why)
	case c.d.Stage.Paused:
		c.pause()
	case c.d.Stage.Passed:
		c.heldBack()
	case c.d.bad() > 0:
		c.ask(strings.TrimSuffix(c.d.tally()+"; "+c.d.Halt, "; "))
	default:
		c.judgeChecks()
		c.goOn(who, why)
	}
}
