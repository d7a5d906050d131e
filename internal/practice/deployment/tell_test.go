package deployment_test

import (
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// tell says what followed from one line of a script.
func (p *player) tell(err error) ([]string, error) {
	if isRefusal(err) {
		return strings.Split("refused: "+err.Error(), "\n"), nil
	}
	if err != nil {
		return nil, err
	}
	change := p.sv.last
	var told []string
	for _, row := range change.Targets {
		told = append(told, tellRow(row))
	}
	for _, l := range change.Landings {
		told = append(told, tellLanding(l))
	}
	for _, e := range change.Entries {
		switch e.Kind {
		case deployment.EntryStateChanged:
			told = append(told, tellWhy(fmt.Sprintf("%s -> %s", e.Data["from"], e.Data["to"]), e.Why))
		case deployment.EntryCriterion:
			told = append(told, tellCriterion(e))
		case deployment.EntryVoided:
			told = append(told, tellWhy("the authorisation is void", e.Why))
		case deployment.EntryEndMoved:
			told = append(told, tellWhy(fmt.Sprintf("it must end at %s, else %s", e.Data["mustEnd"], e.Data["overrun"]), e.Why))
		case deployment.EntryWindowEnded:
			told = append(told, fmt.Sprintf("its window ended at %s: %s", e.Data["at"], e.Data["overrun"]))
		}
	}
	for _, e := range change.Effects {
		told = append(told, tellEffect(e))
	}
	if len(told) == 0 {
		told = append(told, "nothing changes")
	}
	told = append(told, p.standing())
	for _, r := range p.sv.d.Waiting.Reasons {
		told = append(told, fmt.Sprintf("waits at %s: %s", r.Gate, r.Message))
	}
	return told, nil
}

// standing says where the deployment stands, in one line.
func (p *player) standing() string {
	d := p.sv.d
	if d.State == deployment.Closed {
		return tellWhy(fmt.Sprintf("closed: %s", d.Result), d.Cause)
	}
	text := string(d.State)
	if d.Stage.Number == 0 {
		return text
	}
	s := d.Stage
	text += ": " + string(s.Phase)
	if s.Level > 0 && s.Wave == 0 {
		text += fmt.Sprintf(" level %d", s.Level)
	}
	if s.Wave > 0 {
		text += fmt.Sprintf(" wave %d", s.Wave)
	}
	text += fmt.Sprintf(" (stage %d), %d orders", s.Number, s.Total)
	for _, count := range []struct {
		n    int
		name string
	}{
		{s.Open() - s.Running, "not begun"}, {s.Running, "running"}, {s.Done, "done"},
		{s.Failed, "failed"}, {s.Unknown, "unknown"}, {s.Stopped, "stopped"},
	} {
		if count.n > 0 {
			text += fmt.Sprintf(", %d %s", count.n, count.name)
		}
	}
	return text
}

func tellRow(row deployment.Target) string {
	text := fmt.Sprintf("%s is %s", row.Name, row.State)
	if row.Attempt > 1 {
		text += fmt.Sprintf(" (attempt %d)", row.Attempt)
	}
	if row.StepName != "" && row.State != deployment.TargetDone {
		text += fmt.Sprintf(" at step %d %s", row.Step+1, row.StepName)
	}
	if row.State == deployment.TargetStopped && !row.StartedAt.IsZero() {
		text += ", left " + string(row.Left)
	}
	return tellWhy(text, row.Message)
}

func tellLanding(l deployment.Landing) string {
	switch {
	case l.Uncertain:
		return fmt.Sprintf("%s on %s is uncertain", l.Component, l.Target)
	case l.Version == "":
		return fmt.Sprintf("%s is no more on %s", l.Component, l.Target)
	default:
		return fmt.Sprintf("%s %s is on %s", l.Component, l.Version, l.Target)
	}
}

func tellEffect(e deployment.Effect) string {
	switch e := e.(type) {
	case deployment.JudgeAuthorisation:
		return "do: ask whether it is authorised"
	case deployment.JudgeStart:
		return "do: ask whether it may start"
	case deployment.JudgeEnd:
		return "do: ask until when it may run"
	case deployment.JudgeCriteria:
		return "do: look at the evidence, " + string(e.At)
	case deployment.ReplaceTargets:
		return "do: put the targets of the new plan in the place of the old"
	case deployment.JudgeComponents:
		return "do: ask the library about the components"
	case deployment.IssueOrders:
		text := fmt.Sprintf("do: issue orders of stage %d (%s, wave %d)", e.Stage.Number, e.Stage.Phase, e.Stage.Wave)
		if e.Stage.Level > 0 {
			text = fmt.Sprintf("do: issue orders of stage %d (%s, level %d)", e.Stage.Number, e.Stage.Phase, e.Stage.Level)
		}
		if len(e.Stage.Only) > 0 {
			text += " to " + strings.Join(e.Stage.Only, ", ")
		}
		return text
	case deployment.WithdrawOrders:
		return fmt.Sprintf("do: withdraw orders of stage %d", e.Stage)
	case deployment.InterruptOrders:
		return "do: interrupt what runs"
	case deployment.WakeUp:
		return "do: wake up at " + e.At.Format("15:04")
	default:
		return fmt.Sprintf("do: %T", e)
	}
}

func tellCriterion(e practice.Entry) string {
	text := fmt.Sprintf("criterion %s", e.Data["criterion"])
	if wave, has := e.Data["wave"]; has {
		text += fmt.Sprintf(", wave %d,", wave)
	}
	text += fmt.Sprintf(" is %s (%s)", e.Data["standing"], e.Data["bound"])
	if found := e.Data["found"]; found != "" {
		text += fmt.Sprintf(": %s", found)
	}
	return tellWhy(text+", says "+e.Who.Name, e.Why)
}

func tellWhy(text, why string) string {
	if why == "" {
		return text
	}
	return text + ": " + why
}
