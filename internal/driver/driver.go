// Package driver holds the ways in which a component is present on a target:
// files in a release directory, a supervised process, a systemd unit, a script,
// an HTTP answer. A driver changes one target and decides nothing.
package driver

import (
	"context"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// Driver knows one way for a component to be present on a target.
// Every method may be called again after it was interrupted at any point.
// Errors that a user can mend are *practice.Error; Terminal ones are not tried again.
type Driver interface {
	// Declare says what the driver is and what its inputs are.
	Declare() Declaration
	// Inspect looks what is there now and changes nothing. It feeds checks,
	// verification, difference and the probe after an interruption.
	Inspect(ctx context.Context, s Step) (Finding, error)
	// Apply makes it so. Doing it twice changes nothing the second time.
	Apply(ctx context.Context, s Step, p Progress) error
	// Remove makes it not so, and leaves nothing behind.
	Remove(ctx context.Context, s Step, p Progress) error
}

// Resumer is a driver that must act when the agent starts: what it keeps
// running may have stopped with the host.
type Resumer interface {
	// Resume sees to it that all that was applied and is remembered below state,
	// the directory that the driver's steps had as State, runs again. It may be
	// called at any time, and changes nothing where nothing is amiss.
	Resume(ctx context.Context, state string) error
}

// Declaration describes a driver.
type Declaration struct {
	Name    string
	Inputs  any           // a pointer to the struct that With is decoded into: the source of its JSON Schema
	OnDoubt model.OnDoubt // what to do with a step that was interrupted, unless the step says otherwise
	Actions []model.Action
	Needs   []Capability
}

// Capability is something that a driver must be granted before it runs.
type Capability string

// The capabilities.
const (
	NeedsArtifact Capability = "artifact" // the unpacked files of the component's version
	NeedsFiles    Capability = "files"    // writing below the target's root
	NeedsProcess  Capability = "process"  // starting processes
	NeedsSystemd  Capability = "systemd"  // the host's service manager
	NeedsNetwork  Capability = "network"  // connecting to addresses named in its inputs
)

// Step is one step as a driver sees it.
type Step struct {
	Name      string
	Order     string // what the step is part of: the same each time that the step is tried again, another when somebody has it done anew
	Component string
	Version   string
	Digest    practice.Digest // of the version's manifest
	With      map[string]any  // exact inputs; ${secret.NAME} is filled in already
	Artifact  string          // directory with the verified files of the version; "" when the step has none
	Root      string          // the target's root directory: "/" on a host, a directory of its own for a local agent
	State     string          // a directory for what the driver must remember on this target; exists, mode 0700, always the same for a target and driver
}

// Finding is what an inspection saw.
type Finding struct {
	Present bool            `json:"present"` // the component is there, in some version
	Matches bool            `json:"matches"` // it is there exactly as the step says (for checks: the check holds)
	Version string          `json:"version,omitempty"`
	Digest  practice.Digest `json:"digest,omitempty"`
	Detail  string          `json:"detail,omitempty"` // one sentence for people
}

// Progress takes what a step prints, as it prints it. Text is masked by the
// caller; a driver writes plain bytes. It is safe for concurrent use.
type Progress interface {
	Write(p []byte) (int, error)
}
