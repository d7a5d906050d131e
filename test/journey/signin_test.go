package journey_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// browser is somebody's browser: it keeps the cookie of a session and what goes with it.
type browser struct {
	t      *testing.T
	h      *house.House
	cookie *http.Cookie
	csrf   string
}

// ask sends a request with what the browser has, and gives status, body and headers.
func (b *browser) ask(method, path, body string, headers ...string) (int, string, http.Header) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.h.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Tranship-Csrf", b.csrf)
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range answer.Cookies() {
		b.cookie = c
	}
	var in struct{ Csrf string }
	if json.Unmarshal(raw, &in) == nil && in.Csrf != "" {
		b.csrf = in.Csrf
	}
	return answer.StatusCode, string(raw), answer.Header
}

// want is ask that must be answered with a status.
func (b *browser) want(status int, method, path, body string, headers ...string) string {
	b.t.Helper()
	got, text, _ := b.ask(method, path, body, headers...)
	if got != status {
		b.t.Errorf("%s %s: %d, expected %d: %s", method, path, got, status, text)
	}
	return text
}

const words = "four words of mine"

// invited is the browser of somebody who came in by a code and chose a password.
func invited(t *testing.T, h *house.House, name string, role party.Role) *browser {
	t.Helper()
	code, _, err := h.Control.Invite(t.Context(), practice.DefaultScope, house.Admin, name, role, 0)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, h: h}
	b.want(http.StatusOK, http.MethodPost, "/api/v1/sessions/redeem", `{"code": "`+code+`", "password": "`+words+`"}`)
	return b
}

// annaSignedIn is a browser with which anna has signed in by her password.
func annaSignedIn(t *testing.T, h *house.House) *browser {
	t.Helper()
	b := &browser{t: t, h: h}
	b.want(http.StatusOK, http.MethodPost, "/api/v1/sessions", `{"name": "anna", "password": "`+words+`"}`)
	return b
}

// A person comes in once by a code, then by their password; the cookie is bound
// to this host, and the session has exactly the rights of the person's role.
func TestAPersonSignsIn(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(people)
	first := invited(t, h, "anna", party.Approver)
	if c := first.cookie; c.Name != "__Host-tranship" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie: %+v", c)
	}
	b := annaSignedIn(t, h)
	text := b.want(http.StatusOK, http.MethodGet, "/api/v1/session", "")
	var who struct {
		FullName string
		Role     party.Role
		Own      bool
		Groups   []control.Sits
	}
	if err := json.Unmarshal([]byte(text), &who); err != nil || who.FullName != "Anna Lund" || who.Role != party.Approver || !who.Own || len(who.Groups) == 0 || who.Groups[0].Group != "operations" {
		t.Errorf("session: %v %s", err, text)
	}
	text = b.want(http.StatusForbidden, http.MethodPost, "/api/v1/enrolments", `{"agent": "x"}`)
	if !strings.Contains(text, "role approver of anna may not enrol") {
		t.Errorf("a right that an approver has not: %s", text)
	}
	b.want(http.StatusForbidden, http.MethodPost, "/api/v1/tokens", `{"name": "x", "role": "practitioner"}`)
	b.want(http.StatusForbidden, http.MethodPost, "/api/v1/tokens", `{"name": "x", "role": "viewer", "person": "ben"}`)
	b.want(http.StatusOK, http.MethodPost, "/api/v1/tokens", `{"name": "mine", "role": "approver"}`)
	// The role of the account counts at once.
	if _, err := h.Control.SetAccount(t.Context(), practice.DefaultScope, house.Admin, "anna", party.Administrator, false, ""); err != nil {
		t.Fatal(err)
	}
	b.want(http.StatusOK, http.MethodPost, "/api/v1/enrolments", `{"agent": "x"}`)
	b.want(http.StatusNoContent, http.MethodDelete, "/api/v1/session", "")
	if b.cookie.MaxAge >= 0 {
		t.Errorf("signing out leaves the cookie: %+v", b.cookie)
	}
	if report := verified(t, h); !report.OK() {
		t.Errorf("verify: %v", report)
	}
}

