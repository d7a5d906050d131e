package agent_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// TestReplays offers orders again that were seen, are stale, expired, or for others.
func TestReplays(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		stop := start(t, s, d, j, nil)
		o := s.issue("web", step("one"))
		pass(time.Minute)
		ask := func(why string, change func(*deployment.Order)) deployment.Report {
			t.Helper()
			before := d.count()
			o, e := s.order("web", []plan.Step{step("bad")}, change)
			s.offer(o.ID, e)
			pass(2 * time.Minute)
			if d.count() != before {
				t.Errorf("%s: the order was carried out", why)
			}
			return s.last(o.ID)
		}
		for why, change := range map[string]func(*deployment.Order){
			"number seen":  func(o *deployment.Order) { o.ID, o.Counter = "x1", 1 },
			"older epoch":  func(o *deployment.Order) { o.ID, o.Epoch = "x2", 0 },
			"expired":      func(o *deployment.Order) { o.ID, o.Expires = "x3", time.Now().Add(-time.Second) },
			"far ahead":    func(o *deployment.Order) { o.ID, o.Counter = "x4", 1<<62 },
			"epoch ahead":  func(o *deployment.Order) { o.ID, o.Epoch = "x5", 1<<62 },
			"no steps":     func(o *deployment.Order) { o.ID, o.Steps = "x6", nil },
			"target leads": func(o *deployment.Order) { o.ID, o.Target = "x7", "../../etc" },
			"driver leads": func(o *deployment.Order) { o.ID, o.Steps[0].Uses = "x8", "../x" },
			"artifact":     func(o *deployment.Order) { o.ID, o.Steps[0].Artifact = "x9", 3 },
		} {
			if r := ask(why, change); r.Kind != deployment.OrderRefused || r.Message == "" {
				t.Errorf("%s: reported %+v, want a refusal that says why", why, r)
			}
		}
		for why, change := range map[string]func(*deployment.Order){
			"other agent": func(o *deployment.Order) { o.ID, o.Agent = "y1", "b" },
			"other scope": func(o *deployment.Order) { o.ID, o.Scope = "y2", "other" },
		} {
			if r := ask(why, change); r.Kind != "" {
				t.Errorf("%s: answered %+v, want silence", why, r)
			}
		}
		// The server forgot the reports: they come again, the effect does not.
		s.mu.Lock()
		s.ended[o.ID], s.reports[o.ID] = false, nil
		s.mu.Unlock()
		before := d.count()
		pass(2 * time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=done")
		stop()
		s.mu.Lock()
		s.ended[o.ID], s.reports[o.ID] = false, nil
		s.mu.Unlock()
		defer start(t, s, d, j, nil)()
		pass(2 * time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=done")
		if d.count() != before {
			t.Error("an order that came again was carried out again")
		}
	})
}

// TestAltered flips each byte of an order's envelope: none is carried out, and
// none makes the agent talk.
func TestAltered(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		defer start(t, s, d, j, nil)()
		pass(time.Second)
		o, e := s.order("web", []plan.Step{step("one")}, nil)
		for name, field := range map[string]*string{"payload": &e.Payload, "signature": &e.Signatures[0].Sig, "type": &e.PayloadType} {
			good := *field
			for i := range good {
				for _, bit := range []byte{1, 2, 32} {
					raw := []byte(good)
					raw[i] ^= bit
					*field = string(raw)
					s.mu.Lock()
					s.ids[o.ID], s.open = 0, []signature.Envelope{{Payload: e.Payload, PayloadType: e.PayloadType, Signatures: append(e.Signatures[:0:0], e.Signatures...)}}
					s.mu.Unlock()
					s.hint()
					synctest.Wait()
					if d.count() != 0 || s.told(o.ID) != "" {
						t.Fatalf("byte %d of the %s altered by %d: carried out %d, reported %q", i, name, bit, d.count(), s.told(o.ID))
					}
				}
			}
			*field = good
		}
		s.offer(o.ID, e)
		pass(time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=done")
	})
}

func TestTrustChanges(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		defer start(t, s, d, j, nil)()
		pass(time.Second)
		next := newServer()
		put := func(signer *fakeServer, trust deployment.Trust) {
			e, err := trust.Seal(signer.sign)
			if err != nil {
				t.Fatal(err)
			}
			s.mu.Lock()
			s.trust = &e
			s.mu.Unlock()
			pass(time.Minute)
		}
		standing := func() agent.Standing { st, _ := j.Standing(); return st }
		put(next, deployment.Trust{Serial: 2, Epoch: 1, Keys: []signature.PublicKey{next.public()}})
		if standing().Serial != 1 {
			t.Fatal("a document that only its own key signed was adopted")
		}
		put(s, deployment.Trust{Serial: 2, Epoch: 3, Keys: []signature.PublicKey{s.public(), next.public()}})
		if st := standing(); st.Serial != 2 || st.Epoch != 3 || len(st.Keys) != 2 {
			t.Fatalf("the new document was not adopted: %+v", st)
		}
		put(s, deployment.Trust{Serial: 3, Epoch: 2, Keys: []signature.PublicKey{s.public()}})
		if st := standing(); st.Epoch != 3 || st.Serial != 2 {
			t.Fatalf("a document of an older epoch was adopted: %+v", st)
		}
		put(next, deployment.Trust{Serial: 3, Epoch: 3, Keys: []signature.PublicKey{next.public()}})
		old := s.issue("web", step("old")) // epoch 1, key not trusted any more
		next.epoch = 3
		fresh, e := next.order("web", []plan.Step{step("new")}, func(o *deployment.Order) { o.ID = "fresh" })
		s.offer(fresh.ID, e)
		pass(2 * time.Minute)
		want(t, s, old.ID, "")
		want(t, s, "fresh", "begun step:0 step-end:0=done ended=done")
	})
}
