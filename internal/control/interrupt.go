package control

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/signature"
)

// interrupt lets the agents know that have begun orders of a deployment: they ask
// for what is open, and are given the interruptions. One that is away gets them when
// it is back, for as long as its order is open.
func interrupt(w *work, d deployment.Deployment) ([]deployment.Event, error) {
	var events []deployment.Event
	for _, state := range []deployment.TargetState{deployment.Running, deployment.TargetUnknown} {
		for page := (practice.Page{Limit: practice.MaxLimit}); ; {
			rows, err := w.DeploymentTargets(d.ID, deployment.TargetFilter{State: state}, page)
			if err != nil {
				return nil, err
			}
			for _, row := range rows {
				w.hint(row.Agent)
				events = append(events, deployment.OrderInterrupted{Target: row})
			}
			if len(rows) < page.Limit {
				break
			}
			page.After = rows[len(rows)-1].Name
		}
	}
	return events, nil
}

// interruptions gives the signed interruptions of orders that have begun and whose
// deployment somebody had interrupted, also where it is closed by now.
func (c *Control) interruptions(tx Tx, scope practice.Scope, rows []deployment.OrderRow) ([]signature.Envelope, error) {
	var envelopes []signature.Envelope
	known := map[string]deployment.Deployment{}
	for _, row := range rows {
		if !row.Begun {
			continue
		}
		d, is := known[row.Deployment]
		if !is {
			var err error
			if d, err = tx.Deployment(row.Deployment); err != nil {
				return nil, err
			}
			known[d.ID] = d
		}
		told, is := d.Interrupts(row, scope)
		if !is {
			continue
		}
		envelope, err := told.Seal(c.Keys.SignOrder)
		if err != nil {
			return nil, err
		}
		envelopes = append(envelopes, envelope)
	}
	return envelopes, nil
}

// whenBack says what a silent agent does with an order that was interrupted: cut
// off from the server, it may go on with it until the order's last end.
func whenBack(tx Tx, row deployment.Target, now time.Time) (string, error) {
	orders, err := tx.OrdersNamed([]string{row.Order})
	if err != nil || len(orders) == 0 {
		return "", err
	}
	order, err := deployment.PeekOrder(orders[0].Envelope)
	if err != nil {
		return "", fmt.Errorf("order of %s: %w", row.Name, err)
	}
	told := "; when it is back it ends its step at once, begins nothing more, looks what is there, and says so"
	if order.Until.After(now) {
		told += fmt.Sprintf("; if it runs and only cannot be reached, it may go on with the order until %s", order.Until.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	return told, nil
}
