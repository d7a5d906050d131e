package deployment

import (
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// On gives the name of the target that the row stands for or is a part of.
func (t Target) On() string {
	if t.Target != "" {
		return t.Target
	}
	return t.Name
}

// Part gives the row's name where it stands for a part of a target, else nothing.
func (t Target) Part() string {
	if t.Target != "" {
		return t.Name
	}
	return ""
}

// Concerns says whether the row is about the plan's item of that index.
func (t Target) Concerns(item int) bool { return t.Items == nil || slices.Contains(t.Items, item) }

// TargetOf gives the target that a row of this name stands for or is a part of.
func TargetOf(row string) string {
	target, _, _ := strings.Cut(row, "/") // names of targets have no slash
	return target
}

// RowOf gives the name of the row that an entry is about; empty: none.
func RowOf(e practice.Entry) string {
	if part, _ := e.Data[dataPart].(string); part != "" {
		return part
	}
	return e.Target
}

// dataPart names the row in the entry about a part of a target.
const dataPart = "part"

// level gives the level of a wave; 0 where the plan has none.
func (d Deployment) level(wave int) int {
	if wave < 1 || wave > len(d.Header.Waves) {
		return 0
	}
	return d.Header.Waves[wave-1].Level
}

// backTo gives a stage that brings back what was before at one level: that of the
// wave, with all its waves. Everything where the plan has no levels.
func (d Deployment) backTo(s Stage, wave int) Stage {
	s.Level = d.level(wave)
	if s.Level == 0 {
		return s
	}
	at := func(w plan.Wave) bool { return w.Level == s.Level }
	s.FromWave = slices.IndexFunc(d.Header.Waves, at) + 1
	for s.ToWave = s.FromWave; s.ToWave < len(d.Header.Waves) && at(d.Header.Waves[s.ToWave]); {
		s.ToWave++
	}
	return s
}

// backDown brings back the next level, where one is left below the present stage's;
// what depends on it is back already.
func (c *course) backDown(who practice.Actor, why string) bool {
	s := c.d.Stage
	if s.FromWave < 2 {
		return false
	}
	number := s.next()
	c.d.Stage = c.d.backTo(Stage{Number: number, First: number, Phase: Remediate, Above: s.Above + s.Done, Since: c.now}, s.FromWave-1)
	c.issue(Remediating, who, why)
	return true
}

// waiting gives the parts of the rows' targets that come later, as far as the answer
// carries them: nobody goes on upon what was given up.
func (e GuidanceGiven) waiting(rows []Target) []Target {
	given := map[string]int{}
	for _, row := range rows {
		if row.Target != "" {
			given[row.Target] = max(given[row.Target], row.Level)
		}
	}
	var later []Target
	for _, row := range e.Rows {
		if level, has := given[row.Target]; has && row.Level > level && !row.Touched && !row.GivenUp {
			later = append(later, row)
		}
	}
	return later
}
