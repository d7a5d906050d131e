package hook_test

import (
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/hook"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
)

func TestWordsOnChanges(t *testing.T) {
	t.Parallel()
	e, err := hook.ParseChange([]byte(`{"change": "CHG 7", "status": "confirmed", "by": "Mia", "reason": "tested\ntwice", "until": "2036-08-04T06:00:00+02:00", "deployment": "D-1"}`))
	want := journey.Said{Change: "CHG 7", Status: journey.ChangeConfirmed, By: "Mia", Reason: "tested\ntwice", Deployment: "D-1"}
	until := e.Said.Until
	e.Said.Until = time.Time{}
	if err != nil || e.Kind != journey.OfChange || e.Said != want || !until.Equal(time.Date(2036, 8, 4, 4, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v until %s, %v", e, until, err)
	}
	for body, text := range map[string]string{
		``:                                     "EOF",
		`null`:                                 "change is missing",
		`[]`:                                   "cannot unmarshal",
		`{"status": "confirmed"}`:              "change is missing",
		`{"change": "C"}`:                      "status is missing",
		`{"change": "C", "status": "done"}`:    "neither confirmed nor revoked",
		`{"change": "C", "status": "revoked"}`: "reason is missing",
		`{"change": "C", "status": "revoked", "reason": "r", "until": "2036-08-04T06:00:00Z"}`:  "no end",
		`{"change": "C", "status": "confirmed", "until": "tomorrow"}`:                           "tomorrow",
		`{"change": "C", "status": "confirmed", "ends": "2036-08-04T06:00:00Z"}`:                "ends",
		`{"change": "C", "status": "confirmed"} {"change": "D"}`:                                "something follows",
		`{"change": "C\u001b[2J", "status": "confirmed"}`:                                       "control characters",
		`{"change": "C", "status": "confirmed", "reason": "\u001b[2J"}`:                         "control characters",
		`{"change": "` + strings.Repeat("C", 201) + `", "status": "confirmed"}`:                 "longer than 200",
		`{"change": "C", "status": "confirmed", "reason": "` + strings.Repeat("r", 3001) + `"}`: "longer than 3000",
	} {
		if _, err := hook.ParseChange([]byte(body)); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v, want %s", body, err, text)
		}
	}
}
