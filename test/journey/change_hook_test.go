package journey_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/hook"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/test/house"
)

const changeHook = `
apiVersion: tranship.dev/v1
kind: ServiceAccount
metadata: {name: itsm}
spec: {owner: dora}
---
apiVersion: tranship.dev/v1
kind: Trigger
metadata: {name: changes}
spec: {on: change, as: itsm}
`

// ofChange is a webhook of the trigger changes, signed ago before now.
func ofChange(t *testing.T, h *house.House, body string, ago time.Duration) sent {
	t.Helper()
	return sent{"changes", []byte(body), map[string]string{hook.SignatureHeader: hook.Sign(secretOf(t, h, "changes", false), []byte(body), time.Now().Add(-ago))}}
}

// answers sends a webhook and wants a status and a text in the answer.
func answers(t *testing.T, h *house.House, s sent, status int, text string) {
	t.Helper()
	if got, answer := s.to(t, h); got != status || !strings.Contains(answer, text) {
		t.Errorf("%s: %d %s, want %d %s", s.body, got, answer, status, text)
	}
}

// deliveries waits until the log of the trigger changes has so many: what was
// refused is kept after it was answered.
func deliveries(t *testing.T, h *house.House, count int) []journey.Delivery {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		list, err := h.Control.Deliveries(context.Background(), practice.DefaultScope, "changes", practice.Page{})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == count {
			return list
		}
		if time.Now().After(deadline) {
			t.Fatalf("the log has %d deliveries, want %d: %+v", len(list), count, list)
		}
	}
}

// R22: the tool that keeps changes confirms and revokes them by signed webhooks.
// Each counts once; an altered one, and one that nobody can mean, has no effect.
func TestAChangeIsConfirmedByAWebhook(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := ready(t, confirmed, changeHook)
	d := request(t, h, anna, control.AskRequest{Change: "CHG0042", StartAfter: time.Now().Add(time.Hour)})
	if d = stateIs(t, h, d.ID, deployment.Planned); !says(d, "change CHG0042 is not confirmed yet") {
		t.Fatalf("%+v", d.Waiting)
	}
	const yes, no = `{"change":"CHG0042","status":"confirmed","by":"Mia"}`, `{"change":"CHG0042","status":"revoked","by":"Mia","reason":"the board met"}`
	altered := ofChange(t, h, no, 0)
	altered.body = []byte(strings.Replace(no, "revoked", "confirmed", 1))
	answers(t, h, altered, http.StatusUnauthorized, "not signed")
	answers(t, h, ofChange(t, h, yes, 6*time.Minute), http.StatusUnauthorized, "not signed")
	deliveries(t, h, 2)
	stateIs(t, h, d.ID, deployment.Planned)

	first := ofChange(t, h, yes, 2*time.Second)
	answers(t, h, first, http.StatusAccepted, "change CHG0042 is confirmed for "+d.ID)
	stateIs(t, h, d.ID, deployment.Scheduled)
	answers(t, h, ofChange(t, h, no, time.Second), http.StatusAccepted, "change CHG0042 is revoked for "+d.ID)
	if d = stateIs(t, h, d.ID, deployment.Planned); !says(d, "change CHG0042 was refused by itsm: the board met (Mia)") {
		t.Errorf("revoked: %+v", d.Waiting)
	}
	answers(t, h, first, http.StatusOK, `"outcome":"known"`)
	first.header[hook.SignatureHeader] = strings.ToUpper(strings.Replace(first.header[hook.SignatureHeader], "t=", "T=", 1))
	first.header[hook.SignatureHeader] = strings.NewReplacer("T=", "t=", "V1=", "v1=").Replace(first.header[hook.SignatureHeader])
	answers(t, h, first, http.StatusOK, `"outcome":"known"`)
	stateIs(t, h, d.ID, deployment.Planned)

	answers(t, h, ofChange(t, h, yes, 0), http.StatusAccepted, `"outcome":"taken"`) // the same again, at another moment
	stateIs(t, h, d.ID, deployment.Scheduled)
	said, err := h.Control.Changes(ctx, practice.DefaultScope, "CHG0042", practice.Page{})
	if err != nil || len(said) != 1 || said[0].State != approval.ConfirmedChange || said[0].By != (practice.Actor{Kind: practice.Account, Name: "itsm"}) || said[0].Why != "as Mia said" {
		t.Errorf("%+v, %v", said, err)
	}
	if _, err := h.Control.Reschedule(ctx, practice.DefaultScope, anna, d.ID, control.RescheduleRequest{StartAfter: time.Now(), Reason: "now"}); err != nil {
		t.Fatal(err)
	}
	expect(t, h, d.ID, deployment.Succeeded)

	var outcomes []string
	for _, one := range deliveries(t, h, 5) {
		outcomes = append(outcomes, string(one.Outcome)+" "+string(one.Event.Said.Status))
	}
	if got := strings.Join(outcomes, ", "); got != "taken confirmed, taken revoked, taken confirmed, refused , refused " {
		t.Errorf("the log of deliveries, newest first: %s", got)
	}
	wholeRecord(t, h, d.ID)
}

