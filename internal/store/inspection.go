package store

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/plan"
)

// inspection reads one kind of row with all its columns.
type inspection struct {
	sql  string
	scan func(row) (control.Stored, error)
}

// inspections is written out once: what is stored twice in a row is compared in its scan.
func inspections() map[control.StoredKind]inspection {
	all := map[control.StoredKind]inspection{
		control.StoredDocument: {`SELECT kind, name, revision, parent, removed, present, body FROM document
			WHERE scope = ? ORDER BY kind, name, revision`, inspectDocument},
		control.StoredVersion: {`SELECT component, version, digest, state, body FROM component_version
			WHERE scope = ? ORDER BY number`, inspectVersion},
		control.StoredToken:     {`SELECT id, hash, body FROM token WHERE scope = ? ORDER BY id`, inspectToken},
		control.StoredEnrolment: {`SELECT id, hash, used_at, body FROM enrolment WHERE scope = ? ORDER BY id`, inspectEnrolment},
		control.StoredAgent:     {`SELECT name, key, body FROM agent WHERE scope = ? ORDER BY name`, inspectAgent},
		control.StoredPlan:      {`SELECT number, body FROM plan WHERE scope = ? ORDER BY number`, inspectPlan},
		control.StoredPlanTarget: {`SELECT plan, name, wave, start, body FROM plan_target
			WHERE scope = ? ORDER BY plan, name`, inspectPlanTarget},
		control.StoredDeployment: {`SELECT number, revision, plan, environment, release, direction, model, state, result, closed, wake_at,
			rank, line, begins, ends, requested_at, ended_at, body FROM deployment
			WHERE scope = ? ORDER BY number`, inspectDeployment},
		control.StoredComponent: {`SELECT component, deployment FROM deployment_component
			WHERE scope = ? ORDER BY component, deployment`, inspectComponent},
		control.StoredTarget: {`SELECT deployment, name, wave, stage, state, touched, executed, remediated, given_up, deadline, body FROM deployment_target
			WHERE scope = ? ORDER BY deployment, name`, inspectTarget},
		control.StoredPresence: {`SELECT ` + presenceColumns + ` FROM presence WHERE scope = ? ORDER BY target, component, since`, inspectPresence},
		control.StoredReport: {`SELECT order_id, seq, deployment, target, body FROM report
			WHERE scope = ? ORDER BY deployment, number`, inspectReport},
		control.StoredJourney:  {`SELECT number, revision, launcher, release, open, body FROM journey WHERE scope = ? ORDER BY number`, inspectJourney},
		control.StoredEvidence: {`SELECT number, component, version, body FROM evidence WHERE scope = ? ORDER BY number`, inspectEvidence},
		control.StoredPin:      {`SELECT component, environment, version, body FROM pin WHERE scope = ? ORDER BY component, environment, version`, inspectPin},
		control.StoredPost:     {`SELECT launcher, body FROM launcher_post WHERE scope = ? ORDER BY launcher`, inspectPost},
		control.StoredSegment:  {`SELECT deployment, number, last_place, digest, body FROM log_segment WHERE scope = ? ORDER BY deployment, number`, inspectSegment},
		control.StoredOrder:    {`SELECT ` + orderColumns + ` FROM deployment_order WHERE scope = ? ORDER BY id`, inspectOrder},
	}
	maps.Copy(all, approvalInspections())
	maps.Copy(all, calendarInspections())
	maps.Copy(all, driftInspections())
	maps.Copy(all, healthInspections())
	maps.Copy(all, accountInspections())
	maps.Copy(all, countInspections())
	return all
}

// EachStored gives every row of a kind, one after the other.
func (t *tx) EachStored(kind control.StoredKind, each func(control.Stored) error) error {
	how, known := inspections()[kind]
	if !known {
		return fmt.Errorf("rows of kind %q are not known", kind)
	}
	if t.store.trace != nil {
		t.store.trace(how.sql, []any{t.scope})
	}
	found, err := t.query(t.ctx, how.sql, []any{t.scope})
	if err != nil {
		return t.translated(err)
	}
	defer found.Close()
	for found.Next() {
		one, err := how.scan(found)
		if err != nil {
			return t.translated(err)
		}
		if err := each(one); err != nil {
			return err
		}
	}
	return t.translated(errors.Join(found.Err(), found.Close()))
}

