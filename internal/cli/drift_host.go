package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"tranship.dev/tranship/api/client"
)

// cameWords says what happened to a thing of a host without a deployment.
func cameWords(what, recorded, found string) string {
	switch {
	case recorded == "" && found == "enabled":
		return what + " was enabled"
	case recorded == "enabled" && found == "":
		return what + " was disabled"
	case recorded == "" && strings.HasPrefix(what, "package "):
		return what + " " + found + " came"
	case recorded == "":
		return what + " came"
	case found == "":
		return what + " is gone"
	case strings.HasPrefix(what, "package "):
		return fmt.Sprintf("%s %s became %s", what, recorded, found)
	}
	return what + " changed"
}

// hostWords says in short what differs of a host itself.
func hostWords(list []client.DriftDifference, all int) string {
	if len(list) == 0 {
		return "other"
	}
	said := cameWords(list[0].What, list[0].Recorded, list[0].Found)
	if all > 1 {
		said += fmt.Sprintf(" and %d more", all-1)
	}
	return said
}

// hostSheet shows what differs of a host itself, and what can be done about it.
func (c *console) hostSheet(w io.Writer, d client.Drift) {
	t := c.table("WHAT", "RECORDED", "FOUND")
	for _, one := range d.Found.Differences {
		t.row(one.What, cmp.Or(one.Recorded, "nothing"), cmp.Or(one.Found, "nothing"))
	}
	fmt.Fprintln(w)
	t.write(w, "")
	if d.Found.More > 0 {
		fmt.Fprintf(w, "and %d more\n", d.Found.More)
	}
	if d.End == "" {
		fmt.Fprintf(w, "\nput it right: by hand, or deploy what brings it; the drift ends when it is as before\nkeep it:      tranship drift accept %s --reason WHY\n", d.Id)
	}
}

// watchWords says what the hosts of an environment are watched for.
func watchWords(list []client.DriftSummaryWatch) string {
	words := make([]string, len(list))
	for i, one := range list {
		words[i] = string(one)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// referenceWords says what an entry tells of what counts as right on a host.
func referenceWords(data dataOf) string {
	of, by := data.text("watch"), data.text("by")
	if by == "" {
		return fmt.Sprintf("%s: the %s that are there count as right from now on", of, data.text("things"))
	}
	said := of + ": as " + by + " left them they count as right from now on"
	if strings.HasPrefix(by, "DR-") {
		said = of + ": as accepted with " + by + " they count as right from now on"
	}
	if words := differenceWords(data); words != "" {
		said += ": " + words
	}
	return said
}

// differenceWords says the first of the differences that an entry tells.
func differenceWords(data dataOf) string {
	list, _ := data["differences"].([]any)
	if len(list) == 0 {
		return ""
	}
	first, _ := list[0].(map[string]any)
	one := dataOf(first)
	said := cameWords(one.text("what"), one.text("recorded"), one.text("found"))
	if all, _ := data["count"].(float64); all > 1 {
		said += fmt.Sprintf(" and %.0f more", all-1)
	}
	return said
}
