// Package driver holds the ways in which a component is present on a target:
// files in a release directory, a supervised process, a systemd unit, a script,
// an HTTP answer. A driver changes one target and decides nothing.
package driver

import (
	"context"
	"fmt"
	"time"

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

// Halter is a driver whose steps may go on when the agent that began them is gone.
type Halter interface {
	// Halt ends all that an interrupted Apply or Remove of the step left running. It
	// may be called at any time, and does nothing where nothing runs. The error is
	// *Killed where it had to be killed.
	Halt(ctx context.Context, s Step) error
}

// Killed is the error of what was asked to end, did not within the time that its
// step gives it, and was killed.
type Killed struct {
	Command string
	Within  time.Duration
	Cause   error // why it was to end; may be nil
}

func (k *Killed) Error() string {
	said := fmt.Sprintf("%s was asked to end, did not end within %s and was killed", k.Command, k.Within)
	if k.Cause != nil {
		said += ": " + k.Cause.Error()
	}
	return said
}

// Unwrap gives why it was to end.
func (k *Killed) Unwrap() error { return k.Cause }

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
	Name       string
	Order      string // what the step is part of: the same each time that the step is tried again, another when somebody has it done anew
	Component  string
	Version    string
	Digest     practice.Digest // of the version's manifest
	Anew       bool            // somebody wants it done again: what runs is started again, once for each Order, even where it seems to be right
	With       map[string]any  // exact inputs; ${secret.NAME} is filled in already
	Artifact   string          // directory with the verified files of the version; "" when the step has none
	Root       string          // the target's root directory: "/" on a host, a directory of its own for a local agent
	StopWithin time.Duration   // how long what it runs may take to end when ctx does, before it is killed; see EndWithin
	State      string          // a directory for what the driver must remember on this target; exists, mode 0700, always the same for a target and driver
}

// EndWithin gives how long what the step runs may take to end before it is killed.
func (s Step) EndWithin() time.Duration {
	if s.StopWithin <= 0 {
		return model.DefaultStopWithin.Std()
	}
	return s.StopWithin
}

// Finding is what an inspection saw.
type Finding struct {
	Present bool            `json:"present"` // the component is there, in some version
	Matches bool            `json:"matches"` // it is there exactly as the step says (for checks: the check holds)
	Version string          `json:"version,omitempty"`
	Digest  practice.Digest `json:"digest,omitempty"`
	Detail  string          `json:"detail,omitempty"` // one sentence for people

	Values map[string]string `json:"values,omitempty"` // what was measured, by the name of its parameter
	Unread map[string]string `json:"unread,omitempty"` // why others could not be measured

	Of      string       `json:"of,omitempty"`      // the component whose things are there, where it is another than the step's
	Untold  bool         `json:"untold,omitempty"`  // nobody can tell: Present and Matches say nothing
	Differs []Difference `json:"differs,omitempty"` // what is other than the step says, one by one, as far as the driver knows; at most MaxDiffers
}

// Difference is one thing that is other than a step says.
type Difference struct {
	What     string `json:"what"`               // "file etc/shop.conf", "service"; the same thing always has the same name
	Recorded string `json:"recorded,omitempty"` // as it should be; empty: not there
	Found    string `json:"found,omitempty"`    // as it is; empty: not there
}

// MaxDiffers bounds how many differences a finding tells one by one.
const MaxDiffers = 50

// Rememberer is a driver that inspects by what it remembers on the target: its
// Inspect needs no artifact.
type Rememberer interface{ Remembers() }

// Progress takes what a step prints, as it prints it. Text is masked by the
// caller; a driver writes plain bytes. It is safe for concurrent use.
type Progress interface {
	Write(p []byte) (int, error)
}
