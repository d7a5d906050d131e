package model

import "fmt"

// mostHealthChecks bounds how many health checks a model has: each is made for
// every component on every target, again and again.
const mostHealthChecks = 20

// health checks how what stands is watched.
func (c *checker) health(m Spec) {
	const list = "spec.checks.health"
	if n := len(m.Checks.Health); n > mostHealthChecks {
		c.add(list, "join some in one script", "there are %d health checks, more than %d", n, mostHealthChecks)
	}
	if p := m.Checks.FailingPercent; p < 0 || p > AllFailing {
		c.add("spec.checks.failingPercent", "leave it out for 100", "%d is not between 1 and 100", p)
	}
	if m.Checks.FailingPercent > 0 && len(m.Checks.Health) == 0 {
		c.add("spec.checks.failingPercent", "add checks to health, or leave it out", "there are no health checks")
	}
	seen := map[string]int{}
	for i, h := range m.Checks.Health {
		at := fmt.Sprintf("%s[%d]", list, i)
		if first, twice := seen[h.Name]; twice {
			c.add(at+".name", "give each check a name of its own", "%q is the name of check %d already", h.Name, first)
		} else {
			seen[h.Name] = i
		}
		c.healthTimes(at, h)
		for _, text := range Texts(at+".with", h.With) {
			c.text(text)
		}
		for j, name := range h.Environments {
			if m.StageFor(name) < 0 {
				c.add(fmt.Sprintf("%s.environments[%d]", at, j), "add it to the flow, or leave it out", "environment %s is not in the flow", name)
			}
		}
	}
}

func (c *checker) healthTimes(at string, h HealthCheck) {
	whole := h.Complete()
	switch {
	case whole.Every < MinHealthEvery || whole.Every > MaxHealthEvery:
		c.add(at+".every", "leave it out for 1m", "%s is not between 10s and 24h", h.Every)
	case whole.Timeout <= 0 || whole.Timeout > MaxHealthTimeout:
		c.add(at+".timeout", "leave it out for 10s", "%s is not more than 0s and at most 1m", h.Timeout)
	case whole.Timeout > whole.Every:
		c.add(at+".timeout", "make it more rarely, or give it less time", "%s is longer than the %s until it is made again", h.Timeout, whole.Every)
	}
	if h.StopWithin < 0 || h.StopWithin > MaxStopWithin {
		c.add(at+".stopWithin", "an order that comes for the target waits until the check has ended", "%s is not between 0s and 1m", h.StopWithin)
	}
	if whole.After < 1 || whole.After > MaxHealthAfter {
		c.add(at+".after", "leave it out for 3", "%d is not between 1 and %d", h.After, MaxHealthAfter)
	}
}
