package control

import (
	"context"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
)

// namedTargets bounds how many targets a reason names.
const namedTargets = 5

// Why says what a deployment waits for, since when, and who can act; where
// orders wait for agents, which those are.
func (c *Control) Why(ctx context.Context, scope practice.Scope, id string) (verdict practice.Verdict, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err := tx.Deployment(id)
		if err != nil {
			return err
		}
		verdict = deployment.Why(d, c.now())
		waiting, err := waitingTargets(tx, d, c.now())
		verdict.Reasons = append(verdict.Reasons, waiting...)
		if err != nil || d.State != deployment.Planned {
			return err
		}
		ahead, err := c.ahead(tx, scope, d)
		verdict.Reasons = append(verdict.Reasons, ahead...)
		return err
	})
	return verdict, err
}

// waitingTargets names the first targets that have no outcome yet and whose
// agents are silent.
func waitingTargets(tx Tx, d deployment.Deployment, now time.Time) ([]practice.Reason, error) {
	if d.State == deployment.Closed || d.Stage.Over() {
		return nil, nil
	}
	var reasons []practice.Reason
	for _, state := range []deployment.TargetState{deployment.Running, deployment.Ordered} {
		rows, err := tx.DeploymentTargets(d.ID, deployment.TargetFilter{State: state}, practice.Page{Limit: namedTargets})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			reason, silent := silentAgent(tx, row, now)
			if !silent {
				continue
			}
			if d.Interrupting != nil {
				does, err := whenBack(tx, row, now)
				if err != nil {
					return nil, err
				}
				reason.Message += does
			}
			reasons = append(reasons, reason)
		}
	}
	return reasons, nil
}

// silentAgent says that a target's agent has not been heard of for too long.
func silentAgent(tx Tx, row deployment.Target, now time.Time) (practice.Reason, bool) {
	reason := practice.Reason{
		Gate: "agent", Targets: []string{row.Name}, Until: row.Deadline,
		Who: "whoever looks after the host of " + row.Name, How: "start the agent on its host: systemctl start tranship-agent",
	}
	a, err := tx.AgentByName(row.Agent)
	switch {
	case err != nil:
		reason.Message = fmt.Sprintf("agent %s of %s is not enrolled", row.Agent, row.Name)
	case a.SeenAt.IsZero():
		reason.Message = fmt.Sprintf("agent %s of %s was never heard of since it enrolled", row.Agent, row.Name)
		reason.Since = a.EnrolledAt
	case now.Sub(a.SeenAt) > environment.QuietAfter:
		reason.Message = fmt.Sprintf("agent %s of %s was last heard of %s ago", row.Agent, row.Name, now.Sub(a.SeenAt).Round(time.Second))
		reason.Since = a.SeenAt
	default:
		return reason, false
	}
	return reason, true
}

// ahead says what would hold a deployment at its start that waits for its
// authorisation: who approves it tonight wants to know it now.
func (c *Control) ahead(tx Tx, scope practice.Scope, d deployment.Deployment) ([]practice.Reason, error) {
	a, err := c.almanac(tx, scope, c.now(), false)
	if err != nil {
		return nil, err
	}
	start := a.now
	if d.StartAfter.After(start) {
		start = d.StartAfter
	}
	f, err := a.forecast(d, start, nil)
	if reason, told := reasonOf(err, "calendar"); told {
		return []practice.Reason{reason}, nil
	}
	reasons := f.gate().Reasons
	for i := range reasons {
		reasons[i].How = howTo(d, reasons[i], f.conflicts)
		reasons[i].Message = "at its start: " + reasons[i].Message
	}
	return reasons, err
}
