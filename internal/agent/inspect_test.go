package agent_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// instructs lets the server tell agent a to look at one component of the target
// web; change may alter what it says, and sign who signs it.
func (s *fakeServer) instructs(change func(*drift.Instruction), sign func(string, []byte) signature.Envelope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instruct = func() signature.Envelope {
		i := drift.Instruction{
			ID: "i", Scope: practice.DefaultScope, Agent: "a", Epoch: 1, IssuedAt: time.Now(), Expires: time.Now().Add(time.Minute), Next: practice.Duration(10 * time.Minute),
			Looks: []drift.Look{{Target: "web", Parts: []drift.Part{{Component: "shop", Mark: "m", Like: "D-1", Steps: []plan.Step{step("put"), step("run")}}}}},
		}
		if change != nil {
			change(&i)
		}
		e, err := i.Seal(sign)
		if err != nil {
			panic(err)
		}
		return e
	}
}

func (s *fakeServer) sightings() []drift.Sighting {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// R92: it looks again and again, tells what the drivers find, changes nothing,
// and leaves nothing behind.
func TestLooksAgainAndAgain(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		looks := 0
		d.inspect = func(st driver.Step) (driver.Finding, error) {
			if st.Name == "run" {
				return driver.Finding{}, errors.New("nobody can ask")
			}
			looks++
			return driver.Finding{Present: true, Version: "1", Differs: []driver.Difference{{What: "file a", Recorded: "x", Found: "y"}}}, nil
		}
		s.instructs(nil, s.sign)
		state := t.TempDir()
		defer start(t, s, d, j, func(o *agent.Options) { o.StateDir = state })()
		pass(time.Hour)
		seen := s.sightings()
		if n := len(seen); n < 5 || n > 8 {
			t.Fatalf("it told %d times within an hour, want about 6", n)
		}
		if looks != 2*len(seen) {
			t.Errorf("%d looks for %d sightings: what is not right is looked at twice", looks, len(seen))
		}
		one := seen[0]
		if one.Target != "web" || !one.Complete || len(one.Parts) != 1 || one.Parts[0].Mark != "m" || len(one.Parts[0].Steps) != 2 {
			t.Fatalf("it told %+v", one)
		}
		if took := one.At.Sub(one.Told); took != time.Second { // the two looks; what is changed in between may not be in it
			t.Errorf("it was told to look %s before it had looked, want 1s", took)
		}
		put, run := one.Parts[0].Steps[0], one.Parts[0].Steps[1]
		if put.Matches || put.Version != "1" || len(put.Differs) != 1 || put.Differs[0].Found != "y" || run.CannotSay != "nobody can ask" {
			t.Errorf("the steps were seen as %+v and %+v", put, run)
		}
		if d.count() != 0 {
			t.Errorf("%d steps were applied by looking", d.count())
		}
		if _, err := os.Lstat(filepath.Join(state, "targets", "web")); !os.IsNotExist(err) {
			t.Errorf("looking left a directory behind: %v", err)
		}
	})
}

// Nothing is looked at that the server did not sign, for this agent, now.
func TestInstructionsAreTrustedLikeOrders(t *testing.T) {
	t.Parallel()
	_, stranger, _ := ed25519.GenerateKey(nil)
	for name, c := range map[string]struct {
		change func(*drift.Instruction)
		by     ed25519.PrivateKey
	}{
		"of a stranger":       {by: stranger},
		"for another agent":   {change: func(i *drift.Instruction) { i.Agent = "b" }},
		"of another scope":    {change: func(i *drift.Instruction) { i.Scope = "other" }},
		"that has expired":    {change: func(i *drift.Instruction) { i.Expires = time.Now().Add(-time.Second) }},
		"of an earlier epoch": {change: func(i *drift.Instruction) { i.Epoch = 0 }},
	} {
		world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
			d.inspect = func(driver.Step) (driver.Finding, error) {
				t.Errorf("an instruction %s was followed", name)
				return driver.Finding{Matches: true}, nil
			}
			sign := s.sign
			if c.by != nil {
				sign = func(kind string, payload []byte) signature.Envelope { return signature.Sign(c.by, kind, payload) }
			}
			s.instructs(c.change, sign)
			defer start(t, s, d, j, nil)()
			pass(10 * time.Minute)
			if n := len(s.sightings()); n > 0 {
				t.Errorf("%s: %d targets were told of", name, n)
			}
		})
	}
}

