package agent

import (
	"cmp"
	"slices"
	"sync"

	"tranship.dev/tranship/internal/practice/deployment"
)

// MemoryJournal is a Journal that forgets everything with the process: for
// simulated fleets, never for a host.
type MemoryJournal struct {
	mu       sync.Mutex
	standing Standing
	held     map[string]Held
	reports  map[string][]kept
}

type kept struct {
	Report   deployment.Report `json:"report"`
	Answered bool              `json:"answered,omitempty"`
}

// NewMemoryJournal gives an empty journal that begins with a standing.
func NewMemoryJournal(s Standing) *MemoryJournal {
	return &MemoryJournal{standing: s, held: map[string]Held{}, reports: map[string][]kept{}}
}

// Standing implements Journal.
func (j *MemoryJournal) Standing() (Standing, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.standing, nil
}

// PutStanding implements Journal.
func (j *MemoryJournal) PutStanding(s Standing) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.standing = s
	return nil
}

// Accept implements Journal.
func (j *MemoryJournal) Accept(h Held, s Standing, reports ...deployment.Report) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.standing, j.held[h.Order.ID] = s, h
	j.put(reports)
	return nil
}

// Advance implements Journal.
func (j *MemoryJournal) Advance(order string, p Progress, reports ...deployment.Report) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	h := j.held[order]
	h.Progress = p
	j.held[order] = h
	j.put(reports)
	return nil
}

// Interrupt implements Journal.
func (j *MemoryJournal) Interrupt(i deployment.Interrupt) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	h := j.held[i.Order]
	h.Interrupt = &i
	j.held[i.Order] = h
	return nil
}

func (j *MemoryJournal) put(reports []deployment.Report) {
	for _, r := range reports {
		list := slices.DeleteFunc(j.reports[r.Order], func(k kept) bool { return k.Report.Seq == r.Seq })
		j.reports[r.Order] = append(list, kept{Report: r})
	}
}

// Answered implements Journal.
func (j *MemoryJournal) Answered(reports []deployment.Report) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range reports {
		for i, k := range j.reports[r.Order] {
			if k.Report.Seq == r.Seq {
				j.reports[r.Order][i].Answered = true
			}
		}
	}
	return nil
}

// Unsent implements Journal.
func (j *MemoryJournal) Unsent() ([]deployment.Report, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var unsent []deployment.Report
	for _, list := range j.reports {
		for _, k := range list {
			if !k.Answered {
				unsent = append(unsent, k.Report)
			}
		}
	}
	slices.SortFunc(unsent, func(a, b deployment.Report) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Seq, b.Seq))
	})
	return unsent, nil
}

// Reports implements Journal.
func (j *MemoryJournal) Reports(order string) ([]deployment.Report, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []deployment.Report
	for _, k := range j.reports[order] {
		all = append(all, k.Report)
	}
	return all, nil
}

// Orders implements Journal.
func (j *MemoryJournal) Orders() ([]Held, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []Held
	for _, h := range j.held {
		all = append(all, h)
	}
	return all, nil
}

// Forget implements Journal.
func (j *MemoryJournal) Forget(orders []string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, id := range orders {
		delete(j.held, id)
		delete(j.reports, id)
	}
	return nil
}

// Close implements Journal.
func (j *MemoryJournal) Close() error { return nil }
