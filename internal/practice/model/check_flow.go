package model

import (
	"fmt"

	"tranship.dev/tranship/internal/practice/library"
)

func (c *checker) flow(flow []Stage) {
	seen := map[string]int{}
	for i, stage := range flow {
		path := fmt.Sprintf("spec.flow[%d]", i)
		if first, twice := seen[stage.Environment]; twice {
			c.add(path+".environment", "", "%s is in the flow already: flow[%d]", stage.Environment, first)
		} else {
			seen[stage.Environment] = i
		}
		if stage.Strategy.MaxFailures < 0 {
			c.add(path+".strategy.maxFailures", "", "%d is less than 0", stage.Strategy.MaxFailures)
		}
		c.waves(path+".strategy.waves", stage.Strategy.Waves)
		c.problems = append(c.problems, library.CheckThresholds(path+".quality", stage.Quality)...)
	}
}

// waves checks that every wave says how large it is, and the last one that it takes the rest.
func (c *checker) waves(path string, waves []Wave) {
	reached := 0
	for i, w := range waves {
		at := fmt.Sprintf("%s[%d]", path, i)
		last := i == len(waves)-1
		switch {
		case w.Count < 0:
			c.add(at+".count", "", "%d is less than 1", w.Count)
		case w.Percent < 0 || w.Percent > 100:
			c.add(at+".percent", "", "%d is not between 1 and 100", w.Percent)
		case w.Count > 0 && w.Percent > 0:
			c.add(at, "give one of them", "has both a count and a percentage")
		case w.Count == 0 && w.Percent == 0 && !last:
			c.add(at, "give count or percent", "does not say how many targets it takes; only the last wave takes all that are left")
		case w.Count > 0 && last && len(waves) > 1:
			c.add(at+".count", "leave count out, or add a wave after it", "the last wave takes all that are left, not %d", w.Count)
		case w.Count > 0 && last:
			c.add(at+".count", "add a wave after it", "the only wave takes all targets, not %d", w.Count)
		case w.Percent > 0 && w.Percent <= reached:
			c.add(at+".percent", "percentages count from the start: 10, 50, 100", "%d is not more than the %d before it", w.Percent, reached)
		case w.Percent > 0 && last && w.Percent != 100:
			c.add(at+".percent", "write 100, or add a wave after it", "the last wave takes all that are left, so it reaches 100, not %d", w.Percent)
		case w.Percent == 100 && !last:
			c.add(at+".percent", "leave out what follows", "nothing is left for the waves after it")
		}
		reached = max(reached, w.Percent)
		if last && w.Soak != nil && *w.Soak > 0 {
			c.add(at+".soak", "leave it out", "no soak follows the last wave")
		}
	}
}
