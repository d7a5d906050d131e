package announce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/announce"
	"tranship.dev/tranship/internal/announce/announcetest"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/communication"
)

// The example of the Standard Webhooks specification's libraries.
func TestSignatureIsThatOfStandardWebhooks(t *testing.T) {
	t.Parallel()
	// base64 of the secret: MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
	secret := []byte{49, 242, 144, 246, 191, 6, 41, 138, 171, 79, 8, 212, 60, 63, 8, 44, 246, 72, 163, 98, 218, 45, 164, 176}
	got := announce.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`), secret)
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s; want %s", got, want)
	}
	if two := announce.Sign("x", time.Unix(1, 0), nil, secret, []byte("other")); len(strings.Fields(two)) != 2 {
		t.Errorf("two secrets give %q; want two signatures", two)
	}
}

// What each answer of a receiver means, and that nothing of it, nor of its
// address, gets into the log (threats 24 and 28).
func TestAnswers(t *testing.T) {
	t.Parallel()
	inside := announcetest.NewHook(t, nil)
	hook := announcetest.NewHook(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			w.Header().Set("Location", inside.URL+"/stolen")
			w.WriteHeader(http.StatusTemporaryRedirect)
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("canary ", 4096)); err != nil {
					return
				}
			}
		case "/headers":
			w.Header().Set("X-Large", strings.Repeat("x", 1<<20))
		case "/broken":
			panic(http.ErrAbortHandler)
		default:
			status := 0
			_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "canary")
		}
	})
	s := sender(t, announce.Options{Inside: true})
	for _, c := range []struct {
		path  string
		want  string
		ok    bool
		final bool
	}{
		{"/200", "200 OK", true, false},
		{"/202", "202 Accepted", true, false},
		{"/404", "answered 404 Not Found", false, false},
		{"/410", "wants no more", false, true},
		{"/500", "answered 500", false, false},
		{"/503", "answered 503", false, false},
		{"/redirect", "redirects are not followed", false, false},
		{"/endless", "200 OK", true, false},
		{"/headers", "cannot be reached", false, false},
		{"/broken", "cannot be reached", false, false},
	} {
		said, err := s.Send(t.Context(), control.Sending{
			ID: "e-1", Channel: communication.ByWebhook, URL: hook.URL + c.path + "?token=secret", Content: []byte(`{"id":"e-1"}`), Secrets: [][]byte{[]byte("key")},
		})
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, c.want) || (err == nil) != c.ok || isFinal(err) != c.final {
			t.Errorf("%s: %q, final %v; want %q, ok %v, final %v", c.path, said, isFinal(err), c.want, c.ok, c.final)
		}
		if strings.Contains(said, "secret") || strings.Contains(said, "canary") {
			t.Errorf("%s: the log tells what it must not: %q", c.path, said)
		}
	}
	if n := len(inside.Calls()); n > 0 {
		t.Errorf("a redirect was followed %d times", n)
	}
	for _, url := range []string{"file:///etc/passwd", "http://user:pass@127.0.0.1/", "gopher://127.0.0.1/", "http://[::1", "unix:///run/x"} {
		if _, err := s.Send(t.Context(), control.Sending{Channel: communication.ByWebhook, URL: url}); err == nil || !isFinal(err) {
			t.Errorf("%s: %v; want a final refusal", url, err)
		}
	}
}

// A receiver that does not answer holds nothing up for longer than an attempt may take.
func TestSlowReceiversAreLeft(t *testing.T) {
	t.Parallel()
	hook := announcetest.NewHook(t, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := sender(t, announce.Options{Inside: true}).Send(ctx, control.Sending{Channel: communication.ByWebhook, URL: hook.URL, Content: []byte("{}")})
	if err == nil || !strings.Contains(err.Error(), "did not answer") || isFinal(err) {
		t.Errorf("%v; want that it did not answer", err)
	}
}

var words = communication.Message{Subject: "D-1: web@1 into live waits for approval", Text: "Reason: <!channel> @all [x](http://evil) *big*.\nHow: tranship approve D-1\n"}

// R112: chats show the message, and nothing in it calls everybody or becomes a link.
func TestChatsGetTheirForm(t *testing.T) {
	t.Parallel()
	hook := announcetest.NewHook(t, nil)
	s := sender(t, announce.Options{Inside: true})
	body := func(style communication.ChatStyle) string {
		t.Helper()
		if _, err := s.Send(t.Context(), control.Sending{Channel: communication.ByChat, URL: hook.URL + "/hooks/secret", Style: style, Message: words}); err != nil {
			t.Fatal(err)
		}
		call := hook.Next(t, func(announcetest.Call) bool { return true })
		var text struct {
			Text        string
			Attachments []struct {
				ContentType string
				Content     struct {
					Type string
					Body []struct{ Type, Text string }
				}
			}
		}
		if err := json.Unmarshal(call.Body, &text); err != nil {
			t.Fatal(err)
		}
		for _, a := range text.Attachments {
			if a.ContentType != "application/vnd.microsoft.card.adaptive" || a.Content.Type != "AdaptiveCard" {
				t.Errorf("%s: attachment %+v is no adaptive card", style, a)
			}
			for _, b := range a.Content.Body {
				text.Text += b.Text + "\n"
			}
		}
		return text.Text
	}
	for style, never := range map[communication.ChatStyle][]string{
		communication.Slack: {"<!channel>"}, communication.Mattermost: {"@all", "[x](", " *big*"}, communication.Teams: {"[x]("},
	} {
		text := body(style)
		if !strings.Contains(text, "waits for approval") || !strings.Contains(text, "tranship approve D-1") {
			t.Errorf("%s shows %q", style, text)
		}
		for _, n := range never {
			if strings.Contains(text, n) {
				t.Errorf("%s shows %q, with %q in it", style, text, n)
			}
		}
	}
}

// R108: mail arrives with what mail programs need to know, the same id each time.
func TestMailArrives(t *testing.T) {
	t.Parallel()
	mails := announcetest.NewMailbox(t, func(to string) string {
		switch {
		case strings.HasPrefix(to, "unknown"):
			return "550 no such user"
		case strings.HasPrefix(to, "grey"):
			return "451 come back later"
		}
		return ""
	})
	s := sender(t, announce.Options{SMTP: announce.SMTP{Server: mails.Address, From: "tranship@example.com"}})
	send := func(to string) error {
		_, err := s.Send(t.Context(), control.Sending{ID: "default-A-1", At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Channel: communication.ByMail, To: to, Message: words})
		return err
	}
	if err := send("anna@example.com"); err != nil {
		t.Fatal(err)
	}
	got := mails.Next(t, "")
	for _, part := range []string{"Message-ID: <default-A-1@tranship>", "Subject: D-1: web@1 into live waits for approval", "Auto-Submitted: auto-generated", "Date: Sun, 01 Mar 2026 12:00:00 +0000", "tranship approve D-1", "From: <tranship@example.com>"} {
		if !strings.Contains(got.Text, part) {
			t.Errorf("the mail lacks %q:\n%s", part, got.Text)
		}
	}
	if got.To != "anna@example.com" || got.From != "tranship@example.com" {
		t.Errorf("from %s to %s", got.From, got.To)
	}
	if err := send("unknown@example.com"); err == nil || !isFinal(err) {
		t.Errorf("an address that does not exist: %v; want a final refusal", err)
	}
	if err := send("grey@example.com"); err == nil || isFinal(err) {
		t.Errorf("a grey list: %v; want to try again", err)
	}
	if err := send("a@example.com\r\nBcc: all@example.com"); err == nil || !isFinal(err) {
		t.Errorf("an address of two lines: %v; want a final refusal", err)
	}
}

// Settings that cannot work are refused at the start.
func TestMailSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		smtp announce.SMTP
		ok   bool
	}{
		{announce.SMTP{}, true},
		{announce.SMTP{Server: "mail.example.com:587", From: "a@example.com"}, true},
		{announce.SMTP{Server: "mail.example.com", From: "a@example.com"}, false},
		{announce.SMTP{Server: "mail.example.com:587"}, false},
		{announce.SMTP{Server: "mail.example.com:587", From: "a@example.com", User: "u"}, false},
	} {
		if _, err := announce.New(announce.Options{SMTP: c.smtp}); (err == nil) != c.ok {
			t.Errorf("%+v: %v; want ok %v", c.smtp, err, c.ok)
		}
	}
	if s := sender(t, announce.Options{}); s.Mails() {
		t.Error("mail can be sent without a server")
	}
	_, err := sender(t, announce.Options{}).Send(t.Context(), control.Sending{Channel: communication.ByMail, To: "a@example.com"})
	if err == nil || !strings.Contains(err.Error(), "--smtp") || isFinal(err) {
		t.Errorf("%v; want the hint how to set a server", err)
	}
}
