package plan

import (
	"tranship.dev/tranship/internal/practice/model"
)

// spread gives the waves for a number of targets. Percentages count from the
// start and are rounded up; the last wave takes all that are left; a wave for
// which nothing is left does not exist; nothing is waited for after the last.
func spread(s model.Strategy, total int) []Wave {
	rules := s.Waves
	if len(rules) == 0 {
		rules = []model.Wave{{Percent: 100}}
	}
	var waves []Wave
	taken := 0
	for i, rule := range rules {
		size := total - taken
		switch {
		case i == len(rules)-1:
		case rule.Percent > 0:
			size = min(size, (total*rule.Percent+99)/100-taken)
		default:
			size = min(size, rule.Count)
		}
		if size <= 0 {
			continue
		}
		soak := s.Soak
		if rule.Soak != nil {
			soak = *rule.Soak
		}
		taken += size
		waves = append(waves, Wave{Number: len(waves) + 1, Size: size, Soak: soak})
	}
	if len(waves) > 0 {
		waves[len(waves)-1].Soak = 0
	}
	return waves
}

// assign numbers the targets' waves in their order.
func assign(targets []Target, waves []Wave) {
	next := 0
	for _, w := range waves {
		for range w.Size {
			targets[next].Wave = w.Number
			next++
		}
	}
}
