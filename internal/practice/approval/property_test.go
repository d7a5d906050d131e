package approval_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
)

// inWorlds tries a property in so many worlds for each run of rapid, of which there
// are 100 unless it is told otherwise.
func inWorlds(t *testing.T, each int, property func(*rapid.T, *world)) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		for i := range each {
			property(t, anyWorld(dice{rand.New(rand.NewPCG(seed, uint64(i)))}))
		}
	})
}

// fitting gives the votes that the oracle lets count for a need, by their place.
func (w *world) fitting(p approval.Policy, n approval.Need, humans map[int]bool) (fit []int) {
	for i, v := range w.in.Votes {
		member, group := v.By, v.Group
		if v.For != "" {
			member = v.For
		}
		if v.Through != "" {
			escalated := nine.Add(p.Spec.EscalateAfter.Std())
			if p.Spec.EscalateAfter == 0 || v.Through != p.Spec.EscalateTo || v.At.Before(escalated) {
				continue
			}
			group = v.Through
		}
		switch {
		case v.Group != n.Group, v.Subject == practice.DigestOf([]byte("before")), v.At.After(w.in.Now):
		case !v.Withdrawn.IsZero() && !v.Withdrawn.After(w.in.Now), !w.in.Now.Before(w.lapses(v)):
		case humans[w.human[v.By]], humans[w.human[member]]:
		case w.represents(v.By, member, group, v.At):
			fit = append(fit, i)
		}
	}
	return fit
}

// lapses gives when a vote ends to hold, worked out anew.
func (w *world) lapses(v approval.Vote) time.Time {
	shortest := time.Duration(1<<63 - 1)
	for _, p := range w.policies {
		if said := p.Spec.Expires.Std(); said > 0 {
			shortest = min(shortest, said)
		}
	}
	if shortest < 1<<62 {
		return v.At.Add(shortest)
	}
	week := v.At.Add(7 * 24 * time.Hour)
	if w.in.Ask.Window.End.After(week) {
		return w.in.Ask.Window.End
	}
	return week
}

// allowed is the oracle: it tries every set of votes in which no human stands
// twice, and asks whether one of them satisfies every policy.
func (w *world) allowed() bool {
	humans, named := w.involved()
	satisfies := func(chosen uint) bool {
		for _, p := range w.policies {
			for _, n := range w.needs(p) {
				have := 0
				if named {
					for _, i := range w.fitting(p, n, humans) {
						have += int(chosen >> i & 1)
					}
				}
				if have < n.Count {
					return false
				}
			}
		}
		return true
	}
	for chosen := range uint(1) << len(w.in.Votes) {
		if w.apart(chosen) && satisfies(chosen) {
			return true
		}
	}
	return false
}

// apart says whether no human sits or is represented twice in the chosen votes.
func (w *world) apart(chosen uint) bool {
	seen := map[int]bool{}
	for i, v := range w.in.Votes {
		if chosen>>i&1 == 0 {
			continue
		}
		humans := map[int]bool{w.human[v.By]: true}
		if v.For != "" {
			humans[w.human[v.For]] = true
		}
		for h := range humans {
			if seen[h] {
				return false
			}
			seen[h] = true
		}
	}
	return true
}

// TestNeverSelfApproval (pain 3): whatever graph of requesters, authors,
// implementers, service accounts, deputies, delegations and second accounts,
// what is open is open by other humans, each counted once.
func TestNeverSelfApproval(t *testing.T) {
	t.Parallel()
	var worlds, open atomic.Int64
	inWorlds(t, 100, func(t *rapid.T, w *world) {
		r := approval.Judge(w.in)
		worlds.Add(1)
		if r.Verdict.Open && len(r.Groups) > 0 {
			open.Add(1)
		}
		if r.Verdict.Open && !w.allowed() {
			t.Fatalf("open by votes that must not count: %s\n%+v\n%+v", r.Why, w.in, r.Votes)
		}
		if counted := w.counted(t, r); !w.apart(counted) || counted&^w.eligible() != 0 {
			t.Fatalf("votes count that must not: %+v\n%+v", r.Votes, w.in)
		}
	})
	if worlds.Load() < 10_000 || open.Load() < worlds.Load()/200 {
		t.Errorf("%d worlds, in %d of which votes opened the gate: too few to prove anything", worlds.Load(), open.Load())
	}
	t.Logf("%d worlds, opened by votes in %d", worlds.Load(), open.Load())
}

