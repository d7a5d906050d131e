package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

func (c *checker) strategy(path string, s Strategy) {
	c.bound(path+".maxFailures", &s.MaxFailures)
	c.bound(path+".maxFailuresTotal", s.MaxFailuresTotal)
	c.pause(path+".pause", s.Pause)
	c.slots(path+".slots", s.Slots)
	if s.Rolling != nil {
		if len(s.Waves) > 0 {
			c.add(path+".rolling", "leave out waves, or rolling", "waves are listed as well; it stands in their place")
		}
		c.rolling(path+".rolling", *s.Rolling)
	}
	c.waves(path+".waves", s.Waves)
}

func (c *checker) bound(path string, failures *int) {
	if failures != nil && *failures < 0 {
		c.add(path, "", "%d is less than 0", *failures)
	}
}

// slots checks that there are two, whose names can stand in paths.
func (c *checker) slots(path string, slots []string) {
	if len(slots) > 0 && len(slots) != 2 {
		c.add(path, "name two, for example [blue, green]", "there are %d slots", len(slots))
	}
	c.problems = append(c.problems, practice.Repeated(path, slots)...)
	for i, name := range slots {
		if err := practice.CheckName("slot", name); err != nil {
			c.fault(fmt.Sprintf("%s[%d]", path, i), err)
		}
	}
}

func (c *checker) pause(path string, p *Pause) {
	if p != nil && strings.TrimSpace(p.Message) == "" {
		c.add(path+".message", "say what the person is to look at or decide", "is empty")
	}
}

// rolling checks that exactly one part says how large each wave is.
func (c *checker) rolling(path string, r Rolling) {
	given := 0
	for _, is := range []bool{r.Count != 0, r.Percent != 0, r.By != ""} {
		if is {
			given++
		}
	}
	switch {
	case given == 0:
		c.add(path, "give count, percent or by", "does not say how many targets each wave takes")
	case given > 1:
		c.add(path, "give one of count, percent and by", "says in %d ways how many targets each wave takes", given)
	case r.Count < 0:
		c.add(path+".count", "", "%d is less than 1", r.Count)
	case r.Percent < 0 || r.Percent > 100:
		c.add(path+".percent", "", "%d is not between 1 and 100", r.Percent)
	case r.Percent == 100:
		c.add(path+".percent", "leave rolling out to change all at once, or give less", "one wave would take all targets")
	}
}

// waves checks that every wave says which targets it takes, that something is
// left for it, and that nothing is to follow the last one, which takes the rest.
func (c *checker) waves(path string, waves []Wave) {
	reached := 0
	for i, w := range waves {
		at := fmt.Sprintf("%s[%d]", path, i)
		last := i == len(waves)-1
		if len(w.Labels) > 0 {
			c.labelled(at, w, last, waves[:i])
		} else {
			c.numbered(at, w, last, len(waves) == 1, reached)
		}
		reached = max(reached, w.Percent)
		c.bound(at+".maxFailures", w.MaxFailures)
		c.pause(at+".pause", w.Pause)
		if last && w.Soak != nil && *w.Soak > 0 {
			c.add(at+".soak", "leave it out", "no soak follows the last wave")
		}
		if last && w.Pause != nil {
			c.add(at+".pause", "put it on the wave before, or on the strategy to ask before the first wave", "no wave follows for which a person could be asked")
		}
	}
}

// numbered checks a wave by count or percentage; reached is the percentage before it.
func (c *checker) numbered(at string, w Wave, last, only bool, reached int) {
	switch {
	case w.Count < 0:
		c.add(at+".count", "", "%d is less than 1", w.Count)
	case w.Percent < 0 || w.Percent > 100:
		c.add(at+".percent", "", "%d is not between 1 and 100", w.Percent)
	case w.Count > 0 && w.Percent > 0:
		c.add(at, "give one of them", "has both a count and a percentage")
	case w.Count == 0 && w.Percent == 0 && !last:
		c.add(at, "give count, percent or labels", "does not say which targets it takes; only the last wave takes all that are left")
	case w.Count > 0 && only:
		c.add(at+".count", "add a wave after it", "the only wave takes all targets, not %d", w.Count)
	case w.Count > 0 && last:
		c.add(at+".count", "leave count out, or add a wave after it", "the last wave takes all that are left, not %d", w.Count)
	case w.Percent > 0 && w.Percent <= reached:
		c.add(at+".percent", "percentages count from the start: 10, 50, 100", "%d is not more than the %d before it", w.Percent, reached)
	case w.Percent > 0 && last && w.Percent != 100:
		c.add(at+".percent", "write 100, or add a wave after it", "the last wave takes all that are left, so it reaches 100, not %d", w.Percent)
	case w.Percent == 100 && !last:
		c.add(at+".percent", "leave out what follows", "nothing is left for the waves after it")
	}
}

// labelled checks a wave by labels; earlier are the waves before it.
func (c *checker) labelled(at string, w Wave, last bool, earlier []Wave) {
	switch {
	case w.Count != 0 || w.Percent != 0:
		c.add(at, "give the labels alone: they say how many", "has labels and a count or percentage")
	case last:
		c.add(at+".labels", "leave labels out, or add a wave {} after it", "the last wave takes all that are left, not only those with %s", labelled(w.Labels))
	}
	for i, before := range earlier {
		if len(before.Labels) > 0 && within(before.Labels, w.Labels) {
			c.add(at+".labels", "put the wave for fewer targets first", "nothing is left for it: waves[%d] takes all with %s", i, labelled(before.Labels))
			return
		}
	}
}

// within says whether every target that carries the labels carries these few.
func within(few, labels map[string]string) bool {
	for label, value := range few {
		if found, has := labels[label]; !has || found != value {
			return false
		}
	}
	return true
}

func labelled(labels map[string]string) string {
	var words []string
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, label+"="+labels[label])
	}
	return strings.Join(words, ", ")
}
