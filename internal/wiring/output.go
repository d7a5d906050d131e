package wiring

import (
	"context"
	"sync"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// outputAtOnce is how many questions' answers are stored by one transaction.
const outputAtOnce = 64

// gathering puts what many agents tell into few transactions: what comes while
// one is written waits for the next.
type gathering[T any] struct {
	store func(ctx context.Context, scope practice.Scope, batch []T) error

	mu      sync.Mutex
	waiting []gathered[T]
	busy    bool
}

// gathered is what one question brought.
type gathered[T any] struct {
	scope  practice.Scope
	told   T
	stored chan error
}

// take returns when it is stored, or why it is not.
func (p *gathering[T]) take(ctx context.Context, scope practice.Scope, told T) error {
	one := gathered[T]{scope, told, make(chan error, 1)}
	p.mu.Lock()
	p.waiting = append(p.waiting, one)
	begin := !p.busy
	p.busy = true
	p.mu.Unlock()
	if begin {
		go p.write()
	}
	select {
	case err := <-one.stored:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write stores what waits until nothing does.
func (p *gathering[T]) write() {
	for {
		p.mu.Lock()
		batch := p.waiting[:min(len(p.waiting), outputAtOnce)]
		p.waiting = p.waiting[len(batch):]
		p.busy = len(batch) > 0
		p.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		scopes := map[practice.Scope][]gathered[T]{}
		for _, one := range batch {
			scopes[one.scope] = append(scopes[one.scope], one)
		}
		for scope, some := range scopes {
			p.commit(scope, some)
		}
	}
}

// commit stores a batch, or where that fails what each question brought alone: one
// that the store refuses must not take those of others with it.
func (p *gathering[T]) commit(scope practice.Scope, batch []gathered[T]) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	all := make([]T, len(batch))
	for i, one := range batch {
		all[i] = one.told
	}
	err := p.store(ctx, scope, all)
	for i, one := range batch {
		if err != nil && len(batch) > 1 && ctx.Err() == nil {
			one.stored <- p.store(ctx, scope, all[i:i+1])
		} else {
			one.stored <- err
		}
	}
}
