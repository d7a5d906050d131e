package control

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// JobReconsider lets every open deployment of the scope ask its gates again.
const JobReconsider = "reconsider"

// judging are the kinds of document that gates look at.
var judging = []practice.Kind{
	practice.KindApprovalPolicy, practice.KindPerson, practice.KindGroup, practice.KindServiceAccount, practice.KindDelegation,
	practice.KindWindow, practice.KindFreeze, practice.KindBooking,
	practice.KindEnvironment, practice.KindTarget, practice.KindModel, practice.KindComponent, practice.KindService,
}

// reconsiderAll has every open deployment ask its gates again once this
// transaction has committed. It costs one job, however many deployments there
// are and however often it is called.
func (w *work) reconsiderAll() error {
	return w.Enqueue(Job{Kind: JobReconsider, Scope: w.scope}, w.now)
}

// reconsiderFor is reconsiderAll when gates look at documents of the kind.
func (w *work) reconsiderFor(kind practice.Kind) error {
	if !slices.Contains(judging, kind) {
		return nil
	}
	return w.reconsiderAll()
}

// Reconsider lets every open deployment ask its gates again, each in a
// transaction of its own. One that cannot does not keep the others from it;
// the error tells of all that could not. It may be called at any time, again too.
func (c *Control) Reconsider(ctx context.Context, scope practice.Scope) error {
	var failed error
	for page := (practice.Page{Limit: practice.DefaultLimit}); ; {
		var open []deployment.Deployment
		err := c.Store.View(ctx, scope, func(tx Tx) (err error) {
			open, err = tx.Deployments(deployment.Filter{Open: true}, page)
			return err
		})
		if err != nil {
			return errors.Join(failed, err)
		}
		for _, d := range open {
			if err := c.reconsider(ctx, scope, d.ID); err != nil {
				failed = errors.Join(failed, fmt.Errorf("reconsider %s: %w", d.ID, err))
			}
		}
		if len(open) < page.Limit || ctx.Err() != nil {
			return errors.Join(failed, c.reconsiderJourneys(ctx, scope))
		}
		page.After = open[len(open)-1].ID
	}
}

// reconsider lets one deployment ask its gates again.
func (c *Control) reconsider(ctx context.Context, scope practice.Scope, id string) error {
	_, err := c.decide(ctx, scope, id, func(*work, deployment.Deployment) (deployment.Event, error) {
		return deployment.Reconsidered{}, nil
	})
	return err
}
