package store

import (
	"strconv"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// queueColumns are the columns by which a deployment is found in the line and in time.
type queueColumns struct{ rank, line, begins, ends, requested, ended int64 }

func queued(d deployment.Deployment) queueColumns {
	at := d.Time()
	return queueColumns{
		rank: d.Rank(), line: int64(d.Line()), begins: micros(at.Start), ends: micros(at.End),
		requested: micros(d.RequestedAt), ended: micros(d.Ended),
	}
}

// BegunDeployments lists those that have begun, the oldest request first.
func (t *tx) BegunDeployments(page practice.Page) ([]deployment.Deployment, error) {
	after := int64(0)
	if page.After != "" {
		if after = deploymentNumber(page.After); after == 0 {
			return nil, badPage(page.After, "a deployment's id")
		}
	}
	return list(t, deploymentBody, `SELECT body FROM deployment WHERE scope = ? AND line < 0 AND number > ? ORDER BY number LIMIT ?`,
		t.scope, after, page.Size())
}

// Backlog lists those that want to run, in their order.
func (t *tx) Backlog(environment string, page practice.Page) ([]deployment.Deployment, error) {
	rank, number := int64(-1<<62), int64(0)
	if page.After != "" {
		first, id, found := strings.Cut(page.After, "/")
		n, err := strconv.ParseInt(first, 10, 64)
		if rank, number = n, deploymentNumber(id); !found || err != nil || number == 0 {
			return nil, badPage(page.After, "a place in the backlog")
		}
	}
	sql, args := `SELECT body FROM deployment WHERE scope = ?`, []any{t.scope}
	if environment != "" {
		sql, args = sql+` AND environment = ?`, append(args, environment)
	}
	return list(t, deploymentBody, sql+` AND line > 0 AND (rank, number) > (?, ?) ORDER BY rank, number LIMIT ?`,
		append(args, rank, number, page.Size())...)
}

// WaitingInLine lists those that wait for others, in their order.
func (t *tx) WaitingInLine(limit int) ([]deployment.Deployment, error) {
	return list(t, deploymentBody, `SELECT body FROM deployment WHERE scope = ? AND line > 1 AND rank > ? ORDER BY rank, number LIMIT ?`,
		t.scope, int64(-1<<62), bounded(limit))
}

// OpenBetween lists open ones by their time.
func (t *tx) OpenBetween(from, to time.Time, limit int) ([]deployment.Deployment, error) {
	return list(t, deploymentBody, `SELECT body FROM deployment
		WHERE scope = ? AND closed = 0 AND begins > 0 AND begins < ? AND ends > ? ORDER BY begins LIMIT ?`,
		t.scope, micros(to), micros(from), bounded(limit))
}

// longestRun is how long before a span one may have begun that is found in it.
const longestRun = 31 * 24 * time.Hour

// RanBetween lists closed ones by the time in which they ran.
func (t *tx) RanBetween(from, to time.Time, limit int) ([]deployment.Deployment, error) {
	return list(t, deploymentBody, `SELECT body FROM deployment
		WHERE scope = ? AND closed = 1 AND begins > ? AND begins < ? AND ends > ? ORDER BY begins LIMIT ?`,
		t.scope, max(micros(from.Add(-longestRun)), 0), micros(to), micros(from), bounded(limit))
}

// Arrived counts requests.
func (t *tx) Arrived(from, to time.Time) (int, error) {
	n, err := first(t, nil, scanOne[int64], `SELECT count(*) FROM deployment WHERE scope = ? AND requested_at >= ? AND requested_at < ?`,
		t.scope, micros(from), micros(to))
	return int(n), err
}

// Completed counts ends.
func (t *tx) Completed(from, to time.Time) (int, error) {
	n, err := first(t, nil, scanOne[int64], `SELECT count(*) FROM deployment WHERE scope = ? AND ended_at >= ? AND ended_at < ?`,
		t.scope, max(micros(from), 1), micros(to))
	return int(n), err
}
