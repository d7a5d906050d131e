package plan

import (
	"slices"

	"tranship.dev/tranship/internal/practice/model"
)

// spread puts targets, which come by level, into the waves of a strategy: it gives
// the waves, numbered from 1, sets the wave of each target, and sorts the targets by
// wave; within a wave they stay in their order.
//
// The strategy spreads each level for itself, and the next begins after its last
// wave. A level that others wait for is to be in place on every target: none of its
// waves lets any fail. Nothing is waited or asked for after the very last wave.
func spread(s model.Strategy, targets []Target, apart redundancy) []Wave {
	var waves []Wave
	for begin, end := 0, 0; begin < len(targets); begin = end {
		level := targets[begin].Level
		for end < len(targets) && targets[end].Level == level {
			end++
		}
		of := spreadLevel(s, targets[begin:end], apart, len(waves))
		for i := range of {
			of[i].Level = level
			if end < len(targets) {
				of[i].MaxFailures = new(int)
			}
		}
		waves = append(waves, of...)
	}
	if len(waves) > 0 {
		last := &waves[len(waves)-1]
		last.Soak, last.Pause = 0, nil
	}
	return waves
}

// spreadLevel spreads the targets of one level, after so many waves.
//
// A wave for which nothing is left does not exist, nor do its soak and its pause.
// Unless all change at once, a wave that holds targets which are redundant with each
// other becomes as many waves as keep them apart.
func spreadLevel(s model.Strategy, targets []Target, apart redundancy, after int) []Wave {
	groups := groupsOf(s, targets)
	if len(s.Waves) > 1 || s.Rolling != nil {
		groups = apart.split(groups, targets)
	}
	var waves []Wave
	order := make([]Target, 0, len(targets))
	for _, g := range groups {
		if len(g.members) == 0 {
			continue
		}
		g.wave.Number, g.wave.Size = after+len(waves)+1, len(g.members)
		waves = append(waves, g.wave)
		for _, i := range g.members {
			targets[i].Wave = g.wave.Number
			order = append(order, targets[i])
		}
	}
	copy(targets, order)
	return waves
}

// group is a wave with its targets by index, before it has a number.
type group struct {
	wave    Wave
	members []int
}

func groupsOf(s model.Strategy, targets []Target) []group {
	left := make([]int, len(targets))
	for i := range left {
		left[i] = i
	}
	switch {
	case s.Rolling != nil && s.Rolling.By != "":
		return domains(s, targets, left)
	case s.Rolling != nil:
		size := s.Rolling.Count
		if s.Rolling.Percent > 0 {
			size = share(len(left), s.Rolling.Percent)
		}
		if size < 1 {
			size = len(left)
		}
		var groups []group
		for part := range slices.Chunk(left, max(size, 1)) {
			groups = append(groups, group{wave: Wave{Soak: s.Soak}, members: part})
		}
		return groups
	case len(s.Waves) == 0:
		return []group{{members: left}}
	}
	return listed(s, targets, left)
}

// listed gives a group for each wave that the strategy lists. Percentages count
// from the start and are rounded up; the last takes all that are left.
func listed(s model.Strategy, targets []Target, left []int) []group {
	groups := make([]group, len(s.Waves))
	total := len(left)
	for i, rule := range s.Waves {
		g := &groups[i]
		g.wave = Wave{Soak: s.Soak, Pause: rule.Pause, MaxFailures: rule.MaxFailures}
		if rule.Soak != nil {
			g.wave.Soak = *rule.Soak
		}
		switch {
		case i == len(s.Waves)-1:
			g.members, left = left, nil
		case len(rule.Labels) > 0:
			g.wave.Domain = inWords(rule.Labels)
			g.members, left = carrying(rule.Labels, targets, left)
		default:
			size := rule.Count
			if rule.Percent > 0 {
				size = share(total, rule.Percent) - (total - len(left))
			}
			size = min(max(size, 0), len(left))
			g.members, left = left[:size], left[size:]
		}
	}
	return groups
}

// share gives a percentage of a number, rounded up.
func share(total, percent int) int { return (total*percent + 99) / 100 }
