package cli

import (
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/api/client"
)

// words says what an entry of the record means, in one line.
func words(e client.Entry) string {
	said := func(text string) string {
		switch {
		case e.Why == "":
			return text
		case strings.HasPrefix(e.Why, text):
			return e.Why
		}
		return text + ": " + e.Why
	}
	data := dataOf(e.Data)
	switch e.Kind {
	case "deployment.requested":
		return said(fmt.Sprintf("%s of %s %s %s requested", data.text("direction"), data.text("release"), toward(data.text("direction")), data.text("environment")))
	case "deployment.planned":
		return fmt.Sprintf("planned: %s", data.text("plan"))
	case "deployment.authorised":
		return said("authorised")
	case "deployment.asked-anew":
		return said(strings.TrimSuffix(anewWords(data)+": "+data.text("changed"), ": "))
	case "deployment.rescheduled":
		return said(rescheduledWords(data))
	case "authorisation.voided":
		return strings.Replace(said("the authorisation is void"), ": the authorisation does not hold any more: ", ": ", 1)
	case "calendar.waived":
		return said(data.text("ref") + " is waived")
	case "baseline.waived":
		return said("what " + data.text("environment") + " requires of its targets is waived")
	case "end.moved":
		return said(endWords(data))
	case "window.ended":
		return said("its window ended: " + overrunWords(data.text("overrun")))
	case "deployment.state-changed":
		return said(data.text("to"))
	case "gate.judged":
		return gateWords(data)
	case "criterion.judged":
		return said(criterionWords(data))
	case "stage.begun":
		return said(stageWords(data))
	case "order.issued":
		return "ordered"
	case "orders.issued":
		n, _ := data["count"].(float64)
		return count(int(n), "order") + " issued"
	case "report.received":
		return said(reportWords(data))
	case "order.withdrawn":
		return "order withdrawn before it began"
	case "order.interrupted":
		text := "told to end at once"
		if step := data.text("step"); step != "" {
			text += ", in step " + step
		}
		return said(text)
	case "target.silent":
		return said("silent")
	case "target.given-up":
		return said("given up")
	case "guidance.given":
		return said(strings.TrimSpace("guidance: " + data.text("advice") + " " + data.text("targets")))
	case "cancel.asked":
		if data["now"] == true {
			return said("cancellation at once asked for")
		}
		return said("cancellation asked for")
	case "deployment.closed":
		return said(data.text("result"))
	}
	if text := partyWords(e, data); text != "" {
		return text
	}
	for _, text := range []string{asideWords(e.Kind, data), approvalWords(e, data), journeyWords(e.Kind, data)} {
		if text != "" {
			return said(text)
		}
	}
	return said(e.Kind)
}

// journeyWords says what an entry of a journey, a trigger, a pin or evidence means.
func journeyWords(kind string, data dataOf) string {
	switch kind {
	case "journey.begun":
		return "journey of " + data.text("wanted") + " begun"
	case "journey.set":
		return "way of " + data.text("release") + ": " + data.text("environments")
	case "journey.moved":
		return "goes on from " + data.text("from") + " to " + data.text("to")
	case "journey.entered":
		return data.text("deployment") + " into " + data.text("environment")
	case "journey.promoted":
		return "decided: it may enter " + data.text("environment")
	case "journey.ended":
		return data.text("ending")
	case "trigger.fired":
		if change := data.text("change"); change != "" {
			return "said: change " + change + " is " + data.text("status")
		}
		return "fired: " + data.text("journey") + " of " + data.text("wanted")
	case "trigger.held":
		return "did not fire"
	case "trigger.secret-rotated":
		return "secret " + data.text("generation") + " made"
	case "trigger.secret-shown":
		return "its secret was shown"
	case "pin.set":
		return "kept out"
	case "pin.lifted":
		return "let in again"
	case "evidence.received":
		return fmt.Sprintf("%s %s, suite %s: %s passed, %s failed", data.text("component"), data.text("version"), data.text("suite"), data.text("passed"), data.text("failed"))
	}
	return ""
}

// anewWords says what asking otherwise means for the votes.
func anewWords(data dataOf) string {
	if voids, known := data["voids"].(bool); known && !voids {
		return "changed, votes stay"
	}
	return "asked anew"
}

