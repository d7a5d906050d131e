package deployment

// Run is a deployment that has ended and was not cancelled.
type Run struct {
	ID     string
	Result Result
}

// History answers how deployments went.
type History interface {
	// RunsOf gives those with a model, newest first, at most 1,000.
	RunsOf(model string, limit int) ([]Run, error)
	// RunsInto gives those with a model of a component into an environment, newest first, at most 1,000.
	RunsInto(environment, component, model string, limit int) ([]Run, error)
	// EndedWith gives the deployments with a model that have ended, newest first, at most 1,000.
	EndedWith(model string, limit int) ([]Deployment, error)
}
