package model

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// The bounds of a step.
const (
	MaxAttempts   = 100
	MaxDelay      = practice.Duration(time.Minute)
	MaxStopWithin = practice.Duration(time.Minute) // who ends a deployment at once waits two minutes for what is left where
)

// steps checks a list of steps whose action is otherwise, where they say none.
func (c *checker) steps(path string, steps []Step, otherwise Action) {
	seen := map[string]int{}
	for i, s := range steps {
		at := fmt.Sprintf("%s[%d]", path, i)
		if first, twice := seen[s.Name]; twice {
			c.add(at+".name", "give each step a name of its own", "%q is the name of step %d already", s.Name, first)
		} else {
			seen[s.Name] = i
		}
		c.retry(at+".retry", s.Retry)
		if s.Timeout < 0 {
			c.add(at+".timeout", "", "%s is less than 0", s.Timeout)
		}
		if s.StopWithin < 0 || s.StopWithin > MaxStopWithin {
			c.add(at+".stopWithin", "who ends a deployment at once is told within two minutes what is left where", "%s is not between 0s and 1m", s.StopWithin)
		}
		c.watch(at+".watch", s, otherwise)
		c.irreversible(at+".irreversible", s, otherwise)
		for _, text := range Texts(at+".with", s.With) {
			c.text(text)
		}
	}
}

// irreversible checks what a step says that nothing brings back.
func (c *checker) irreversible(path string, s Step, otherwise Action) {
	switch {
	case s.Irreversible == "":
	case s.Complete(otherwise, TimeoutRules{}).Action == Check:
		c.add(path, "say it of the step that changes something", "a step that only checks leaves nothing that would have to be undone")
	case strings.TrimSpace(s.Irreversible) == "" || strings.ContainsAny(s.Irreversible, "\r\n"):
		c.add(path, "write for example: the old columns are dropped", "is not one line of words")
	}
}

func (c *checker) retry(path string, r Retry) {
	if r.Attempts < 0 || r.Attempts > MaxAttempts {
		c.add(path+".attempts", "", "%d is not between 1 and %d", r.Attempts, MaxAttempts)
	}
	if r.Delay < 0 || r.Delay > MaxDelay {
		c.add(path+".delay", "it is doubled each time up to 1m", "%s is not between 0s and 1m", r.Delay)
	}
	if r.Delay > 0 && r.Attempts <= 1 {
		c.add(path+".delay", "set attempts to 2 or more, or leave delay out", "there is only one attempt, so nothing is waited for")
	}
}

func (c *checker) text(t Located) {
	if t.Key {
		c.add(t.Path, "references work in values only", "the name of an input holds a reference")
		return
	}
	parsed, err := ParseText(t.Text)
	if err != nil {
		c.fault(t.Path, err)
		return
	}
	for _, name := range parsed.Names() {
		if err := CheckReference(name); err != nil {
			c.fault(t.Path, err)
		}
	}
}

func (c *checker) fault(path string, err error) {
	c.problems = append(c.problems, ProblemOf(path, err))
}

// ProblemOf gives the problem that an error is at a place of a document.
func ProblemOf(path string, err error) practice.Problem {
	if fault, is := errors.AsType[*practice.Error](err); is {
		return practice.Problem{Path: path, Message: fault.Message, Hint: fault.Hint}
	}
	return practice.Problem{Path: path, Message: err.Error()}
}

// Located is a text with its place.
type Located struct {
	Path string // "spec.procedures[0].install[1].with.args[2]"
	Text string
	Key  bool // the text is the name of an input, not a value
}

// Texts gives every text of a JSON value with its path, in the order of the
// names of inputs; only names that hold a reference's beginning are given.
func Texts(path string, value any) []Located {
	switch v := value.(type) {
	case string:
		return []Located{{Path: path, Text: v}}
	case []any:
		var texts []Located
		for i, element := range v {
			texts = append(texts, Texts(fmt.Sprintf("%s[%d]", path, i), element)...)
		}
		return texts
	case map[string]any:
		var texts []Located
		for _, key := range slices.Sorted(maps.Keys(v)) {
			at := path + "." + key
			if strings.Contains(key, "${") {
				texts = append(texts, Located{Path: at, Text: key, Key: true})
			}
			texts = append(texts, Texts(at, v[key])...)
		}
		return texts
	}
	return nil
}
