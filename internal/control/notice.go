package control

import (
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
)

// notices are the kinds of entry of what people must be told about an approval.
// Data: key, group, policy, to, message, at.
var notices = map[approval.NoticeKind]string{
	approval.Reminder:   "approval.reminded",
	approval.Escalation: "approval.escalated",
	approval.Lapse:      "approval.lapsed",
}

// noteNotices adds an entry for each notice that was not handed out before.
func noteNotices(w *work, d deployment.Deployment, due []approval.Notice) error {
	if len(due) == 0 {
		return nil
	}
	keys := make([]string, len(due))
	for i, n := range due {
		keys[i] = n.Key
	}
	fresh, err := w.AddNotices(d.ID, w.now, keys)
	if err != nil {
		return err
	}
	for _, n := range due {
		if !slices.Contains(fresh, n.Key) {
			continue
		}
		w.note(practice.Entry{
			Kind: notices[n.Kind], Subject: deploymentSubject(d.ID), Who: practice.Tranship, Why: n.Message,
			Data: map[string]any{"key": n.Key, "group": n.Group, "policy": n.Policy, "to": n.To, "at": n.At.UTC().Format(deployment.TimeFormat)},
		})
	}
	return nil
}
