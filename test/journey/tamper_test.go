package journey_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/test/house"
)

// tampering is what somebody does to the database, and where verify must find it.
type tampering struct{ what, sql, where string }

var tamperings = []tampering{
	{"a column says withdrawn", `UPDATE component_version SET state = 'withdrawn' WHERE version = '1.0.0'`, "version shop@1.0.0"},
	{"a version is admitted", `UPDATE component_version SET state = 'admitted', body = replace(body, '"withdrawn"', '"admitted"') WHERE version = '9.0.0'`, "version shop@9.0.0"},
	{"the reason is another", `UPDATE component_version SET body = replace(body, 'not this one', 'that one') WHERE version = '9.0.0'`, "version shop@9.0.0"},
	{"the media are others", `UPDATE component_version SET body = replace(body, '"reference":"shop"', '"reference":"shoq"') WHERE version = '2.0.0'`, "version shop@2.0.0"},
	{"who added it is another", `UPDATE component_version SET body = json_set(body, '$.addedBy.name', 'eve') WHERE version = '2.0.0'`, "version shop@2.0.0"},
	{"a signature is lent", `UPDATE component_version SET body = json_set(body, '$.signedBy', 'AAAA') WHERE version = '2.0.0'`, "version shop@2.0.0"},
	{"a version vanishes", `DELETE FROM component_version WHERE version = '9.0.0'`, "version shop@9.0.0"},
	{"a version appears", `INSERT INTO component_version SELECT scope, component, '7.0.0', 77, digest, state, json_set(body, '$.version', '7.0.0') FROM component_version WHERE version = '1.0.0'`, "version shop@7.0.0"},

	{"a document is changed", `UPDATE document SET body = replace(body, 'remediate', 'retry') WHERE kind = 'Model'`, "document Model/shop revision 1"},
	{"a label is changed", `UPDATE document SET body = json_set(body, '$.labels.tier', 'gold') WHERE kind = 'Target' AND name = 'host-1'`, "document Target/host-1 revision 1"},
	{"an old revision is changed", `UPDATE document SET body = json_set(body, '$.spec.owner', 'eve') WHERE kind = 'Environment' AND revision = 1`, "document Environment/test revision 1"},
	{"a document's digest is changed with it", `UPDATE document SET body = json_set(body, '$.digest', 'sha256:00') WHERE kind = 'Model'`, "document Model/shop revision 1"},
	{"a document's author is changed", `UPDATE document SET body = json_set(body, '$.by.name', 'eve') WHERE kind = 'Model'`, "document Model/shop revision 1"},
	{"a target is listed elsewhere", `UPDATE document SET parent = 'live', body = json_set(body, '$.parent', 'live') WHERE kind = 'Target' AND name = 'host-1'`, "document Target/host-1 revision 1"},
	{"no revision is the present one", `UPDATE document SET present = 0 WHERE kind = 'Environment'`, "document Environment/test revision 2"},
	{"a document is hidden", `UPDATE document SET removed = 1 WHERE kind = 'Model'`, "document Model/shop revision 1"},
	{"a document vanishes", `DELETE FROM document WHERE kind = 'Environment' AND revision = 2`, "document Environment/test revision 2"},
	{"a document appears", `INSERT INTO document (scope, kind, name, revision, parent, removed, present, body) SELECT scope, kind, name, 2, parent, removed, 0, json_set(body, '$.revision', 2) FROM document WHERE kind = 'Model'`, "document Model/shop revision 2"},

	{"a viewer becomes an administrator", `UPDATE token SET body = replace(body, '"viewer"', '"administrator"')`, "token "},
	{"a token's secret is swapped", `UPDATE token SET hash = zeroblob(32) WHERE json_extract(body, '$.name') = 'bootstrap'`, "token "},
	{"a revoked token is revived", `UPDATE token SET body = json_remove(body, '$.revokedAt')`, "token "},
	{"an executor's secret is swapped", `UPDATE token SET hash = zeroblob(32) WHERE json_extract(body, '$.role') = 'executor'`, "token "},
	{"a token vanishes", `DELETE FROM token WHERE json_extract(body, '$.role') = 'viewer'`, "token "},
	{"a token appears", `INSERT INTO token SELECT scope, 'x', hash, json_set(body, '$.id', 'x') FROM token LIMIT 1`, "token x"},
	{"an enrolment is free again", `UPDATE enrolment SET used_at = 0, body = json_remove(body, '$.usedAt')`, "enrolment "},
	{"an enrolment's secret is swapped", `UPDATE enrolment SET hash = zeroblob(32)`, "enrolment "},
	{"an agent has another key", `UPDATE agent SET key = 'AAAA', body = json_set(body, '$.key', 'AAAA') WHERE name = 'host-1'`, "agent host-1"},
	{"an agent's key column is another", `UPDATE agent SET key = 'AAAA' WHERE name = 'host-1'`, "agent host-1"},
	{"a revoked agent is trusted", `UPDATE agent SET body = json_remove(body, '$.revokedAt') WHERE name = 'host-3'`, "agent host-3"},
	{"an agent vanishes", `DELETE FROM agent WHERE name = 'host-1'`, "agent host-1"},

	{"a viewer's account is an administrator's", `UPDATE account SET body = json_set(body, '$.role', 'administrator') WHERE person = 'lars'`, "account lars"},
	{"a password is swapped", `UPDATE account SET body = json_set(body, '$.password', '$argon2id$') WHERE person = 'lars'`, "account lars"},
	{"a code is swapped", `UPDATE account SET body = json_set(body, '$.code.hash', 'AAAA') WHERE person = 'admin'`, "account admin"},
	{"an account appears", `INSERT INTO account SELECT scope, 'eve', json_set(body, '$.person', 'eve') FROM account LIMIT 1`, "account eve"},
	{"an account vanishes", `DELETE FROM account WHERE person = 'lars'`, "account lars"},
	{"a session is somebody else's", `UPDATE session SET person = 'admin', body = json_set(body, '$.person', 'admin')`, "session "},
	{"a session's secret is swapped", `UPDATE session SET hash = zeroblob(32)`, "session "},
	{"an ended session is revived", `UPDATE session SET ended_at = 0, body = json_remove(body, '$.endedAt', '$.endedBy')`, "session "},
	{"a session lasts longer", `UPDATE session SET body = json_set(body, '$.endsAt', '2099-01-01T00:00:00Z')`, "session "},
	{"a session appears", `INSERT INTO session SELECT scope, 'x', person, hash, ended_at, json_set(body, '$.id', 'x') FROM session LIMIT 1`, "session x"},
	{"a session vanishes", `DELETE FROM session`, "session "},

	{"a plan is changed", `UPDATE plan SET body = json_set(body, '$.header.maxFailures', 99) WHERE number = 1`, "plan P-1"},
	{"a plan has another author", `UPDATE plan SET body = json_set(body, '$.by.name', 'eve') WHERE number = 1`, "plan P-1"},
	{"a planned target is changed", `UPDATE plan_target SET body = json_set(body, '$.address', 'evil') WHERE plan = 1 AND name = 'host-1'`, "plan P-1"},
	{"a planned target's beginning is changed", `UPDATE plan_target SET start = json_set(start, '$.agent', 'evil') WHERE plan = 1 AND name = 'host-1'`, "plan P-1 target host-1"},
	{"a plan loses a target", `DELETE FROM plan_target WHERE plan = 2 AND name = 'host-1'`, "plan P-2"},

	{"a failure is a success", `UPDATE deployment SET result = 'succeeded', body = json_set(body, '$.result', 'succeeded') WHERE number = 3`, "deployment D-3"},
	{"a result's column is another", `UPDATE deployment SET result = 'succeeded' WHERE number = 3`, "deployment D-3"},
	{"a count is another", `UPDATE deployment_count SET number = number + 1 WHERE result = 'succeeded'`, "count of deployments into test, succeeded"},
	{"a count vanishes", `DELETE FROM deployment_count WHERE result = 'succeeded'`, "count of deployments into test, succeeded"},
	{"a deployment has another requester", `UPDATE deployment SET body = json_set(body, '$.requestedBy.name', 'eve') WHERE number = 1`, "deployment D-1"},
	{"a deployment has another reason", `UPDATE deployment SET body = json_set(body, '$.reason', 'fun') WHERE number = 1`, "deployment D-1"},
	{"a deployment has another cause", `UPDATE deployment SET body = json_set(body, '$.cause', 'fate') WHERE number = 3`, "deployment D-3"},
	{"a deployment is open again", `UPDATE deployment SET closed = 0, state = 'executing', body = json_set(body, '$.state', 'executing') WHERE number = 1`, "deployment D-1"},
	{"a deployment has another plan", `UPDATE deployment SET plan = 2, body = json_set(body, '$.plan', 'P-2') WHERE number = 1`, "deployment D-1"},
	{"a deployment's header is changed", `UPDATE deployment SET body = json_set(body, '$.header.maxFailures', 99) WHERE number = 1`, "deployment D-1"},
	{"a deployment touched fewer", `UPDATE deployment SET body = json_set(body, '$.touched', 0) WHERE number = 1`, "deployment D-1"},
	{"a deployment is not found by its component", `DELETE FROM deployment_component WHERE deployment = 1`, "deployment D-1 component shop"},
	{"a deployment is found by another component", `INSERT INTO deployment_component VALUES ('default', 'spy', 1)`, "deployment D-1 component spy"},
	{"a failed target is done", `UPDATE deployment_target SET state = 'done', body = json_set(body, '$.state', 'done', '$.executed', json('true')) WHERE deployment = 3`, "deployment D-3 target host-"},
	{"a target's column is another", `UPDATE deployment_target SET executed = 1 - executed WHERE deployment = 1 AND name = 'host-1'`, "deployment D-1 target host-1"},
	{"a target's message is another", `UPDATE deployment_target SET body = json_set(body, '$.message', 'fine') WHERE deployment = 1 AND name = 'host-1'`, "deployment D-1 target host-1"},
	{"a target's past is another", `UPDATE deployment_target SET body = json_set(body, '$.before[0].version', '0.1') WHERE deployment = 2 AND name = 'host-1'`, "deployment D-2 target host-1"},
	{"a target vanishes", `DELETE FROM deployment_target WHERE deployment = 1 AND name = 'host-1'`, "deployment D-1 target host-1"},
	{"a target appears", `INSERT INTO deployment_target (scope, deployment, name, wave, stage, state, touched, executed, remediated, deadline, body) SELECT scope, deployment, 'host-9', wave, stage, state, touched, executed, remediated, deadline, json_set(body, '$.name', 'host-9') FROM deployment_target WHERE deployment = 1 AND name = 'host-1'`, "deployment D-1 target host-9"},
	{"a report says something else", `UPDATE report SET body = json_set(body, '$.outcome', 'failed') WHERE deployment = 1 AND json_extract(body, '$.kind') = 'ended'`, "deployment D-1 report"},
	{"a report's message is another", `UPDATE report SET body = json_set(body, '$.message', 'fine') WHERE deployment = 1 AND seq = 2`, "deployment D-1 report 2"},
	{"a report vanishes", `DELETE FROM report WHERE deployment = 1 AND seq = 2`, "deployment D-1 report 2"},
	{"a report is of another target", `UPDATE report SET target = 'host-2' WHERE deployment = 1 AND target = 'host-1'`, "deployment D-1 report"},
	{"an order is for another agent", `UPDATE deployment_order SET agent = 'host-9' WHERE deployment = 1`, "order "},

	{"a vote is forged", `INSERT INTO vote SELECT scope, 77, deployment, subject, 'eve', 0, json_set(body, '$.id', 'V-77', '$.by', 'eve') FROM vote WHERE number = 1`, "vote V-77"},
	{"a vote vanishes", `DELETE FROM vote WHERE number = 2`, "vote V-2"},
	{"a rejection is an approval", `UPDATE vote SET body = json_set(body, '$.decision', 'approve') WHERE json_extract(body, '$.decision') = 'reject'`, "vote V-"},
	{"a vote is of another", `UPDATE vote SET person = 'carla', body = json_set(body, '$.by', 'carla') WHERE number = 1`, "vote V-1"},
	{"a vote is on something else", `UPDATE vote SET subject = 'sha256:00', body = json_set(body, '$.subject', 'sha256:00') WHERE number = 1`, "vote V-1"},
	{"a vote that was taken back counts", `UPDATE vote SET withdrawn = 0, body = json_remove(body, '$.withdrawn') WHERE withdrawn > 0`, "vote V-"},
	{"what was asked is another", `UPDATE subject SET body = json_set(body, '$.parts.urgency', 'urgent')`, "subject "},
	{"what was asked vanishes", `DELETE FROM subject`, "subject "},
	{"a change is confirmed", `UPDATE change SET state = 'confirmed', body = json_set(body, '$.state', 'confirmed')`, "change CHG-1 of D-4"},
	{"a change is forgotten", `DELETE FROM change`, "change D-4/CHG-1"},
	{"a review is done", `UPDATE review SET state = 'done', body = json_set(body, '$.state', 'done', '$.outcome', 'justified')`, "review R-1"},
	{"a review vanishes", `DELETE FROM review`, "review R-1"},
	{"an authorisation is lent", `UPDATE deployment SET body = json_set(body, '$.authority', 'approved by all') WHERE number = 4`, "deployment D-4"},
	{"a deployment is accepted", `UPDATE deployment SET body = json_set(body, '$.acceptedBy', json('{"by":{"kind":"person","name":"eve"},"at":"2026-01-01T00:00:00Z"}')) WHERE number = 3`, "deployment D-3"},
	{"a risk is smaller", `UPDATE deployment SET body = json_set(body, '$.risk.level', 'low', '$.risk.score', 1) WHERE number = 4`, "deployment D-4"},
	{"an earlier round is asked", `UPDATE deployment SET body = json_set(body, '$.round', 1) WHERE number = 4`, "deployment D-4"},

	{"another version is there", `UPDATE presence SET version = '9.0.0' WHERE until = 0 AND target = 'host-1'`, "presence of shop on host-1"},
	{"another digest is there", `UPDATE presence SET digest = 'sha256:00' WHERE until = 0 AND target = 'host-1'`, "presence of shop on host-1"},
	{"it is there for certain", `UPDATE presence SET uncertain = 1 - uncertain WHERE until = 0 AND target = 'host-1'`, "presence of shop on host-1"},
	{"nothing is there", `DELETE FROM presence WHERE until = 0 AND target = 'host-1'`, "presence of shop on host-1"},
	{"something more is there", `INSERT INTO presence VALUES ('default', 'host-1', 'spy', 1, 0, 'test', '1.0.0', 'sha256:00', 'D-1', 0, '')`, "presence of spy on host-1"},
	{"another version was there", `UPDATE presence SET version = '9.0.0' WHERE until > 0 AND target = 'host-1'`, "presence of shop on host-1"},
	{"it was there for longer", `UPDATE presence SET until = until + 1 WHERE until > 0 AND target = 'host-1'`, "presence of shop on host-1"},
	{"it was never there", `DELETE FROM presence WHERE until > 0 AND target = 'host-1'`, "past presence of shop on host-1"},
}

