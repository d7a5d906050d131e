package environment

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Mismatch is a requirement that does not hold.
type Mismatch struct {
	Requirement Requirement `json:"requirement"`
	Found       string      `json:"found,omitempty"` // the value; empty: it is not there, or could not be read
	Message     string      `json:"message"`         // what is there and what is needed
}

// Judge gives every requirement that does not hold, in their order. values
// holds what was found, by the name of the parameter; what is missing there is
// not present. unread says of those that could not be looked at, why: they hold
// for nothing, not even for being absent.
func Judge(requirements []Requirement, values, unread map[string]string) []Mismatch {
	var found []Mismatch
	for _, r := range requirements {
		value, has := values[r.Parameter]
		why, failed := unread[r.Parameter]
		message := ""
		switch {
		case failed:
			message = fmt.Sprintf("%s could not be read: %s; %s", r.Parameter, why, r.needed())
		case !has && r.Operator == IsAbsent:
		case !has:
			message = fmt.Sprintf("%s is not there; %s", r.Parameter, r.needed())
		default:
			message = r.against(value)
		}
		if message == "" {
			continue
		}
		if r.Why != "" {
			message += " (" + r.Why + ")"
		}
		found = append(found, Mismatch{Requirement: r, Found: value, Message: message})
	}
	return found
}

// against gives what is wrong with a value, or "".
func (r Requirement) against(value string) string {
	p, _, _ := parameterOf(r.Parameter)
	holds, can := r.holds(p.measure, value)
	shown := cmp.Or(shownOf(r.Parameter, value), value, "empty")
	switch {
	case !can:
		return fmt.Sprintf("%s is %s, which cannot be compared; %s", r.Parameter, shown, r.needed())
	case !holds:
		return fmt.Sprintf("%s is %s; %s", r.Parameter, shown, r.needed())
	}
	return ""
}

// shownOf gives a value of a parameter as people read it, or "" where that is as it stands.
func shownOf(parameter, value string) string {
	p, _, _ := parameterOf(parameter)
	if bytes, is := amount(value); is && p.measure == asBytes {
		return shownAmount(bytes)
	}
	return ""
}

// holds says whether the value is as required, and whether that can be said.
func (r Requirement) holds(m measure, value string) (holds, can bool) {
	switch r.Operator {
	case IsPresent:
		return value != "", true
	case IsAbsent:
		return value == "", true
	case Equal:
		return m.same(value, r.Value), true
	case NotEqual:
		return !m.same(value, r.Value), true
	case In, NotIn:
		listed := slices.ContainsFunc(list(r.Value), func(one string) bool { return m.same(value, one) })
		return listed == (r.Operator == In), true
	case Matches:
		pattern, err := regexp.Compile(r.Value)
		return err == nil && pattern.MatchString(value), err == nil
	case OfVersion:
		allowed, err := constraint(r.Value)
		v, is := version(value)
		if err != nil || !is {
			return false, false
		}
		return allowed.Check(v), true
	case Less, AtMost, More, AtLeast:
		order, can := m.compare(value, r.Value)
		return r.Operator == Less && order < 0 || r.Operator == AtMost && order <= 0 ||
			r.Operator == More && order > 0 || r.Operator == AtLeast && order >= 0, can
	}
	return false, false
}

// list parts "a, b" into its entries.
func list(text string) []string {
	var entries []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			entries = append(entries, part)
		}
	}
	return entries
}
