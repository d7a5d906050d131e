package prometheus_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	metrics "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/drivertest"
	"tranship.dev/tranship/internal/driver/prometheus"
	"tranship.dev/tranship/internal/practice"
)

// shop serves the metrics of a system that has answered 1,000 requests, 31 of
// them with errors.
func shop(t *testing.T) string {
	t.Helper()
	registry := metrics.NewRegistry()
	requests := metrics.NewCounterVec(metrics.CounterOpts{Name: "http_requests_total", Help: "Requests."}, []string{"code", "path"})
	requests.WithLabelValues("200", "/").Add(900)
	requests.WithLabelValues("200", "/pay").Add(69)
	requests.WithLabelValues("500", "/pay").Add(30)
	requests.WithLabelValues("503", `/a"b`).Add(1)
	load := metrics.NewGaugeVec(metrics.GaugeOpts{Name: "load", Help: "Load."}, []string{"core"})
	load.WithLabelValues("0").Set(0.5)
	load.WithLabelValues("1").Set(2.5)
	lost := metrics.NewGauge(metrics.GaugeOpts{Name: "lost", Help: "Not a number."})
	lost.Set(math.NaN())
	idle := metrics.NewCounter(metrics.CounterOpts{Name: "idle_total", Help: "Nothing yet."})
	took := metrics.NewHistogram(metrics.HistogramOpts{Name: "took_seconds", Help: "Time.", Buckets: []float64{0.1, 1}})
	for range 9 {
		took.Observe(0.05)
	}
	took.Observe(5)
	registry.MustRegister(requests, load, lost, idle, took)
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	t.Cleanup(server.Close)
	return server.URL
}

func look(t *testing.T, with map[string]any) driver.Finding {
	t.Helper()
	f, err := prometheus.New().Inspect(t.Context(), driver.Step{Name: "check", With: with, Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Health is judged by what the system measures of itself, with thresholds (R104).
func TestScrapes(t *testing.T) {
	t.Parallel()
	address := shop(t)
	const errorsOf, all = `http_requests_total{code=~"5.."}`, "http_requests_total"
	for name, c := range map[string]struct {
		with   map[string]any
		holds  bool
		detail string
	}{
		"ratio too high": {map[string]any{"metric": errorsOf, "over": all, "below": 0.01, "name": "error rate"}, false, "error rate 0.031 is not below 0.01"},
		"ratio":          {map[string]any{"metric": errorsOf, "over": all, "below": 0.05, "name": "error rate"}, true, "error rate is 0.031"},
		"ratio of 0":     {map[string]any{"metric": `http_requests_total{code="404"}`, "over": all, "below": 0.01}, true, "is 0"},
		"misspelt":       {map[string]any{"metric": `http_request_total{code="500"}`, "over": all, "below": 0.01}, false, "there is no data"},
		"0 of 0":         {map[string]any{"metric": "idle_total", "over": "idle_total", "below": 0.01}, false, "there is no data"},
		"0 of 0 may be":  {map[string]any{"metric": "idle_total", "over": "idle_total", "below": 0.01, "absent": "pass"}, true, "there is no data"},
		"exact label":    {map[string]any{"metric": `http_requests_total{code="200",path="/pay"}`, "atLeast": 69.0, "atMost": 69.0}, true, "is 69"},
		"not equal":      {map[string]any{"metric": `http_requests_total{code!="200"}`, "atMost": 30.0}, false, "31 is more than 30"},
		"not like":       {map[string]any{"metric": `http_requests_total{code!~"2..|503",}`, "atMost": 30.0}, true, "is 30"},
		"anchored":       {map[string]any{"metric": `http_requests_total{code=~"5"}`, "below": 1.0}, false, "there is no data"},
		"quoted":         {map[string]any{"metric": `http_requests_total{path="/a\"b"}`, "above": 0.0}, true, "is 1"},
		"sum":            {map[string]any{"metric": "load", "below": 3.0}, false, "load 3 is not below 3"},
		"avg":            {map[string]any{"metric": "load", "below": 2.0, "aggregate": "avg"}, true, "load is 1.5"},
		"max":            {map[string]any{"metric": "load", "below": 2.0, "aggregate": "max"}, false, "load 2.5 is not below 2"},
		"min":            {map[string]any{"metric": "load", "atLeast": 1.0, "aggregate": "min"}, false, "load 0.5 is less than 1"},
		"above":          {map[string]any{"metric": "load", "above": 3.0}, false, "load 3 is not above 3"},
		"no number":      {map[string]any{"metric": "lost", "below": 1.0, "absent": "pass"}, false, "lost NaN"},
		"no number over": {map[string]any{"metric": "lost", "atLeast": -1.0, "aggregate": "max"}, false, "lost NaN"},
		"absent":         {map[string]any{"metric": "gone", "below": 1.0}, false, "there is no data of gone"},
		"absent may be":  {map[string]any{"metric": "gone", "below": 1.0, "absent": "pass"}, true, "there is no data of gone"},
		"slow answers":   {map[string]any{"metric": `took_seconds_bucket{le="0.1"}`, "over": "took_seconds_count", "atLeast": 0.95}, false, "0.9 is less than 0.95"},
		"histogram sum":  {map[string]any{"metric": "took_seconds_sum", "over": "took_seconds_count", "below": 0.5}, false, "0.545 is not below 0.5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			with := map[string]any{"scrape": address + "/metrics"}
			maps.Copy(with, c.with)
			if f := look(t, with); f.Matches != c.holds || !strings.Contains(f.Detail, c.detail) {
				t.Errorf("got %+v", f)
			}
		})
	}
}

// What does not answer, answers wrongly, without end or from elsewhere never
// holds, even where no data may be, and a secret goes to nobody else.
func TestBadAnswersNeverHold(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect to another host was followed")
	}))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch strings.TrimSuffix(r.URL.Path, "/api/v1/query") {
		case "/sick":
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, "up 1\n")
		case "/html":
			fmt.Fprint(w, "<html>up 1</html>")
		case "/large":
			for range 9 << 10 {
				_, _ = w.Write([]byte("# " + strings.Repeat("x", 1021) + "\n"))
			}
		case "/elsewhere":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/matrix":
			fmt.Fprint(w, `{"status":"success","data":{"resultType":"matrix","result":[]}}`)
		case "/secret":
			if r.Header.Get("Authorization") == "Bearer word" {
				fmt.Fprint(w, "up 1\n")
				return
			}
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(server.Close)
	for path, says := range map[string]string{
		"/sick": "status 500", "/html": "no", "/large": "larger than 8 MiB", "/elsewhere": "sends to another host", "/secret": "status 401",
	} {
		for _, with := range []map[string]any{
			{"scrape": server.URL + path, "metric": "up", "atLeast": 0.0, "absent": "pass"},
			{"url": server.URL + path, "query": "up", "atLeast": 0.0, "absent": "pass"},
		} {
			if f := look(t, with); f.Matches || !strings.Contains(f.Detail, says) {
				t.Errorf("%s: got %+v, want one that says %q", path, f, says)
			}
		}
	}
	if f := look(t, map[string]any{"scrape": server.URL + "/secret", "metric": "up", "atLeast": 1.0, "headers": map[string]any{"Authorization": "Bearer word"}}); !f.Matches {
		t.Errorf("with its header it is %+v", f)
	}
	if f := look(t, map[string]any{"scrape": "http://127.0.0.1:1/metrics", "metric": "up", "below": 1.0, "absent": "pass"}); f.Matches || !strings.Contains(f.Detail, "no answer") {
		t.Errorf("nobody answers: %+v", f)
	}
	_, err := prometheus.New().Inspect(t.Context(), driver.Step{With: map[string]any{"url": server.URL + "/matrix", "query": "up[5m]", "below": 1.0}})
	if practice.CodeOf(err) != practice.Invalid {
		t.Errorf("a range of values gives %v", err)
	}
}

func TestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(server.Close)
	ctx, cancel := contextFor(t, 20*time.Millisecond)
	defer cancel()
	if _, err := prometheus.New().Inspect(ctx, driver.Step{With: map[string]any{"scrape": server.URL, "metric": "up", "below": 1.0}}); !errors.Is(err, ctx.Err()) || err == nil {
		t.Errorf("got %v", err)
	}
}

func TestRefusesBadInputsByName(t *testing.T) {
	t.Parallel()
	for field, with := range map[string]map[string]any{
		"with.url: and scrape":    {"below": 1.0},
		"with.url: is not":        {"url": "ftp://h", "query": "up", "below": 1.0},
		"with.scrape":             {"url": "http://h", "scrape": "http://h", "below": 1.0},
		"with.query: is missing":  {"url": "http://h", "below": 1.0},
		"with.query: needs":       {"scrape": "http://h", "metric": "up", "query": "up", "below": 1.0},
		"with.metric: is missing": {"scrape": "http://h", "below": 1.0},
		"with.metric: and over":   {"url": "http://h", "query": "up", "over": "up", "below": 1.0},
		"with.metric: is not":     {"scrape": "http://h", "metric": "sum(up)", "below": 1.0},
		"with.metric: has":        {"scrape": "http://h", "metric": `up{code=500}`, "below": 1.0},
		"with.over":               {"scrape": "http://h", "metric": "up", "over": `up{code=~"("}`, "below": 1.0},
		"with.below: and":         {"scrape": "http://h", "metric": "up"},
		"with.below":              {"scrape": "http://h", "metric": "up", "below": "1"},
		"with.aggregate":          {"scrape": "http://h", "metric": "up", "aggregate": "median", "below": 1.0},
		"with.absent":             {"scrape": "http://h", "metric": "up", "absent": "maybe", "below": 1.0},
		"with.caFile":             {"scrape": "http://h", "metric": "up", "below": 1.0, "caFile": "missing"},
		`mean "headers"`:          {"scrape": "http://h", "metric": "up", "below": 1.0, "header": map[string]any{}},
	} {
		_, err := prometheus.New().Inspect(t.Context(), driver.Step{Root: t.TempDir(), With: with})
		if practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), field) {
			t.Errorf("%v: want an error that says %s, got %v", with, field, err)
		}
	}
	for _, err := range []error{
		prometheus.New().Apply(t.Context(), driver.Step{}, &drivertest.Output{}),
		prometheus.New().Remove(t.Context(), driver.Step{}, &drivertest.Output{}),
	} {
		var fault *practice.Error
		if !errors.As(err, &fault) || !fault.Terminal {
			t.Errorf("got %v", err)
		}
	}
}

func refuses(t *testing.T, with map[string]any, says string) {
	t.Helper()
	_, err := prometheus.New().Inspect(t.Context(), driver.Step{With: with})
	if practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), says) {
		t.Errorf("%v: want an error that says %s, got %v", with, says, err)
	}
}
