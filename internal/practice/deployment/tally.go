package deployment

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// tally says in one sentence how the targets of the present stage ended.
func (d Deployment) tally() string {
	s := d.Stage
	if s.Number == 0 {
		return "no target was touched yet"
	}
	var parts []string
	part := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	part(s.Failed, "failed")
	part(s.Unknown, "unknown")
	part(s.Stopped, "stopped")
	part(d.missing(), "not begun")
	if len(parts) == 0 {
		part(s.Done, "done")
	}
	if len(parts) == 0 {
		parts = append(parts, "none done")
	}
	sentence := fmt.Sprintf("%s: %s of %s", s.gate(), strings.Join(parts, ", "), d.rows(s.Total+d.missing()))
	if s.Given > 0 {
		sentence += fmt.Sprintf(", %d given up", s.Given)
	}
	sentence += d.bound()
	if example := s.example(); example != "" {
		sentence += "; " + example
	}
	return sentence
}

// bound says which bound of failures holds for the present stage; empty: none is tolerated.
func (d Deployment) bound() string {
	left, bounded := d.leftOver()
	switch {
	case d.Stage.Phase == Execute && bounded && left < d.waveBound():
		return fmt.Sprintf(" (%d tolerated over all waves, earlier ones had %d)", *d.Header.MaxFailuresTotal, d.Tolerated)
	case d.tolerance() > 0:
		return fmt.Sprintf(" (%d tolerated)", d.tolerance())
	default:
		return ""
	}
}

// rows counts the deployment's rows in words: its targets, or their parts.
func (d Deployment) rows(n int) string {
	if n == 1 {
		return "1 " + d.word()
	}
	return fmt.Sprintf("%d %ss", n, d.word())
}

// word is what the deployment's rows stand for.
func (d Deployment) word() string {
	if d.Header.PartCount > 0 {
		return "part"
	}
	return "target"
}

// example gives up to three troubles with their messages, failures first.
func (s Stage) example() string {
	var told []string
	for _, state := range []TargetState{TargetFailed, TargetUnknown} {
		for _, t := range s.Trouble {
			if t.State == state && t.Message != "" && len(told) < 3 {
				told = append(told, t.Target+": "+t.Message)
			}
		}
	}
	return strings.Join(told, "; ")
}

// withTrouble gives troubles with what is known of the row now. Failures and
// unknown outcomes push out stopped ones where there is no room.
func withTrouble(troubles []Trouble, row Target) []Trouble {
	kept := make([]Trouble, 0, len(troubles)+1)
	for _, t := range troubles {
		if t.Target != row.Name {
			kept = append(kept, t)
		}
	}
	if !row.State.Retryable() {
		return kept
	}
	told := Trouble{Target: row.Name, State: row.State, Left: row.Left, Message: cut(row.Message, 200)}
	if len(kept) < MaxTrouble {
		return append(kept, told)
	}
	lesser := slices.IndexFunc(kept, func(t Trouble) bool { return t.State == TargetStopped })
	if lesser >= 0 && row.State != TargetStopped {
		kept[lesser] = told
	}
	return kept
}

// cut shortens a text to at most size bytes, between two characters.
func cut(text string, size int) string {
	if len(text) <= size {
		return text
	}
	size -= len("…")
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size] + "…"
}
