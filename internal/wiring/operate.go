package wiring

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tranship.dev/tranship/internal/backup"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/store"
)

// ready says whether the server can serve: the store answers and may be written.
func (s *Server) ready(ctx context.Context) error {
	if err := s.Store.Failure(); err != nil {
		return err
	}
	return s.Store.View(ctx, practice.DefaultScope, func(tx control.Tx) error {
		_, _, err := tx.RecordHead()
		return err
	})
}

// backup streams the whole installation: first the database as it is now, then
// the keys, the media and the sealed logs, of which nothing goes away that the
// database needs.
func (s *Server) backup(ctx context.Context, w http.ResponseWriter) error {
	dir, err := os.MkdirTemp(s.options.Dir, ".backup-*")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(dir)
	database := filepath.Join(dir, "tranship.db")
	at := time.Now().UTC()
	if err := s.Store.Backup(ctx, database); err != nil {
		return err
	}
	if err := store.CheckBackup(ctx, database); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-tar")
	w.Header().Set("Content-Disposition", `attachment; filename="tranship-`+at.Format("20060102-150405")+`.backup"`)
	return backup.Write(w, backup.Head{Version: s.options.Version, At: at}, []backup.Part{
		{Name: "tranship.db", Source: database},
		{Name: "keys", Source: filepath.Join(s.options.Dir, "keys")},
		{Name: "media/blobs", Source: filepath.Join(s.options.Dir, "media", "blobs")},
		{Name: "logs", Source: filepath.Join(s.options.Dir, "logs")},
	})
}

// metrics gives the figures of the server to Prometheus.
func (s *Server) metrics() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.MustRegister(&figures{server: s}, s.reports, s.batches)
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

var (
	recordSize = prometheus.NewDesc("tranship_record_entries_total", "Entries sealed in the record.", nil, nil)
	driftCount = prometheus.NewDesc("tranship_drift", "Components on targets that are other than recorded, by environment and state.", []string{"environment", "state"}, nil)
	healthNow  = prometheus.NewDesc("tranship_health", "Components whose health is checked, by environment and state.", []string{"environment", "state"}, nil)
	unlooked   = prometheus.NewDesc("tranship_targets_not_looked_at", "Targets that were not looked at lately enough to say how they are, by environment.", []string{"environment"}, nil)
	openCount  = prometheus.NewDesc("tranship_open_deployments", "Deployments that are not closed, by state; counted up to 1000.", []string{"state"}, nil)
)

// figures are read from the store when they are asked for.
type figures struct{ server *Server }

// Describe names the figures.
func (f *figures) Describe(c chan<- *prometheus.Desc) {
	c <- recordSize
	c <- openCount
	c <- driftCount
	c <- unlooked
	c <- healthNow
}

// Collect reads the figures; one that cannot be read is left out and logged.
func (f *figures) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := f.server.Store.View(ctx, practice.DefaultScope, func(tx control.Tx) error {
		head, _, err := tx.RecordHead()
		if err != nil {
			return err
		}
		c <- prometheus.MustNewConstMetric(recordSize, prometheus.CounterValue, float64(head.Size))
		open, err := tx.Deployments(deployment.Filter{Open: true}, practice.Page{Limit: practice.MaxLimit})
		if err != nil {
			return err
		}
		states := map[deployment.State]int{}
		for _, d := range open {
			states[d.State]++
		}
		for state, count := range states {
			c <- prometheus.MustNewConstMetric(openCount, prometheus.GaugeValue, float64(count), string(state))
		}
		return nil
	})
	if err == nil {
		err = f.drift(ctx, c)
	}
	if err == nil {
		err = f.health(ctx, c)
	}
	if err != nil {
		f.server.options.Log.Warn("figures for metrics cannot be read", "error", err)
	}
}

// drift counts what is other than recorded, by environment.
func (f *figures) drift(ctx context.Context, c chan<- prometheus.Metric) error {
	list, err := f.server.Control.DriftSummaries(ctx, practice.DefaultScope, "", practice.Page{Limit: practice.MaxLimit})
	for _, n := range list {
		for state, count := range map[drift.State]int{drift.Drifted: n.Drifted, drift.Missing: n.Missing, drift.Unmanaged: n.Unmanaged} {
			c <- prometheus.MustNewConstMetric(driftCount, prometheus.GaugeValue, float64(count), n.Environment, string(state))
		}
		c <- prometheus.MustNewConstMetric(unlooked, prometheus.GaugeValue, float64(n.NotLooked), n.Environment)
	}
	return err
}

// health counts how components do their work, by environment.
func (f *figures) health(ctx context.Context, c chan<- prometheus.Metric) error {
	list, err := f.server.Control.HealthSummaries(ctx, practice.DefaultScope)
	for in, n := range list {
		for state, count := range map[health.State]int{health.Healthy: n.Checked - n.Failing - n.Degraded - n.Unknown, health.Failing: n.Failing, health.Degraded: n.Degraded, health.Unknown: n.Unknown} {
			c <- prometheus.MustNewConstMetric(healthNow, prometheus.GaugeValue, float64(count), in, string(state))
		}
	}
	return err
}

// The library's storage is tidied so often; what nothing needs is kept for as
// long, so that a push under way finds what it brought.
const (
	tidyEvery = 6 * time.Hour
	tidyGrace = 24 * time.Hour
)

// tidy frees content that no manifest needs, and uploads that were given up.
// Nothing is lost when it does not run for a while.
func (s *Server) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		freed, err := s.registry.Collect(ctx, tidyGrace)
		if err != nil && ctx.Err() == nil {
			s.options.Log.Error("the library's storage was not tidied", "error", err)
			continue
		}
		given, err := s.stage.Tidy()
		if err != nil {
			s.options.Log.Error("uploads that were given up were not removed", "error", err)
		}
		s.options.Log.Info("tidied the library's storage", "freed", fmt.Sprintf("%+v", freed), "uploads", given)
	}
}
