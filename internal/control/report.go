package control

import (
	"context"
	"maps"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// Reports takes a batch of reports in, all of one scope in one transaction,
// and gives the answer to each in the same order. An error means that nothing
// was stored: the executors keep their reports and send them again.
func (c *Control) Reports(ctx context.Context, batch []deployment.Sent) ([]deployment.Answer, error) {
	answers := make([]deployment.Answer, len(batch))
	scopes := map[practice.Scope][]int{}
	for i, r := range batch {
		scopes[r.From.Scope] = append(scopes[r.From.Scope], i)
	}
	for scope, indexes := range scopes {
		b := &reportBatch{control: c, all: batch, indexes: indexes, answers: answers}
		w, err := c.update(ctx, scope, b.take)
		if err != nil {
			return nil, err
		}
		c.advanceAgain(ctx, w)
	}
	return answers, nil
}

// reportBatch is one transaction's worth of reports.
type reportBatch struct {
	control *Control
	all     []deployment.Sent
	indexes []int
	answers []deployment.Answer

	orders  map[string]deployment.OrderRow
	runs    map[string]*run
	begun   []string
	ended   []string
	fresh   map[reportKey]bool
	inOrder []string // deployments in order of first report
}

type reportKey struct {
	order string
	seq   int
}

// run is a deployment of the batch with the rows that the batch is about.
type run struct {
	d    deployment.Deployment
	rows map[string]deployment.Target
	may  *practice.Verdict // whether its components may still be deployed; nil: not asked yet
}

func (b *reportBatch) take(w *work) error {
	b.runs, b.begun, b.ended, b.inOrder = map[string]*run{}, nil, nil, nil
	known, err := b.check(w)
	if err != nil || len(known) == 0 {
		return err
	}
	if err := b.load(w, known); err != nil {
		return err
	}
	for _, id := range b.inOrder {
		if err := b.settle(w, id, known); err != nil {
			return err
		}
	}
	for _, i := range known {
		b.answers[i] = b.answer(b.all[i].Report)
	}
	if err := w.BeginOrders(b.begun); err != nil {
		return err
	}
	return w.EndOrders(b.ended)
}

// check sorts out reports about orders that are not the agent's, stores the
// others and notes which were new.
func (b *reportBatch) check(w *work) ([]int, error) {
	ids := make([]string, 0, len(b.indexes))
	for _, i := range b.indexes {
		ids = append(ids, b.all[i].Report.Order)
	}
	list, err := w.OrdersNamed(ids)
	if err != nil {
		return nil, err
	}
	b.orders = make(map[string]deployment.OrderRow, len(list))
	for _, o := range list {
		b.orders[o.ID] = o
	}
	var known []int
	var reports []deployment.Report
	for _, i := range b.indexes {
		r := b.all[i]
		order, found := b.orders[r.Report.Order]
		if !found || order.Agent != r.From.Agent || order.Deployment != r.Report.Deployment ||
			order.Target != r.Report.Row() || deployment.TargetOf(order.Target) != r.Report.Target {
			b.answers[i] = deployment.Answer{Stored: true, Message: "there is no such order for agent " + r.From.Agent}
			continue
		}
		known = append(known, i)
		reports = append(reports, r.Report)
	}
	fresh, err := w.AddReports(reports)
	b.fresh = make(map[reportKey]bool, len(fresh))
	for _, r := range fresh {
		b.fresh[reportKey{r.Order, r.Seq}] = true
	}
	return known, err
}

// load reads the deployments and rows that the reports are about.
func (b *reportBatch) load(w *work, known []int) error {
	names := map[string][]string{}
	for _, i := range known {
		r := b.all[i].Report
		if _, seen := names[r.Deployment]; !seen {
			b.inOrder = append(b.inOrder, r.Deployment)
		}
		names[r.Deployment] = append(names[r.Deployment], r.Row())
	}
	for _, id := range b.inOrder {
		d, err := w.Deployment(id)
		if err != nil {
			return err
		}
		rows, err := w.DeploymentTargetsNamed(id, names[id])
		if err != nil {
			return err
		}
		r := &run{d: d, rows: make(map[string]deployment.Target, len(rows))}
		for _, row := range rows {
			r.rows[row.Name] = row
		}
		b.runs[id] = r
	}
	return nil
}

// settle lets one deployment take its new reports in.
func (b *reportBatch) settle(w *work, id string, known []int) error {
	r := b.runs[id]
	var events []deployment.Event
	var err error
	for _, i := range known {
		report := b.all[i].Report
		key := reportKey{report.Order, report.Seq}
		if report.Deployment != id || !b.fresh[key] {
			continue
		}
		delete(b.fresh, key) // the same report twice in one batch counts once
		if report, err = r.judge(w, report); err != nil {
			return err
		}
		events = append(events, deployment.Reported{Report: report, Target: r.rows[report.Row()]})
	}
	if len(events) == 0 {
		return nil
	}
	d, rows, err := b.control.settle(w, r.d, events...)
	if err != nil {
		return err
	}
	r.d = d
	maps.Copy(r.rows, rows)
	return nil
}

// answer says whether the executor may go on, from the state after the whole batch.
func (b *reportBatch) answer(report deployment.Report) deployment.Answer {
	r := b.runs[report.Deployment]
	why := deployment.Proceed(r.d, r.rows[report.Row()], report)
	if report.Kind == deployment.OrderBegun && !b.orders[report.Order].Open {
		why = "the order was withdrawn"
	}
	switch {
	case report.Kind == deployment.OrderEnded, report.Kind == deployment.OrderRefused:
		b.ended = append(b.ended, report.Order)
	case report.Kind == deployment.OrderBegun && why == "":
		b.begun = append(b.begun, report.Order)
	case report.Kind == deployment.OrderBegun:
		b.ended = append(b.ended, report.Order)
	}
	return deployment.Answer{Stored: true, Proceed: why == "", Message: why}
}

// judge turns the claim of an order whose components may not be deployed any
// more into its refusal: nothing was done yet.
func (r *run) judge(w *work, report deployment.Report) (deployment.Report, error) {
	row := r.rows[report.Row()]
	if report.Kind != deployment.OrderBegun || row.Phase != deployment.Execute {
		return report, nil
	}
	if r.may == nil {
		verdict, err := judgeComponents(w, r.d)
		if err != nil {
			return report, err
		}
		r.may = &verdict
	}
	if r.may.Open {
		return report, nil
	}
	report.Kind, report.Outcome = deployment.OrderRefused, deployment.OutcomeFail
	report.Code, report.Message, report.Hint = practice.Refused, r.may.Reasons[0].Message, r.may.Reasons[0].How
	return report, nil
}
