package cli

import (
	"fmt"

	"tranship.dev/tranship/api/client"
)

// approvalWords says what an entry about the approval of a deployment means; ""
// for any other. What was said with it is added.
func approvalWords(e client.Entry, data dataOf) string {
	switch e.Kind {
	case "approval.given":
		return "approved by " + seatWords(e, data)
	case "approval.rejected":
		return "rejected by " + seatWords(e, data)
	case "approval.withdrawn":
		return fmt.Sprintf("%s took the vote for %s back", e.Who.Name, data.text("group"))
	case "approval.reminded", "approval.escalated", "approval.lapsed":
		return map[string]string{"approval.reminded": "reminded", "approval.escalated": "others may approve", "approval.lapsed": "an approval lapsed"}[e.Kind]
	case "change.confirmed":
		text := fmt.Sprintf("change %s confirmed by %s", data.text("change"), e.Who.Name)
		if until := data.moment("validUntil"); until != "" {
			text += " until " + until
		}
		return text
	case "change.refused":
		return fmt.Sprintf("change %s refused by %s", data.text("change"), e.Who.Name)
	case "review.opened":
		return fmt.Sprintf("review %s opened for %s", data.text("review"), data.text("group"))
	case "review.due":
		if due := data.moment("due"); due != "" {
			return fmt.Sprintf("review %s is due until %s", data.text("review"), due)
		}
		return fmt.Sprintf("review %s is not needed: it never began", data.text("review"))
	case "review.overdue":
		return fmt.Sprintf("review %s is overdue", data.text("review"))
	case "review.completed":
		return fmt.Sprintf("review %s by %s: %s", data.text("review"), e.Who.Name, data.text("outcome"))
	case "deployment.accepted":
		return "accepted by " + e.Who.Name
	}
	return ""
}

// seatWords says who voted for whom.
func seatWords(e client.Entry, data dataOf) string {
	text := e.Who.Name
	if member := data.text("for"); member != "" {
		text += ", in the place of " + member + ","
	}
	text += " for " + data.text("group")
	if through := data.text("through"); through != "" {
		text += ", as one of " + through
	}
	return text
}
