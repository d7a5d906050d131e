package party

import (
	"maps"
	"time"
)

// Throttle slows guessing of passwords down without ever locking anybody out:
// each key has some tries, which come back with time. It is not safe for
// concurrent use.
type Throttle struct {
	full map[string]time.Time // when all tries of a key are there again
}

// Pace is how many tries a key has, and how soon one comes back.
type Pace struct {
	Tries int
	Every time.Duration
}

// The paces: of a name from one address, of an address with all names, and of
// a name from everywhere. Whoever guesses a name from many addresses slows its
// owner down for seconds, not more.
var (
	PaceOfBoth    = Pace{Tries: 6, Every: 30 * time.Second}
	PaceOfAddress = Pace{Tries: 30, Every: 5 * time.Second}
	PaceOfName    = Pace{Tries: 100, Every: 10 * time.Second}
)

// most is how many keys are remembered; beyond it those that rest are forgotten.
const most = 50_000

// Take takes a try of a key; when there is none it takes nothing and says how
// long to wait for one.
func (t *Throttle) Take(key string, p Pace, now time.Time) (wait time.Duration) {
	if t.full == nil {
		t.full = map[string]time.Time{}
	}
	if len(t.full) >= most {
		maps.DeleteFunc(t.full, func(_ string, full time.Time) bool { return !now.Before(full) })
	}
	full := t.full[key]
	if full.Before(now) {
		full = now
	}
	full = full.Add(p.Every)
	if over := full.Sub(now) - time.Duration(p.Tries)*p.Every; over > 0 {
		return over
	}
	t.full[key] = full
	return 0
}

// Give gives a try back that was not a guess.
func (t *Throttle) Give(key string, p Pace) {
	if full, known := t.full[key]; known {
		t.full[key] = full.Add(-p.Every)
	}
}
