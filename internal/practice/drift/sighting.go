package drift

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Sighting is what an agent saw on one target.
type Sighting struct {
	Target   string            `json:"target"`
	Told     time.Time         `json:"told,omitzero"` // when the server told it to look, by the server's clock
	At       time.Time         `json:"at"`            // the agent's clock
	Parts    []Seen            `json:"parts,omitempty"`
	Values   map[string]string `json:"values,omitempty"` // of the parameters that were asked for
	Unread   map[string]string `json:"unread,omitempty"` // why others could not be read
	Stocks   []Stock           `json:"stocks,omitempty"` // what hosts are watched for
	Complete bool              `json:"complete"`         // nothing that was asked for was left out
}

// Sent is a sighting with who sent it.
type Sent struct {
	Agent string
	Sighting
}

// Seen is what was seen of one component.
type Seen struct {
	Component string     `json:"component"`
	Mark      string     `json:"mark,omitempty"`
	Like      string     `json:"like"`
	Steps     []StepSeen `json:"steps,omitempty"`
}

// StepSeen is what the driver of one step saw.
type StepSeen struct {
	Step      string          `json:"step"`
	Uses      string          `json:"uses"`
	Present   bool            `json:"present,omitempty"`
	Matches   bool            `json:"matches,omitempty"`
	Version   string          `json:"version,omitempty"`
	Digest    practice.Digest `json:"digest,omitempty"`
	Of        string          `json:"of,omitempty"`     // another component, whose things are there in its place
	Detail    string          `json:"detail,omitempty"` // one sentence for people
	Differs   []Difference    `json:"differs,omitempty"`
	CannotSay string          `json:"cannotSay,omitempty"` // what stood in the way of looking; the rest means nothing then
	Untold    bool            `json:"untold,omitempty"`    // it leaves nothing that can be looked at, as a command without a check; the rest means nothing then
}

// Difference is one thing that is other than recorded.
type Difference struct {
	Step     string `json:"step,omitempty"`
	What     string `json:"what"`               // "file etc/shop.conf", "unit", "version"
	Recorded string `json:"recorded,omitempty"` // as it should be; empty: not there
	Found    string `json:"found,omitempty"`    // as it is; empty: not there
}

// State says how what stands on a target is to what the record says.
type State string

// The states.
const (
	AsRecorded State = "as-recorded" // it is as the record says
	Drifted    State = "drifted"     // the recorded version is there, but not as it was put there
	Missing    State = "missing"     // nothing of it is there
	Unmanaged  State = "unmanaged"   // it came without a deployment: another version, or something where nothing is recorded
	Unknown    State = "unknown"     // it could not be looked at
)

// States lists the states that drift can have.
func States() []State { return []State{Drifted, Missing, Unmanaged} }

// Found is what was found of one component on one target, in short.
type Found struct {
	State       State           `json:"state"`
	Version     string          `json:"version,omitempty"` // that is there, as far as it is known
	Digest      practice.Digest `json:"digest,omitempty"`
	Differences []Difference    `json:"differences,omitempty"`
	More        int             `json:"more,omitempty"` // differences besides: of a host only the first are told
	Why         string          `json:"why,omitempty"`  // of unknown: what stood in the way
}

// judge says what the steps of a component tell together. recorded is the
// version that the record names; empty: none.
func judge(recorded string, steps []StepSeen) Found {
	var blind []string
	told := make([]StepSeen, 0, len(steps))
	for _, s := range steps {
		switch {
		case s.CannotSay != "":
			blind = append(blind, "step "+s.Step+": "+s.CannotSay)
		case !s.Untold:
			told = append(told, s)
		}
	}
	if len(told)+len(blind) == 0 {
		blind = append(blind, "none of its steps can be looked at: give one a check")
	}
	found := Found{State: AsRecorded}
	switch {
	case len(told) == 0:
		found.State = Unknown
	case recorded == "":
		found = uninvited(told)
	default:
		found = against(recorded, told)
	}
	if found.State == AsRecorded && len(blind) > 0 || found.State == Unknown {
		return Found{State: Unknown, Why: strings.Join(blind, "; ")}
	}
	return found
}

