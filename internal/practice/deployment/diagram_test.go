package deployment_test

import (
	"os"
	"slices"
	"testing"

	"tranship.dev/tranship/internal/practice/deployment"
)

const diagramFile = "../../../docs/state-diagram.md"

// TestDiagram keeps the picture in the docs equal to the table of legal moves.
func TestDiagram(t *testing.T) {
	t.Parallel()
	page := "# States of a deployment\n\n" +
		"Printed from the table of legal moves (internal/practice/deployment/table.go) by\n" +
		"`go test ./internal/practice/deployment -run TestDiagram -update`.\n\n" +
		"```mermaid\n" + deployment.Diagram() + "```\n"
	if *update {
		if err := os.MkdirAll("../../../docs", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(diagramFile, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	written, err := os.ReadFile(diagramFile)
	if err != nil || string(written) != page {
		t.Errorf("docs/state-diagram.md differs from the table (%v): write it with -update", err)
	}
}

// TestTable proves that the table knows every state, leads from the beginning to
// every state, never leaves closed, and lists no pair twice.
func TestTable(t *testing.T) {
	t.Parallel()
	reached := map[deployment.State]bool{deployment.Requested: true}
	type pair struct {
		from deployment.State
		on   deployment.EventKind
	}
	pairs := map[pair]bool{}
	for range deployment.States() {
		for _, m := range deployment.Moves() {
			for _, to := range m.To {
				reached[to] = reached[to] || reached[m.From]
			}
		}
	}
	for _, m := range deployment.Moves() {
		if m.From == deployment.Closed || slices.Contains(m.To, m.From) {
			t.Errorf("%s on %s leads to %v", m.From, m.On, m.To)
		}
		if pairs[pair{m.From, m.On}] {
			t.Errorf("%s on %s is listed twice", m.From, m.On)
		}
		pairs[pair{m.From, m.On}] = true
	}
	for _, s := range deployment.States() {
		if !reached[s] {
			t.Errorf("%s cannot be reached", s)
		}
		if s != deployment.Closed && s != deployment.Cancelling && !pairs[pair{s, deployment.OnCancelAsked}] {
			t.Errorf("%s cannot be cancelled", s)
		}
	}
}
