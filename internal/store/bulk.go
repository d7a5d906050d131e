package store

import "strings"

// The databases bound the parameters of one statement: SQLite 32,766, PostgreSQL 65,535.
const (
	maxBatch = 1000 // names or rows of one statement that reads or changes
	maxRows  = 256  // rows of one statement that inserts: more are hardly faster, and cost memory
)

// insert runs "head VALUES (...), (...) tail" for all rows, in as few
// statements as steps allow.
func (t *tx) insert(head string, all [][]any, tail string) error {
	for _, batch := range batches(all) {
		sql, args := values(head, batch, tail)
		if err := t.do(sql, args...); err != nil {
			return err
		}
	}
	return nil
}

// insertReturning is insert with a tail that returns rows.
func insertReturning[T any](t *tx, scan func(row) (T, error), head string, all [][]any, tail string) ([]T, error) {
	var returned []T
	for _, batch := range batches(all) {
		sql, args := values(head, batch, tail)
		some, err := list(t, scan, sql, args...)
		if err != nil {
			return nil, err
		}
		returned = append(returned, some...)
	}
	return returned, nil
}

// batches cuts rows into batches of a few lengths only: see steps.
func batches(all [][]any) [][][]any {
	var out [][][]any
	for len(all) > 0 {
		n := 1
		for _, step := range steps {
			if step <= min(len(all), maxRows) {
				n = step
			}
		}
		out = append(out, all[:n])
		all = all[n:]
	}
	return out
}

func values(head string, batch [][]any, tail string) (string, []any) {
	one := "(" + marks(len(batch[0])) + ")"
	var sql strings.Builder
	sql.Grow(len(head) + len(tail) + len(batch)*(len(one)+1) + 10)
	sql.WriteString(head + " VALUES " + one)
	args := make([]any, 0, len(batch)*len(batch[0]))
	for i, row := range batch {
		if i > 0 {
			sql.WriteString("," + one)
		}
		args = append(args, row...)
	}
	sql.WriteString(" " + tail)
	return sql.String(), args
}

// marks gives n placeholders: "?,?,?".
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// steps are the lengths of lists of names and rows in SQL: few different texts, so that
// the database's cache of prepared statements holds them all.
var steps = [...]int{1, 4, 16, 64, 256, maxBatch}

// among gives "(?,?,?)" and the names as its parameters, the last one repeated
// up to a length of steps. There is at least one name and at most maxBatch.
func among[S ~string](names []S) (string, []any) {
	args := make([]any, stepOf(len(names)))
	for i := range args {
		args[i] = string(names[min(i, len(names)-1)])
	}
	return "(" + marks(len(args)) + ")", args
}

// stepOf gives the shortest length of steps that holds n, which is at most maxBatch.
func stepOf(n int) int {
	for _, step := range steps {
		if step >= n {
			return step
		}
	}
	return n
}

// pieces cuts a list into parts of at most maxBatch.
func pieces[T any](all []T) [][]T {
	var out [][]T
	for len(all) > maxBatch {
		out, all = append(out, all[:maxBatch]), all[maxBatch:]
	}
	if len(all) > 0 {
		out = append(out, all)
	}
	return out
}