// An agent that does not know the server's time yet cannot judge an instruction, and
// says that, not that it has expired; as soon as it knows, it looks.
func TestInstructionBeforeTheTimeIsKnown(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		var said bytes.Buffer
		s.dumb = true
		s.instructs(nil, s.sign)
		defer start(t, s, d, j, func(o *agent.Options) { o.Log = slog.New(slog.NewTextHandler(&said, nil)) })()
		pass(5 * time.Minute)
		if n := len(s.sightings()); n > 0 {
			t.Errorf("%d targets were told of", n)
		}
		if log := said.String(); !strings.Contains(log, "the server has not told the time yet") || strings.Contains(log, "expired") {
			t.Errorf("the log says\n%s", log)
		}
		s.mu.Lock()
		s.dumb = false
		s.mu.Unlock()
		pass(5 * time.Minute)
		if len(s.sightings()) == 0 {
			t.Error("nothing was looked at after the time was known")
		}
	})
}

// An order that comes in the middle of a look does not wait for it, and what was
// seen until then is dropped; while it runs nobody looks there, and soon after it
// somebody does.
func TestOrdersComeBeforeLooks(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		var applying, overlapped atomic.Bool
		d.inspect = func(driver.Step) (driver.Finding, error) {
			if applying.Load() {
				overlapped.Store(true)
			}
			return driver.Finding{Present: true}, nil // not right: looked at again after a while
		}
		d.apply = func(_ context.Context, _ driver.Step, _ driver.Progress) error {
			applying.Store(true)
			time.Sleep(5 * time.Minute)
			applying.Store(false)
			return nil
		}
		s.instructs(nil, s.sign)
		defer start(t, s, d, j, nil)()
		pass(2 * time.Minute) // past the first look
		before := len(s.sightings())
		s.mu.Lock()
		look := s.look
		s.mu.Unlock()
		look()
		pass(500 * time.Millisecond) // in the middle of it
		o := s.issue("web", step("one"))
		pass(time.Minute)
		if !applying.Load() {
			t.Error("the order waits for the look")
		}
		look()
		pass(time.Minute)
		if n := len(s.sightings()); n != before {
			t.Errorf("%d sightings came of looks that an order disturbed", n-before)
		}
		pass(3*time.Minute + 15*time.Second)
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=done")
		if n := len(s.sightings()); n != before+1 {
			t.Errorf("%d looks followed the order soon, want 1", n-before)
		}
		if overlapped.Load() {
			t.Error("somebody looked while the order was carried out")
		}
	})
}

// Secrets that a driver prints of what it found do not leave the host.
func TestSightingsHideSecrets(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		d.inspect = func(st driver.Step) (driver.Finding, error) {
			return driver.Finding{Detail: "password is " + st.With["password"].(string), Differs: []driver.Difference{{What: "password", Found: st.With["password"].(string)}}}, nil
		}
		s.instructs(func(i *drift.Instruction) {
			i.Looks[0].Parts[0].Steps[0].With = map[string]any{"password": "${secret.db}"}
			i.Looks[0].Parts[0].Steps = i.Looks[0].Parts[0].Steps[:1]
		}, s.sign)
		state := t.TempDir()
		if err := os.MkdirAll(filepath.Join(state, "secrets"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(state, "secrets", "db"), []byte("hunter22"), 0o600); err != nil {
			t.Fatal(err)
		}
		defer start(t, s, d, j, func(o *agent.Options) { o.StateDir = state })()
		pass(2 * time.Minute)
		seen := s.sightings()
		if len(seen) == 0 || len(seen[0].Parts[0].Steps) != 1 {
			t.Fatalf("it told %+v", seen)
		}
		if one := seen[0].Parts[0].Steps[0]; one.CannotSay != "" || strings.Contains(one.Detail+one.Differs[0].Found, "hunter22") || !strings.Contains(one.Detail, "***") {
			t.Errorf("it told %+v", one)
		}
	})
}
