package crash

import (
	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
)

// Evidence is all that the judge looks at: what the product says, and what was
// seen from outside.
type Evidence struct {
	// From outside.
	Asked     []Asked
	Effects   map[ticket]*Effect
	Once      map[string]bool             // the steps that write to the ledger; true: not twice per order
	Disk      map[Place]string            // the version that is really current there
	Standings map[string][]agent.Standing // of each agent, as time went on
	Heads     []int64                     // sizes of the record, as time went on

	// From the product.
	Deployments []deployment.Deployment
	Reports     []deployment.Report
	Entries     []practice.Entry // in their order
	Inventory   []environment.Presence
}

// Asked is a deployment that was asked for with an idempotency key; the
// deployment carries the key as its change.
type Asked struct {
	Key string
	ID  string // what the server answered; "" when no answer came
}

// Place is where a component may be.
type Place struct{ Target, Component string }

// Tally is what the judge counted.
type Tally struct {
	Deployments map[deployment.Result]int
	Waiting     int // deployments that await guidance
	Effects     int // runs of a command
	Repeated    int // runs beyond the first, of steps that may be repeated
	Doubts      int // steps whose end nobody could tell
	Orders      int
}
