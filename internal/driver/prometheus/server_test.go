package prometheus_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func contextFor(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

// realServer starts a Prometheus server on the loopback that scrapes the address
// every 100 ms, and gives its address.
func realServer(t *testing.T, scraped string) string {
	t.Helper()
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("no Prometheus server here: scripts/setup-test.sh installs it")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	text := fmt.Sprintf("global: {scrape_interval: 100ms, scrape_timeout: 100ms}\nscrape_configs: [{job_name: shop, static_configs: [{targets: [%q]}]}]\n", strings.TrimPrefix(scraped, "http://"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close() // Prometheus cannot be given a listener
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(program, "--config.file="+config, "--web.listen-address="+address, "--storage.tsdb.path="+filepath.Join(dir, "data"))
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // being killed is its error
	})
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if answer, err := http.Get("http://" + address + "/-/ready"); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return "http://" + address
			}
		}
	}
	raw, _ := os.ReadFile(log.Name())
	t.Fatalf("Prometheus is not ready:\n%s", raw)
	return ""
}

// A real Prometheus server evaluates what a check asks (R104).
func TestAsksARealServer(t *testing.T) {
	t.Parallel()
	url := realServer(t, shop(t))
	const rate = `sum(http_requests_total{code=~"5.."}) / sum(http_requests_total)`
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if f := look(t, map[string]any{"url": url, "query": rate, "above": 0.0}); f.Matches {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("it has scraped nothing: %+v", f)
		}
	}
	for name, c := range map[string]struct {
		query  string
		with   map[string]any
		holds  bool
		detail string
	}{
		"ratio":     {rate, map[string]any{"below": 0.05}, true, "error rate is 0.031"},
		"too high":  {rate, map[string]any{"below": 0.01}, false, "error rate 0.031 is not below 0.01"},
		"scalar":    {"scalar(load{core=\"1\"})", map[string]any{"atMost": 2.5}, true, "is 2.5"},
		"all":       {"load", map[string]any{"below": 2.0}, false, `core="1"`},
		"all hold":  {"load", map[string]any{"below": 3.0}, true, "1 more are within bounds"},
		"none":      {"gone", map[string]any{"below": 1.0}, false, "there is no data"},
		"none may":  {"gone", map[string]any{"below": 1.0, "absent": "pass"}, true, "there is no data"},
		"no number": {"vector(0)/vector(0)", map[string]any{"below": 1.0, "absent": "pass"}, false, "NaN is not below 1"},
		"function":  {`histogram_quantile(0.5, took_seconds_bucket)`, map[string]any{"below": 0.2}, true, "is 0."},
	} {
		with := map[string]any{"url": url + "/", "query": c.query, "name": "error rate"}
		maps.Copy(with, c.with)
		if f := look(t, with); f.Matches != c.holds || !strings.Contains(f.Detail, c.detail) {
			t.Errorf("%s: got %+v", name, f)
		}
	}
	refuses(t, map[string]any{"url": url, "query": "sum(", "below": 1.0}, "with.query: is refused by the server")
	refuses(t, map[string]any{"url": url, "query": "load[1m]", "below": 1.0}, "gives a matrix")
}