// What changes something in a session needs what other sites neither know nor can send.
func TestOtherSitesCannotUseASession(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(people)
	b := invited(t, h, "anna", party.Administrator)
	body := `{"agent": "x"}`
	b.want(http.StatusForbidden, http.MethodPost, "/api/v1/enrolments", body, "Tranship-Csrf", "")
	b.want(http.StatusForbidden, http.MethodPost, "/api/v1/enrolments", body, "Tranship-Csrf", strings.Repeat("0", 64))
	b.want(http.StatusForbidden, http.MethodPost, "/api/v1/enrolments", body, "Sec-Fetch-Site", "cross-site")
	b.want(http.StatusForbidden, http.MethodPost, "/api/v1/enrolments", body, "Sec-Fetch-Site", "", "Origin", "https://evil.example")
	b.want(http.StatusForbidden, http.MethodPost, "/api/v1/sessions", `{"name": "anna", "password": "`+words+`"}`, "Sec-Fetch-Site", "cross-site")
	other := annaSignedIn(t, h)
	b.want(http.StatusForbidden, http.MethodPost, "/api/v1/enrolments", body, "Tranship-Csrf", other.csrf)
	b.want(http.StatusOK, http.MethodPost, "/api/v1/enrolments", body)
}

// Whoever ends a session ends it at once: by signing out, as an administrator,
// with a new password, by leaving.
func TestSessionsEndAtOnce(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(people)
	ctx := t.Context()
	gone := func(what string, b *browser) {
		t.Helper()
		if status, text, _ := b.ask(http.MethodGet, "/api/v1/session", ""); status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", what, status, text)
		}
	}
	one := invited(t, h, "anna", party.Practitioner)
	two := annaSignedIn(t, h)
	stolen := *two
	two.want(http.StatusNoContent, http.MethodDelete, "/api/v1/session", "")
	gone("after signing out, by who copied the cookie", &stolen)
	one.want(http.StatusOK, http.MethodGet, "/api/v1/session", "")

	three := annaSignedIn(t, h)
	one.want(http.StatusForbidden, http.MethodPut, "/api/v1/session/password", `{"current": "not this one at all", "password": "another four words"}`)
	one.want(http.StatusUnprocessableEntity, http.MethodPut, "/api/v1/session/password", `{"current": "`+words+`", "password": "short"}`)
	one.want(http.StatusNoContent, http.MethodPut, "/api/v1/session/password", `{"current": "`+words+`", "password": "another four words"}`)
	gone("after the password changed", three)
	one.want(http.StatusOK, http.MethodGet, "/api/v1/session", "")
	(&browser{t: t, h: h}).want(http.StatusUnauthorized, http.MethodPost, "/api/v1/sessions", `{"name": "anna", "password": "`+words+`"}`)

	ben := invited(t, h, "ben", party.Viewer)
	var list struct {
		Items []struct {
			ID, Person string
			Current    bool
		}
	}
	if err := json.Unmarshal([]byte(one.want(http.StatusOK, http.MethodGet, "/api/v1/sessions", "")), &list); err != nil || len(list.Items) != 1 || !list.Items[0].Current {
		t.Errorf("anna's sessions: %v %+v", err, list)
	}
	ben.want(http.StatusForbidden, http.MethodGet, "/api/v1/sessions?person=anna", "")
	ben.want(http.StatusForbidden, http.MethodGet, "/api/v1/sessions?person=*", "")
	ben.want(http.StatusForbidden, http.MethodDelete, "/api/v1/sessions?person=anna", "")
	ben.want(http.StatusNotFound, http.MethodDelete, "/api/v1/sessions/"+list.Items[0].ID, "")
	one.want(http.StatusOK, http.MethodGet, "/api/v1/session", "")
	if status, text := send(t, h, operation{http.MethodDelete, "/api/v1/sessions?person=anna", ""}, h.Token, ""); status != http.StatusNoContent {
		t.Errorf("the administrator ends anna's: %d %s", status, text)
	}
	gone("after the administrator ended it", one)

	h.Apply(strings.Replace(people, "metadata: {name: ben}\nspec: {", "metadata: {name: ben}\nspec: {left: true, ", 1))
	gone("after ben left", ben)

	carla := invited(t, h, "carla", party.Viewer)
	h.Ahead(party.IdleLimit)
	gone("after two hours without use", carla)
	carla = invited(t, h, "carla", party.Viewer)
	if _, err := h.Control.SetAccount(ctx, practice.DefaultScope, house.Admin, "carla", "", true, "no more"); err != nil {
		t.Fatal(err)
	}
	gone("after the account was closed", carla)
	(&browser{t: t, h: h}).want(http.StatusUnauthorized, http.MethodPost, "/api/v1/sessions", `{"name": "carla", "password": "`+words+`"}`)
	if report := verified(t, h); !report.OK() {
		t.Errorf("verify: %v", report)
	}
}

