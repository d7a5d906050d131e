package calendar

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Rule is one of the rules by which conflicts are found.
type Rule string

// The rules.
const (
	SameTarget            Rule = "same-target"
	ParentTarget          Rule = "parent"
	ChildTarget           Rule = "child"
	SharedService         Rule = "shared-service"
	OutsideWindow         Rule = "outside-window"
	InsideFreeze          Rule = "freeze"
	SamePerson            Rule = "same-person"
	SameTool              Rule = "same-tool"
	Booked                Rule = "booking"
	Capacity              Rule = "capacity"
	SupplierMaintenance   Rule = "supplier-maintenance"
	SiteAccess            Rule = "site-access"
	Redundancy            Rule = "redundancy"
	VersionsIncompatible  Rule = "version-incompatibility"
	StaleBaseline         Rule = "stale-baseline"
	OutsideSupportedHours Rule = "sla-hours"
)

// Severity says what follows from a conflict.
type Severity string

// The severities.
const (
	Off         Severity = "off"
	Warn        Severity = "warn"
	Block       Severity = "block"
	NeedsWaiver Severity = "needs-waiver"
)

// defaults hold where an environment says nothing. Freeze is for soft
// freezes; a hard one always holds up.
func defaults(r Rule) Severity {
	switch r {
	case SameTarget, OutsideWindow, SameTool, Booked, Redundancy:
		return Block
	case ParentTarget, ChildTarget, SharedService, InsideFreeze, SamePerson, StaleBaseline:
		return Warn
	case Capacity, SupplierMaintenance, SiteAccess, VersionsIncompatible, OutsideSupportedHours:
	}
	return Off
}

// missing says what a rule would need that does not exist; empty: nothing.
func missing(r Rule) string {
	return map[Rule]string{
		Capacity:              "capacities of targets",
		SupplierMaintenance:   "maintenance notices of suppliers",
		SiteAccess:            "access hours of sites",
		VersionsIncompatible:  "versions that go together",
		OutsideSupportedHours: "supported hours of services",
	}[r]
}

// AllRules lists the rules in the order in which conflicts are told.
func AllRules() []Rule {
	return []Rule{SameTarget, ParentTarget, ChildTarget, SharedService, OutsideWindow, InsideFreeze, SamePerson, SameTool, Booked,
		Capacity, SupplierMaintenance, SiteAccess, Redundancy, VersionsIncompatible, StaleBaseline, OutsideSupportedHours}
}

// Rules are an environment's own. The zero value means the defaults.
type Rules struct {
	Severities     map[Rule]Severity
	Apart          bool          // deployments that only touch conflict too
	Settle         time.Duration // must lie between two deployments
	WhenWindowEnds Behaviour     // where a window does not say it; empty: finish-wave
}

// Severity gives what follows from a conflict by the rule.
func (r Rules) Severity(rule Rule) Severity {
	if s, said := r.Severities[rule]; said {
		return s
	}
	return defaults(rule)
}

// Contiguous is what an environment may say about deployments that only touch.
const (
	contiguousAllowed   = "allowed"
	contiguousForbidden = "forbidden"
)

// ReadRules understands what an environment's document says; at is the path
// before the fields, for the problems ("spec.calendar").
func ReadRules(severities map[string]string, contiguous string, settle practice.Duration, whenWindowEnds, at string) (Rules, []practice.Problem) {
	var problems []practice.Problem
	add := func(path, hint, format string, args ...any) {
		problems = append(problems, practice.Problem{Path: at + path, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	r := Rules{Severities: map[Rule]Severity{}, Apart: contiguous == contiguousForbidden, Settle: settle.Std(), WhenWindowEnds: Behaviour(whenWindowEnds)}
	for _, name := range slices.Sorted(maps.Keys(severities)) {
		rule, severity := Rule(name), Severity(severities[name])
		switch lacks := missing(rule); {
		case !slices.Contains(AllRules(), rule):
			add(".rules", "the rules are "+words(AllRules()), "there is no rule %q", name)
		case !slices.Contains([]Severity{Off, Warn, Block, NeedsWaiver}, severity):
			add(".rules", "", "%s is %q, not off, warn, block or needs-waiver", name, severity)
		case lacks != "" && severity != Off:
			add(".rules", "leave it out or set it to off", "%s cannot be switched on: this version does not know the %s", name, lacks)
		default:
			r.Severities[rule] = severity
		}
	}
	if contiguous != "" && contiguous != contiguousAllowed && contiguous != contiguousForbidden {
		add(".contiguous", "", "%q is not allowed or forbidden", contiguous)
	}
	if !slices.Contains([]Behaviour{"", FinishStep, FinishWave, Stop, RollBack, GoOn}, r.WhenWindowEnds) {
		add(".whenWindowEnds", "", "%q is not finish-step, finish-wave, stop, roll-back or go-on", whenWindowEnds)
	}
	return r, problems
}

func words[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, w := range list {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}
