package store

import (
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/deployment"
)

// LogOf gives what is known of a deployment's log as a whole.
func (t *tx) LogOf(id string) (deployment.Log, error) {
	all, err := list(t, scanBody[deployment.Log], `SELECT body FROM deployment_log WHERE scope = ? AND deployment = ?`, t.scope, deploymentNumber(id))
	if err != nil || len(all) == 0 {
		return deployment.Log{Deployment: id}, err
	}
	return all[0], nil
}

// PutLog stores it.
func (t *tx) PutLog(l deployment.Log) error {
	body, err := encode(l)
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO deployment_log (scope, deployment, body) VALUES (?, ?, ?)
		ON CONFLICT (scope, deployment) DO UPDATE SET body = excluded.body`, t.scope, deploymentNumber(l.Deployment), body)
}

// AddSegment stores where the next part of a log lies.
func (t *tx) AddSegment(s deployment.Segment) error {
	body, err := encode(s)
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO log_segment (scope, deployment, number, last_place, digest, body) VALUES (?, ?, ?, ?, ?, ?)`,
		t.scope, deploymentNumber(s.Deployment), int64(s.Number), s.Last, string(s.Digest), body)
}

// Segments lists the parts that hold pieces after a place, in their order.
func (t *tx) Segments(id string, after int64, limit int) ([]deployment.Segment, error) {
	return list(t, scanBody[deployment.Segment], `SELECT body FROM log_segment WHERE scope = ? AND deployment = ? AND last_place > ?
		ORDER BY last_place LIMIT ?`, t.scope, deploymentNumber(id), after, bounded(limit))
}

// DeleteOutput deletes pieces that were sealed.
func (t *tx) DeleteOutput(id string, last int64) error {
	return t.do(`DELETE FROM output WHERE scope = ? AND deployment = ? AND number <= ?`, t.scope, deploymentNumber(id), last)
}

func inspectSegment(r row) (control.Stored, error) {
	var number, part, last int64
	var digest, body string
	if err := r.Scan(&number, &part, &last, &digest, &body); err != nil {
		return control.Stored{}, err
	}
	var v deployment.Segment
	where := deployment.Segment{Deployment: deploymentID(number), Number: int(part)}.Where()
	s := inspected(where, body, &v, func() []pair {
		return []pair{{"deployment", deploymentID(number), v.Deployment}, {"number", part, int64(v.Number)},
			{"last_place", last, v.Last}, {"digest", digest, string(v.Digest)}}
	})
	s.Under = deploymentID(number)
	return s, nil
}
