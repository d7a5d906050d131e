package control

import (
	"context"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
)

// Deployment gives one deployment.
func (c *Control) Deployment(ctx context.Context, scope practice.Scope, id string) (d deployment.Deployment, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err = tx.Deployment(id)
		return err
	})
	return d, err
}

// Deployments lists deployments, newest first.
func (c *Control) Deployments(ctx context.Context, scope practice.Scope, f deployment.Filter, page practice.Page) (list []deployment.Deployment, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Deployments(f, page)
		return err
	})
	return list, err
}

// DeploymentTargets lists the targets of a deployment by name.
func (c *Control) DeploymentTargets(ctx context.Context, scope practice.Scope, id string, f deployment.TargetFilter, page practice.Page) (list []deployment.Target, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if _, err := tx.Deployment(id); err != nil {
			return err
		}
		list, err = tx.DeploymentTargets(id, f, page)
		return err
	})
	return list, err
}

// ReportsOf lists what executors reported of a deployment, or of one target of it.
func (c *Control) ReportsOf(ctx context.Context, scope practice.Scope, id, target string, page practice.Page) (list []deployment.Report, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Reports(id, target, page)
		return err
	})
	return list, err
}

// Inventory lists what was where at a moment; zero time means now.
func (c *Control) Inventory(ctx context.Context, scope practice.Scope, env string, at time.Time, page practice.Page) (list []environment.Presence, err error) {
	if at.After(c.now()) {
		return nil, practice.Faultf(practice.Invalid, "%s is in the future", at.Format(time.RFC3339)).WithHint("ask for now or a past moment")
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Presences(env, at, page)
		return err
	})
	return list, err
}
