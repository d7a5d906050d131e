package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver that the store uses too

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

const (
	scope       = "default"
	perTarget   = 5      // components on each target
	perOne      = 20     // versions of each component
	openOnes    = 200    // deployments that are not closed
	drawn       = 10_000 // targets of the last deployment
	ordinary    = 50     // targets of the others
	waveSize    = 1000
	historyDays = 400
	drifted     = 500
)

func componentName(i int) string   { return fmt.Sprintf("component-%04d", i) }
func environmentName(i int) string { return fmt.Sprintf("environment-%d", i) }
func targetName(i int) string      { return fmt.Sprintf("target-%06d", i) }
func versionName(i int) string     { return fmt.Sprintf("%d.%d.0", 1+i/10, i%10) }

// filler writes rows in large transactions, behind the server's back: through
// its front door it would take days.
type filler struct {
	db   *sql.DB
	tx   *sql.Tx
	now  time.Time
	rows int
	made map[string]*sql.Stmt
}

func open(file string) (*filler, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(30000)&_pragma=synchronous(off)&_pragma=cache_size(-200000)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &filler{db: db, now: time.Now().UTC()}, nil
}

func (f *filler) add(ctx context.Context, statement string, args ...any) (err error) {
	if f.tx == nil {
		if f.tx, err = f.db.BeginTx(ctx, nil); err != nil {
			return err
		}
		f.made = map[string]*sql.Stmt{}
	}
	s := f.made[statement]
	if s == nil {
		if s, err = f.tx.PrepareContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
		f.made[statement] = s
	}
	if _, err = s.ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("%.100s: %w", statement, err)
	}
	if f.rows++; f.rows%200_000 == 0 {
		return f.commit()
	}
	return nil
}

func (f *filler) commit() error {
	if f.tx == nil {
		return nil
	}
	tx := f.tx
	f.tx = nil
	return tx.Commit()
}

func (f *filler) document(ctx context.Context, kind practice.Kind, name, parent, agent string, spec map[string]any) error {
	d, err := practice.NewDocument(kind, name, parent, nil, spec)
	if err != nil {
		return err
	}
	d.Revision, d.By, d.At = 1, practice.Tranship, f.now
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := f.add(ctx, `INSERT INTO document (scope, kind, name, revision, parent, removed, present, body, agent) VALUES (?, ?, ?, 1, ?, 0, 1, ?, ?)`,
		scope, string(kind), name, parent, string(body), agent); err != nil {
		return err
	}
	if kind != practice.KindTarget && kind != practice.KindService {
		return nil
	}
	return f.add(ctx, `INSERT INTO document_change (scope, kind, name, changed) VALUES (?, ?, ?, 1)`, scope, string(kind), name)
}

