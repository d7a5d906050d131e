package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// JobQueue lets the deployments start for which a place has become free.
const JobQueue = "queue"

// Limits say how many deployments may run at the same time; 0 or absent: any number.
type Limits struct {
	Running int            // in the whole server
	Tools   map[string]int // that use a tool (a driver), in the whole server
	Log     int64          // bytes that the steps of one deployment may print; 0: 1 GiB
}

// pool is a number of places, and what holds when all are taken.
type pool struct {
	name  string // "in live", "with helm", "in live with helm", "on this server"
	limit int
	where string // who sets the limit
}

// pools gives the limits that hold for deployments; an environment is read once.
type pools struct {
	tx     Tx
	limits Limits
	known  map[string]environment.Limit
}

func (p *pools) of(d deployment.Deployment) ([]pool, error) {
	name := d.Header.Environment
	limits, known := p.known[name]
	if !known {
		var err error
		if limits, err = limitsOf(p.tx, name); err != nil {
			return nil, err
		}
		p.known[name] = limits
	}
	var list []pool
	add := func(limit int, name, where string) {
		if limit > 0 {
			list = append(list, pool{name, limit, where})
		}
	}
	administrator := "the server's administrator (--max-running)"
	add(p.limits.Running, "on this server", administrator)
	add(limits.Deployments, "in "+name, "whoever configures environment "+name)
	for _, tool := range Tools(d.Header) {
		add(p.limits.Tools[tool], "with "+tool, administrator)
		add(limits.Tools[tool], "in "+name+" with "+tool, "whoever configures environment "+name)
	}
	return list, nil
}

// limitsOf gives what an environment allows; one that was removed limits nothing.
func limitsOf(tx Tx, name string) (environment.Limit, error) {
	d, err := tx.Document(practice.KindEnvironment, name)
	if practice.CodeOf(err) == practice.NotFound {
		return environment.Limit{}, nil
	}
	if err != nil {
		return environment.Limit{}, err
	}
	env, err := environment.Decode(d)
	return env.Spec.Limit, err
}

// Tools gives the drivers that a plan uses, by name.
func Tools(h plan.Header) []string {
	used := map[string]bool{}
	lists := [][]model.Step{h.Checks, h.Acceptance, h.Removal}
	for _, item := range h.Items {
		lists = append(lists, item.Install, item.Remove, item.Remediate)
	}
	for _, steps := range lists {
		for _, s := range steps {
			used[s.Uses] = true
		}
	}
	return slices.Sorted(maps.Keys(used))
}

// places counts who has a place where.
type places struct {
	pools *pools
	taken map[string][]string // ids of deployments by the pool's name
}

// placesNow gives the places as those that run have taken them.
func (c *Control) placesNow(tx Tx) (*places, error) {
	p := &places{pools: &pools{tx: tx, limits: c.Limits, known: map[string]environment.Limit{}}, taken: map[string][]string{}}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := tx.BegunDeployments(page)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			of, err := p.pools.of(d)
			if err != nil {
				return nil, err
			}
			p.take(d, of)
		}
		if len(list) < page.Limit {
			return p, nil
		}
		page.After = list[len(list)-1].ID
	}
}

func (p *places) take(d deployment.Deployment, of []pool) {
	for _, one := range of {
		p.taken[one.name] = append(p.taken[one.name], d.ID)
	}
}

// full gives the pools in which there is no free place.
func (p *places) full(of []pool) []pool {
	return slices.DeleteFunc(slices.Clone(of), func(one pool) bool { return len(p.taken[one.name]) < one.limit })
}

