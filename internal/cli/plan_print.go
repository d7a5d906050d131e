package cli

import (
	"fmt"
	"io"
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
	fmt.Fprintln(w)
	c.planSteps(w, p.Header)
	if last := took(p.LastTook); last != "" {
		fmt.Fprintf(w, "\nlast time it took %s\n", last)
	}
	c.risk(w, p.Risk)
}

func (c *console) planHead(w io.Writer, p client.Planned) {
	h := p.Header
	verb, preposition := "install", "into"
	if h.Direction == "remove" {
		verb, preposition = "remove", "from"
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
	if rest := int(h.TargetCount) - len(shown); rest > 0 {
		fmt.Fprintf(w, "  and %d more; --all shows them\n", rest)
	}
}

// transitions gives what changes of each component on a target: "web 1.0 -> 2.0".
func (c *console) transitions(h client.PlanHeader, t client.PlanTarget) []string {
	var cells []string
	for i, item := range h.Items {
		before := client.PlanBefore{}
		if i < len(t.Before) {
			before = t.Before[i]
		}
		after := item.Version
		if h.Direction == "remove" {
			after = ""
		}
		cells = append(cells, item.Component+" "+c.transition(before.Version, after, before.Uncertain))
	}
	return cells
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

func (c *console) planWaves(w io.Writer, h client.PlanHeader) {
	if len(h.Waves) == 1 {
		fmt.Fprintf(w, "in one wave")
	} else {
		fmt.Fprintf(w, "in %d waves: ", len(h.Waves))
		var parts []string
		for i, wave := range h.Waves {
			if i == 10 && len(h.Waves) > 11 {
				parts = append(parts, fmt.Sprintf("and %d more", len(h.Waves)-i))
				break
			}
			part := count(int(wave.Size), "target")
			if soak := took(wave.Soak); soak != "" {
				part += ", wait " + soak
			}
			parts = append(parts, part)
		}
		fmt.Fprint(w, strings.Join(parts, "; "))
	}
	fmt.Fprintf(w, "\nit stops when %s; then %s\n", fails(int(h.MaxFailures)+1), onFailure[h.OnFailure])
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
func (c *console) planSteps(w io.Writer, h client.PlanHeader) {
	fmt.Fprintln(w, "on each target:")
	t := &table{paint: c.outPaint}
	add := func(phase, component string, steps []client.ModelStep) {
		for _, step := range steps {
			t.row(c.outPaint.dim(phase), component, step.Name, c.outPaint.dim(step.Uses))
		}
	}
	add("verify", "", h.Checks)
	for i := range h.Items {
		if item := h.Items[i]; h.Direction != "remove" {
			add("install", item.Component, item.Install)
		} else {
			item = h.Items[len(h.Items)-1-i]
			add("remove", item.Component, item.Remove)
		}
	}
	add("accept", "", h.Acceptance)
	t.plain(w, "  ")
}
