package drift

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
)

// The bounds of a stock.
const (
	MaxThings    = 5_000     // things
	MaxThing     = 300       // bytes of a thing's name, and of what is said of it
	maxStock     = 250 << 10 // bytes of all of them
	maxDiffering = 100       // differences that a drift tells one by one
)

// Things are what is on a host, by name, each with what there is to say of it:
// the version of a package, that a unit is enabled, what a user may be.
type Things map[string]string

// Digest names exactly these things.
func (t Things) Digest() (practice.Digest, error) {
	if t == nil {
		t = Things{}
	}
	return practice.CanonicalDigest(t)
}

// Check refuses what is more than a stock may be.
func (t Things) Check() error {
	if len(t) > MaxThings {
		return practice.Faultf(practice.Invalid, "there are %d, more than %d", len(t), MaxThings).Final()
	}
	bytes := 0
	for name, is := range t {
		if name == "" || len(name) > MaxThing || len(is) > MaxThing {
			return practice.Faultf(practice.Invalid, "%.40q has a name or is of a kind of more than %d bytes", name, MaxThing).Final()
		}
		bytes += len(name) + len(is)
	}
	if bytes > maxStock {
		return practice.Faultf(practice.Invalid, "their names and kinds are %d bytes, more than %d", bytes, maxStock).Final()
	}
	return nil
}

// Watching tells an agent to look at a stock.
type Watching struct {
	Of     environment.Watch `json:"of"`
	Order  string            `json:"order,omitempty"`  // the last order that ended on the target, to be told back; empty: none
	Digest practice.Digest   `json:"digest,omitempty"` // of the reference: where it is found, the things need not be told
}

// Stock is all that an agent found of what a host is watched for.
type Stock struct {
	Of        environment.Watch `json:"of"`
	Order     string            `json:"order,omitempty"` // as it was told
	Digest    practice.Digest   `json:"digest,omitempty"`
	Same      bool              `json:"same,omitempty"` // it is what the server knows under that digest; Things are not told
	Things    Things            `json:"things,omitempty"`
	CannotSay string            `json:"cannotSay,omitempty"` // what stood in the way of looking; the rest means nothing then
}

// Reference is the stock that counts as right on a target: what was there when
// it was first looked at, what deployments changed since, and what was accepted.
type Reference struct {
	Target string            `json:"target"`
	Of     environment.Watch `json:"of"`
	Digest practice.Digest   `json:"digest"`
	Since  time.Time         `json:"since"`
	By     string            `json:"by,omitempty"` // the deployment that changed it last, D-12, or the drift that was accepted, DR-3; empty: it was there at first
	Things Things            `json:"things,omitempty"`
	Seen   *SeenThings       `json:"seen,omitempty"` // what was found last that is other; meaningless while no drift stands
}

// SeenThings is a stock that is other than the reference.
type SeenThings struct {
	Digest practice.Digest `json:"digest"`
	Things Things          `json:"things"`
}

// LastOrder is the last order that was given to a target.
type LastOrder struct {
	Target string
	Order  string
}

// differing gives what is other in found than in the reference, by name.
func differing(of environment.Watch, reference, found Things) []Difference {
	var all []Difference
	names := maps.Clone(reference)
	if names == nil {
		names = Things{}
	}
	maps.Copy(names, found)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, was := reference[name]
		now, is := found[name]
		if was != is || before != now {
			all = append(all, Difference{What: thing(of) + " " + name, Recorded: said(before, was), Found: said(now, is)})
		}
	}
	return all
}

// said is what a difference says of a thing: nothing only of one that is not there.
func said(is string, there bool) string {
	if there && is == "" {
		return "there"
	}
	return is
}

// thing gives what one of a stock is called.
func thing(of environment.Watch) string {
	switch of {
	case environment.Packages:
		return "package"
	case environment.Services:
		return "unit"
	case environment.Users:
		return "user"
	}
	return "thing"
}

// Came says in words what happened to a thing of a host without a deployment.
func (d Difference) Came() string {
	switch {
	case d.Recorded == "" && d.Found == "enabled":
		return d.What + " was enabled"
	case d.Recorded == "enabled" && d.Found == "":
		return d.What + " was disabled"
	case d.Recorded == "":
		return fmt.Sprintf("%s (%s) came without a deployment", d.What, d.Found)
	case d.Found == "":
		return fmt.Sprintf("%s (%s) is gone", d.What, d.Recorded)
	}
	return fmt.Sprintf("%s was %s and became %s", d.What, d.Recorded, d.Found)
}