// counted gives the votes that count in a judgement, one bit for each by its place.
func (w *world) counted(t *rapid.T, r approval.Result) (bits uint) {
	counts := map[string]bool{}
	for _, v := range r.Votes {
		if counts[v.Vote.ID] = v.Counts; v.Counts == (v.Why != "") {
			t.Fatalf("a vote does not count, and nobody knows why: %+v", v)
		}
	}
	for i, v := range w.in.Votes {
		if counts[v.ID] {
			bits |= 1 << i
		}
	}
	return bits
}

// eligible gives the votes that the oracle lets count for any need.
func (w *world) eligible() (bits uint) {
	humans, named := w.involved()
	for _, p := range w.policies {
		for _, n := range w.needs(p) {
			for _, i := range w.fitting(p, n, humans) {
				bits |= 1 << i
			}
		}
	}
	if !named {
		return 0
	}
	return bits
}

// TestGivenVotesCount: whoever is let in by MayVote counts at once, and whoever
// is said to be able to vote is let in.
func TestGivenVotesCount(t *testing.T) {
	t.Parallel()
	inWorlds(t, 10, func(t *rapid.T, w *world) {
		r := approval.Judge(w.in)
		may := map[string]bool{}
		for _, s := range r.Groups {
			for _, name := range s.May {
				by, _, _ := strings.Cut(name, " for ")
				may[by] = true
			}
		}
		for _, by := range personNames {
			v, err := approval.MayVote(w.in, approval.Vote{By: by, Subject: r.Subject, Decision: approval.Approve})
			if err != nil {
				if practice.CodeOf(err) == "" {
					t.Fatalf("a refusal that nobody can act on: %v", err)
				}
				if may[by] {
					t.Fatalf("%s may vote, it is said, and is refused: %v", by, err)
				}
				continue
			}
			v.ID = "new"
			after := w.in
			after.Votes = append(append([]approval.Vote(nil), w.in.Votes...), v)
			for _, counted := range approval.Judge(after).Votes {
				if counted.Vote.ID == "new" && !counted.Counts {
					t.Fatalf("the vote of %s was let in and does not count: %s", by, counted.Why)
				}
			}
		}
	})
}

// TestHeldSaysWhy (pain 6): since when, who can act, and how.
func TestHeldSaysWhy(t *testing.T) {
	t.Parallel()
	inWorlds(t, 10, func(t *rapid.T, w *world) {
		r := approval.Judge(w.in)
		if r.Verdict.Open == (len(r.Verdict.Reasons) > 0) || r.Why == "" {
			t.Fatalf("open %v with reasons %v", r.Verdict.Open, r.Verdict.Reasons)
		}
		for _, reason := range r.Verdict.Reasons {
			if reason.Gate == "" || reason.Message == "" || reason.Since.IsZero() || reason.Since.After(w.in.Now) || reason.Who == "" || reason.How == "" {
				t.Fatalf("a reason that leaves somebody standing: %+v", reason)
			}
		}
	})
}

// TestTimersAreExact (pain, C24): nothing changes before Next, looking at each Next
// misses nothing and tells nothing twice, and looking too often tells no more.
func TestTimersAreExact(t *testing.T) {
	t.Parallel()
	inWorlds(t, 10, func(t *rapid.T, w *world) {
		in := w.in
		for i := range in.Votes { // all given by now
			if in.Votes[i].At.After(in.Now) {
				in.Votes[i].At = in.Now
			}
			if in.Votes[i].Withdrawn.After(in.Now) {
				in.Votes[i].Withdrawn = in.Now
			}
		}
		told := map[string]bool{}
		for range 12 {
			r := approval.Judge(in)
			for _, n := range r.Due {
				if told[n.Key] || len(n.To) == 0 || n.Message == "" || n.At.After(in.Now) {
					t.Fatalf("told twice, to nobody, or too early: %+v", n)
				}
				told[n.Key] = true
			}
			if !reflect.DeepEqual(r, approval.Judge(in)) {
				t.Fatal("the same input gave another result")
			}
			if r.Next.IsZero() {
				return
			}
			if !r.Next.After(in.Now) {
				t.Fatalf("looks again at %s, which is past at %s", r.Next, in.Now)
			}
			early := in
			early.ToldUntil, early.Now = in.Now, r.Next.Add(-time.Nanosecond)
			before := approval.Judge(early)
			if before.Verdict.Open != r.Verdict.Open || len(before.Due) > 0 || !before.Next.Equal(r.Next) {
				t.Fatalf("something changed before %s: %+v", r.Next, before)
			}
			in.ToldUntil, in.Now = in.Now, r.Next
		}
	})
}
