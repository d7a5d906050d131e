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
	Targets []string          `json:"targets,omitempty"` // for any but continue: exactly these
	Reason  string            `json:"reason"`
}

// Guide answers a deployment that awaits guidance.
func (c *Control) Guide(ctx context.Context, scope practice.Scope, by practice.Actor, id string, a Advice) (deployment.Deployment, error) {
	return c.decide(ctx, scope, id, func(w *work, d deployment.Deployment) (deployment.Event, error) {
		if a.Advice == deployment.GoOn {
			if err := mayContinue(w, d, by); err != nil {
				return nil, err
			}
			if err := waiveCriteria(w, d, by, strings.TrimSpace(a.Reason)); err != nil {
				return nil, err
			}
		}
		if a.Advice == deployment.GoOn || a.Advice == deployment.SkipStep { // to skip a check that fails is to waive it
			if err := waiveBaseline(w, d, by, strings.TrimSpace(a.Reason)); err != nil {
				return nil, err
			}
		}
		rows, err := guidedRows(w, d, a.Targets)
		return deployment.GuidanceGiven{Advice: a.Advice, Targets: a.Targets, Rows: rows, By: by, Why: strings.TrimSpace(a.Reason)}, err
	})
}

// mayContinue refuses to end a pause of the plan to those who are not in its group (R101).
func mayContinue(w *work, d deployment.Deployment, by practice.Actor) error {
	p := d.AtPause()
	if p == nil || p.Group == "" {
		return nil
	}
	if may, err := speaksFor(w, by, p.Group, "ends a pause that is for a group"); err != nil || may {
		return err
	}
	return practice.Faultf(practice.Refused, "%s may not have %s go on after this pause: that is for the members of group %s", by.Name, d.ID, p.Group).
		WithHint("ask one of them; tranship get group %s names them", p.Group).Final()
}

// speaksFor says whether somebody may act for a group now. Only a person may, and by
// their own hand.
func speaksFor(w *work, by practice.Actor, group, does string) (bool, error) {
	if by.Kind != practice.Person {
		return false, nil
	}
	if err := w.ownHand(by, does); err != nil {
		return false, err
	}
	found, err := seated(w, by, []string{group})
	return found != "", err
}

func guidedRows(w *work, d deployment.Deployment, names []string) ([]deployment.Target, error) {
	if len(names) == 0 {
		return nil, nil
	}
	if len(names) > deployment.MaxNamed {
		return nil, practice.Faultf(practice.Invalid, "%d targets are named, at most %d are possible", len(names), deployment.MaxNamed).
			WithHint("name none, and the answer is about all that failed")
	}
	rows, err := w.DeploymentTargetsNamed(d.ID, names)
	if err != nil || d.Header.PartCount == 0 {
		return rows, err
	}
	return withParts(w, d.ID, names, rows)
}

// withParts adds all parts of the targets that names are about: an answer may name a
// target for its parts, and may carry those of its parts that come later.
func withParts(w *work, id string, names []string, rows []deployment.Target) ([]deployment.Target, error) {
	known, asked := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		known[row.Name] = true
	}
	for _, name := range names {
		target := deployment.TargetOf(name)
		if asked[target] {
			continue
		}
		asked[target] = true
		list, err := w.DeploymentTargets(id, deployment.TargetFilter{}, practice.Page{After: target + "/", Limit: practice.MaxLimit})
		if err != nil {
			return nil, err
		}
		for _, row := range list {
			if row.Target == target && !known[row.Name] {
				known[row.Name] = true
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// Cancel ends a deployment as soon as what is being done has come to a stop; with
// now, what is being done is interrupted, which wants a reason.
func (c *Control) Cancel(ctx context.Context, scope practice.Scope, by practice.Actor, id, reason string, now bool) (deployment.Deployment, error) {
	if reason = strings.TrimSpace(reason); now && reason == "" {
		return deployment.Deployment{}, practice.Faultf(practice.Invalid, "to interrupt what %s does wants a reason", id).WithHint("give one: --reason WHY")
	}
	return c.decide(ctx, scope, id, func(*work, deployment.Deployment) (deployment.Event, error) {
		return deployment.CancelAsked{By: by, Why: reason, Now: now}, nil
	})
}

// Pause lets nothing further of a deployment begin, until it is resumed.
func (c *Control) Pause(ctx context.Context, scope practice.Scope, by practice.Actor, id, reason string) (deployment.Deployment, error) {
	return c.decide(ctx, scope, id, func(*work, deployment.Deployment) (deployment.Event, error) {
		return deployment.PauseAsked{By: by, Why: strings.TrimSpace(reason)}, nil
	})
}

// Resume has a deployment go on that somebody had paused.
func (c *Control) Resume(ctx context.Context, scope practice.Scope, by practice.Actor, id, reason string) (deployment.Deployment, error) {
	return c.decide(ctx, scope, id, func(*work, deployment.Deployment) (deployment.Event, error) {
		return deployment.ResumeAsked{By: by, Why: strings.TrimSpace(reason)}, nil
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