// A stream of events ends with the session that began it, and tells nothing of
// what came after.
func TestAStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(people)
	b := invited(t, h, "anna", party.Viewer)
	ctx, stop := context.WithTimeout(t.Context(), 40*time.Second)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(b.cookie)
	r.Header.Set("Last-Event-ID", "0")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("a browser cannot listen: %s", answer.Status)
	}
	first := make([]byte, 1)
	if _, err := io.ReadFull(answer.Body, first); err != nil {
		t.Fatal(err)
	}
	if err := h.Control.EndSessions(ctx, practice.DefaultScope, house.Admin, "anna", "", "test"); err != nil {
		t.Fatal(err)
	}
	ended, err := h.Control.Entries(ctx, practice.DefaultScope, record.Filter{About: []string{"session"}, Aside: []string{"account"}, Newest: true}, practice.Page{Limit: 1})
	if err != nil || len(ended) != 1 || ended[0].Kind != "session.ended" || !bytes.Contains(ended[0].Bytes, []byte(`"person":"anna"`)) {
		t.Errorf("the record does not say whose session ended: %v %+v", err, ended)
	}
	h.Apply(strings.Replace(people, "fullName: ", "fullName: After ", 1))
	raw, err := io.ReadAll(answer.Body)
	if err != nil || ctx.Err() != nil {
		t.Errorf("the stream goes on: %v", err)
	}
	if bytes.Contains(raw, []byte("session.ended")) || bytes.Contains(raw, []byte("document.changed")) {
		t.Errorf("the stream tells what came after its session:\n%s", raw)
	}
	if !bytes.Contains(raw, []byte("id: 1\n")) || bytes.Contains(raw, []byte("id: 0\n")) {
		t.Errorf("the stream does not go on after the entry that was seen last:\n%.300s", raw)
	}
}

// Guessing is slowed down, and the owner is not locked out.
func TestGuessingBecomesSlow(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(people)
	invited(t, h, "anna", party.Viewer)
	attacker := &browser{t: t, h: h}
	guess := `{"name": "anna", "password": "not this one at all"}`
	for range party.PaceOfBoth.Tries {
		attacker.want(http.StatusUnauthorized, http.MethodPost, "/api/v1/sessions", guess, "X-Forwarded-For", "192.0.2.7")
	}
	status, text, header := attacker.ask(http.MethodPost, "/api/v1/sessions", guess, "X-Forwarded-For", "192.0.2.7")
	if status != http.StatusTooManyRequests || header.Get("Retry-After") == "" || !strings.Contains(text, "try again in") {
		t.Errorf("the seventh guess: %d %v %s", status, header, text)
	}
	annaSignedIn(t, h) // from elsewhere she comes in
	h.Ahead(party.PaceOfBoth.Every)
	attacker.want(http.StatusOK, http.MethodPost, "/api/v1/sessions", `{"name": "anna", "password": "`+words+`"}`, "X-Forwarded-For", "192.0.2.7")

	// Who is nobody is told the same.
	nobody := &browser{t: t, h: h}
	_, known, _ := nobody.ask(http.MethodPost, "/api/v1/sessions", guess)
	_, unknown, _ := nobody.ask(http.MethodPost, "/api/v1/sessions", strings.Replace(guess, "anna", "ghost", 1))
	_, without, _ := nobody.ask(http.MethodPost, "/api/v1/sessions", strings.Replace(guess, "anna", "ben", 1))
	if known != unknown || known != without {
		t.Errorf("the answers tell who exists:\n%s%s%s", known, unknown, without)
	}
	refused := 0
	for _, e := range entriesOf(t, h, "account.refused") {
		refused++
		if strings.Contains(e.Subject, "ghost") {
			t.Errorf("a name that nobody has was recorded: %+v", e)
		}
	}
	if refused != party.PaceOfBoth.Tries+3 {
		t.Errorf("%d failed sign-ins are recorded, expected %d", refused, party.PaceOfBoth.Tries+3)
	}
}

