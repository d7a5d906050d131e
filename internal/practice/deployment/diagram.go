package deployment

import (
	"fmt"
	"strings"
)

// Diagram prints the table of legal moves as a Mermaid state diagram.
func Diagram() string {
	type arrow struct{ from, to State }
	var arrows []arrow
	labels := map[arrow][]string{}
	for _, m := range moves {
		for _, to := range m.To {
			a := arrow{m.From, to}
			if labels[a] == nil {
				arrows = append(arrows, a)
			}
			labels[a] = append(labels[a], string(m.On))
		}
	}
	alias := func(s State) string { return strings.ReplaceAll(string(s), "-", "_") }
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range States() {
		fmt.Fprintf(&b, "    state %q as %s\n", strings.ReplaceAll(string(s), "-", " "), alias(s))
	}
	fmt.Fprintf(&b, "    [*] --> %s\n", alias(Requested))
	for _, a := range arrows {
		fmt.Fprintf(&b, "    %s --> %s : %s\n", alias(a.from), alias(a.to), strings.Join(labels[a], ", "))
	}
	fmt.Fprintf(&b, "    %s --> [*]\n", alias(Closed))
	return b.String()
}

// States gives all states, in the order of an untroubled deployment.
func States() []State {
	return []State{
		Requested, Planned, Authorised, Scheduled, VerifyingComponents, VerifyingTargets,
		Executing, AwaitingGuidance, Accepting, Remediating, Cancelling, Closed,
	}
}
