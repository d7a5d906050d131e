// Command face measures what pages ask of the API, on a store of 2,000
// components, 10 environments, 100,000 targets and 1,000,000 deployments. It
// fails when a request takes longer than it may, at the 95th percentile.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tranship.dev/tranship/internal/wiring"
)

// size is how much there is.
type size struct{ components, environments, targets, deployments int }

func main() {
	small := flag.Bool("small", false, "a hundredth of it all, to try the measuring")
	rounds := flag.Int("rounds", 40, "how often each request is asked")
	limit := flag.Duration("limit", 300*time.Millisecond, "what a request may take at the 95th percentile")
	dir := flag.String("dir", "", "keep the data set here, and use what is there; empty: in a place that is removed")
	only := flag.String("only", "", "fill: make the data set ready for a server, and print its token; open: write what is under way, while a server runs on it")
	flag.Parse()
	all := size{2000, 10, 100_000, 1_000_000}
	if *small {
		all = size{20, 10, 1000, 10_000}
	}
	if err := run(context.Background(), all, *dir, *only, *rounds, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "face:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, all size, dir, only string, rounds int, limit time.Duration) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "tranship-face-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if only == "open" {
		return fillOpen(ctx, filepath.Join(dir, database), all)
	}
	token, err := ready(ctx, dir, all)
	if err != nil || only == "fill" {
		return err
	}
	s, err := wiring.StartServer(ctx, options(dir))
	if err != nil {
		return err
	}
	defer s.Close()
	if err := fillOpen(ctx, filepath.Join(dir, database), all); err != nil {
		return err
	}
	return measure(ctx, s.URL+"/api/v1", token, all, rounds, limit)
}

// request is one that pages make; path gives it with a draw of its own each time.
type request struct {
	what string
	path func(r *rand.Rand) string
}

func requests(all size) []request {
	now := time.Now().UTC()
	fixed := func(path string) func(*rand.Rand) string { return func(*rand.Rand) string { return path } }
	moment := func(r *rand.Rand) string {
		return url.QueryEscape(now.Add(-time.Duration(r.IntN(200*24)) * time.Hour).Format(time.RFC3339))
	}
	component := func(r *rand.Rand) string { return componentName(r.IntN(all.components)) }
	span := func(days int) string {
		return "from=" + url.QueryEscape(now.AddDate(0, 0, -days).Format(time.RFC3339)) + "&to=" + url.QueryEscape(now.Format(time.RFC3339))
	}
	return []request{
		{"overview, first page", fixed("/overview?limit=50")},
		{"overview, a page by service", fixed("/overview?limit=100&group=service")},
		{"overview, some components", func(r *rand.Rand) string { return fmt.Sprintf("/overview?limit=50&text=component-%d", r.IntN(100)) }},
		{"overview, what drifted", fixed("/overview?limit=50&show=drifted")},
		{"overview, in the past", func(r *rand.Rand) string { return "/overview?limit=50&at=" + moment(r) }},
		{"place, now", func(r *rand.Rand) string { return "/overview/" + component(r) + "/" + environmentName(r.IntN(10)) }},
		{"place, in the past", func(r *rand.Rand) string {
			return "/overview/" + component(r) + "/" + environmentName(r.IntN(10)) + "?at=" + moment(r)
		}},
		{"tasks", fixed("/tasks?mine=true")},
		{"deployments, newest", fixed("/deployments?limit=50")},
		{"deployments, open", fixed("/deployments?limit=50&open=true")},
		{"deployments, of a component", func(r *rand.Rand) string { return "/deployments?limit=50&component=" + component(r) }},
		{"deployments, into one", func(r *rand.Rand) string { return "/deployments?limit=50&environment=" + environmentName(r.IntN(10)) }},
		{"deployments, counted", fixed("/deployments/counts")},
		{"deployments into one, counted", func(r *rand.Rand) string { return "/deployments/counts?environment=" + environmentName(r.IntN(10)) }},
		{"targets of one, drawn", fixed(fmt.Sprintf("/deployments/D-%d/grid", all.deployments))},
		{"targets of one, some names", fixed(fmt.Sprintf("/deployments/D-%d/grid/names?from=5000&limit=1000", all.deployments))},
		{"targets of one, domains", fixed(fmt.Sprintf("/deployments/D-%d/grid/domains", all.deployments))},
		{"targets of one, failures", fixed(fmt.Sprintf("/deployments/D-%d/failures", all.deployments))},
		{"targets of one, a page", fixed(fmt.Sprintf("/deployments/D-%d/targets?limit=100", all.deployments))},
		{"activity, a week", fixed("/activity?steps=168&" + span(7))},
		{"activity, a quarter", fixed("/activity?steps=180&" + span(90))},
		{"search, a name", func(r *rand.Rand) string { return fmt.Sprintf("/search?q=target-%d", r.IntN(all.targets)) }},
		{"search, within names", func(r *rand.Rand) string { return fmt.Sprintf("/search?q=%d", 100+r.IntN(900)) }},
		{"search, nothing", fixed("/search?q=nothing+is+called+so")},
		{"session", fixed("/session")},
	}
}

func measure(ctx context.Context, base, token string, all size, rounds int, limit time.Duration) error {
	draw := rand.New(rand.NewPCG(1, 2)) // the same draws in each run
	slow := 0
	fmt.Printf("\n%-32s %9s %9s %9s %9s\n", "request", "first", "p50", "p95", "kB")
	for _, r := range requests(all) {
		first, bytes, err := ask(ctx, base+r.path(draw), token)
		if err != nil {
			return fmt.Errorf("%s: %w", r.what, err)
		}
		took := make([]time.Duration, rounds)
		for i := range took {
			if took[i], bytes, err = ask(ctx, base+r.path(draw), token); err != nil {
				return fmt.Errorf("%s: %w", r.what, err)
			}
		}
		slices.Sort(took)
		p95 := took[len(took)*95/100]
		mark := ""
		if p95 > limit {
			mark, slow = "  too slow", slow+1
		}
		fmt.Printf("%-32s %9s %9s %9s %9.1f%s\n", r.what, round(first), round(took[len(took)/2]), round(p95), float64(bytes)/1000, mark)
	}
	if slow > 0 {
		return fmt.Errorf("%d requests take longer than %s", slow, limit)
	}
	return nil
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

func ask(ctx context.Context, address, token string) (took time.Duration, bytes int64, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	begun := time.Now()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		return 0, 0, fmt.Errorf("%s: %s %s", address, answer.Status, text)
	}
	bytes, err = io.Copy(io.Discard, answer.Body)
	return time.Since(begun), bytes, err
}
