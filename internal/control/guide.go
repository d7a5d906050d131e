package control

import (
	"context"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// Advice is a person's answer to a deployment that awaits guidance.
type Advice struct {
	Advice  deployment.Advice `json:"advice"`
	Targets []string          `json:"targets,omitempty"` // for retry: exactly these
	Reason  string            `json:"reason"`
}

// Guide answers a deployment that awaits guidance.
func (c *Control) Guide(ctx context.Context, scope practice.Scope, by practice.Actor, id string, a Advice) (deployment.Deployment, error) {
	return c.decide(ctx, scope, id, func(w *work, d deployment.Deployment) (deployment.Event, error) {
		rows, err := guidedRows(w, d, a.Targets)
		return deployment.GuidanceGiven{Advice: a.Advice, Targets: a.Targets, Rows: rows, By: by, Why: strings.TrimSpace(a.Reason)}, err
	})
}

func guidedRows(w *work, d deployment.Deployment, names []string) ([]deployment.Target, error) {
	if len(names) == 0 {
		return nil, nil
	}
	if len(names) > deployment.MaxNamed {
		return nil, practice.Faultf(practice.Invalid, "%d targets are named, at most %d are possible", len(names), deployment.MaxNamed).
			WithHint("name none to retry all that failed")
	}
	return w.DeploymentTargetsNamed(d.ID, names)
}

// Cancel ends a deployment as soon as what is being done has come to a stop.
func (c *Control) Cancel(ctx context.Context, scope practice.Scope, by practice.Actor, id, reason string) (deployment.Deployment, error) {
	return c.decide(ctx, scope, id, func(*work, deployment.Deployment) (deployment.Event, error) {
		return deployment.CancelAsked{By: by, Why: strings.TrimSpace(reason)}, nil
	})
}

// decide lets one event happen to a deployment.
func (c *Control) decide(ctx context.Context, scope practice.Scope, id string, event func(*work, deployment.Deployment) (deployment.Event, error)) (deployment.Deployment, error) {
	var d deployment.Deployment
	w, err := c.update(ctx, scope, func(w *work) error {
		present, err := w.Deployment(id)
		if err != nil {
			return err
		}
		e, err := event(w, present)
		if err != nil {
			return err
		}
		d, _, err = c.settle(w, present, e)
		return err
	})
	if err != nil {
		return d, err
	}
	c.advanceAgain(ctx, w)
	return d, nil
}
