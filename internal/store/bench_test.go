package store

import (
	"fmt"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
)

// onStores runs a benchmark on both databases; SQLite syncs to the disk as in
// production, PostgreSQL does not.
func onStores(b *testing.B, bench func(b *testing.B, s *Store)) {
	b.Run("sqlite", func(b *testing.B) { bench(b, sqliteStore(b, nil)) })
	b.Run("postgres", func(b *testing.B) { bench(b, postgresStore(b, nil)) })
}

// many gives a deployment onto n targets.
func many(b *testing.B, s *Store, n int) (d deployment.Deployment) {
	b.Helper()
	p := plan.Plan{Header: plan.Header{Release: "shop", Environment: "live", Direction: plan.Install, TargetCount: n}}
	for i := range n {
		p.Targets = append(p.Targets, plan.Target{Name: fmt.Sprintf("host-%06d", i), Agent: fmt.Sprintf("host-%06d", i), Wave: i/1000 + 1, Before: []plan.Before{{Version: "1"}}})
	}
	var stored plan.Record
	err := s.Update(b.Context(), practice.DefaultScope, func(tx control.Tx) (err error) {
		stored, err = tx.AddPlan(p, practice.Tranship, time.Now())
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	err = s.Update(b.Context(), practice.DefaultScope, func(tx control.Tx) (err error) {
		d, err = tx.AddDeployment(deployment.Deployment{Plan: stored.ID, Header: p.Header, State: deployment.Executing})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// BenchmarkReports is the report writer's transaction: 1,000 reports of 1,000
// targets out of 10,000, their rows, and the record's entries.
func BenchmarkReports(b *testing.B) {
	for _, entries := range []int{0, 1000} {
		b.Run(fmt.Sprintf("entries=%d", entries), func(b *testing.B) {
			onStores(b, func(b *testing.B, s *Store) {
				d := many(b, s, 10_000)
				n := 0
				for b.Loop() {
					writeReports(b, s, d.ID, n, entries)
					n++
				}
				b.ReportMetric(float64(1000*n)/b.Elapsed().Seconds(), "reports/s")
			})
		})
	}
}

func writeReports(b *testing.B, s *Store, id string, n, entries int) {
	err := s.Update(b.Context(), practice.DefaultScope, func(tx control.Tx) error {
		page := practice.Page{After: fmt.Sprintf("host-%06d", n%10*1000-1), Limit: 1000}
		rows, err := tx.DeploymentTargets(id, deployment.TargetFilter{}, page)
		if err != nil {
			return err
		}
		reports := make([]deployment.Report, len(rows))
		for i := range rows {
			rows[i].State, rows[i].Stage, rows[i].Deadline = deployment.Running, 1, time.Now()
			reports[i] = deployment.Report{Order: "0192f0c1-" + rows[i].Name, Seq: n + 1, Deployment: id, Target: rows[i].Name, Kind: deployment.StepEnded, StepName: "unpack", At: time.Now()}
		}
		fresh, err := tx.AddReports(reports)
		if err != nil || len(fresh) != 1000 {
			return fmt.Errorf("%d new reports: %w", len(fresh), err)
		}
		if entries > 0 {
			if _, err := record.Enter(tx, practice.DefaultScope, recordtest.Entries(n*entries, entries), recordtest.Key()); err != nil {
				return err
			}
		}
		return tx.PutDeploymentTargets(rows)
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAddDeployment stores a deployment onto 100,000 targets of a plan.
func BenchmarkAddDeployment(b *testing.B) {
	onStores(b, func(b *testing.B, s *Store) {
		d := many(b, s, 100_000)
		for b.Loop() {
			err := s.Update(b.Context(), practice.DefaultScope, func(tx control.Tx) (err error) {
				_, err = tx.AddDeployment(d)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkPut is the smallest transaction.
func BenchmarkPut(b *testing.B) {
	onStores(b, func(b *testing.B, s *Store) {
		n := 0
		for b.Loop() {
			n++
			if err := put(b, s, fmt.Sprintf("web-%d", n)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkWaves is what every transaction about a deployment pays for its waves,
// which lie in its row: it is read and written whenever anything happens. It
// justifies plan.MaxWaves.
func BenchmarkWaves(b *testing.B) {
	for _, waves := range []int{1, 100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("waves=%d", waves), func(b *testing.B) {
			onStores(b, func(b *testing.B, s *Store) {
				d := many(b, s, 1)
				for i := range waves {
					d.Header.Waves = append(d.Header.Waves, plan.Wave{Number: i + 1, Size: 1, Soak: practice.Duration(time.Minute), Domain: fmt.Sprintf("rack %05d", i)})
				}
				for b.Loop() {
					err := s.Update(b.Context(), practice.DefaultScope, func(tx control.Tx) error {
						if err := tx.PutDeployment(d); err != nil {
							return err
						}
						var err error
						d, err = tx.Deployment(d.ID)
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
