package drift_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// watched is one look at the packages of a host: what is known, what was seen,
// and what follows from it.
type watched struct {
	reference drift.Things // nil: there is none yet
	seen      drift.Things // nil: what the server knows under the reference's digest
	standing  []drift.Difference
	more      int    // differences of what stands, besides
	order     string // the last that ended on the target
	asked     string // the last when the agent was told to look; "=": the same
	after     string // the last before the look before
	untouched bool   // the order's deployment changed nothing there
	cannot    string
	silent    bool // the agent tells nothing of it
	off       bool // it is not watched any more
	want      string
}

func (w watched) input(t *testing.T, at time.Time) drift.Input {
	t.Helper()
	in := drift.Input{Target: "web-1", Environment: "live", Sighting: drift.Sighting{Target: "web-1", Complete: true}}
	in.Hosts = drift.Hosts{Watched: []environment.Watch{environment.Packages}, After: map[string]string{"packages": w.after}}
	if w.off {
		in.Hosts.Watched = nil
	}
	if w.order != "" {
		in.Hosts.Order = w.order
		if w.order != w.after && !w.untouched {
			in.Hosts.Changed = map[environment.Watch]string{environment.Packages: "D-7"}
		}
	}
	s := drift.Stock{Of: environment.Packages, Order: w.order, CannotSay: w.cannot, Things: w.seen}
	if w.asked != "=" {
		s.Order = w.asked
	}
	if w.reference != nil {
		r := drift.Reference{Target: "web-1", Of: environment.Packages, Things: w.reference, Since: at}
		var err error
		if r.Digest, err = w.reference.Digest(); err != nil {
			t.Fatal(err)
		}
		in.Hosts.References = []drift.Reference{r}
		if w.seen == nil {
			s.Same, s.Digest = true, r.Digest
		}
	}
	if !w.silent {
		in.Sighting.Stocks = []drift.Stock{s}
	}
	if len(w.standing) > 0 {
		in.Standing = []drift.Drift{{
			ID: "DR-1", Environment: "live", Target: "web-1", Component: "host:packages", Watch: environment.Packages, State: drift.Unmanaged,
			Found: drift.Found{State: drift.Unmanaged, Differences: w.standing, More: w.more},
		}}
	}
	return in
}

// follows says in short what follows from a look.
func follows(out drift.Outcome) string {
	if out.Looked == nil {
		return "nothing"
	}
	var said []string
	for _, c := range out.Changes {
		if !c.Silent {
			said = append(said, fmt.Sprintf("reference by %q of %d", c.Reference.By, len(c.Reference.Things)))
		}
	}
	for _, r := range out.Forgotten {
		said = append(said, "forgotten "+string(r.Of))
	}
	for _, e := range out.Entries {
		d := append(slices.Clone(out.New), out.Kept...)[e.Drift]
		if !e.New {
			d = out.Kept[e.Drift]
		}
		said = append(said, fmt.Sprintf("%s %s%s", e.Kind, d.End, strings.TrimPrefix(d.Found.Words(), "unmanaged")))
	}
	for _, blind := range out.Looked.Blind {
		said = append(said, "blind: "+blind)
	}
	return strings.Join(said, "; ") + " after " + out.Looked.After["packages"]
}

