package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"tranship.dev/tranship/api/client"
)

// shownTargets is how many targets of a plan are shown unless all are asked for.
const shownTargets = 20

// planned prints a plan: the whole, the targets, the steps.
func (c *console) planned(w io.Writer, p client.Planned, all bool) {
	c.planHead(w, p)
	fmt.Fprintln(w)
	c.planTargets(w, p, all)
	fmt.Fprintln(w)
	c.planWaves(w, p.Header)
	c.criteria(w, p.Header, nil)
	fmt.Fprintln(w)
	c.planSteps(w, p)
	if last := took(p.LastTook); last != "" {
		fmt.Fprintf(w, "\nlast time it took %s\n", last)
	}
	c.risk(w, p.Risk)
}

func (c *console) planHead(w io.Writer, p client.Planned) {
	h := p.Header
	verb, preposition := "install", "into"
	switch h.Direction {
	case "remove":
		verb, preposition = "remove", "from"
	case "restore":
		verb, preposition = "roll back "+h.Restores+", which is", "in"
	}
	fmt.Fprintf(w, "%s: %s %s %s %s\n", c.outPaint.bold("plan "+p.Id), verb, c.outPaint.bold(h.Release), preposition, c.outPaint.bold(h.Environment))
	fmt.Fprintf(w, "model %s, revision %d; digest %s\n", h.Model.Name, h.Model.Revision, p.Digest)
}

// planTargets prints the difference of each target.
func (c *console) planTargets(w io.Writer, p client.Planned, all bool) {
	h := p.Header
	fmt.Fprintf(w, "%s of %s", count(int(h.TargetCount), "target"), h.Environment)
	if h.TargetCount == 1 {
		fmt.Fprint(w, " changes")
	} else {
		fmt.Fprint(w, " change")
	}
	if h.PartCount > 0 {
		fmt.Fprintf(w, " in %d parts", h.PartCount)
	}
	switch {
	case h.Unchanged == 1:
		fmt.Fprint(w, "; 1 stays, because it is so already")
	case h.Unchanged > 1:
		fmt.Fprintf(w, "; %d stay, because they are so already", h.Unchanged)
	}
	fmt.Fprintln(w)
	shown := p.Targets
	if !all && len(shown) > shownTargets {
		shown = shown[:shownTargets]
	}
	t := &table{paint: c.outPaint}
	for _, target := range shown {
		cells := []string{target.Name, c.outPaint.dim(fmt.Sprintf("wave %d", target.Wave))}
		t.row(append(cells, c.transitions(h, target)...)...)
	}
	t.plain(w, "  ")
	if rest := rows(h) - len(shown); rest > 0 {
		fmt.Fprintf(w, "  and %d more; --all shows them\n", rest)
	}
	c.irreversible(w, h)
}

// rows gives how many rows a plan has: its targets, or the parts that they change in.
func rows(h client.PlanHeader) int { return int(max(h.TargetCount, h.PartCount)) }

// concerns says whether a row of a plan is about its item of that index.
func concerns(t client.PlanTarget, item int) bool {
	return len(t.Items) == 0 || slices.Contains(t.Items, int64(item))
}

// transitions gives what changes of each component on a target: "web 1.0 -> 2.0".
func (c *console) transitions(h client.PlanHeader, t client.PlanTarget) []string {
	var cells []string
	for i, item := range h.Items {
		if !concerns(t, i) {
			continue
		}
		before := client.PlanBefore{}
		if i < len(t.Before) {
			before = t.Before[i]
		}
		after := item.Version
		if h.Direction == "remove" {
			after = ""
		}
		if h.Direction == "restore" {
			after = ""
			if i < len(t.Goal) {
				after = t.Goal[i].Version
			}
			if after == before.Version && after != "" && !before.Uncertain {
				cells = append(cells, item.Component+" "+after+" stays")
				continue
			}
		}
		cells = append(cells, item.Component+" "+c.transition(before.Version, after, before.Uncertain)+slotWords(h, before, after))
	}
	return cells
}

// slotWords says which of two slots something goes from and into; empty where there are none.
func slotWords(h client.PlanHeader, before client.PlanBefore, after string) string {
	if len(h.Slots) != 2 {
		return ""
	}
	live, free := h.Slots[1], h.Slots[0]
	known := before.Version != "" && slices.Contains(h.Slots, before.Slot)
	if known && before.Slot == h.Slots[0] {
		live, free = free, live
	}
	switch {
	case after == "":
		return " (out of both slots)"
	case known:
		return fmt.Sprintf(" (%s -> %s)", live, free)
	}
	return fmt.Sprintf(" (into %s)", free)
}

func (c *console) transition(before, after string, uncertain bool) string {
	doubt := ""
	if uncertain {
		doubt = c.outPaint.red(" (not certain)")
	}
	switch {
	case before == "" && after == "":
		return "absent" + doubt
	case before == "":
		return c.outPaint.green("+ "+after) + doubt
	case after == "":
		return c.outPaint.red("- "+before) + doubt
	case before == after:
		return after + " again" + doubt
	}
	return before + doubt + " -> " + c.outPaint.yellow(after)
}

// onFailure says what follows a failed wave or failed acceptance.
var onFailure = map[string]string{
	"guidance":  "a person decides how it goes on",
	"remediate": "what was before is brought back",
	"fail":      "everything stays as it is",
}

func fails(n int) string {
	if n == 1 {
		return "1 target fails"
	}
	return fmt.Sprintf("%d targets fail", n)
}

// planSteps prints what is done on each target, in its order.
func (c *console) planSteps(w io.Writer, p client.Planned) {
	h := p.Header
	where := "on each target:"
	if partly(h) {
		where = "on each target, of what changes there:"
	}
	fmt.Fprintln(w, where)
	t := &table{paint: c.outPaint}
	add := func(phase, component string, steps []client.ModelStep) {
		for _, step := range steps {
			t.row(c.outPaint.dim(phase), component, step.Name, c.outPaint.dim(step.Uses))
		}
	}
	add("verify", "", h.Checks)
	h.Items = byLevel(h)
	for i := range h.Items {
		if item := h.Items[len(h.Items)-1-i]; h.Direction == "restore" {
			back := item.Remediate
			if len(back) == 0 {
				back = item.Install
			}
			add("bring back", item.Component, back)
			if nothingBefore(p, item.Component) {
				add("or remove", item.Component, item.Remove)
			}
			continue
		}
		if item := h.Items[i]; h.Direction != "remove" {
			add("install", item.Component, item.Install)
		} else {
			item = h.Items[len(h.Items)-1-i]
			add("remove", item.Component, item.Remove)
		}
	}
	add("accept", "", h.Acceptance)
	add("accept removal", "", h.Removal)
	if h.Direction != "remove" {
		for _, check := range h.Health {
			t.row(c.outPaint.dim("health"), strings.Join(check.Components, ", "), check.Name+", every "+check.Every, c.outPaint.dim(check.Uses))
		}
	}
	t.plain(w, "  ")
}

// nothingBefore says that a rollback takes an item off some target that is shown,
// by the component's name.
func nothingBefore(p client.Planned, component string) bool {
	i := slices.IndexFunc(p.Header.Items, func(item client.PlanItem) bool { return item.Component == component })
	return slices.ContainsFunc(p.Targets, func(t client.PlanTarget) bool {
		return i < len(t.Goal) && t.Goal[i].Version == "" && concerns(t, i)
	})
}
