package crash

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/internal/agent"
)

// settling is how long everything may take to come to rest after the last kill.
const settling = time.Minute

// TestKilled kills server and agents while deployments run, and judges what is
// left. TRANSHIP_CRASH_KILLS and TRANSHIP_CRASH_SEED choose another trial; the
// seed decides who is killed when, and not what the machine makes of it.
func TestKilled(t *testing.T) {
	t.Parallel()
	kills, seed := setting(t, "TRANSHIP_CRASH_KILLS", defaultKills), uint64(setting(t, "TRANSHIP_CRASH_SEED", rand.IntN(1<<30)))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d, %d kills", seed, kills)
		}
	})
	w := newWorld(t)
	trial := &trial{world: w, kills: kills, seed: seed}
	trial.run()
	trial.judge()
}

func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// trial is one run of the test.
type trial struct {
	*world
	kills   int
	seed    uint64
	workers []*worker
	killer  *killer
	took    time.Duration // from the first kill to the last
	settled time.Duration // from the last kill to rest
	heads   []int64
	kept    []string // checkpoints of the record, as time went on
}

// run lets workers and the killer loose, and waits for rest.
func (r *trial) run() {
	t := r.t
	t.Helper()
	r.start()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := make(chan struct{})
	var work sync.WaitGroup
	failed := make(chan error, components)
	for i := range components {
		worker, err := newWorker(r.house.URL, r.house.Token, component(i), r.seed+uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		r.workers = append(r.workers, worker)
		work.Go(func() {
			if err := worker.run(ctx, stop); err != nil {
				failed <- err
			}
		})
	}
	var watch sync.WaitGroup
	watching, unwatch := context.WithCancel(ctx)
	watch.Go(func() { r.watchRecord(watching) })
	r.killer = &killer{world: r.world, random: rand.New(rand.NewPCG(r.seed, 0)), kills: map[string]int{}, standings: map[string][]agent.Standing{}}
	begun := time.Now()
	if err := r.killer.run(ctx, r.kills); err != nil {
		t.Error(err)
	}
	r.took = time.Since(begun)
	close(stop)
	timer := time.AfterFunc(settling, cancel)
	work.Wait()
	r.settled = time.Since(begun) - r.took
	timer.Stop()
	unwatch()
	watch.Wait()
	close(failed)
	for err := range failed {
		t.Errorf("it does not come to rest within %s: %v", settling, err)
	}
}

// watchRecord keeps the size and the checkpoint of the record from time to time.
func (r *trial) watchRecord(ctx context.Context) {
	api, err := newAPI(r.house.URL, r.house.Token)
	for err == nil {
		if said, err := api.GetRecordHeadWithResponse(ctx); err == nil && said.JSON200 != nil {
			r.heads = append(r.heads, said.JSON200.Head.Size)
			r.kept = append(r.kept, said.JSON200.Checkpoint)
		}
		err = pause(ctx, 300*time.Millisecond)
	}
	if !errors.Is(err, context.Canceled) {
		r.t.Error(err)
	}
}

// judge ends the processes, gathers the evidence and prints what was counted.
func (r *trial) judge() {
	t := r.t
	t.Helper()
	for _, p := range r.all() {
		_, _, died := p.seen()
		for _, err := range died {
			t.Error(err)
		}
	}
	if err := r.server.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	r.house.Open() // reads the whole database first
	evidence, err := r.gather()
	if err != nil {
		t.Fatal(err)
	}
	broken, tally := Judge(evidence)
	for _, b := range broken {
		t.Error(b)
	}
	r.verify(evidence)
	r.report(tally)
	r.house.Shut()
	if err := intact(filepath.Join(r.house.Dir, "server", "tranship.db")); err != nil {
		t.Error(err)
	}
}

func (r *trial) report(tally Tally) {
	kills, lives, looked, repeated, guided, asked := 0, 0, 0, 0, 0, 0
	for _, n := range r.killer.kills {
		kills += n
	}
	for _, p := range r.all() {
		n, _, _ := p.seen()
		lives += n
	}
	for _, w := range r.workers {
		looked, repeated, guided, asked = looked+w.looked, repeated+w.repeated, guided+w.guided, asked+len(w.asked)
	}
	r.t.Logf("seed %d: %d kills (%d of the server; %d commands with their agent), %d starts, %.0f kills a minute, at rest %s after the last",
		r.seed, kills, r.killer.kills[r.server.name], r.killer.commands, lives, float64(kills)/r.took.Minutes(), r.settled.Round(time.Millisecond))
	r.t.Logf("%d deployments %v, %d waiting; asked %d times, %d once more, looked for %d answers, guided %d times; %d orders",
		sum(tally.Deployments), tally.Deployments, tally.Waiting, asked, repeated, looked, guided, tally.Orders)
	r.t.Logf("%d effects, %d of them repeated as allowed, %d ends unknown; the record has %d entries", tally.Effects, tally.Repeated, tally.Doubts, slices.Max(append(r.heads, 0)))
	for _, p := range []*process{r.server, r.agents[0]} {
		_, starts, _ := p.seen()
		if slices.Sort(starts); len(starts) > 0 {
			r.t.Logf("%s: ready after %s in the middle, %s at worst, %d times",
				p.name, starts[len(starts)/2].Round(time.Millisecond), starts[len(starts)-1].Round(time.Millisecond), len(starts))
		}
	}
}

func sum[K comparable](counts map[K]int) int {
	total := 0
	for n := range maps.Values(counts) {
		total += n
	}
	return total
}
