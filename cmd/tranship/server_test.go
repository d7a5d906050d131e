package main

import (
	"testing"

	"tranship.dev/tranship/internal/httpapi"
)

// What a running server says of its flags is what it was started with, and from where.
func TestStartOptionsSayWhereTheyComeFrom(t *testing.T) {
	t.Setenv("TRANSHIP_ADVERTISE", "ship.example")
	t.Setenv("TRANSHIP_MAX_RUNNING", "7") // is no variable of the server
	t.Setenv("TRANSHIP_LISTEN", "127.0.0.1:1")
	cmd := serverCommand()
	if err := cmd.ParseFlags([]string{"--listen", "127.0.0.1:2", "--max-running-with", "helm=2"}); err != nil {
		t.Fatal(err)
	}
	said := map[string]httpapi.StartOption{}
	for _, o := range startOptions(cmd) {
		if o.About == "" {
			t.Errorf("%s is not explained", o.Flag)
		}
		said[o.Flag] = o
	}
	for flag, want := range map[string]struct{ value, from, variable string }{
		"--advertise":        {"ship.example", "environment", "TRANSHIP_ADVERTISE"},
		"--listen":           {"127.0.0.1:2", "flag", ""},
		"--max-running-with": {"[helm=2]", "flag", ""},
		"--max-running":      {"0", "default", ""},
		"--bus-listen":       {"127.0.0.1:8471", "default", ""},
	} {
		if got := said[flag]; got.Value != want.value || got.From != want.from || got.Variable != want.variable {
			t.Errorf("%s: %+v; want %+v", flag, got, want)
		}
	}
	if _, shown := said["--help"]; shown {
		t.Error("--help is shown as a setting")
	}
}
