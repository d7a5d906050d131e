package agent

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// The buckets. An order is written once; only its small progress moves.
var (
	standingBucket = []byte("standing")
	orderBucket    = []byte("order")
	progressBucket = []byte("progress")
	reportBucket   = []byte("report")    // key: order, NUL, number
	interrupts     = []byte("interrupt") // key: order
	standingKey    = []byte("standing")
)

// BoltJournal is the Journal of a host: one file, one process, fsync at every step.
type BoltJournal struct {
	db *bbolt.DB

	mu       sync.Mutex
	answered [][]byte // keys to be noted with the next transaction
}

// OpenJournal opens or makes the journal file. A file that another process has
// open is Conflict: two agents must not share one.
func OpenJournal(file string) (*BoltJournal, error) {
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{Timeout: time.Second})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, practice.Faultf(practice.Conflict, "journal %s is in use", file).WithHint("is another agent running with the same state directory?")
	}
	if err != nil {
		return nil, fmt.Errorf("journal %s: %w", file, err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{standingBucket, orderBucket, progressBucket, reportBucket, interrupts} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("journal %s: %w", file, err), db.Close())
	}
	return &BoltJournal{db: db}, nil
}

// Close implements Journal.
func (j *BoltJournal) Close() error {
	return errors.Join(j.update(func(*bbolt.Tx) error { return nil }), j.db.Close())
}

// update runs f in one durable transaction, with the answers noted since the last one.
func (j *BoltJournal) update(f func(tx *bbolt.Tx) error) error {
	j.mu.Lock()
	answered := j.answered
	j.answered = nil
	j.mu.Unlock()
	err := j.db.Update(func(tx *bbolt.Tx) error {
		for _, key := range answered {
			var k kept
			// A forgotten report needs no note.
			if found, err := get(tx, reportBucket, key, &k); err != nil || !found {
				continue
			}
			k.Answered = true
			if err := put(tx, reportBucket, key, k); err != nil {
				return err
			}
		}
		return f(tx)
	})
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

func put(tx *bbolt.Tx, bucket, key []byte, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Bucket(bucket).Put(key, raw)
}

func get(tx *bbolt.Tx, bucket, key []byte, v any) (bool, error) {
	raw := tx.Bucket(bucket).Get(key)
	if raw == nil {
		return false, nil
	}
	return true, json.Unmarshal(raw, v)
}

func reportKey(order string, seq int) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(order), 0), uint64(seq)) //nolint:gosec // numbers count from 1
}

func putReports(tx *bbolt.Tx, reports []deployment.Report) error {
	for _, r := range reports {
		if err := put(tx, reportBucket, reportKey(r.Order, r.Seq), kept{Report: r}); err != nil {
			return err
		}
	}
	return nil
}

// Standing implements Journal.
func (j *BoltJournal) Standing() (Standing, error) {
	var s Standing
	err := j.db.View(func(tx *bbolt.Tx) error {
		_, err := get(tx, standingBucket, standingKey, &s)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("journal: standing: %w", err)
	}
	return s, nil
}

// PutStanding implements Journal.
func (j *BoltJournal) PutStanding(s Standing) error {
	return j.update(func(tx *bbolt.Tx) error { return put(tx, standingBucket, standingKey, s) })
}

// Accept implements Journal.
func (j *BoltJournal) Accept(h Held, s Standing, reports ...deployment.Report) error {
	return j.update(func(tx *bbolt.Tx) error {
		id := []byte(h.Order.ID)
		return errors.Join(put(tx, standingBucket, standingKey, s), put(tx, orderBucket, id, h.Order),
			put(tx, progressBucket, id, h.Progress), putReports(tx, reports))
	})
}

// Advance implements Journal.
func (j *BoltJournal) Advance(order string, p Progress, reports ...deployment.Report) error {
	return j.update(func(tx *bbolt.Tx) error {
		return errors.Join(put(tx, progressBucket, []byte(order), p), putReports(tx, reports))
	})
}

// Interrupt implements Journal.
func (j *BoltJournal) Interrupt(i deployment.Interrupt) error {
	return j.update(func(tx *bbolt.Tx) error { return put(tx, interrupts, []byte(i.Order), i) })
}

// Answered implements Journal.
func (j *BoltJournal) Answered(reports []deployment.Report) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range reports {
		j.answered = append(j.answered, reportKey(r.Order, r.Seq))
	}
	return nil
}

// Unsent implements Journal.
func (j *BoltJournal) Unsent() ([]deployment.Report, error) {
	return j.list(nil, func(k kept) bool { return !k.Answered })
}

// Reports implements Journal.
func (j *BoltJournal) Reports(order string) ([]deployment.Report, error) {
	return j.list(append([]byte(order), 0), func(kept) bool { return true })
}

func (j *BoltJournal) list(prefix []byte, want func(kept) bool) ([]deployment.Report, error) {
	var all []deployment.Report
	err := j.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(reportBucket).Cursor()
		for key, raw := c.Seek(prefix); key != nil && bytes.HasPrefix(key, prefix); key, raw = c.Next() {
			var k kept
			if err := json.Unmarshal(raw, &k); err != nil {
				return err
			}
			if want(k) {
				all = append(all, k.Report)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("journal: reports: %w", err)
	}
	return all, nil
}

// Orders implements Journal.
func (j *BoltJournal) Orders() ([]Held, error) {
	var all []Held
	err := j.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(orderBucket).ForEach(func(id, raw []byte) error {
			var h Held
			if err := json.Unmarshal(raw, &h.Order); err != nil {
				return fmt.Errorf("order %s: %w", id, err)
			}
			found, err := get(tx, progressBucket, id, &h.Progress)
			if err != nil {
				return fmt.Errorf("progress of order %s: %w", id, err)
			}
			if !found {
				return fmt.Errorf("order %s has no progress", id)
			}
			var i deployment.Interrupt
			if found, err = get(tx, interrupts, id, &i); err != nil {
				return fmt.Errorf("interruption of order %s: %w", id, err)
			}
			if found {
				h.Interrupt = &i
			}
			all = append(all, h)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return all, nil
}

// Forget implements Journal.
func (j *BoltJournal) Forget(orders []string) error {
	return j.update(func(tx *bbolt.Tx) error {
		for _, id := range orders {
			if err := errors.Join(tx.Bucket(orderBucket).Delete([]byte(id)), tx.Bucket(progressBucket).Delete([]byte(id)), tx.Bucket(interrupts).Delete([]byte(id))); err != nil {
				return err
			}
			prefix := append([]byte(id), 0)
			c := tx.Bucket(reportBucket).Cursor()
			for key, _ := c.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = c.Seek(prefix) {
				if err := c.Delete(); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
