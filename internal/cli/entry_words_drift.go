package cli

import "fmt"

// asideWords says what an entry means that is beside the course of a deployment;
// "" for others.
func asideWords(kind string, data dataOf) string {
	switch kind {
	case "pause.asked":
		return "pause asked for"
	case "pause.ended":
		return "resumed"
	case "calendar.waiver-revoked":
		return "waiver " + data.text("waiver") + " is revoked"
	case "log.sealed":
		return "part " + data.text("segment") + " of the log sealed under " + data.text("digest")
	case "backup.given":
		return "a whole backup was given out"
	case "announcement.given-up":
		return fmt.Sprintf("telling %s by %s was given up", data.text("to"), data.text("channel"))
	case "announcement.repeated":
		return "sent again"
	case "drift.ended":
		return fmt.Sprintf("%s: its drift has ended: %s", data.text("component"), data.text("end"))
	case "drift.accepted":
		return data.text("component") + ": what was found is the record now"
	case "drift.repair-asked":
		return fmt.Sprintf("%s: %s is to put it right", data.text("component"), data.text("repair"))
	case "drift.reference":
		return referenceWords(data)
	case "drift.forgotten":
		return data.text("watch") + ": not watched any more"
	case "health.changed":
		return healthWords(data)
	case "health.ended":
		return fmt.Sprintf("%s in %s: its health is not checked any more", data.text("component"), data.text("environment"))
	case "drift.found", "drift.changed":
		return driftWords(data)
	}
	return ""
}

// driftWords says what was found other than recorded.
func driftWords(data dataOf) string {
	if of := data.text("watch"); of != "" {
		return of + ": " + differenceWords(data) + " without a deployment"
	}
	recorded := data.text("recorded")
	if recorded == "" {
		recorded = "nothing"
	}
	said := fmt.Sprintf("%s is %s: %s is recorded", data.text("component"), data.text("state"), recorded)
	if found := data.text("found"); found != "" && found != data.text("recorded") {
		said += ", " + found + " was found"
	}
	return said
}

// healthWords says how a component does its work from then on, and who says so.
func healthWords(data dataOf) string {
	said := fmt.Sprintf("%s in %s is %s", data.text("component"), data.text("environment"), data.text("state"))
	if check := data.text("check"); check != "" {
		return said + ": " + check + ": " + data.text("says")
	}
	if data.text("state") == "unknown" && data.text("deployment") != "" {
		return said + ": " + data.text("deployment") + " has changed it"
	}
	return said
}