// uninvited judges where nothing is recorded: something is there when a step
// names its version, or all that can tell find it.
func uninvited(steps []StepSeen) Found {
	f := Found{State: AsRecorded}
	there := 0
	for _, s := range steps {
		if !s.Present || s.Of != "" {
			continue
		}
		there++
		f.Version, f.Digest = cmp.Or(f.Version, s.Version), cmp.Or(f.Digest, s.Digest)
		f.Differences = append(f.Differences, Difference{Step: s.Step, What: "presence", Found: cmp.Or(s.Version, s.Detail, "there")})
	}
	if f.Version == "" && there < len(steps) {
		return Found{State: AsRecorded}
	}
	f.State = Unmanaged
	return f
}

// against judges what is there against the version that is recorded.
func against(recorded string, steps []StepSeen) Found {
	f := Found{State: AsRecorded, Version: recorded}
	absent := 0
	for _, s := range steps {
		switch {
		case s.Of == "" && s.Present && s.Version != "" && s.Version != recorded:
			f.State, f.Version, f.Digest = Unmanaged, s.Version, s.Digest
			f.Differences = append(f.Differences, Difference{Step: s.Step, What: "version", Recorded: recorded, Found: s.Version})
		case s.Matches:
		default:
			if !s.Present || s.Of != "" {
				absent++
			}
			if f.State == AsRecorded {
				f.State = Drifted
			}
			f.Differences = append(f.Differences, differences(s)...)
		}
	}
	if absent == len(steps) {
		f.State, f.Version = Missing, ""
	}
	return f
}

// differences gives what one step found other than recorded.
func differences(s StepSeen) []Difference {
	if len(s.Differs) > 0 && s.Of == "" {
		all := slices.Clone(s.Differs)
		for i := range all {
			all[i].Step = s.Step
		}
		return all
	}
	d := Difference{Step: s.Step, What: "state", Recorded: "as it was put there", Found: s.Detail}
	switch {
	case s.Of != "":
		d.What, d.Recorded, d.Found = "presence", "there", "what is there is of component "+s.Of
	case !s.Present:
		d.What, d.Recorded, d.Found = "presence", "there", cmp.Or(s.Detail, "not there")
	}
	return []Difference{d}
}

// shape names what differs, whatever exactly is there: a file that changes
// every minute does not begin a new story every minute.
func (f Found) shape() string {
	parts := []string{string(f.State), f.Version}
	for _, d := range f.Differences {
		parts = append(parts, d.Step+"|"+d.What)
	}
	slices.Sort(parts[2:])
	return strings.Join(slices.Compact(parts), "\n")
}

// Sum names exactly what was found, but for what only people read.
func (f Found) Sum() (practice.Digest, error) {
	f.Why = ""
	f.Differences = slices.Clone(f.Differences)
	slices.SortFunc(f.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.What, b.What), cmp.Compare(a.Found, b.Found))
	})
	return practice.CanonicalDigest(f)
}

// Words says in short what was found, for people.
func (f Found) Words() string {
	said := string(f.State)
	if f.State == Unmanaged && f.Version == "" && len(f.Differences) > 0 && f.Differences[0].Step == "" {
		said += ": " + f.Differences[0].Came()
		if more := len(f.Differences) - 1 + f.More; more > 0 {
			said += fmt.Sprintf(", and %d more", more)
		}
		return said
	}
	if f.State == Unmanaged && f.Version != "" {
		said += ": version " + f.Version
	}
	if f.State != Drifted || len(f.Differences) == 0 {
		return said
	}
	said += ": " + f.Differences[0].What
	if more := len(f.Differences) - 1; more > 0 {
		said += fmt.Sprintf(" and %d more", more)
	}
	return said
}
