package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"tranship.dev/tranship/internal/agent"
)

// killer ends processes at random moments, and starts each again at once.
type killer struct {
	world     *world
	random    *rand.Rand
	kills     map[string]int
	commands  int // commands of steps that were killed with their agent
	standings map[string][]agent.Standing
}

// spread is how far apart kills are on average when nothing else is said.
const spread = 250 * time.Millisecond

// run kills so often.
func (k *killer) run(ctx context.Context, kills int) error {
	last := k.world.server
	for range kills {
		victim, err := k.choose(ctx, last)
		if err != nil {
			return err
		}
		if err := k.kill(victim); err != nil {
			return err
		}
		last = victim
	}
	return nil
}

// choose waits for a moment and says who is killed then: anybody at any moment;
// whoever has just begun or ended an effect, or the server that hears of it; or
// the one that was killed last, while it starts.
func (k *killer) choose(ctx context.Context, last *process) (*process, error) {
	switch k.random.IntN(10) {
	case 0, 1:
		return last, pause(ctx, k.upTo(100*time.Millisecond))
	case 2, 3, 4, 5:
		near := k.event(ctx)
		switch {
		case near == nil:
			near = k.anybody()
		case k.random.IntN(4) == 0:
			near = k.world.server
		}
		return near, pause(ctx, k.upTo(12*time.Millisecond))
	}
	return k.anybody(), pause(ctx, k.upTo(2*spread))
}

func (k *killer) upTo(d time.Duration) time.Duration {
	return time.Duration(k.random.Int64N(int64(d)))
}

func (k *killer) anybody() *process {
	if k.random.IntN(4) == 0 {
		return k.world.server
	}
	return k.world.agents[k.random.IntN(len(k.world.agents))]
}

// event waits for the next line of the ledger, for a while, and gives the agent
// that caused it; nil when none came.
func (k *killer) event(ctx context.Context) *process {
	size := func() int64 {
		info, err := os.Stat(k.world.ledger)
		if err != nil {
			return 0
		}
		return info.Size()
	}
	before := size()
	for until := time.Now().Add(2 * spread); time.Now().Before(until); {
		if pause(ctx, time.Millisecond) != nil {
			return nil
		}
		if after := size(); after > before {
			return k.at(before)
		}
	}
	return nil
}

// at gives the agent of the ledger's line at an offset.
func (k *killer) at(offset int64) *process {
	file, err := os.Open(k.world.ledger)
	if err != nil {
		return nil
	}
	defer file.Close()
	line := make([]byte, 200)
	n, _ := file.ReadAt(line, offset)
	words := strings.Fields(string(line[:n]))
	for _, p := range k.world.agents {
		if len(words) > 3 && p.name == words[3] {
			return p
		}
	}
	return nil
}

// kill ends a process and starts it again; of an agent sometimes the commands
// with it, as a service manager does. What an agent remembers is read in between.
func (k *killer) kill(p *process) error {
	if err := p.end(syscall.SIGKILL); err != nil {
		return err
	}
	k.kills[p.name]++
	if root, has := k.world.roots[p.name]; has && k.random.IntN(2) == 0 {
		k.commands += killCommands(root)
	}
	if state, has := k.world.state[p.name]; has {
		s, err := standing(agent.JournalPath(state))
		if err != nil {
			return fmt.Errorf("journal of %s: %w", p.name, err)
		}
		k.standings[p.name] = append(k.standings[p.name], s)
	}
	return p.start()
}

// killCommands kills the commands that steps run on a target, known by the
// target's root in their environment, and gives their number.
func killCommands(root string) int {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	killed := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(raw, []byte("TRANSHIP_ROOT="+root+"\x00")) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}

// standing reads a journal without touching it.
func standing(file string) (agent.Standing, error) {
	var s agent.Standing
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{ReadOnly: true, Timeout: 5 * time.Second})
	if err != nil {
		return s, err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		return json.Unmarshal(tx.Bucket([]byte("standing")).Get([]byte("standing")), &s)
	})
	if err != nil {
		return s, err
	}
	return s, db.Close()
}