// fill writes everything that is over.
func fill(ctx context.Context, file string, all size) error {
	f, err := open(file)
	if err != nil {
		return err
	}
	defer f.db.Close()
	for _, part := range []func(context.Context, size) error{f.documents, f.versions, f.presences, f.deployments} {
		if err := part(ctx, all); err != nil {
			return err
		}
	}
	if err := f.commit(); err != nil {
		return err
	}
	_, err = f.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

func (f *filler) documents(ctx context.Context, all size) error {
	services := max(1, all.components/20)
	if err := f.add(ctx, `INSERT INTO counter (scope, name, value) VALUES (?, 'document-change', 1) ON CONFLICT (scope, name) DO UPDATE SET value = 1`, scope); err != nil {
		return err
	}
	for i := range services {
		if err := f.document(ctx, practice.KindService, fmt.Sprintf("service-%03d", i), "", "", map[string]any{"owner": "team"}); err != nil {
			return err
		}
	}
	for i := range all.environments {
		if err := f.document(ctx, practice.KindEnvironment, environmentName(i), "", "", map[string]any{"purpose": "live", "order": i, "owner": "team", "inspection": map[string]any{"off": true}}); err != nil {
			return err
		}
	}
	for i := range all.components {
		if err := f.document(ctx, practice.KindComponent, componentName(i), "", "", map[string]any{
			"kind": "software", "service": fmt.Sprintf("service-%03d", i%services), "owner": fmt.Sprintf("team-%d", i%40), "description": strings.Repeat("what it is ", 10),
		}); err != nil {
			return err
		}
	}
	for i := range all.targets {
		env := environmentName(i % all.environments)
		if err := f.document(ctx, practice.KindTarget, targetName(i), env, targetName(i), map[string]any{"environment": env, "kind": "host"}); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) versions(ctx context.Context, all size) error {
	number := 0
	for v := range perOne {
		for i := range all.components {
			number++
			if err := f.add(ctx, `INSERT INTO component_version (scope, component, version, number, digest, state, body) VALUES (?, ?, ?, ?, ?, 'admitted', '{}')`,
				scope, componentName(i), versionName(v), number, string(practice.DigestOf(fmt.Append(nil, number)))); err != nil {
				return err
			}
		}
	}
	return nil
}

// presences puts five components on each target, each with one version before it.
func (f *filler) presences(ctx context.Context, all size) error {
	digest := string(practice.DigestOf(nil))
	for i := range all.targets {
		in := i % all.environments
		for k := range perTarget {
			component := (i*perTarget/10 + k*397) % all.components
			version := perOne - 1 - in - (i%17)/16
			begun := f.now.AddDate(0, 0, -(i+k)%180).UnixMicro()
			row := func(since, until int64, version int) error {
				return f.add(ctx, `INSERT OR IGNORE INTO presence (scope, target, component, since, until, environment, version, digest, deployment, uncertain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
					scope, targetName(i), componentName(component), since, until, environmentName(in), versionName(version), digest, fmt.Sprintf("D-%d", 1+(i*7)%all.deployments), uncertain(i, k, until))
			}
			if err := row(begun-86_400_000_000*200, begun, version-1); err != nil {
				return err
			}
			if err := row(begun, 0, version); err != nil {
				return err
			}
		}
	}
	return nil
}

func uncertain(i, k int, until int64) int64 {
	if until == 0 && k == 0 && i%1000 == 0 {
		return 1
	}
	return 0
}

// body is a deployment as it is stored, with marks for what differs.
func (f *filler) body(waves, size int) (string, error) {
	each := make([]plan.Wave, waves)
	for i := range each {
		each[i] = plan.Wave{Number: i + 1, Size: size}
	}
	d := deployment.Deployment{
		ID: "@ID", Revision: 1, Plan: "P-1", PlanDigest: practice.DigestOf(nil), RequestedBy: practice.Actor{Kind: practice.Person, Name: "anna"},
		RequestedAt: f.now, Reason: "as agreed on Monday", Round: 1, State: deployment.Closed, Since: f.now, Result: deployment.Succeeded,
		Authority: "approved by ben and carla for operations", Started: f.now, Ended: f.now,
		Header: plan.Header{Release: "@RELEASE", Environment: "@ENVIRONMENT", Direction: plan.Install, Waves: each, TargetCount: waves * size,
			Items: []plan.Item{{Component: "@COMPONENT", Version: "1.0.0", Install: []model.Step{}, Remove: []model.Step{}}}},
	}
	raw, err := json.Marshal(d)
	return string(raw), err
}

const addDeployment = `INSERT INTO deployment (scope, number, revision, plan, environment, release, direction, model, state, result, closed, wake_at, rank, line, begins, ends, requested_at, ended_at, body)
	VALUES (?, ?, 1, 1, ?, ?, 'install', '', ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?)`

func (f *filler) deployments(ctx context.Context, all size) error {
	if err := f.add(ctx, `INSERT INTO plan (scope, number, body) VALUES (?, 1, '{}')`, scope); err != nil {
		return err
	}
	body, err := f.body(1, ordinary)
	if err != nil {
		return err
	}
	step := historyDays * 24 * time.Hour / time.Duration(all.deployments)
	for n := 1; n <= all.deployments; n++ {
		if n == all.deployments { // the one that is drawn
			if body, err = f.body(max(1, min(drawn, all.targets)/waveSize), waveSize); err != nil {
				return err
			}
		}
		component, env := componentName(n%all.components), environmentName(n/3%all.environments)
		result := "succeeded"
		if n%23 == 0 {
			result = "failed"
		}
		begun := f.now.Add(-time.Duration(all.deployments-n) * step).UnixMicro()
		text := strings.NewReplacer("@ID", fmt.Sprintf("D-%d", n), "@RELEASE", component+"@1.0.0", "@ENVIRONMENT", env, "@COMPONENT", component).Replace(body)
		if err := f.add(ctx, addDeployment, scope, n, env, component+"@1.0.0", "closed", result, 1, 0, begun, begun+600_000_000, begun, begun+600_000_000, text); err != nil {
			return err
		}
		if err := f.add(ctx, `INSERT INTO deployment_component (scope, component, deployment) VALUES (?, ?, ?)`, scope, component, n); err != nil {
			return err
		}
	}
	if err := f.counts(ctx, all); err != nil {
		return err
	}
	for i := range min(drawn, all.targets) {
		state := []string{"done", "done", "done", "running", "waiting", "failed"}[i%6]
		if err := f.add(ctx, `INSERT INTO deployment_target (scope, deployment, name, wave, stage, state, touched, executed, remediated, given_up, deadline, body) VALUES (?, ?, ?, ?, 1, ?, 1, 1, 0, 0, 0, ?)`,
			scope, all.deployments, targetName(i), 1+i/waveSize, state, fmt.Sprintf(`{"name":%q,"wave":%d,"state":%q}`, targetName(i), 1+i/waveSize, state)); err != nil {
			return err
		}
	}
	return nil
}

// counts counts the deployments anew, as the server keeps them counted, and
// lets what is requested have the numbers after them.
func (f *filler) counts(ctx context.Context, all size) error {
	for name, last := range map[string]int{"deployment": all.deployments + openOnes, "plan": 1, "version": all.components * perOne, "drift": drifted} {
		if err := f.add(ctx, `INSERT INTO counter (scope, name, value) VALUES (?, ?, ?)
			ON CONFLICT (scope, name) DO UPDATE SET value = max(value, excluded.value)`, scope, name, last); err != nil {
			return err
		}
	}
	if err := f.add(ctx, `DELETE FROM deployment_count WHERE scope = ?`, scope); err != nil {
		return err
	}
	return f.add(ctx, `INSERT INTO deployment_count (scope, environment, state, result, number)
		SELECT scope, environment, state, result, COUNT(*) FROM deployment WHERE scope = ? GROUP BY scope, environment, state, result`, scope)
}

// fillOpen writes what is under way: the server that runs has not seen it, and
// would carry it out otherwise.
func fillOpen(ctx context.Context, file string, all size) error {
	f, err := open(file)
	if err != nil {
		return err
	}
	defer f.db.Close()
	closed, err := f.body(1, ordinary)
	if err != nil {
		return err
	}
	for i := range openOnes {
		n := all.deployments + 1 + i
		state, line := "executing", -1
		if i%4 == 0 {
			state = "awaiting-guidance"
		}
		component, env := componentName(i*7%all.components), environmentName(i%all.environments)
		text := strings.NewReplacer("@ID", fmt.Sprintf("D-%d", n), "@RELEASE", component+"@1.0.0", "@ENVIRONMENT", env, "@COMPONENT", component,
			`"state":"closed"`, `"state":"`+state+`"`, `"result":"succeeded",`, "").Replace(closed)
		at := f.now.UnixMicro()
		if err := f.add(ctx, addDeployment, scope, n, env, component+"@1.0.0", state, "", 0, line, at, at+600_000_000, at, 0, text); err != nil {
			return err
		}
		if err := f.add(ctx, `INSERT INTO deployment_component (scope, component, deployment) VALUES (?, ?, ?)`, scope, component, n); err != nil {
			return err
		}
	}
	if err := f.counts(ctx, all); err != nil {
		return err
	}
	for i := range drifted {
		component, env := componentName(i*3%all.components), environmentName(i%all.environments)
		if err := f.add(ctx, `INSERT INTO drift (scope, number, environment, target, component, state, standing, untold, told_at, body) VALUES (?, ?, ?, ?, ?, 'altered', 1, 0, 0, '{}')`,
			scope, i+1, env, targetName(i%all.targets), component); err != nil {
			return err
		}
	}
	return f.commit()
}