func entriesOf(t *testing.T, h *house.House, kind string) (found []practice.Entry) {
	t.Helper()
	filter := record.Filter{}
	if kind != "" {
		filter.Kinds = []string{kind}
	}
	rows, err := h.Control.Entries(t.Context(), practice.DefaultScope, filter, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		var leaf record.Leaf
		if err := json.Unmarshal(row.Bytes, &leaf); err != nil {
			t.Fatal(err)
		}
		found = append(found, leaf.Entry)
	}
	return found
}

// A code is good once, until it ends or is replaced, and for its person alone.
func TestACodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(people)
	ctx := t.Context()
	invite := func(name string) string {
		code, _, err := h.Control.Invite(ctx, practice.DefaultScope, house.Admin, name, party.Viewer, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	redeem := func(status int, what, code string) {
		t.Helper()
		got, text, _ := (&browser{t: t, h: h}).ask(http.MethodPost, "/api/v1/sessions/redeem", `{"code": "`+code+`"}`)
		if got != status {
			t.Errorf("%s: %d, expected %d: %s", what, got, status, text)
		}
	}
	replaced, code := invite("anna"), invite("anna")
	redeem(http.StatusUnauthorized, "a code that was replaced", replaced)
	redeem(http.StatusUnauthorized, "anna's code for ben", strings.TrimSuffix(code, "anna")+"ben")
	redeem(http.StatusUnauthorized, "no code", "hello")
	redeem(http.StatusOK, "the code", code)
	redeem(http.StatusUnauthorized, "the code again", code)
	late := invite("anna")
	h.Ahead(time.Hour)
	redeem(http.StatusUnauthorized, "a code that has ended", late)
	if _, _, err := h.Control.Invite(ctx, practice.DefaultScope, house.Admin, "ghost", party.Viewer, 0); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("a code for nobody: %v", err)
	}
	first := strings.SplitAfter(h.SignIn, "#code=")
	if len(first) != 2 {
		t.Fatalf("the server's first address is %q", h.SignIn)
	}
	b := &browser{t: t, h: h}
	h2 := house.Start(t)
	b.h = h2
	b.want(http.StatusOK, http.MethodPost, "/api/v1/sessions/redeem", `{"code": "`+strings.SplitAfter(h2.SignIn, "#code=")[1]+`", "password": "`+words+`"}`)
	if text := b.want(http.StatusOK, http.MethodGet, "/api/v1/session", ""); !strings.Contains(text, `"role":"administrator"`) || !strings.Contains(text, `"name":"admin"`) {
		t.Errorf("the first administrator: %s", text)
	}
}

