package store

import (
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice/record"
)

// dialect gives the few SQL texts that cannot be the same for both databases.
type dialect interface {
	// waitingJob finds a job that is not begun and due within two times, and keeps
	// it from being begun before this transaction is over. Its parameters: both
	// times, as jobTime gives them, the job's kind, scope, subject and due.
	waitingJob() string
	// releaseJob makes a job with a later time ready, so that it needs no leader
	// to be begun in time. Its parameter: the job's id.
	releaseJob() string
	// jobTime gives a time as River stores it.
	jobTime(t time.Time) any
	// matching gives the condition on record_word that a row has all terms, and its
	// one parameter. Of terms that begin words, a word needs only to begin so.
	matching(terms []record.Term, begin []bool) (sql, wanted string)
}

// termsText writes terms as a query for words: those of a term with or between,
// the terms with and between; prefix follows a word that is the beginning of one.
func termsText(terms []record.Term, begin []bool, quote, prefix, or, and string) string {
	all := make([]string, len(terms))
	for i, term := range terms {
		words := make([]string, len(term.Words))
		for j, word := range term.Words {
			words[j] = quote + word + quote
			if begin[i] {
				words[j] += prefix
			}
		}
		all[i] = "(" + strings.Join(words, or) + ")"
	}
	return strings.Join(all, and)
}

// sqliteDialect relies on SQLite having one writer: nobody can begin a job
// while the transaction is open.
type sqliteDialect struct{}

func (sqliteDialect) waitingJob() string {
	return `SELECT id FROM river_job WHERE state = 'available' AND queue = 'default' AND priority = 1
		AND scheduled_at >= ? AND scheduled_at <= ? AND json_extract(args, '$.job.kind') = ?
		AND json_extract(args, '$.job.scope') = ? AND json_extract(args, '$.job.subject') = ? AND json_extract(args, '$.job.due') = ? LIMIT 1`
}

func (sqliteDialect) releaseJob() string {
	return `UPDATE river_job SET state = 'available' WHERE id = ?`
}

func (sqliteDialect) jobTime(t time.Time) any {
	return t.UTC().Format("2006-01-02 15:04:05.000")
}

func (sqliteDialect) matching(terms []record.Term, begin []bool) (sql, wanted string) {
	return `record_word MATCH ?`, termsText(terms, begin, `"`, `*`, ` OR `, ` AND `)
}

type postgresDialect struct{}

func (postgresDialect) matching(terms []record.Term, begin []bool) (sql, wanted string) {
	return `words @@ CAST(? AS text)::tsquery`, termsText(terms, begin, `'`, `:*`, ` | `, ` & `)
}

func (postgresDialect) jobTime(t time.Time) any { return t.UTC() }

func (postgresDialect) waitingJob() string {
	return `SELECT id FROM river_job WHERE state = 'available' AND queue = 'default' AND priority = 1
		AND scheduled_at >= ? AND scheduled_at <= ? AND args->'job'->>'kind' = ?
		AND args->'job'->>'scope' = ? AND args->'job'->>'subject' = ? AND (args->'job'->>'due')::bigint = ? LIMIT 1 FOR UPDATE SKIP LOCKED`
}

func (postgresDialect) releaseJob() string {
	return `UPDATE river_job SET state = 'available' WHERE id = ?`
}