// TestR92WhatFollowsOnAHost: what a host is watched for is held against what
// counts as right there.
func TestR92WhatFollowsOnAHost(t *testing.T) {
	t.Parallel()
	was := drift.Things{"libc6": "2.36", "openssl": "3.0.1"}
	htop := drift.Things{"libc6": "2.36", "openssl": "3.0.1", "htop": "3.2.1"}
	came := drift.Difference{What: "package htop", Found: "3.2.1"}
	for name, c := range map[string]watched{
		"the first look is the reference":          {seen: was, want: `reference by "" of 2 after `},
		"nothing changes":                          {reference: was, want: ` after `},
		"a package comes":                          {reference: was, seen: htop, want: "drift.found : package htop (3.2.1) came without a deployment after "},
		"a package goes":                           {reference: htop, seen: was, want: "drift.found : package htop (3.2.1) is gone after "},
		"a package changes":                        {reference: was, seen: drift.Things{"libc6": "2.36", "openssl": "3.0.2"}, want: "drift.found : package openssl was 3.0.1 and became 3.0.2 after "},
		"everything goes":                          {reference: was, seen: drift.Things{}, want: "drift.found : package libc6 (2.36) is gone, and 1 more after "},
		"it stands":                                {reference: was, seen: htop, standing: []drift.Difference{came}, want: " after "},
		"it is right again":                        {reference: was, standing: []drift.Difference{came}, want: "drift.ended righted: package htop (3.2.1) came without a deployment after "},
		"an order brought it":                      {reference: was, seen: htop, order: "o1", asked: "=", want: `reference by "D-7" of 3 after o1`},
		"an order brought it, and it came late":    {reference: was, seen: htop, order: "o1", asked: "=", after: "o1", want: "drift.found : package htop (3.2.1) came without a deployment after o1"},
		"an order that changed nothing there":      {reference: was, seen: htop, order: "o1", asked: "=", untouched: true, want: "drift.found : package htop (3.2.1) came without a deployment after o1"},
		"it was there before the order":            {reference: was, seen: htop, standing: []drift.Difference{came}, order: "o1", asked: "=", want: " after o1"},
		"the order took it off":                    {reference: was, standing: []drift.Difference{came}, order: "o1", asked: "=", want: "drift.ended righted: package htop (3.2.1) came without a deployment after o1"},
		"too much stood before the order":          {reference: was, seen: drift.Things{"htop": "3.2.1"}, standing: []drift.Difference{came}, more: 1, order: "o1", asked: "=", want: "drift.changed : package htop (3.2.1) came without a deployment, and 2 more after o1"},
		"an order ended since it was asked for":    {reference: was, seen: htop, order: "o1", want: "nothing"},
		"the agent cannot look":                    {reference: was, cannot: "neither dpkg-query nor rpm is there", after: "o0", order: "o1", want: "blind: packages: neither dpkg-query nor rpm is there after o0"},
		"the agent says nothing of it":             {reference: was, silent: true, want: "blind: packages: was not looked at yet, or the agent is too old to look after "},
		"the agent cannot look while it stands":    {reference: was, standing: []drift.Difference{came}, cannot: "x", want: "blind: packages: x after "},
		"it is not watched any more":               {reference: was, off: true, want: "forgotten packages after "},
		"it is not watched any more, and it stood": {reference: was, off: true, standing: []drift.Difference{came}, want: "forgotten packages; drift.ended unwatched: package htop (3.2.1) came without a deployment after "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
			out, err := drift.Judge(c.input(t, now), now)
			if err != nil {
				t.Fatal(err)
			}
			if got := follows(out); got != c.want {
				t.Errorf("it follows %q\nwant       %q", got, c.want)
			}
		})
	}
}

// TestWhatIsAccepted: exactly what was found is accepted, or nothing.
func TestWhatIsAccepted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	in := watched{reference: drift.Things{"a": "1"}, seen: drift.Things{"a": "2"}}.input(t, now)
	out, err := drift.Judge(in, now)
	if err != nil || len(out.New) != 1 || len(out.Changes) != 1 || !out.Changes[0].Silent {
		t.Fatalf("%+v, %v", out, err)
	}
	d, r := out.New[0], out.Changes[0].Reference
	d.ID = "DR-9"
	accepted, err := r.Accepted(d, now)
	if err != nil || accepted.By != "DR-9" || accepted.Things["a"] != "2" || accepted.Digest != d.Found.Digest || accepted.Seen != nil {
		t.Errorf("accepted is %+v, %v", accepted, err)
	}
	r.Seen.Things = drift.Things{"a": "3"} // altered in the store
	if got, err := r.Accepted(d, now); err == nil {
		t.Errorf("what nobody found is accepted: %+v", got)
	}
	d.Found.Digest = in.Hosts.References[0].Digest
	if got, err := r.Accepted(d, now); err == nil {
		t.Errorf("something else than what was found last is accepted: %+v", got)
	}
}

// TestStocksAreBounded: no agent tells more than the server takes.
func TestStocksAreBounded(t *testing.T) {
	t.Parallel()
	many := drift.Things{}
	for i := range drift.MaxThings {
		many[fmt.Sprint(i)] = "1"
	}
	if err := many.Check(); err != nil {
		t.Errorf("%d things are refused: %v", len(many), err)
	}
	many["one more"] = "1"
	long := drift.Things{}
	for i := range 1000 {
		long[fmt.Sprint(i)] = strings.Repeat("x", drift.MaxThing)
	}
	for says, things := range map[string]drift.Things{
		"more than 5000": many, "bytes": long, "a name": {"": "1"}, "more than 300": {"a": strings.Repeat("x", drift.MaxThing+1)},
	} {
		if err := things.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is refused as %v", says, err)
		}
	}
}