// What cannot be meant so is refused, says why, is in the log, and may come again.
func TestWordsOnChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := ready(t, confirmed, changeHook)
	early := ofChange(t, h, `{"change":"CHG-1","status":"confirmed"}`, 0)
	answers(t, h, early, http.StatusNotFound, "no deployment that has not started names change CHG-1")
	if list := deliveries(t, h, 1); list[0].Outcome != journey.Refused || !strings.Contains(list[0].Message, "names change CHG-1") {
		t.Errorf("the log of deliveries: %+v", list)
	}
	d := request(t, h, practice.Actor{Kind: practice.Account, Name: "ci"}, control.AskRequest{Change: "CHG-1", StartAfter: time.Now().Add(time.Hour)})
	for body, text := range map[string]string{
		`{"change":"CHG-1","status":"revoked"}`:                                                      "reason is missing",
		`{"change":"CHG-1","status":"confirmed","ends":"2036-01-01T00:00:00Z"}`:                      "ends",
		`{"change":"CHG-1","status":"confirmed","until":"2001-01-01T00:00:00Z"}`:                     "which is past",
		`{"change":"CHG-1","status":"confirmed","subject":"sha256:` + strings.Repeat("0", 64) + `"}`: "asks for something else by now",
	} {
		status := http.StatusUnprocessableEntity
		if strings.Contains(body, "subject") {
			status = http.StatusConflict
		}
		answers(t, h, ofChange(t, h, body, 0), status, text)
	}
	stateIs(t, h, d.ID, deployment.Planned)
	deliveries(t, h, 5)
	answers(t, h, early, http.StatusAccepted, "change CHG-1 is confirmed for "+d.ID)
	stateIs(t, h, d.ID, deployment.Scheduled)

	// anna answers for the account by which it was asked: she cannot confirm it by a hook of her own
	h.Apply(strings.NewReplacer("owner: dora", "owner: anna", "name: itsm", "name: mine", "as: itsm", "as: mine").Replace(changeHook))
	answers(t, h, ofChange(t, h, `{"change":"CHG-1","status":"confirmed","reason":"mine"}`, 0), http.StatusForbidden, "")
	if _, err := h.Control.FireTrigger(ctx, practice.DefaultScope, house.Admin, "changes", control.Fire{}); practice.CodeOf(err) != practice.Refused {
		t.Errorf("fired by hand: %v", err)
	}
	known := secretOf(t, h, "changes", false)
	h.Apply(strings.Replace(changeHook, "{on: change, as: itsm}", "{on: webhook, component: shop, as: itsm, webhook: {provider: plain, version: field}}", 1))
	if secretOf(t, h, "changes", false) == known {
		t.Error("a webhook for releases is signed with the secret of one for changes")
	}
	h.Apply(changeHook)
	why, err := h.Control.WhyTrigger(ctx, practice.DefaultScope, "changes")
	if err != nil || why.Open || !strings.Contains(why.Reasons[len(why.Reasons)-1].Message, "the next word on a change") {
		t.Errorf("why: %+v, %v", why, err)
	}
	wholeRecord(t, h, d.ID)
}