// TestOnlyTheOwnHandDecides: who makes tokens cannot decide in everybody's
// place, by no detour.
func TestOnlyTheOwnHandDecides(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{})
	body := `{"decision": "approve", "subject": "` + string(d.Subject) + `"}`
	votes := "/api/v1/deployments/" + d.ID + "/votes"
	handed := token(t, h, party.Manager, person("carla"))
	if status, detail := approveOver(t, h, d.ID, string(d.Subject), handed); status != http.StatusForbidden || !strings.Contains(detail, "own hand") {
		t.Errorf("a token that the administrator made for carla: %d %s", status, detail)
	}
	as := &browser{t: t, h: h}
	var made struct{ Secret string }
	text := as.want(http.StatusOK, http.MethodPost, "/api/v1/tokens", `{"name": "laundered", "role": "approver"}`, "Authorization", "Bearer "+handed)
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		t.Fatal(err)
	}
	if status, detail := approveOver(t, h, d.ID, string(d.Subject), made.Secret); status != http.StatusForbidden {
		t.Errorf("a token that was made with it: %d %s", status, detail)
	}
	as.want(http.StatusForbidden, http.MethodPut, "/api/v1/session/password", `{"password": "`+words+`"}`, "Authorization", "Bearer "+handed)
	as.want(http.StatusForbidden, http.MethodPost, "/api/v1/documents", `{"files": [{"name": "d.yaml", "text": "apiVersion: tranship.dev/v1\nkind: Delegation\nmetadata: {name: d}\nspec: {from: carla, to: dora, begins: 2020-01-01T00:00:00Z, ends: 2040-01-01T00:00:00Z}\n"}]}`, "Authorization", "Bearer "+handed)

	carla := invited(t, h, "carla", party.Approver)
	carla.want(http.StatusOK, http.MethodPost, votes, body)
	as.want(http.StatusForbidden, http.MethodPost, "/api/v1/deployments/"+d.ID+"/votes/withdraw", `{"reason": "x"}`, "Authorization", "Bearer "+handed)
	text = carla.want(http.StatusOK, http.MethodPost, "/api/v1/tokens", `{"name": "own", "role": "approver"}`)
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		t.Fatal(err)
	}
	as.want(http.StatusOK, http.MethodPost, "/api/v1/deployments/"+d.ID+"/votes/withdraw", `{"reason": "x"}`, "Authorization", "Bearer "+made.Secret)
	if report := verified(t, h); !report.OK() {
		t.Errorf("verify: %v", report)
	}
}

// keptLog is a log that can be read while it is written.
type keptLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (k *keptLog) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.Write(p)
}

func (k *keptLog) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.String()
}

// No password, code or session stands in the log, in the record or in the database.
func TestPasswordsAreWrittenNowhere(t *testing.T) {
	t.Parallel()
	kept := &keptLog{}
	h := house.Start(t, func(o *wiring.ServerOptions) {
		o.Log = slog.New(slog.NewTextHandler(kept, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	h.Apply(people)
	code, _, err := h.Control.Invite(t.Context(), practice.DefaultScope, house.Admin, "anna", party.Viewer, 0)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, h: h}
	b.want(http.StatusOK, http.MethodPost, "/api/v1/sessions/redeem", `{"code": "`+code+`", "password": "`+words+`"}`, "Idempotency-Key", "a")
	b.want(http.StatusOK, http.MethodPost, "/api/v1/sessions", `{"name": "anna", "password": "`+words+`"}`, "Idempotency-Key", "b")
	b.want(http.StatusUnauthorized, http.MethodPost, "/api/v1/sessions", `{"name": "anna", "password": "wrong words of mine"}`)
	b.want(http.StatusUnauthorized, http.MethodPost, "/api/v1/sessions", `{"name": "my name is my password", "password": "x"}`)
	b.want(http.StatusNoContent, http.MethodPut, "/api/v1/session/password", `{"current": "`+words+`", "password": "newer words of mine"}`)
	secrets := []string{words, "wrong words of mine", "newer words of mine", "my name is my password", strings.Split(code, "_")[2], strings.Split(b.cookie.Value, "_")[2], b.csrf}
	var all strings.Builder
	for _, e := range entriesOf(t, h, "") {
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(raw)
	}
	if !strings.Contains(kept.String(), "sign-in failed") || !strings.Contains(all.String(), "session.begun") {
		t.Error("log and record do not tell of it at all")
	}
	h.Shut()
	for _, secret := range secrets {
		if strings.Contains(kept.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
		if strings.Contains(all.String(), secret) {
			t.Errorf("the record has %q", secret)
		}
		holdsNot(t, h.Dir, secret)
	}
}

// holdsNot demands that no file below a directory has a secret in it.
func holdsNot(t *testing.T, dir, secret string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("%s has %q", path, secret)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
