package crash

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/record"
)

// gather waits until the agents have told everything, ends them, and collects.
func (r *trial) gather() (Evidence, error) {
	e := Evidence{Once: once, Standings: r.killer.standings, Heads: r.heads}
	for _, w := range r.workers {
		e.Asked = append(e.Asked, w.asked...)
	}
	if err := r.awaitReports(); err != nil {
		r.t.Error(err)
	}
	for _, p := range r.agents {
		if err := p.end(syscall.SIGTERM); err != nil {
			return e, err
		}
	}
	var err error
	if e.Effects, err = readLedger(r.ledger); err != nil {
		return e, err
	}
	if e.Disk, err = r.disk(); err != nil {
		return e, err
	}
	if e.Deployments, err = r.deployments(); err != nil {
		return e, err
	}
	if e.Reports, err = r.reports(e.Deployments); err != nil {
		return e, err
	}
	if e.Entries, err = r.entries(); err != nil {
		return e, err
	}
	e.Inventory, err = all(func(page practice.Page) ([]environment.Presence, error) {
		return r.house.Control.Inventory(context.Background(), practice.DefaultScope, "", time.Time{}, page)
	}, func(p environment.Presence) string { return p.Target + "/" + p.Component })
	return e, err
}

// all reads page after page.
func all[T any](list func(practice.Page) ([]T, error), key func(T) string) ([]T, error) {
	var everything []T
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		part, err := list(page)
		everything = append(everything, part...)
		if err != nil || len(part) < page.Limit {
			return everything, err
		}
		page.After = key(part[len(part)-1])
	}
}

func (r *trial) deployments() ([]deployment.Deployment, error) {
	return all(func(page practice.Page) ([]deployment.Deployment, error) {
		return r.house.Control.Deployments(context.Background(), practice.DefaultScope, deployment.Filter{}, page)
	}, func(d deployment.Deployment) string { return d.ID })
}

func (r *trial) reports(of []deployment.Deployment) ([]deployment.Report, error) {
	var reports []deployment.Report
	for _, d := range of {
		list, err := all(func(page practice.Page) ([]deployment.Report, error) {
			return r.house.Control.ReportsOf(context.Background(), practice.DefaultScope, d.ID, "", page)
		}, func(r deployment.Report) string { return strconv.FormatInt(r.Place, 10) })
		if err != nil {
			return nil, err
		}
		reports = append(reports, list...)
	}
	return reports, nil
}

func (r *trial) entries() ([]practice.Entry, error) {
	rows, err := all(func(page practice.Page) ([]record.Row, error) {
		return r.house.Control.Entries(context.Background(), practice.DefaultScope, record.Filter{}, page)
	}, func(row record.Row) string { return strconv.FormatInt(row.Index, 10) })
	if err != nil {
		return nil, err
	}
	entries := make([]practice.Entry, len(rows))
	for i, row := range rows {
		var leaf record.Leaf
		if err := json.Unmarshal(row.Bytes, &leaf); err != nil {
			return nil, fmt.Errorf("entry %d: %w", row.Index, err)
		}
		entries[i] = leaf.Entry
	}
	return entries, nil
}

// awaitReports waits until every order that began has ended. The agents still run.
func (r *trial) awaitReports() error {
	list, err := r.deployments()
	if err != nil {
		return err
	}
	for until := time.Now().Add(settling / 2); ; {
		reports, err := r.reports(list)
		if err != nil {
			return err
		}
		open := map[string]deployment.Report{}
		for _, said := range reports {
			switch said.Kind {
			case deployment.StepBegun:
				open[said.Order] = said
			case deployment.OrderEnded, deployment.OrderRefused:
				delete(open, said.Order)
			case deployment.OrderBegun, deployment.StepEnded:
			}
		}
		if len(open) == 0 {
			return nil
		}
		if time.Now().After(until) {
			return fmt.Errorf("%s after everything came to rest %d orders have not ended: %+v", settling/2, len(open), open)
		}
		time.Sleep(10 * again)
	}
}

// verify proves the record: as a whole, as a continuation of every checkpoint
// that was kept, and the bundle of every closed deployment.
func (r *trial) verify(e Evidence) {
	ctx := context.Background()
	since := []string{""}
	if len(r.kept) > 0 {
		since = append(since, r.kept[0], r.kept[len(r.kept)/2], r.kept[len(r.kept)-1])
	}
	for _, checkpoint := range since {
		report, err := r.house.Control.VerifyRecord(ctx, practice.DefaultScope, checkpoint)
		if err != nil || !report.OK() {
			r.t.Errorf("the record, since %q: %v, %v", checkpoint, report, err)
		}
	}
	for _, d := range e.Deployments {
		bundle, err := r.house.Control.Export(ctx, practice.DefaultScope, d.ID)
		if err != nil {
			r.t.Errorf("the record of %s: %v", d.ID, err)
			continue
		}
		if report := record.VerifyBundle(bundle, r.house.Keys.RecordKeys()...); !report.OK() {
			r.t.Errorf("the record of %s: %v", d.ID, report)
		}
	}
}

// intact reads every page and index of a database that nobody has open.
func intact(file string) error {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer db.Close()
	var answer string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&answer); err != nil || answer != "ok" {
		return fmt.Errorf("the database is not intact: %s, %w", answer, err)
	}
	return nil
}