// pair is one thing that a row says twice: in a column and in its body.
type pair struct {
	name         string
	column, body any
}

// inspected gives the row of a body; pairs compares its columns with what was read.
func inspected[T any](where, body string, value *T, pairs func() []pair) control.Stored {
	if err := json.Unmarshal([]byte(body), value); err != nil {
		return control.Stored{Where: where, Defect: "its body cannot be read: " + err.Error()}
	}
	var defects []string
	for _, p := range pairs() {
		if p.column != p.body {
			defects = append(defects, fmt.Sprintf("column %s is %v, its body says %v", p.name, p.column, p.body))
		}
	}
	return control.Stored{Where: where, Value: *value, Defect: strings.Join(defects, "; ")}
}

func inspectDocument(r row) (control.Stored, error) {
	var kind, name, parent, body string
	var revision, removed, present int64
	if err := r.Scan(&kind, &name, &revision, &parent, &removed, &present, &body); err != nil {
		return control.Stored{}, err
	}
	var d practice.Document
	s := inspected(fmt.Sprintf("document %s/%s revision %d", kind, name, revision), body, &d, func() []pair {
		return []pair{{"kind", kind, string(d.Kind)}, {"name", name, d.Name}, {"revision", revision, d.Revision},
			{"parent", parent, d.Parent}, {"removed", removed, flag(d.Removed)}}
	})
	s.Last = present == 1
	return s, nil
}

func inspectVersion(r row) (control.Stored, error) {
	var component, version, digest, state, body string
	if err := r.Scan(&component, &version, &digest, &state, &body); err != nil {
		return control.Stored{}, err
	}
	var v library.Version
	return inspected("version "+component+"@"+version, body, &v, func() []pair {
		return []pair{{"component", component, v.Component}, {"version", version, v.Version},
			{"digest", digest, string(v.Digest)}, {"state", state, string(v.State)}}
	}), nil
}

func inspectToken(r row) (control.Stored, error) {
	var id, body string
	var hash []byte
	if err := r.Scan(&id, &hash, &body); err != nil {
		return control.Stored{}, err
	}
	var v party.Token
	s := inspected("token "+id, body, &v, func() []pair { return []pair{{"id", id, v.ID}} })
	if s.Value != nil {
		v.Hash = hash
		s.Value = v
	}
	return s, nil
}

func inspectEnrolment(r row) (control.Stored, error) {
	var id, body string
	var hash []byte
	var used int64
	if err := r.Scan(&id, &hash, &used, &body); err != nil {
		return control.Stored{}, err
	}
	var v party.Enrolment
	s := inspected("enrolment "+id, body, &v, func() []pair {
		return []pair{{"id", id, v.ID}, {"used_at", used, micros(v.UsedAt)}}
	})
	if s.Value != nil {
		v.Hash = hash
		s.Value = v
	}
	return s, nil
}

func inspectAgent(r row) (control.Stored, error) {
	var name, key, body string
	if err := r.Scan(&name, &key, &body); err != nil {
		return control.Stored{}, err
	}
	var a environment.Agent
	return inspected("agent "+name, body, &a, func() []pair {
		return []pair{{"name", name, a.Name}, {"key", key, string(a.Key)}}
	}), nil
}

func inspectPresence(r row) (control.Stored, error) {
	p, err := scanPresence(r)
	return control.Stored{Where: "presence of " + p.Component + " on " + p.Target, Value: p}, err
}

func inspectPlan(r row) (control.Stored, error) {
	var number int64
	var body string
	if err := r.Scan(&number, &body); err != nil {
		return control.Stored{}, err
	}
	id := fmt.Sprint(planPrefix, number)
	var p plan.Record
	return inspected("plan "+id, body, &p, func() []pair { return []pair{{"number", id, p.ID}} }), nil
}

func inspectPlanTarget(r row) (control.Stored, error) {
	var number, wave int64
	var name, start, body string
	if err := r.Scan(&number, &name, &wave, &start, &body); err != nil {
		return control.Stored{}, err
	}
	id := fmt.Sprint(planPrefix, number)
	var t plan.Target
	s := inspected("plan "+id+" target "+name, body, &t, func() []pair {
		begins, _ := encode(deployment.NewTarget("", t))
		return []pair{{"name", name, t.Name}, {"wave", wave, int64(t.Wave)}, {"start", start, begins}}
	})
	s.Under = id
	return s, nil
}

