package store

import (
	"strconv"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
)

const (
	votePrefix   = "V-"
	reviewPrefix = "R-"
)

// AddVote stores a vote under a new id.
func (t *tx) AddVote(v approval.Vote) (approval.Vote, error) {
	number, err := t.next("vote", 1)
	if err != nil {
		return v, err
	}
	v.ID = votePrefix + strconv.FormatInt(number, 10)
	body, err := encode(v)
	if err != nil {
		return v, err
	}
	return v, t.do(`INSERT INTO vote (scope, number, deployment, subject, person, withdrawn, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		t.scope, number, deploymentNumber(v.Deployment), string(v.Subject), v.By, micros(v.Withdrawn), body)
}

// PutVote stores when a vote was withdrawn.
func (t *tx) PutVote(v approval.Vote) error {
	stored, err := first(t, notFound("vote %s does not exist", v.ID), scanBody[approval.Vote],
		`SELECT body FROM vote WHERE scope = ? AND number = ?`, t.scope, numbered(votePrefix, v.ID))
	if err != nil {
		return err
	}
	stored.Withdrawn = v.Withdrawn
	body, err := encode(stored)
	if err != nil {
		return err
	}
	return t.do(`UPDATE vote SET withdrawn = ?, body = ? WHERE scope = ? AND number = ?`,
		micros(v.Withdrawn), body, t.scope, numbered(votePrefix, v.ID))
}

// VotesOf lists all votes of a deployment, in the order in which they came.
func (t *tx) VotesOf(deployment string) ([]approval.Vote, error) {
	return list(t, scanBody[approval.Vote], `SELECT body FROM vote WHERE scope = ? AND deployment = ? ORDER BY number`,
		t.scope, deploymentNumber(deployment))
}

// AddAsked remembers what is asked; what is known stays as it is.
func (t *tx) AddAsked(deployment string, a approval.Asked) error {
	body, err := encode(a)
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO subject (scope, deployment, digest, body) VALUES (?, ?, ?, ?) ON CONFLICT (scope, deployment, digest) DO NOTHING`,
		t.scope, deploymentNumber(deployment), string(a.Subject), body)
}

// AskedOf gives what a subject is made of.
func (t *tx) AskedOf(deployment string, subject practice.Digest) (approval.Asked, error) {
	return first(t, notFound("%s was never asked about %s", deployment, subject), scanBody[approval.Asked],
		`SELECT body FROM subject WHERE scope = ? AND deployment = ? AND digest = ?`, t.scope, deploymentNumber(deployment), string(subject))
}

// PutConfirmation stores what is said of a change for a deployment.
func (t *tx) PutConfirmation(c approval.Confirmation) error {
	body, err := encode(c)
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO change (scope, name, deployment, state, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (scope, name, deployment) DO UPDATE SET state = excluded.state, body = excluded.body`,
		t.scope, c.Change, deploymentNumber(c.Deployment), string(c.State), body)
}

// Confirmation gives what was said of a change for a deployment.
func (t *tx) Confirmation(change, deployment string) (approval.Confirmation, error) {
	return first(t, notFound("nothing was said of change %s for %s", change, deployment), scanBody[approval.Confirmation],
		`SELECT body FROM change WHERE scope = ? AND name = ? AND deployment = ?`, t.scope, change, deploymentNumber(deployment))
}

// Confirmations lists what was said of changes.
func (t *tx) Confirmations(change string, page practice.Page) ([]approval.Confirmation, error) {
	after, name := int64(0), ""
	if page.After != "" {
		id, rest, found := strings.Cut(page.After, "/")
		if after = deploymentNumber(id); after == 0 || !found {
			return nil, badPage(page.After, "a deployment's id and a change")
		}
		name = rest
	}
	if change != "" {
		return list(t, scanBody[approval.Confirmation], `SELECT body FROM change WHERE scope = ? AND name = ? AND deployment > ? ORDER BY deployment LIMIT ?`,
			t.scope, change, after, page.Size())
	}
	return list(t, scanBody[approval.Confirmation], `SELECT body FROM change WHERE scope = ? AND (deployment, name) > (?, ?)
		ORDER BY deployment, name LIMIT ?`, t.scope, after, name, page.Size())
}

// AddNotices remembers notices and gives the keys of those that were new.
func (t *tx) AddNotices(deployment string, at time.Time, keys []string) ([]string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	all := make([][]any, len(keys))
	for i, key := range keys {
		all[i] = []any{t.scope, deploymentNumber(deployment), key, micros(at)}
	}
	return insertReturning(t, scanOne[string], `INSERT INTO notice (scope, deployment, key, at)`, all,
		`ON CONFLICT (scope, deployment, key) DO NOTHING RETURNING key`)
}

// AddReview stores a review under a new id.
func (t *tx) AddReview(r approval.Review) (approval.Review, error) {
	number, err := t.next("review", 1)
	if err != nil {
		return r, err
	}
	r.ID = reviewPrefix + strconv.FormatInt(number, 10)
	body, err := encode(r)
	if err != nil {
		return r, err
	}
	n, err := t.run(`INSERT INTO review (scope, number, deployment, policy, state, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (scope, deployment, policy) DO NOTHING`, t.scope, number, deploymentNumber(r.Deployment), r.Policy, string(r.State), body)
	if err == nil && n == 0 {
		return r, conflict("policy %s has a review of %s already", r.Policy, r.Deployment)
	}
	return r, err
}

// Review gives one.
func (t *tx) Review(id string) (approval.Review, error) {
	return first(t, notFound("review %s does not exist", id), scanBody[approval.Review],
		`SELECT body FROM review WHERE scope = ? AND number = ?`, t.scope, numbered(reviewPrefix, id))
}

// Reviews lists them newest first.
func (t *tx) Reviews(f approval.ReviewFilter, page practice.Page) ([]approval.Review, error) {
	before := int64(1 << 62)
	if page.After != "" {
		if before = numbered(reviewPrefix, page.After); before == 0 {
			return nil, badPage(page.After, "a review's id")
		}
	}
	sql, args := `SELECT body FROM review WHERE scope = ?`, []any{t.scope}
	if f.Deployment != "" {
		sql, args = sql+` AND deployment = ?`, append(args, deploymentNumber(f.Deployment))
	}
	if f.State != "" {
		sql, args = sql+` AND state = ?`, append(args, string(f.State))
	}
	return list(t, scanBody[approval.Review], sql+` AND number < ? ORDER BY number DESC LIMIT ?`, append(args, before, page.Size())...)
}

// PutReview stores what became of a review.
func (t *tx) PutReview(r approval.Review) error {
	body, err := encode(r)
	if err != nil {
		return err
	}
	n, err := t.run(`UPDATE review SET state = ?, body = ? WHERE scope = ? AND number = ?`, string(r.State), body, t.scope, numbered(reviewPrefix, r.ID))
	if err == nil && n == 0 {
		return notFound("review %s does not exist", r.ID)
	}
	return err
}
