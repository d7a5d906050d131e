package control

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
)

// mostUnderWay bounds how many deployments are looked at that were under way at
// one moment; they are told from the first that began.
const mostUnderWay = practice.MaxLimit

// underWayThen gives the deployments that had begun at a moment and had not ended,
// as they were then: their state and wave are what the record says.
func underWayThen(tx Tx, at time.Time) ([]deployment.Deployment, error) {
	ran, err := tx.RanBetween(at, at.Add(time.Microsecond), mostUnderWay)
	if err != nil {
		return nil, err
	}
	begun, err := every(tx.BegunDeployments, func(d deployment.Deployment) string { return d.ID })
	if err != nil {
		return nil, err
	}
	var then []deployment.Deployment
	for _, d := range append(ran, begun...) {
		if when := d.Time(); when.Start.IsZero() || when.Start.After(at) || !d.Ended.IsZero() && !d.Ended.After(at) || len(then) == mostUnderWay {
			continue
		}
		if d, err = asItWas(tx, d, at); err != nil {
			return nil, err
		}
		if d.State != deployment.Closed {
			then = append(then, d)
		}
	}
	return then, nil
}

// asItWas gives a deployment with the state and the wave that it had at a moment,
// by its last entries until then. What else changes while it runs is left out.
func asItWas(tx Tx, d deployment.Deployment, at time.Time) (deployment.Deployment, error) {
	d.Executed, d.Failures, d.Wave, d.State = 0, 0, 0, deployment.VerifyingComponents
	d.Waiting, d.Stage, d.Pausing = practice.Pass(), deployment.Stage{}, nil
	f := record.Filter{Subject: deploymentSubject(d.ID), Until: at.Add(time.Microsecond), Newest: true}
	for _, kind := range []string{deployment.EntryStateChanged, deployment.EntryStageBegun} {
		f.Kinds = []string{kind}
		rows, err := tx.RecordRows(f, practice.Page{Limit: 1})
		if err != nil || len(rows) == 0 {
			return d, err
		}
		e, err := entryIn(rows[0])
		if err != nil {
			return d, err
		}
		if to, is := e.Data[record.DataTo].(string); is && kind == deployment.EntryStateChanged {
			d.State = deployment.State(to)
		}
		if wave, is := e.Data[record.DataWave].(float64); is && kind == deployment.EntryStageBegun {
			d.Wave = int(wave)
		}
	}
	return d, nil
}

// underWay notes what was under way at the moment that is shown, cell by cell.
func (v *overview) underWay() error {
	then, err := underWayThen(v.tx, v.out.At)
	if err != nil {
		return err
	}
	for _, d := range then {
		for _, item := range d.Header.Items {
			where, open := at(item.Component, d.Header.Environment), pastOpen(d, item.Component)
			v.open[where] = append(v.open[where], open)
			v.mark(open.word(), item.Component, d.Header.Environment)
		}
	}
	return nil
}

// wereOpen tells the card of a past moment what was under way.
func wereOpen(tx Tx, card *PlaceCard) error {
	then, err := underWayThen(tx, card.At)
	for _, d := range then {
		if d.Header.Environment == card.Environment && slices.ContainsFunc(d.Header.Items, func(i plan.Item) bool { return i.Component == card.Component }) {
			card.Open = append(card.Open, pastOpen(d, card.Component))
		}
	}
	return err
}

// pastOpen gives what is told of a deployment that was under way: not how many of
// its targets were done, which no entry counts.
func pastOpen(d deployment.Deployment, component string) OverviewOpen {
	o := openOf(d, component)
	o.Done, o.Failed, o.Begins = 0, 0, time.Time{}
	return o
}