func inspectDeployment(r row) (control.Stored, error) {
	var number, revision, planned, closed, wake int64
	var in, release, direction, model, state, result, body string
	var q queueColumns
	if err := r.Scan(&number, &revision, &planned, &in, &release, &direction, &model, &state, &result, &closed, &wake,
		&q.rank, &q.line, &q.begins, &q.ends, &q.requested, &q.ended, &body); err != nil {
		return control.Stored{}, err
	}
	var d deployment.Deployment
	return inspected("deployment "+deploymentID(number), body, &d, func() []pair {
		return []pair{{"number", deploymentID(number), d.ID}, {"revision", revision, d.Revision}, {"plan", planned, numbered(planPrefix, d.Plan)},
			{"environment", in, d.Header.Environment}, {"release", release, d.Header.Release}, {"direction", direction, string(d.Header.Direction)},
			{"model", model, d.Header.Model.Name}, {"state", state, string(d.State)}, {"result", result, string(d.Result)}, {"closed", closed, flag(d.State == deployment.Closed)},
			{"wake_at", wake, dueMicros(d.Timer())}, {"rank, line and times", q, queued(d)}}
	}), nil
}

func inspectComponent(r row) (control.Stored, error) {
	var component string
	var number int64
	err := r.Scan(&component, &number)
	id := deploymentID(number)
	return control.Stored{Where: "deployment " + id + " component " + component, Under: id, Value: component}, err
}

func inspectTarget(r row) (control.Stored, error) {
	var number, wave, stage, touched, executed, remediated, given, deadline int64
	var name, state, body string
	if err := r.Scan(&number, &name, &wave, &stage, &state, &touched, &executed, &remediated, &given, &deadline, &body); err != nil {
		return control.Stored{}, err
	}
	id := deploymentID(number)
	var t deployment.Target
	s := inspected("deployment "+id+" target "+name, body, &t, func() []pair {
		if t.Deployment == "" { // no order touched it yet
			t.Deployment = id
		}
		return []pair{{"deployment", id, t.Deployment}, {"name", name, t.Name}, {"wave", wave, int64(t.Wave)}, {"stage", stage, int64(t.Stage)},
			{"state", state, string(t.State)}, {"touched", touched, flag(t.Touched)}, {"executed", executed, flag(t.Executed)},
			{"remediated", remediated, flag(t.Remediated)}, {"given_up", given, flag(t.GivenUp) + flag(t.Abandoned)}, {"deadline", deadline, dueMicros(t.Deadline)}}
	})
	s.Under = id
	return s, nil
}

func inspectReport(r row) (control.Stored, error) {
	var order, target, body string
	var seq, number int64
	if err := r.Scan(&order, &seq, &number, &target, &body); err != nil {
		return control.Stored{}, err
	}
	id := deploymentID(number)
	var v deployment.Report
	s := inspected(fmt.Sprintf("deployment %s report %d of order %s", id, seq, order), body, &v, func() []pair {
		return []pair{{"order_id", order, v.Order}, {"seq", seq, int64(v.Seq)}, {"deployment", id, v.Deployment}, {"target", target, v.Target}}
	})
	s.Under = id
	return s, nil
}

// inspectOrder reads the payload of an order's envelope; its signature is for executors.
func inspectOrder(r row) (control.Stored, error) {
	stored, err := scanOrder(r)
	if err != nil {
		return control.Stored{}, err
	}
	where := "order " + stored.ID
	payload, err := base64.StdEncoding.DecodeString(stored.Envelope.Payload)
	if err != nil {
		return control.Stored{Where: where, Under: stored.Deployment, Defect: "its payload is not base64"}, nil //nolint:nilerr // the defect is the answer
	}
	var o deployment.Order
	s := inspected(where, string(payload), &o, func() []pair {
		return []pair{{"id", stored.ID, o.ID}, {"deployment", stored.Deployment, o.Deployment}, {"target", stored.Target, o.Row()}, {"agent", stored.Agent, o.Agent},
			{"stage", stored.Stage, o.Stage}, {"counter", stored.Counter, o.Counter}, {"issued_at", micros(stored.IssuedAt), micros(o.IssuedAt)}}
	})
	s.Under = stored.Deployment
	return s, nil
}