// TestVerifyFindsWhatWasChanged lives a little life, then changes the database
// behind the server's back in every table of the present state: each change is
// found and named, and what was not changed verifies.
func TestVerifyFindsWhatWasChanged(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	live(t, h)
	findsEach(t, h, tamperings)
}

// findsEach changes the database behind the server's back, one change after the
// other: verify finds each at its place, and nothing where all is put back.
func findsEach(t *testing.T, h *house.House, changes []tampering) {
	t.Helper()
	h.Shut()
	h.Open()
	if report := verified(t, h); !report.OK() {
		t.Fatalf("nothing was changed: %v", report)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(h.Dir, "server", "tranship.db")+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(0)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, c := range changes {
		undo := change(t, db, c)
		report := verified(t, h)
		found := false
		for _, f := range report.Findings {
			found = found || strings.HasPrefix(f.Where, c.where)
		}
		if !found {
			t.Errorf("%s: verify does not find it at %q: %v", c.what, c.where, report)
		}
		undo()
	}
	if report := verified(t, h); !report.OK() {
		t.Errorf("everything was put back: %v", report)
	}
}

func verified(t *testing.T, h *house.House) *record.Report {
	t.Helper()
	report, err := h.Control.VerifyRecord(context.Background(), practice.DefaultScope, "")
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// live does a little of everything.
func live(t *testing.T, h *house.House) {
	t.Helper()
	ctx := context.Background()
	h.Agent("host-1")
	h.Agent("host-2")
	h.Agent("host-3")
	h.Apply(documents)
	h.Apply(strings.Replace(documents, "owner: team", "owner: another team", 1))
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	h.Add("shop", "3.0.0", map[string]string{"page": "three", "broken": ""}, nil)
	h.Add("shop", "9.0.0", map[string]string{"page": "nine"}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	expect(t, h, h.Deploy("shop@2.0.0", "test").ID, deployment.Succeeded)
	expect(t, h, h.Deploy("shop@3.0.0", "test").ID, deployment.Remediated)
	liveApprovals(t, h)
	_, viewer, err := h.Control.CreateToken(ctx, practice.DefaultScope, house.Admin, "looks", party.Viewer, house.Admin, time.Time{})
	_, ended, err2 := h.Control.CreateToken(ctx, practice.DefaultScope, house.Admin, "ended", party.Manager, house.Admin, time.Now().Add(time.Hour))
	for _, err := range []error{
		err, err2,
		h.Control.RevokeToken(ctx, practice.DefaultScope, house.Admin, ended.ID),
		h.Control.RevokeAgent(ctx, practice.DefaultScope, house.Admin, "host-3", "gone"),
	} {
		if err != nil {
			t.Fatal(viewer.Name, err)
		}
	}
	h.Apply("apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: lars}\nspec: {}\n")
	code, _, err := h.Control.Invite(ctx, practice.DefaultScope, house.Admin, "lars", party.Viewer, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, session, err := h.Control.Redeem(ctx, practice.DefaultScope, code, control.SignIn{Password: words})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Control.EndSession(ctx, practice.DefaultScope, person("lars"), "lars", session.ID, "done"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Control.Withdraw(ctx, practice.DefaultScope, house.Admin, "shop", "9.0.0", "not this one"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Control.Plan(ctx, practice.DefaultScope, house.Admin, control.PlanRequest{Release: "shop@1.0.0", Environment: "test"}); err != nil {
		t.Fatal(err)
	}
}

// change changes the database and gives what puts it back.
func change(t *testing.T, db *sql.DB, c tampering) (undo func()) {
	t.Helper()
	words := strings.Fields(c.sql)
	table := words[1]
	if words[0] != "UPDATE" {
		table = words[2]
	}
	run := func(statement string) int64 {
		done, err := db.Exec(statement)
		if err != nil {
			t.Fatalf("%s: %s: %v", c.what, statement, err)
		}
		n, _ := done.RowsAffected()
		return n
	}
	run(`CREATE TEMP TABLE kept AS SELECT * FROM ` + table) //nolint:unqueryvet // every column is what has to come back
	if run(c.sql) == 0 {
		t.Errorf("%s: nothing was changed", c.what)
	}
	return func() {
		run(`DELETE FROM ` + table)
		run(`INSERT INTO ` + table + ` SELECT * FROM kept`) //nolint:unqueryvet // as it was kept
		run(`DROP TABLE kept`)
	}
}

// liveApprovals votes, rejects, takes back, asks again and refuses a change, on an
// emergency that nothing starts.
func liveApprovals(t *testing.T, h *house.House) {
	t.Helper()
	ctx := context.Background()
	h.Apply(people)
	h.Apply(strings.Replace(shortPath, "emergency: {needs: [{group: security, count: 1}]", "emergency: {", 1))
	h.Add("shop", "4.0.0", map[string]string{"page": "four"}, nil)
	planned, err := h.Control.Plan(ctx, practice.DefaultScope, anna, control.PlanRequest{Release: "shop@4.0.0", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	later := control.AskRequest{Urgency: practice.Emergency, Change: "CHG-1", StartAfter: time.Now().Add(time.Hour)}
	d, err := h.Control.Deploy(ctx, practice.DefaultScope, anna, control.DeploymentRequest{Plan: planned.ID, AskRequest: later})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Control.AskAgain(ctx, practice.DefaultScope, anna, d.ID, control.AgainRequest{Reason: "no hurry", Urgency: practice.Normal}); err != nil {
		t.Fatal(err)
	}
	approve(t, h, d.ID, "ben", "dora")
	if _, err := h.Control.WithdrawVote(ctx, practice.DefaultScope, person("dora"), d.ID, "wait"); err != nil {
		t.Fatal(err)
	}
	if _, err := vote(t, h, person("carla"), d.ID, approval.Reject); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Control.SayOfChange(ctx, practice.DefaultScope, person("emil"), "CHG-1", control.ChangeWord{State: approval.RefusedChange, Reason: "no"}); err != nil {
		t.Fatal(err)
	}
}
