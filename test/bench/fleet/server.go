package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/document"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/signature"
	"tranship.dev/tranship/internal/wiring"
)

var admin = practice.Actor{Kind: practice.Person, Name: "bench"}

const shared = `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: live}
spec: {purpose: live, order: 1, owner: bench}
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: app}
spec: {kind: software}
---
apiVersion: tranship.dev/v1
kind: Model
metadata: {name: app}
spec:
  appliesTo: {components: [app]}
  flow: [{environment: live}]
  procedures:
    - kind: software
      install: [{name: install, uses: script, with: {argv: ["true"]}}]
  checks:
    acceptance: [{name: accept, uses: script, with: {check: ["true"]}}]
`

// fleet is the server's side of the measurement.
type fleet struct {
	dir    string
	size   int
	agents int // the process of all agents
	server *wiring.Server
}

func agentName(i int) string { return fmt.Sprintf("agent-%05d", i) }

func (f *fleet) keysFile() string { return filepath.Join(f.dir, "keys.json") }

// handOver is what the agents' process must know.
type handOver struct {
	Seeds [][]byte              `json:"seeds"`
	Trust []signature.PublicKey `json:"trust"`
	Dir   string                `json:"dir"` // for what the agents keep on disk
}

func (f *fleet) start(ctx context.Context) (err error) {
	f.server, err = wiring.StartServer(ctx, wiring.ServerOptions{
		Dir: filepath.Join(f.dir, "server"), Listen: "127.0.0.1:0", BusListen: "127.0.0.1:0", Version: "bench", Log: quiet,
	})
	return err
}

// furnish makes agents, targets, a component with a version, and a model.
func (f *fleet) furnish(ctx context.Context) error {
	begun := time.Now()
	hand := handOver{Trust: f.server.Keys.OrderKeys(), Dir: filepath.Join(f.dir, "agents")}
	agents := make([]environment.Agent, f.size)
	for i := range agents {
		public, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			return err
		}
		hand.Seeds = append(hand.Seeds, private.Seed())
		agents[i] = environment.Agent{Name: agentName(i), Key: signature.Encode(public), EnrolledAt: begun.UTC(), EnrolledBy: admin}
	}
	raw, err := json.Marshal(hand)
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.keysFile(), raw, 0o600); err != nil {
		return err
	}
	err = f.server.Store.Update(ctx, practice.DefaultScope, func(tx control.Tx) error {
		for _, a := range agents {
			if err := tx.PutAgent(a); err != nil {
				return err
			}
		}
		v := library.Version{Component: "app", Version: "1.0.0", Digest: practice.DigestOf(nil), Reference: "oci://127.0.0.1:1/app@" + string(practice.DigestOf(nil)), Size: 1,
			State: library.Admitted, StateBy: admin, StateAt: begun.UTC(), AddedBy: admin, AddedAt: begun.UTC()}
		return tx.AddVersion(v)
	})
	if err != nil {
		return err
	}
	if err := f.apply(ctx, shared); err != nil {
		return err
	}
	for from := 0; from < f.size; from += 1000 {
		var text strings.Builder
		for i := from; i < min(from+1000, f.size); i++ {
			fmt.Fprintf(&text, "---\napiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: %s}\nspec: {environment: live, kind: host}\n", agentName(i))
		}
		if err := f.apply(ctx, text.String()); err != nil {
			return err
		}
	}
	fmt.Printf("%-34s %8.2f s\n", "targets and agents stored", time.Since(begun).Seconds())
	return nil
}

func (f *fleet) apply(ctx context.Context, text string) error {
	reader, err := document.New(document.Options{})
	if err != nil {
		return err
	}
	docs, err := reader.Read([]control.File{{Name: "bench.yaml", Text: text}})
	if err != nil {
		return err
	}
	_, err = f.server.Control.Apply(ctx, practice.DefaultScope, admin, docs, false)
	return err
}

// awaitAgents waits until every agent has said hello.
func (f *fleet) awaitAgents(ctx context.Context) error {
	p := f.phase()
	page, seen := practice.Page{Limit: practice.MaxLimit}, 0
	for seen < f.size {
		list, err := f.server.Control.Agents(ctx, practice.DefaultScope, "", page)
		if err != nil {
			return err
		}
		came := 0
		for came < len(list) && !list[came].SeenAt.IsZero() {
			page.After = list[came].Name
			came++
		}
		seen += came
		if came > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d agents came: %w", seen, f.size, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
	p.print("agents connected", fmt.Sprintf("; %.0f connections a second", float64(f.size)/p.took()))
	return nil
}

// deploy measures one deployment from its request to its end.
func (f *fleet) deploy(ctx context.Context) error {
	p := f.phase()
	planned, err := f.server.Control.Plan(ctx, practice.DefaultScope, admin, control.PlanRequest{Release: "app@1.0.0", Environment: "live"})
	if err != nil {
		return err
	}
	p.print("plan compiled and stored", "")
	sizes, stop := f.server.Listen()
	defer stop()
	p = f.phase()
	d, err := f.server.Control.Deploy(ctx, practice.DefaultScope, admin, control.DeploymentRequest{Plan: planned.ID})
	if err != nil {
		return err
	}
	for d.State != deployment.Closed {
		select {
		case <-sizes:
		case <-ctx.Done():
			return fmt.Errorf("%s is still %s: %w", d.ID, d.State, ctx.Err())
		}
		if d, err = f.server.Control.Deployment(ctx, practice.DefaultScope, d.ID); err != nil {
			return err
		}
		if d.State == deployment.AwaitingGuidance {
			return fmt.Errorf("%s awaits guidance: %+v", d.ID, d.Waiting)
		}
	}
	took := p.took()
	p.print(fmt.Sprintf("deployment onto %d agents", f.size), fmt.Sprintf("; %s", d.Result))
	return f.print(ctx, d, took)
}

func (f *fleet) print(ctx context.Context, d deployment.Deployment, took float64) error {
	reports := 0
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		rows, err := f.server.Control.Entries(ctx, practice.DefaultScope, record.Filter{Subject: record.DeploymentSubject(d.ID), Kinds: []string{record.ReportReceived}}, page)
		if err != nil {
			return err
		}
		reports += len(rows)
		if len(rows) < page.Limit {
			break
		}
		page.After = fmt.Sprint(rows[len(rows)-1].Index)
	}
	fmt.Printf("%-34s %8d     %.0f a second, all committed and sealed\n", "reports", reports, float64(reports)/took)
	count, seconds, err := f.batches(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%-34s %8.0f     %.0f reports and %.0f ms each\n", "batches", count, float64(reports)/count, 1000*seconds/count)
	fmt.Printf("%-34s %8d MiB\n", "memory of the server", memory(os.Getpid()))
	fmt.Printf("%-34s %8d MiB\n", "memory of all agents", memory(f.agents))
	return nil
}

// batches gives how many transactions the reports took, and how long all of
// them took together, from the server's own metrics.
func (f *fleet) batches(ctx context.Context) (count, seconds float64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.server.URL+"/metrics", nil)
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+f.server.Bootstrap)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		switch name {
		case "tranship_report_batch_seconds_count":
			count, err = strconv.ParseFloat(value, 64)
		case "tranship_report_batch_seconds_sum":
			seconds, err = strconv.ParseFloat(value, 64)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return count, seconds, lines.Err()
}
