// Package plan compiles a deployment model, a release and an environment into
// a frozen plan: the exact targets, digests and inputs of one deployment, under
// one digest that people approve and executors are told (R74).
package plan

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
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
	Restore Direction = "restore" // bring back what another deployment found: its rollback
)

// Verb says in words what is done to the release.
func (d Direction) Verb() string {
	if d == Restore {
		return "roll back"
	}
	return string(d)
}

// Toward is the word between the release and the environment.
func (d Direction) Toward() string {
	if d == Restore {
		return "in"
	}
	return "into"
}

// Plan is one frozen transition of one release into, or out of, one environment.
// Header holds what all targets share; Targets hold what differs.
type Plan struct {
	Header  Header
	Targets []Target // in order of wave, then name
	Digest  practice.Digest
}

// MaxWaves bounds the waves of a plan. They lie in the deployment's row, which is read
// and written whenever anything happens to it: 1,000 waves make that 1 ms slower, 10,000
// would make it 20 ms (BenchmarkWaves in store).
const MaxWaves = 1000

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
	Removal     []model.Step      `json:"removal,omitempty"`  // of a restore: in the place of Acceptance, for targets that it leaves nothing on
	Criteria    []model.Criterion `json:"criteria,omitempty"` // of its direction, in the model's order; a restore has none
	OnFailure   model.OnFailure   `json:"onFailure"`
	Silent      practice.Duration `json:"silent"`
	Waves       []Wave            `json:"waves"`
	MaxFailures int               `json:"maxFailures"`

	MaxFailuresTotal *int            `json:"maxFailuresTotal,omitempty"` // over all waves; nil: as the waves allow
	Pause            *model.Pause    `json:"pause,omitempty"`            // before the first wave
	Slots            []string        `json:"slots,omitempty"`            // two places on each target, which take turns
	Restores         string          `json:"restores,omitempty"`         // the deployment that a plan of direction restore takes back
	Redeploy         bool            `json:"redeploy,omitempty"`         // targets that already have exactly this are changed as well
	Only             []string        `json:"only,omitempty"`             // limited to these targets, by name
	Spots            Spots           `json:"spots,omitempty"`            // limited to these components on each of the targets in Only
	TargetCount      int             `json:"targetCount"`                // those that change; unchanged ones are not in the plan's targets
	PartCount        int             `json:"partCount,omitempty"`        // the rows that they change in, where some change in several; 0: one for each
	Unchanged        int             `json:"unchanged"`                  // targets that already have exactly this
	TargetsSum       practice.Digest `json:"targetsDigest"`              // see SumTargets

	Irreversible []Irreversible `json:"irreversible,omitempty"` // what it does that cannot be undone
	Lost         []Irreversible `json:"lost,omitempty"`         // of a restore: what it does not bring back of what the other deployment did

	Parameters map[string]string `json:"environmentParameters,omitempty"` // that steps refer to
	Baseline   int               `json:"baseline,omitempty"`              // requirements of the environment's baseline: the first check is made of them; 0: none

	Health         []model.HealthCheck `json:"health,omitempty"`         // of what it leaves, from then on; complete
	FailingPercent int                 `json:"failingPercent,omitempty"` // of the targets that make the place failing; 0: all
}

// Rows gives how many rows the plan's list of targets has: the targets, or the parts that they change in.
func (h Header) Rows() int { return max(h.TargetCount, h.PartCount) }

// Accepts says whether targets are checked after they changed.
func (h Header) Accepts() bool { return len(h.Acceptance)+len(h.Removal) > 0 }

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

	Level     int                  `json:"level,omitempty"`     // from 1, in order of execution, where components of the release depend on each other
	DependsOn []library.Dependency `json:"dependsOn,omitempty"` // those that hold for its version
	RunsOn    map[string]string    `json:"runsOn,omitempty"`    // labels of the targets that it belongs on
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

	Level       int          `json:"level,omitempty"`       // of the items that it changes; 0: all of them
	Domain      string       `json:"domain,omitempty"`      // the failure domain that it is, in words: "zone a"
	Pause       *model.Pause `json:"pause,omitempty"`       // after it
	MaxFailures *int         `json:"maxFailures,omitempty"` // overrides the header's
}

