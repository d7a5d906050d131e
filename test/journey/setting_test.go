package journey_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/httpapi"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

const staff = `
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: anna}
spec: {}
---
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: emil}
spec: {}
`

// asJSON types a command, and reads what it printed.
func asJSON[T any](t *testing.T, h *house.House, token string, args ...string) (v T) {
	t.Helper()
	code, out, errs := typed(t, h, token, append(args, "--output", "json")...)
	if err := json.Unmarshal([]byte(out), &v); code != 0 || err != nil {
		t.Fatalf("%v: code %d, %v: %s%s", args, code, err, out, errs)
	}
	return v
}

// tokenOf makes a token of a role for somebody.
func tokenOf(t *testing.T, h *house.House, name string, role party.Role) string {
	t.Helper()
	written, _, err := h.Control.CreateToken(t.Context(), practice.DefaultScope, house.Admin, "for "+name, role, practice.Actor{Kind: practice.Person, Name: name}, h.Control.Clock.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// What a role allows is what the server lets through; who can give roles is told
// to everybody, who has the others only to those. Whoever has left has none.
func TestRolesAreSaidAsTheyHold(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(staff)
	invited(t, h, "anna", party.Viewer)
	invited(t, h, "emil", party.Administrator)
	looker := tokenOf(t, h, "anna", party.Viewer)
	roles := func(token string) map[party.Role]httpapi.RoleView {
		found := map[party.Role]httpapi.RoleView{}
		for _, r := range asJSON[[]httpapi.RoleView](t, h, token, "role", "list") {
			found[r.Role] = r
		}
		return found
	}
	all := roles(h.Token)
	for _, role := range party.Roles() {
		said := all[role]
		if len(said.Allows) != len(role.Actions()) || said.About != role.About() {
			t.Errorf("role %s is said to allow %v; it allows %v", role, said.Allows, role.Actions())
		}
	}
	if v := all[party.Viewer]; v.People != 1 || strings.Join(v.Names, " ") != "anna" || v.Tokens != 1 {
		t.Errorf("viewers: %+v", v)
	}
	if a := all[party.Administrator]; a.People != 2 || strings.Join(a.Names, " ") != "admin emil" || a.Tokens != 1 {
		t.Errorf("administrators: %+v", a)
	}
	seen := roles(looker)
	if v := seen[party.Viewer]; v.People != 1 || v.Names != nil {
		t.Errorf("a viewer is told who else has a role: %+v", v)
	}
	if a := seen[party.Administrator]; strings.Join(a.Names, " ") != "admin emil" {
		t.Errorf("a viewer is not told whom to ask: %+v", a)
	}

	if code, out, errs := typed(t, h, h.Token, "person", "set", "anna", "--role", "manager"); code != 0 {
		t.Fatalf("set: %s%s", out, errs)
	}
	h.Apply(strings.Replace(staff, "{name: emil}\nspec: {}", "{name: emil}\nspec: {left: true}", 1))
	all = roles(h.Token)
	if m, a := all[party.Manager], all[party.Administrator]; strings.Join(m.Names, " ") != "anna" || strings.Join(a.Names, " ") != "admin" {
		t.Errorf("after a change of role and a leaving: managers %v, administrators %v", m.Names, a.Names)
	}
	if code, out, _ := typed(t, h, looker, "role", "show", "administrator"); code != 0 || !strings.Contains(out, party.Administer.About()) || !strings.Contains(out, "1: admin") {
		t.Errorf("show: code %d, %s", code, out)
	}
	if code, _, errs := typed(t, h, looker, "role", "show", "emperor"); code != 2 || !strings.Contains(errs, "the roles are") {
		t.Errorf("a role that is none: code %d, %s", code, errs)
	}
}

// Settings say what the server runs with, to whoever may look, without a secret,
// and how old the last backup is.
func TestSettingsSayWhatTheServerRunsWith(t *testing.T) {
	t.Parallel()
	const secret = "the password of the mail server"
	h := house.Start(t, func(o *wiring.ServerOptions) {
		o.Limits = control.Limits{Running: 3, Tools: map[string]int{"helm": 2}}
		o.Announce.SMTP.Server, o.Announce.SMTP.From, o.Announce.SMTP.Password = "127.0.0.1:25", "tranship@example.com", secret
		o.Started = []httpapi.StartOption{{Flag: "--max-running", Value: "3", From: "flag", About: "at most so many"}}
	})
	h.Apply(staff)
	looker := tokenOf(t, h, "anna", party.Viewer)
	before := asJSON[httpapi.Settings](t, h, looker, "settings")
	bounds := map[string]control.Bound{}
	for _, b := range before.Bounds {
		bounds[b.Name] = b
	}
	if b := bounds["running"]; b.Value != 3 || b.Flag != "--max-running" {
		t.Errorf("the bound of running deployments: %+v", b)
	}
	if bounds["running-with-helm"].Value != 2 || bounds["log"].Value != 1<<30 || bounds["session-idle"].Value != int64(party.IdleLimit.Seconds()) {
		t.Errorf("bounds: %+v", bounds)
	}
	if before.URL != h.URL || before.BusURL != h.BusURL || before.TLS.By != "none" || !before.Mail || before.Record == 0 || len(before.Keys.Record) == 0 {
		t.Errorf("settings: %+v", before)
	}
	if before.Data.Path != filepath.Join(h.Dir, "server") || before.Data.Bytes == 0 || before.Data.Free == 0 {
		t.Errorf("data directory: %+v", before.Data)
	}
	if !before.BackupAt.IsZero() || before.BackupBy != nil {
		t.Errorf("a backup that nobody made: %v", before.BackupAt)
	}
	code, out, errs := typed(t, h, h.Token, "backup", filepath.Join(t.TempDir(), "whole.backup"))
	if code != 0 {
		t.Fatalf("backup: %s%s", out, errs)
	}
	// The last byte may be here before its entry is in the record.
	after := before
	for end := time.Now().Add(20 * time.Second); after.BackupAt.IsZero() && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		after = asJSON[httpapi.Settings](t, h, looker, "settings")
	}
	if after.BackupBy == nil || after.BackupBy.Name != "admin" || after.BackupAt.Before(before.Now) {
		t.Errorf("the backup: at %v by %v", after.BackupAt, after.BackupBy)
	}
	if code, out, errs = typed(t, h, looker, "settings"); code != 0 || !strings.Contains(out, "--max-running") || !strings.Contains(out, "by admin") || strings.Contains(out, secret) {
		t.Errorf("settings: code %d, %s%s", code, out, errs)
	}
	if _, out, _ = typed(t, h, looker, "settings", "--output", "json"); strings.Contains(out, secret) {
		t.Error("the settings hold the password of the mail server")
	}
}

// Whoever ends sessions must know which is which: each says where it came from and
// with which browser.
func TestSessionsSayWhichBrowser(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(staff)
	b := invited(t, h, "anna", party.Viewer)
	phone := &browser{t: t, h: h}
	phone.want(http.StatusOK, http.MethodPost, "/api/v1/sessions", `{"name": "anna", "password": "`+words+`"}`, "User-Agent", "Phone/1.0 "+strings.Repeat("ü", 200))
	var list struct{ Items []party.Session }
	if err := json.Unmarshal([]byte(b.want(http.StatusOK, http.MethodGet, "/api/v1/sessions", "")), &list); err != nil || len(list.Items) != 2 {
		t.Fatalf("sessions: %v, %v", list.Items, err)
	}
	found := map[bool]party.Session{}
	for _, s := range list.Items {
		found[strings.HasPrefix(s.Agent, "Phone/1.0 ü")] = s
		if s.Address != "127.0.0.1" || s.Agent == "" || len(s.Agent) > 200 || !utf8.ValidString(s.Agent) {
			t.Errorf("a session from %q with %q", s.Address, s.Agent)
		}
	}
	if len(found) != 2 {
		t.Errorf("the two browsers are not told apart: %+v", list.Items)
	}
}
