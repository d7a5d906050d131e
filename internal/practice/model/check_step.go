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

// The bounds of a retry.
const (
	MaxAttempts = 100
	MaxDelay    = practice.Duration(time.Minute)
)

func (c *checker) steps(path string, steps []Step) {
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
		for _, text := range Texts(at+".with", s.With) {
			c.text(text)
		}
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