// Target is one target of a plan with everything its steps refer to; or, where
// components of the release depend on each other, the part of a target that
// changes at one level.
type Target struct {
	Name       string            `json:"name"`             // of the target; of a part: "web-1/shop-api"
	Target     string            `json:"target,omitempty"` // the target, where Name is that of a part; see On
	Agent      string            `json:"agent"`
	Address    string            `json:"address,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Parameters map[string]string `json:"parameters,omitempty"`
	Wave       int               `json:"wave"`
	Level      int               `json:"level,omitempty"` // of its items
	Items      []int             `json:"items,omitempty"` // the items that it is about, by index; nil: all
	Before     []Before          `json:"before"`          // one for each item, in the items' order
	Goal       []Before          `json:"goal,omitempty"`  // of a restore: what is to be there again, one for each item
}

// Before is what was present of one item when the plan was made.
type Before struct {
	Version   string    `json:"version,omitempty"` // empty: nothing was there
	Artifact  *Artifact `json:"artifact,omitempty"`
	Uncertain bool      `json:"uncertain,omitempty"`
	Slot      string    `json:"slot,omitempty"` // where it is; empty: in none
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
	Spots       Spots             // limit to these components on each of the targets in Only; empty means all that belongs there
	LastTook    practice.Duration // how long the last comparable deployment took, for those who print the plan; 0: none

	Restores string      // for direction restore: the deployment that is taken back
	Goals    []ItemInput // for direction restore: every version that some goal names, with what the library says about it
	Levels   []int       // for direction restore: the level of each item in what is taken back; nil: it had none

	Irreversible []Irreversible // for direction restore: what the deployment that is taken back did that cannot be undone

	Present []Abiding // what else is in the environment: for dependencies
}

// Abiding is a component of the environment that the plan does not change.
type Abiding struct {
	Component string
	Versions  []string             // all that are present on some target
	DependsOn []library.Dependency // as its document says; each version has those that hold for it
}

// EnvironmentInput is what Compile needs to know of the environment.
type EnvironmentInput struct {
	Name     string
	Revision int64
	Verdict  practice.Verdict // whether deployments may be executed there

	Parameters map[string]string         // that steps refer to
	Baseline   []environment.Requirement // of its targets
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
	Redundant            []string // targets that take over when it is away; either of two may say so
	Before               []Before // one for each item
	Goal                 []Before // for direction restore: what is to be there again, one for each item; nil: the deployment did not change it
	Left                 []Left   // for direction restore, where there is a goal: one for each item
}

// Step is a model's step made exact for one target. Texts in With are still in
// the notation of model.Text, and hold no reference but secrets: FillSecrets
// gives the plain inputs.
type Step struct {
	Name       string            `json:"name"`
	Uses       string            `json:"uses"`
	Action     model.Action      `json:"action"`
	Component  string            `json:"component,omitempty"` // the item it works on; empty for checks
	Version    string            `json:"version,omitempty"`
	Artifact   int               `json:"artifact"` // index into the order's artifacts; -1: none
	With       map[string]any    `json:"with,omitempty"`
	Timeout    practice.Duration `json:"timeout"`              // of one attempt, or one look; never 0
	StopWithin practice.Duration `json:"stopWithin,omitempty"` // between being asked to end and being killed; 0: model.DefaultStopWithin
	Attempts   int               `json:"attempts"`
	Delay      practice.Duration `json:"delay,omitempty"`
	Watch      *model.Watch      `json:"watch,omitempty"`   // of a check; complete
	OnDoubt    model.OnDoubt     `json:"onDoubt,omitempty"` // empty: what the driver declares
	Anew       bool              `json:"anew,omitempty"`    // of a redeployment: what runs is started again even where it seems to be right
	Inspect    bool              `json:"inspect,omitempty"` // applied only where an inspection does not show that it is so already
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
