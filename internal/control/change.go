package control

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
)

// The entries of what is said of a change, which belong to the deployment.
const (
	entryChangeConfirmed = "change.confirmed" // data: change, subject, validUntil
	entryChangeRefused   = "change.refused"   // data: change, subject; refused, or revoked after it was confirmed
)

// ChangeWord is what the tool that keeps a change says of it.
type ChangeWord struct {
	State      approval.ChangeState `json:"state" enum:"confirmed,refused" doc:"confirmed: the change is authorised; refused: it is not, or not any more."`
	Deployment string               `json:"deployment,omitempty" doc:"For this deployment only; by default for all that name the change and have not started."`
	Subject    practice.Digest      `json:"subject,omitempty" doc:"The digest of what was confirmed; refused when something else is asked by now."`
	Reason     string               `json:"reason,omitempty" maxLength:"4000" doc:"Why; needed to refuse."`
	ValidUntil time.Time            `json:"validUntil,omitzero" required:"false" doc:"Until when a confirmation holds; until it is said otherwise when absent."`
}

// SayOfChange keeps what an outside tool says of a change, for each deployment
// that names it and has not started. What is confirmed is what they ask now;
// when that changes, it must be confirmed again.
func (c *Control) SayOfChange(ctx context.Context, scope practice.Scope, by practice.Actor, name string, word ChangeWord) ([]approval.Confirmation, error) {
	var said []approval.Confirmation
	w, err := c.update(ctx, scope, func(w *work) (err error) {
		said, err = c.say(w, by, name, word)
		return err
	})
	if err == nil {
		c.advanceAgain(ctx, w)
	}
	return said, err
}

// say keeps what is said of a change for each deployment that it is for.
func (c *Control) say(w *work, by practice.Actor, name string, word ChangeWord) ([]approval.Confirmation, error) {
	word.Reason, word.ValidUntil = strings.TrimSpace(word.Reason), stored(word.ValidUntil)
	if err := checkWord(word, w.now); err != nil {
		return nil, err
	}
	naming, err := namingChange(w, name, word.Deployment)
	if err != nil {
		return nil, err
	}
	var said []approval.Confirmation
	for _, d := range naming {
		one, err := c.sayFor(w, d, by, name, word)
		if err != nil {
			return nil, err
		}
		said = append(said, one)
	}
	return said, nil
}

func checkWord(word ChangeWord, now time.Time) error {
	switch {
	case word.State != approval.ConfirmedChange && word.State != approval.RefusedChange:
		return practice.Faultf(practice.Invalid, "state %q is neither confirmed nor refused", word.State)
	case word.State == approval.RefusedChange && word.Reason == "":
		return practice.Faultf(practice.Invalid, "refusing a change needs a reason").WithHint("give --reason")
	case word.State == approval.RefusedChange && !word.ValidUntil.IsZero():
		return practice.Faultf(practice.Invalid, "a refusal has no end")
	case !word.ValidUntil.IsZero() && !word.ValidUntil.After(now):
		return practice.Faultf(practice.Invalid, "valid until %s, which is past", shownTime(word.ValidUntil))
	}
	return nil
}

// namingChange gives the deployments that name a change and have not started:
// all, or only one.
func namingChange(w *work, name, only string) ([]deployment.Deployment, error) {
	var found []deployment.Deployment
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		open, err := w.Deployments(deployment.Filter{Open: true}, page)
		if err != nil {
			return nil, err
		}
		for _, d := range open {
			if d.Change == name && (only == "" || only == d.ID) && beforeStart(d) == nil {
				found = append(found, d)
			}
		}
		if len(open) < page.Limit {
			break
		}
		page.After = open[len(open)-1].ID
	}
	if len(found) == 0 {
		what := "no deployment that has not started names change " + name
		if only != "" {
			what = fmt.Sprintf("%s does not name change %s, or has started", only, name)
		}
		return nil, practice.Faultf(practice.NotFound, "%s", what).WithHint("ask for the deployment first: tranship deploy RELEASE --to ENVIRONMENT --change %s", name).Final()
	}
	return found, nil
}

// sayFor keeps what is said of a change for one deployment, and lets it ask again.
func (c *Control) sayFor(w *work, d deployment.Deployment, by practice.Actor, name string, word ChangeWord) (approval.Confirmation, error) {
	said := approval.Confirmation{
		Change: name, Deployment: d.ID, State: word.State, Subject: d.Subject, By: by, At: w.now, Why: word.Reason, ValidUntil: word.ValidUntil,
	}
	if word.Subject != "" && word.Subject != d.Subject {
		return said, practice.Faultf(practice.Conflict, "%s asks for something else by now (%s, not %s)", d.ID, d.Subject.Short(), word.Subject.Short()).
			WithHint("look at it again: tranship approval show %s", d.ID).Final()
	}
	if word.State == approval.ConfirmedChange {
		if err := independent(w, d, by, "confirms the change of"); err != nil {
			return said, err
		}
	}
	if present, err := w.Confirmation(name, d.ID); err == nil && repeats(present, said) {
		return present, nil
	} else if err != nil && practice.CodeOf(err) != practice.NotFound {
		return said, err
	}
	if err := w.PutConfirmation(said); err != nil {
		return said, err
	}
	kind := entryChangeConfirmed
	if said.State == approval.RefusedChange {
		kind = entryChangeRefused
	}
	data := map[string]any{"change": name, "subject": string(said.Subject)}
	if !said.ValidUntil.IsZero() {
		data["validUntil"] = said.ValidUntil.Format(deployment.TimeFormat)
	}
	w.note(practice.Entry{Kind: kind, Subject: deploymentSubject(d.ID), Who: by, Why: said.Why, Data: data})
	_, _, err := c.settle(w, d, deployment.Reconsidered{})
	return said, err
}

// repeats says whether the same is said again.
func repeats(before, now approval.Confirmation) bool {
	return before.State == now.State && before.Subject == now.Subject && before.By == now.By && before.Why == now.Why && before.ValidUntil.Equal(now.ValidUntil)
}

// Changes lists what was said of changes, by deployment; name "" means all.
// Key of a page: "D-12/CHANGE".
func (c *Control) Changes(ctx context.Context, scope practice.Scope, name string, page practice.Page) (list []approval.Confirmation, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Confirmations(name, page)
		return err
	})
	return list, err
}
