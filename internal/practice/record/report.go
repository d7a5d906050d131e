package record

import (
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// Check names what a finding is about.
type Check string

// The checks.
const (
	CheckRead       Check = "read"       // it cannot be read at all
	CheckFormat     Check = "format"     // it is not what Tranship would have written
	CheckCheckpoint Check = "checkpoint" // the signed size and root of the log
	CheckHead       Check = "head"       // the stored head against the checkpoint
	CheckEntry      Check = "entry"      // an entry's bytes against the log, and that it is there
	CheckColumn     Check = "column"     // what is stored beside an entry's bytes
	CheckChain      Check = "chain"      // the numbered chain of a subject
	CheckTile       Check = "tile"       // the stored hashes of the log
	CheckRoot       Check = "root"       // the entries together against the signed root
	CheckGrowth     Check = "growth"     // the log against an older checkpoint
	CheckInclusion  Check = "inclusion"  // the proof that an entry is in the log
	CheckStatement  Check = "statement"  // the signed statement against the entries
	CheckState      Check = "state"      // what is stored as the present state against the entries
)

// Finding is one thing that is wrong.
type Finding struct {
	Check   Check  `json:"check"`
	Where   string `json:"where"` // "entry 41", "tile 0/3", "line 1", "checkpoint"
	Message string `json:"message"`
}

// String gives "entry 41: message".
func (f Finding) String() string { return f.Where + ": " + f.Message }

// maxFindings bounds the findings of a report; one altered place is enough to distrust the rest.
const maxFindings = 100

// Report says what was verified, or exactly what is wrong.
type Report struct {
	Scope    practice.Scope        `json:"scope"`
	Subject  string                `json:"subject,omitempty"` // of a bundle
	Entries  int64                 `json:"entries"`           // read
	Head     Head                  `json:"head"`              // of the checkpoint
	SignedBy []signature.PublicKey `json:"signedBy,omitempty"`
	Verified []string              `json:"verified,omitempty"` // what holds, for people
	Findings []Finding             `json:"findings,omitempty"` // at most 100
	More     int                   `json:"more,omitempty"`     // findings beyond those
}

// OK says that everything was checked and nothing is wrong.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// Err gives nil, or Refused with every finding.
func (r *Report) Err() error {
	if r.OK() {
		return nil
	}
	e := practice.Faultf(practice.Refused, "%s: %d findings", r.title(), len(r.Findings)+r.More).Final()
	for _, f := range r.Findings {
		e.Problems = append(e.Problems, practice.Problem{Path: f.Where, Message: f.Message})
	}
	return e
}

// String gives the report for people, one line for each thing.
func (r *Report) String() string {
	var b strings.Builder
	if r.OK() {
		fmt.Fprintf(&b, "%s: verified\n", r.title())
		for _, line := range r.Verified {
			fmt.Fprintf(&b, "  %s\n", line)
		}
		return b.String()
	}
	fmt.Fprintf(&b, "%s: NOT verified\n", r.title())
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "  %v\n", f)
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "  and %d more\n", r.More)
	}
	return b.String()
}

func (r *Report) title() string {
	if r.Subject != "" {
		return fmt.Sprintf("bundle of %s, scope %s", r.Subject, r.Scope)
	}
	return fmt.Sprintf("record of scope %s", r.Scope)
}

// Find adds something that is wrong with what the record speaks of.
func (r *Report) Find(check Check, where, format string, args ...any) {
	r.find(check, where, format, args...)
}

// Hold adds something that was verified.
func (r *Report) Hold(format string, args ...any) { r.hold(format, args...) }

func (r *Report) find(check Check, where, format string, args ...any) {
	if len(r.Findings) >= maxFindings {
		r.More++
		return
	}
	r.Findings = append(r.Findings, Finding{check, where, fmt.Sprintf(format, args...)})
}

func (r *Report) hold(format string, args ...any) {
	r.Verified = append(r.Verified, fmt.Sprintf(format, args...))
}

func entryAt(index int64) string { return fmt.Sprintf("entry %d", index) }
