package store

import (
	"maps"
	"slices"
	"strconv"
	"strings"

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
type told struct{ insert, place, list, listTarget, counter string }

var (
	reportTable = told{
		counter:    "report/",
		insert:     `INSERT INTO report (scope, order_id, seq, deployment, target, number, body)`,
		place:      `SELECT number FROM report WHERE scope = ? AND order_id = ? AND seq = ?`,
		list:       `SELECT body FROM report WHERE scope = ? AND deployment = ? AND number > ? ORDER BY number LIMIT ?`,
		listTarget: `SELECT body FROM report WHERE scope = ? AND deployment = ? AND target = ? AND number > ? ORDER BY number LIMIT ?`,
	}
	outputTable = told{
		counter:    "output/",
		insert:     `INSERT INTO output (scope, order_id, seq, deployment, target, number, body)`,
		place:      `SELECT number FROM output WHERE scope = ? AND order_id = ? AND seq = ?`,
		list:       `SELECT body FROM output WHERE scope = ? AND deployment = ? AND number > ? ORDER BY number LIMIT ?`,
		listTarget: `SELECT body FROM output WHERE scope = ? AND deployment = ? AND target = ? AND number > ? ORDER BY number LIMIT ?`,
	}
)

// AddReports stores reports and gives those that were new, in their order.
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
	for _, i := range fresh {
		stored = append(stored, reports[i])
	}
	return stored, nil
}

// Reports lists what was reported; page.After is "order/seq" of a report.
func (t *tx) Reports(id, target string, page practice.Page) ([]deployment.Report, error) {
	return arrived(t, reportTable, scanBody[deployment.Report], id, target, page)
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

// OutputOf lists output; page.After is "order/seq" of a piece.
func (t *tx) OutputOf(id, target string, page practice.Page) ([]deployment.Output, error) {
	return arrived(t, outputTable, scanBody[deployment.Output], id, target, page)
}

// arrive stores what is new and gives the places of it in all. Numbers are
// counted per deployment and may have gaps; the counter's row keeps transactions
// that number the same deployment's arrivals one after the other, so that a
// reader never misses a lower number that is committed later.
func (t *tx) arrive(where told, all []arrival) ([]int, error) {
	numbers, err := t.arrivalNumbers(where.counter, all)
	if err != nil {
		return nil, err
	}
	values := make([][]any, len(all))
	for i, a := range all {
		body, err := encode(a.body)
		if err != nil {
			return nil, err
		}
		values[i] = []any{t.scope, a.order, int64(a.seq), deploymentNumber(a.deployment), a.target, numbers[i], body}
	}
	fresh := map[arrivalKey]bool{}
	_, err = insertReturning(t, func(r row) (struct{}, error) {
		var key arrivalKey
		err := r.Scan(&key.order, &key.seq)
		fresh[key] = true
		return struct{}{}, err
	}, where.insert, values, `ON CONFLICT (scope, order_id, seq) DO NOTHING RETURNING order_id, seq`)
	var places []int
	for i, a := range all {
		if key := (arrivalKey{a.order, a.seq}); fresh[key] {
			places = append(places, i)
			delete(fresh, key)
		}
	}
	return places, err
}

type arrivalKey struct {
	order string
	seq   int
}

func (t *tx) arrivalNumbers(counter string, all []arrival) ([]int64, error) {
	counts := map[string]int{}
	for _, a := range all {
		counts[a.deployment]++
	}
	next := map[string]int64{}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		from, err := t.next(counter+id, counts[id])
		if err != nil {
			return nil, err
		}
		next[id] = from
	}
	numbers := make([]int64, len(all))
	for i, a := range all {
		numbers[i] = next[a.deployment]
		next[a.deployment]++
	}
	return numbers, nil
}

func arrived[T any](t *tx, where told, scan func(row) (T, error), id, target string, page practice.Page) ([]T, error) {
	var after int64
	if page.After != "" {
		order, digits, _ := strings.Cut(page.After, "/")
		seq, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return nil, badPage(page.After, "order/seq")
		}
		if after, err = first(t, badPage(page.After, "a known order/seq"), scanOne[int64], where.place, t.scope, order, seq); err != nil {
			return nil, err
		}
	}
	if target == "" {
		return list(t, scan, where.list, t.scope, deploymentNumber(id), after, page.Size())
	}
	return list(t, scan, where.listTarget, t.scope, deploymentNumber(id), target, after, page.Size())
}
