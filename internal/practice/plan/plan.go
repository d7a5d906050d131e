// Package plan compiles a deployment model, a release and an environment into
// a frozen plan: the exact targets, digests and inputs of one deployment, under
// one digest that people approve and executors are told (R74).
package plan

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/signature"
)

// Direction says whether a plan brings a release in or takes it out (R3).
type Direction string

// The directions.
const (
	Install Direction = "install"
	Remove  Direction = "remove"
)

// Plan is one frozen transition of one release into, or out of, one environment.
// Header holds what all targets share; Targets hold what differs.
type Plan struct {
	Header  Header
	Targets []Target // in order of wave, then name
	Digest  practice.Digest
}

// Header is all of a plan but its targets: small, whatever their number.
type Header struct {
	Scope       practice.Scope    `json:"scope"`
	Release     string            `json:"release"` // "component@version" or a release's name
	Direction   Direction         `json:"direction"`
	Environment string            `json:"environment"`
	EnvRevision int64             `json:"environmentRevision"`
	Model       ModelRef          `json:"model"`
	Items       []Item            `json:"items"` // in order of installation
	Checks      []model.Step      `json:"checks,omitempty"`
	Acceptance  []model.Step      `json:"acceptance,omitempty"`
	OnFailure   model.OnFailure   `json:"onFailure"`
	Silent      practice.Duration `json:"silent"`
	Waves       []Wave            `json:"waves"`
	MaxFailures int               `json:"maxFailures"`
	Redeploy    bool              `json:"redeploy,omitempty"` // targets that already have exactly this are changed as well
	Only        []string          `json:"only,omitempty"`     // limited to these targets, by name
	TargetCount int               `json:"targetCount"`        // those that change; unchanged ones are not in the plan's targets
	Unchanged   int               `json:"unchanged"`          // targets that already have exactly this
	TargetsSum  practice.Digest   `json:"targetsDigest"`      // see SumTargets
}

// ModelRef pins a revision of a model.
type ModelRef struct {
	Name     string          `json:"name"`
	Revision int64           `json:"revision"`
	Digest   practice.Digest `json:"digest"`
}

// Item is one component version of the release with its procedure.
type Item struct {
	Component string                `json:"component"`
	Kind      library.ComponentKind `json:"kind"`
	Version   string                `json:"version"`
	Digest    practice.Digest       `json:"digest,omitempty"`   // of the version; empty when only removed and not in the library
	Artifact  *Artifact             `json:"artifact,omitempty"` // nil when only removed
	Install   []model.Step          `json:"install"`
	Remove    []model.Step          `json:"remove"`
	Remediate []model.Step          `json:"remediate,omitempty"` // instead of Install, to bring back what was before
}

// Artifact is what an executor needs to fetch and check one version.
type Artifact struct {
	Component  string                `json:"component"`
	Version    string                `json:"version"`
	Digest     practice.Digest       `json:"digest"` // of the OCI manifest
	Size       int64                 `json:"size"`   // bytes of all layers; an executor reads no more
	Reference  string                `json:"reference"`
	Signed     bool                  `json:"signed"` // a signature is demanded
	Publishers []signature.PublicKey `json:"publishers,omitempty"`
	Signature  *signature.Envelope   `json:"signature,omitempty"`
}

// Wave is a group of targets that change together.
type Wave struct {
	Number int               `json:"number"` // from 1
	Size   int               `json:"size"`   // targets
	Soak   practice.Duration `json:"soak"`   // wait after it
}

// Target is one target of a plan with everything its steps refer to.
type Target struct {
	Name       string            `json:"name"`
	Agent      string            `json:"agent"`
	Address    string            `json:"address,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Parameters map[string]string `json:"parameters,omitempty"`
	Wave       int               `json:"wave"`
	Before     []Before          `json:"before"` // one for each item, in the items' order
}

// Before is what was present of one item when the plan was made.
type Before struct {
	Version   string    `json:"version,omitempty"` // empty: nothing was there
	Artifact  *Artifact `json:"artifact,omitempty"`
	Uncertain bool      `json:"uncertain,omitempty"`
}

// Input is everything that Compile needs; it asks nobody.
type Input struct {
	Scope       practice.Scope
	Release     string
	Direction   Direction
	Environment EnvironmentInput
	Model       model.Model
	Items       []ItemInput
	Targets     []TargetInput
	Redeploy    bool              // also change targets that already have exactly this
	Only        []string          // limit to these targets; empty means all
	LastTook    practice.Duration // how long the last comparable deployment took, for those who print the plan; 0: none
}

// EnvironmentInput is what Compile needs to know of the environment.
type EnvironmentInput struct {
	Name     string
	Revision int64
	Verdict  practice.Verdict // whether deployments may be executed there
}

// ItemInput is one component version with what the library says about it.
type ItemInput struct {
	Component library.Component
	Version   library.Version
}

// TargetInput is one target of the environment.
type TargetInput struct {
	Name, Agent, Address string
	Labels, Parameters   map[string]string
	Before               []Before // one for each item
}

// Step is a model's step made exact for one target. Texts in With are still in
// the notation of model.Text, and hold no reference but secrets: FillSecrets
// gives the plain inputs.
type Step struct {
	Name      string            `json:"name"`
	Uses      string            `json:"uses"`
	Action    model.Action      `json:"action"`
	Component string            `json:"component,omitempty"` // the item it works on; empty for checks
	Version   string            `json:"version,omitempty"`
	Artifact  int               `json:"artifact"` // index into the order's artifacts; -1: none
	With      map[string]any    `json:"with,omitempty"`
	Timeout   practice.Duration `json:"timeout"` // of one attempt; never 0
	Attempts  int               `json:"attempts"`
	Delay     practice.Duration `json:"delay,omitempty"`
	OnDoubt   model.OnDoubt     `json:"onDoubt,omitempty"` // empty: what the driver declares
}

// Record is a plan as it is stored: with its number and its maker.
type Record struct {
	ID     string          `json:"id"` // "P-12"
	Header Header          `json:"header"`
	Digest practice.Digest `json:"digest"`
	By     practice.Actor  `json:"by"`
	At     time.Time       `json:"at"`
}

// Store keeps plans. A plan never changes.
type Store interface {
	// AddPlan stores a plan under a new id, "P-" and a number, and gives it back.
	AddPlan(p Plan, by practice.Actor, at time.Time) (Record, error)
	// Plan gives a plan without its targets, or NotFound.
	Plan(id string) (Record, error)
	// PlanTargets lists a plan's targets by name.
	PlanTargets(id string, page practice.Page) ([]Target, error)
	// PlanTargetsNamed gives at most 1,000 targets by their names.
	PlanTargetsNamed(id string, names []string) ([]Target, error)
}
