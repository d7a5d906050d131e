package store

import (
	"encoding/json"
	"fmt"
	"strconv"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// arrival is a report or a piece of output: both come once per order and number,
// and are listed as they arrived.
type arrival struct {
	order      string
	seq        int
	deployment string
	target     string
	body       any
}

// told is where a kind of arrival is kept.
type told struct{ insert, list, listTarget, counter string }

var (
	reportTable = told{
		counter:    "report",
		insert:     `INSERT INTO report (scope, order_id, seq, deployment, target, number, body)`,
		list:       `SELECT number, body FROM report WHERE scope = ? AND deployment = ? AND number > ? ORDER BY number LIMIT ?`,
		listTarget: `SELECT number, body FROM report WHERE scope = ? AND deployment = ? AND target = ? AND number > ? ORDER BY number LIMIT ?`,
	}
	outputTable = told{
		counter:    "output",
		insert:     `INSERT INTO output (scope, order_id, seq, deployment, target, number, body)`,
		list:       `SELECT number, body FROM output WHERE scope = ? AND deployment = ? AND number > ? ORDER BY number LIMIT ?`,
		listTarget: `SELECT number, body FROM output WHERE scope = ? AND deployment = ? AND target = ? AND number > ? ORDER BY number LIMIT ?`,
	}
)

// AddReports stores reports and gives those that were new, in their order, with their Place.
func (t *tx) AddReports(reports []deployment.Report) ([]deployment.Report, error) {
	all := make([]arrival, len(reports))
	for i, r := range reports {
		all[i] = arrival{r.Order, r.Seq, r.Deployment, r.Target, r}
	}
	fresh, err := t.arrive(reportTable, all)
	if err != nil {
		return nil, err
	}
	var stored []deployment.Report
	for i, r := range reports {
		if place, ok := fresh[i]; ok {
			r.Place = place
			stored = append(stored, r)
		}
	}
	return stored, nil
}

// Reports lists what was reported.
func (t *tx) Reports(id, target string, page practice.Page) ([]deployment.Report, error) {
	return arrived(t, reportTable, func(r *deployment.Report, place int64) { r.Place = place }, id, target, page)
}

// AddOutput stores pieces of output.
func (t *tx) AddOutput(pieces []deployment.Output) error {
	all := make([]arrival, len(pieces))
	for i, p := range pieces {
		all[i] = arrival{p.Order, p.Seq, p.Deployment, p.Target, p}
	}
	_, err := t.arrive(outputTable, all)
	return err
}

// OutputOf lists output.
func (t *tx) OutputOf(id, target string, page practice.Page) ([]deployment.Output, error) {
	return arrived(t, outputTable, func(o *deployment.Output, place int64) { o.Place = place }, id, target, page)
}

// arrive stores what is new and gives its numbers by its index in all. Numbers
// are counted per scope and may have gaps; the counter's row keeps transactions
// that number arrivals one after the other, so that a reader never misses a
// lower number that is committed later.
func (t *tx) arrive(where told, all []arrival) (map[int]int64, error) {
	if len(all) == 0 {
		return nil, nil
	}
	number, err := t.next(where.counter, len(all))
	if err != nil {
		return nil, err
	}
	values := make([][]any, len(all))
	for i, a := range all {
		body, err := encode(a.body)
		if err != nil {
			return nil, err
		}
		values[i] = []any{t.scope, a.order, int64(a.seq), deploymentNumber(a.deployment), a.target, number + int64(i), body}
	}
	stored, err := insertReturning(t, scanOne[int64], where.insert, values, `ON CONFLICT (scope, order_id, seq) DO NOTHING RETURNING number`)
	fresh := map[int]int64{}
	for _, n := range stored {
		fresh[int(n-number)] = n
	}
	return fresh, err
}

// arrived lists arrivals; page.After is a place in decimals.
func arrived[T any](t *tx, where told, put func(*T, int64), id, target string, page practice.Page) ([]T, error) {
	var after int64
	if page.After != "" {
		var err error
		if after, err = strconv.ParseInt(page.After, 10, 64); err != nil {
			return nil, badPage(page.After, "a place")
		}
	}
	scan := func(r row) (T, error) {
		var value T
		var place int64
		var body string
		if err := r.Scan(&place, &body); err != nil {
			return value, err
		}
		if err := json.Unmarshal([]byte(body), &value); err != nil {
			return value, fmt.Errorf("stored %T cannot be read: %w", value, err)
		}
		put(&value, place)
		return value, nil
	}
	if target == "" {
		return list(t, scan, where.list, t.scope, deploymentNumber(id), after, page.Size())
	}
	return list(t, scan, where.listTarget, t.scope, deploymentNumber(id), target, after, page.Size())
}
