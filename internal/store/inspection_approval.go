package store

import (
	"fmt"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/approval"
)

// approvalInspections are those of votes, subjects, changes, notices and reviews.
func approvalInspections() map[control.StoredKind]inspection {
	return map[control.StoredKind]inspection{
		control.StoredVote: {`SELECT number, deployment, subject, person, withdrawn, body FROM vote
			WHERE scope = ? ORDER BY number`, inspectVote},
		control.StoredSubject: {`SELECT deployment, digest, body FROM subject WHERE scope = ? ORDER BY deployment, digest`, inspectSubject},
		control.StoredChange:  {`SELECT name, deployment, state, body FROM change WHERE scope = ? ORDER BY deployment, name`, inspectChange},
		control.StoredNotice:  {`SELECT deployment, key, at FROM notice WHERE scope = ? ORDER BY deployment, key`, inspectNotice},
		control.StoredReview:  {`SELECT number, deployment, policy, state, body FROM review WHERE scope = ? ORDER BY number`, inspectReview},
	}
}

func inspectVote(r row) (control.Stored, error) {
	var number, in, withdrawn int64
	var subject, person, body string
	if err := r.Scan(&number, &in, &subject, &person, &withdrawn, &body); err != nil {
		return control.Stored{}, err
	}
	id := fmt.Sprint(votePrefix, number)
	var v approval.Vote
	s := inspected("vote "+id, body, &v, func() []pair {
		return []pair{{"number", id, v.ID}, {"deployment", deploymentID(in), v.Deployment}, {"subject", subject, string(v.Subject)},
			{"person", person, v.By}, {"withdrawn", withdrawn, micros(v.Withdrawn)}}
	})
	s.Under = deploymentID(in)
	return s, nil
}

func inspectSubject(r row) (control.Stored, error) {
	var in int64
	var digest, body string
	if err := r.Scan(&in, &digest, &body); err != nil {
		return control.Stored{}, err
	}
	var a approval.Asked
	s := inspected("subject "+digest+" of "+deploymentID(in), body, &a, func() []pair {
		return []pair{{"digest", digest, string(a.Subject)}, {"deployment", deploymentID(in), a.Parts.Deployment}}
	})
	s.Under = deploymentID(in)
	return s, nil
}

func inspectChange(r row) (control.Stored, error) {
	var in int64
	var name, state, body string
	if err := r.Scan(&name, &in, &state, &body); err != nil {
		return control.Stored{}, err
	}
	var c approval.Confirmation
	s := inspected("change "+name+" of "+deploymentID(in), body, &c, func() []pair {
		return []pair{{"name", name, c.Change}, {"deployment", deploymentID(in), c.Deployment}, {"state", state, string(c.State)}}
	})
	s.Under = deploymentID(in)
	return s, nil
}

func inspectNotice(r row) (control.Stored, error) {
	var in, at int64
	var key string
	err := r.Scan(&in, &key, &at)
	return control.Stored{Where: "notice " + key + " of " + deploymentID(in), Under: deploymentID(in), Value: key}, err
}

func inspectReview(r row) (control.Stored, error) {
	var number, in int64
	var policy, state, body string
	if err := r.Scan(&number, &in, &policy, &state, &body); err != nil {
		return control.Stored{}, err
	}
	id := fmt.Sprint(reviewPrefix, number)
	var v approval.Review
	s := inspected("review "+id, body, &v, func() []pair {
		return []pair{{"number", id, v.ID}, {"deployment", deploymentID(in), v.Deployment}, {"policy", policy, v.Policy}, {"state", state, string(v.State)}}
	})
	s.Under = deploymentID(in)
	return s, nil
}
