package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/wiring"
)

//go:embed demo
var demoFiles embed.FS

// The releases of the story. The third is broken where it meets staging.
var demoReleases = []demoRelease{
	{Version: "1.0.0", Greeting: "Good day"},
	{Version: "2.0.0", Greeting: "Welcome"},
	{Version: "3.0.0", Greeting: "Hello", Broken: "the payment service of staging does not answer", BrokenIn: "staging"},
}

type demoTarget struct {
	Name, Environment string
	Port              int
}

// set starts the server and writes what the story works with.
func (d *demo) set(ctx context.Context) error {
	return d.chapter("A server, four agents, three environments", func() (err error) {
		d.server, err = wiring.StartServer(ctx, wiring.ServerOptions{
			Dir: d.path("server"), Listen: "127.0.0.1:0", BusListen: "127.0.0.1:0", Version: version, Log: d.log,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(d.out, "server    %s with SQLite, NATS and an OCI registry inside\n", d.server.URL)
		targets, err := demoTargets(ctx)
		if err != nil {
			return err
		}
		if err := d.enrol(ctx, targets); err != nil {
			return err
		}
		if err := d.run(ctx, 0, "key", "create", d.path("publisher.key")); err != nil {
			return err
		}
		if err := d.write(targets); err != nil {
			return err
		}
		return d.run(ctx, 0, "apply", "-f", d.path("documents"), "--yes")
	})
}

func demoTargets(ctx context.Context) ([]demoTarget, error) {
	targets := []demoTarget{
		{Name: "test-1", Environment: "test"}, {Name: "staging-1", Environment: "staging"},
		{Name: "live-1", Environment: "live"}, {Name: "live-2", Environment: "live"},
	}
	for i := range targets {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // after the loop, so that every port is another
		targets[i].Port = l.Addr().(*net.TCPAddr).Port
	}
	return targets, nil
}

// enrol starts an agent for each target, with a root directory of its own.
func (d *demo) enrol(ctx context.Context, targets []demoTarget) error {
	admin := practice.Actor{Kind: practice.Person, Name: "admin"}
	for _, t := range targets {
		token, _, err := d.server.Control.NewEnrolment(ctx, practice.DefaultScope, admin, t.Name, 600e9)
		if err != nil {
			return err
		}
		root := d.path("targets", t.Name)
		if err := os.MkdirAll(root, 0o750); err != nil {
			return err
		}
		o := wiring.AgentOptions{Name: t.Name, StateDir: d.path("agents", t.Name), Root: root, Version: version, Log: d.log, Supervisor: supervisor()}
		if err := wiring.EnrolAgent(ctx, d.server.URL, token, o); err != nil {
			return err
		}
		agent, err := wiring.StartAgent(ctx, o)
		if err != nil {
			return err
		}
		d.agents = append(d.agents, agent)
		fmt.Fprintf(d.out, "agent     %-10s enrolled with its own key, root %s\n", t.Name, strings.TrimPrefix(root, d.dir+"/"))
	}
	fmt.Fprintln(d.out)
	return nil
}

// write puts documents and releases where the command line finds them.
func (d *demo) write(targets []demoTarget) error {
	public, err := os.ReadFile(d.path("publisher.key.pub"))
	if err != nil {
		return err
	}
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	values := map[string]any{"Targets": targets, "Executable": executable, "Publisher": strings.TrimSpace(string(public))}
	templates, err := template.ParseFS(demoFiles, "demo/*.yaml")
	if err != nil {
		return err
	}
	for _, t := range templates.Templates() {
		var text bytes.Buffer
		if err := t.Execute(&text, values); err != nil {
			return err
		}
		if err := writeFile(d.path("documents", t.Name()), text.Bytes()); err != nil {
			return err
		}
	}
	for _, release := range demoReleases {
		raw, err := json.MarshalIndent(release, "", "  ")
		if err != nil {
			return err
		}
		if err := writeFile(d.path("releases", release.Version, "release.json"), raw); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // a publisher's files, as they go into a release
		return err
	}
	return os.WriteFile(name, content, 0o644) //nolint:gosec // likewise
}

// The exit codes that the story expects; see tranship help exit-codes.
const (
	exitOK         = 0
	exitRemediated = 4
	exitRefused    = 7
)

// tell is the story from the first version to the proof.
func (d *demo) tell(ctx context.Context) error {
	chapters := []struct {
		title string
		lines []demoLine
	}{
		{"Version 1.0.0 to everywhere", []demoLine{
			{exitOK, d.add("1.0.0")},
			{exitOK, deployLine("1.0.0", "test")}, {exitOK, deployLine("1.0.0", "staging")}, {exitOK, deployLine("1.0.0", "live")},
		}},
		{"Version 2.0.0 through test and staging to live, there in two waves", []demoLine{
			{exitOK, d.add("2.0.0")},
			{exitOK, deployLine("2.0.0", "test")}, {exitOK, deployLine("2.0.0", "staging")},
			{exitOK, []string{"plan", "shop@2.0.0", "--to", "live"}},
			{exitOK, deployLine("2.0.0", "live")},
		}},
		{"Version 3.0.0 is broken: staging takes it back, live never sees it", []demoLine{
			{exitOK, d.add("3.0.0")},
			{exitOK, deployLine("3.0.0", "test")},
			{exitRemediated, deployLine("3.0.0", "staging")},
			{exitRefused, deployLine("3.0.0", "live")},
		}},
		{"What is where, and the proof", []demoLine{
			{exitOK, []string{"inventory"}},
			{exitOK, []string{"deployment", "list"}},
			{exitOK, []string{"record", "key", d.path("record.key")}},
			{exitOK, []string{"record", "export", "D-8", d.path("D-8.record")}},
			{exitOK, []string{"verify", d.path("D-8.record"), "--key", d.path("record.key")}},
			{exitOK, []string{"verify", "--log"}},
		}},
	}
	for _, c := range chapters {
		err := d.chapter(c.title, func() error {
			for _, line := range c.lines {
				if err := d.run(ctx, line.expected, line.words...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type demoLine struct {
	expected int
	words    []string
}

func (d *demo) add(version string) []string {
	return []string{"library", "add", "shop", version, d.path("releases", version), "--key", d.path("publisher.key"), "--admit"}
}

func deployLine(version, environment string) []string {
	return []string{"deploy", "shop@" + version, "--to", environment, "--yes", "--wait"}
}

// processesBelow lists processes whose working directory or command lies below dir.
func processesBelow(dir string) []int {
	var found []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		cwd, _ := os.Readlink(filepath.Join("/proc", e.Name(), "cwd"))
		line, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		below := strings.HasPrefix(cwd, dir+"/") || bytes.Contains(line, []byte(dir+"/"))
		if below && bytes.Contains(line, []byte("supervise")) || below && bytes.Contains(line, []byte("demo-service")) {
			found = append(found, pid)
		}
	}
	return found
}
