package cli

import (
	"fmt"
	"io"
	"strings"

	"tranship.dev/tranship/api/client"
)

// criteria prints what a plan demands before its stages begin, before they are
// done, and in the end; with how each stands, where judgements are given.
func (c *console) criteria(w io.Writer, h client.PlanHeader, judged []client.DeploymentJudgement) {
	if len(h.Criteria) == 0 {
		return
	}
	fmt.Fprintln(w, "\ncriteria:")
	t := &table{paint: c.outPaint}
	for _, k := range h.Criteria {
		cells := []string{k.Name, stageOfCriterion(k), demandOf(k)}
		for _, j := range judged {
			if j.Criterion == k.Name {
				cells = append(cells, c.outPaint.state(j.Standing)+judgedWords(j))
			}
		}
		t.row(cells...)
	}
	t.plain(w, "  ")
}

// stageOfCriterion says where a criterion is judged: "entry of execute, wave 2".
func stageOfCriterion(k client.ModelCriterion) string {
	switch {
	case k.Stage == "":
		return string(k.Kind)
	case k.Wave > 0:
		return fmt.Sprintf("%s of %s, wave %d", k.Kind, k.Stage, k.Wave)
	case k.Stage == "execute":
		return fmt.Sprintf("%s of %s, each wave", k.Kind, k.Stage)
	}
	return fmt.Sprintf("%s of %s", k.Kind, k.Stage)
}

// demandOf says what a criterion demands, and until when.
func demandOf(k client.ModelCriterion) string {
	var text string
	switch {
	case k.Question != "" && k.Group != "":
		text = k.Group + ": " + k.Question
	case k.Question != "":
		text = k.Question
	case k.Check != "":
		text = "check " + k.Check
	case k.Bound.Of != "":
		text = fmt.Sprintf("%s at most %d", strings.ReplaceAll(string(k.Bound.Of), "-", " "), k.Bound.Max)
	default:
		text = "suite " + k.Evidence.Suite
		if k.Evidence.PassRate > 0 {
			text += fmt.Sprintf(", a share of %g passed", k.Evidence.PassRate)
		}
		if k.Evidence.MaxFailed > 0 || k.Evidence.PassRate == 0 {
			text += fmt.Sprintf(", at most %d failed", k.Evidence.MaxFailed)
		}
	}
	if within := took(k.Within); within != "" {
		text += ", within " + within
	}
	return text
}

// judgedWords says what was found, by whom, and about which wave.
func judgedWords(j client.DeploymentJudgement) string {
	text := ""
	if j.Wave > 0 {
		text += fmt.Sprintf(" (wave %d)", j.Wave)
	}
	if j.Found != "" && j.Found != "confirmed" && j.Found != "refused" {
		text += ": " + localTimes(j.Found)
	}
	if j.By.Kind != "system" {
		text += ", by " + j.By.Name
		if j.Why != "" {
			text += ": " + j.Why
		}
	}
	if j.Standing == "open" && !j.Until.IsZero() {
		text += ", until " + clock(j.Until)
	}
	return text
}

// criterionWords says what an entry about a criterion means.
func criterionWords(data dataOf) string {
	text := "criterion " + data.text("criterion")
	if wave := data.text("wave"); wave != "" {
		text += " of wave " + wave
	}
	text += " is " + data.text("standing")
	if found := data.text("found"); found != "" {
		text += ": " + found
	}
	if bound := data.text("bound"); strings.HasPrefix(bound, "at most") {
		text += ", allowed are " + bound
	}
	return text
}