// inLine puts deployments in the order in which they go.
func inLine(a, b deployment.Deployment) int {
	return cmp.Or(cmp.Compare(a.Rank(), b.Rank()), a.RequestedAt.Compare(b.RequestedAt), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
}

// queueGate holds a deployment while all places are taken, or while others that
// wait for nothing else go first. Places are counted from what runs now; there
// is no lock that could be left behind.
func (c *Control) queueGate(w *work, d deployment.Deployment) (gate, error) {
	of, err := (&pools{tx: w, limits: c.Limits, known: map[string]environment.Limit{}}).of(d)
	if err != nil || len(of) == 0 {
		return gate{verdict: practice.Pass()}, err
	}
	now, err := c.placesNow(w)
	if err != nil {
		return gate{}, err
	}
	if full := now.full(of); len(full) > 0 {
		reasons := make([]practice.Reason, len(full))
		for i, one := range full {
			taken := now.taken[one.name]
			reasons[i] = practice.Reason{
				Gate:    deployment.GateQueue,
				Message: fmt.Sprintf("%d of %d that may run %s at the same time are running: %s", len(taken), one.limit, one.name, firstOf(taken)),
				Who:     "nobody need act: it starts when one has ended; the limit is set by " + one.where,
				How:     "tranship backlog",
			}
		}
		return gate{verdict: practice.Hold(reasons...)}, nil
	}
	return c.takeTurn(w, d, of, now)
}

// takeTurn lets d go unless those before it in the line take the places.
func (c *Control) takeTurn(w *work, d deployment.Deployment, of []pool, now *places) (gate, error) {
	waiting, err := w.WaitingInLine(practice.MaxLimit)
	if err != nil {
		return gate{}, err
	}
	var first []string
	for _, other := range waiting {
		if other.ID == d.ID || other.Line() != deployment.Next || inLine(other, d) > 0 {
			continue
		}
		theirs, err := now.pools.of(other)
		if err != nil {
			return gate{}, err
		}
		if len(now.full(theirs)) == 0 {
			now.take(other, theirs)
			first = append(first, other.ID)
		}
	}
	if len(now.full(of)) == 0 {
		return gate{verdict: practice.Pass()}, nil
	}
	return gate{verdict: practice.Hold(practice.Reason{
		Gate:    deployment.GateQueue,
		Message: fmt.Sprintf("a place is free, and %s goes first: it has a higher priority or waits for longer", firstOf(first)),
		Who:     "nobody need act",
		How:     "tranship backlog",
	})}, c.callNext(w)
}

func firstOf(ids []string) string {
	if len(ids) > namedTargets {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:namedTargets], ", "), len(ids)-namedTargets)
	}
	return strings.Join(ids, ", ")
}

// callNext has the line looked at once this transaction has committed.
func (c *Control) callNext(w *work) error {
	return w.Enqueue(Job{Kind: JobQueue, Scope: w.scope}, w.now)
}

// left calls the next ones when a deployment gave up what others wait for: its
// place to run, or its place before them in the line.
func (c *Control) left(w *work, before, after deployment.Deployment) error {
	ran := before.Begun() && !after.Begun()
	gaveWay := before.Line() == deployment.Next && after.Line() != deployment.Next && !after.Begun()
	if !ran && !gaveWay {
		return nil
	}
	waiting, err := w.WaitingInLine(1)
	if err != nil || len(waiting) == 0 {
		return err
	}
	return c.callNext(w)
}

// Queue lets the deployments ask their gates again for which a place is free,
// and those that waited for one that is over, each in a transaction of its own
// and in their order. It may be called at any time.
func (c *Control) Queue(ctx context.Context, scope practice.Scope) error {
	called, err := c.called(ctx, scope)
	for _, id := range called {
		if one := c.reconsider(ctx, scope, id); one != nil {
			err = errors.Join(err, fmt.Errorf("reconsider %s: %w", id, one))
		}
	}
	return err
}

// called gives the ids of those that may have their turn.
func (c *Control) called(ctx context.Context, scope practice.Scope) (ids []string, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		ids = nil
		waiting, err := tx.WaitingInLine(practice.MaxLimit)
		if err != nil || len(waiting) == 0 {
			return err
		}
		now, err := c.placesNow(tx)
		if err != nil {
			return err
		}
		for _, d := range waiting {
			of, err := now.pools.of(d)
			if err != nil {
				return err
			}
			if len(now.full(of)) > 0 {
				continue
			}
			if d.Line() == deployment.Next {
				now.take(d, of)
			}
			ids = append(ids, d.ID)
		}
		return nil
	})
	return ids, err
}