// rescheduledWords says when a deployment is meant to happen now.
func rescheduledWords(data dataOf) string {
	start, end := data.moment("plannedStart"), data.moment("plannedEnd")
	switch {
	case start == "" && end == "":
		return "rescheduled: as soon as it may"
	case start == "":
		return "rescheduled: until " + end
	case end == "":
		return "rescheduled: from " + start
	}
	return "rescheduled: from " + start + " to " + end
}

// endWords says until when a deployment may run now.
func endWords(data dataOf) string {
	end := data.moment("mustEnd")
	if end == "" {
		return "it may run without an end"
	}
	return "it must end at " + end
}

// overrunWords says what follows from the end of a window.
func overrunWords(overrun string) string {
	switch overrun {
	case "finish-wave":
		return "the present wave ends, then somebody is asked"
	case "finish-step":
		return "targets stop after their present step, then somebody is asked"
	case "stop":
		return "targets stop after their present step, and it closes as failed"
	case "roll-back":
		return "targets stop after their present step, and what was before is brought back"
	case "go-on":
		return "it goes on"
	}
	return overrun
}

func gateWords(data dataOf) string {
	state := "closed"
	if open, _ := data["open"].(bool); open {
		state = "passed"
	}
	text := fmt.Sprintf("gate %s %s", data.text("gate"), state)
	if reasons := data.text("reasons"); reasons != "" {
		text += ": " + strings.TrimPrefix(reasons, data.text("gate")+": ")
	}
	return text
}

func stageWords(data dataOf) string {
	text := data.text("phase")
	if wave := data.text("wave"); wave != "" && wave != "0" {
		text += ", wave " + wave
	}
	if level := data.text("level"); level != "" {
		text += ", level " + level
	}
	if retry, _ := data["retry"].(bool); retry {
		return text + " begins again"
	}
	return text + " begins"
}

func reportWords(data dataOf) string {
	step, outcome := data.text("step"), data.text("outcome")
	var text string
	switch data.text("report") {
	case "begun":
		text = "begins"
	case "step":
		text = step + " begins"
	case "step-end":
		text = step + ": " + outcome
	case "refused":
		text = "refused"
	default:
		if text = outcome; data.text("did") != "" {
			text += ", " + data.text("did") + " of its change done"
		}
	}
	if tries := data.text("tries"); tries != "" && tries != "1" {
		text += " after " + tries + " attempts"
	}
	if length := took(data.text("took")); length != "" {
		text += " in " + length
	}
	return text
}

// grave says that an entry tells of something that went wrong.
func grave(e client.Entry) bool {
	data := dataOf(e.Data)
	outcome := data.text("outcome")
	return e.Kind == "target.silent" || outcome == "failed" || outcome == "unknown" || data.text("report") == "refused" ||
		(e.Kind == "gate.judged" && data["open"] == false)
}

// dataOf is the data of an entry.
type dataOf map[string]any

// moment writes a moment as people here read it; "" when it is absent.
func (d dataOf) moment(name string) string {
	at, err := time.Parse(time.RFC3339Nano, d.text(name))
	if err != nil {
		return d.text(name)
	}
	return clock(at)
}

// text writes a value as people read it; "" when it is absent.
func (d dataOf) text(name string) string {
	switch v := d[name].(type) {
	case nil:
		return ""
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			if object, is := part.(map[string]any); is {
				part = object["message"]
			}
			parts[i] = fmt.Sprint(part)
		}
		return strings.Join(parts, ", ")
	case float64:
		return fmt.Sprintf("%.0f", v)
	default:
		return fmt.Sprint(v)
	}
}

// line colours the words of an entry by what they mean.
func (p paint) line(e client.Entry) string {
	text := localTimes(words(e))
	switch {
	case grave(e):
		return p.red(text)
	case e.Kind == "deployment.state-changed", e.Kind == "deployment.closed":
		word, rest, found := strings.Cut(text, ":")
		if found {
			rest = ":" + rest
		}
		return p.state(word) + rest
	case strings.HasPrefix(e.Kind, "report."):
		return text
	}
	return p.bold(text)
}
