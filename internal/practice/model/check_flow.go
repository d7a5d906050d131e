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
		c.strategy(path+".strategy", stage.Strategy)
		c.problems = append(c.problems, library.CheckThresholds(path+".quality", stage.Quality)...)
	}
}
