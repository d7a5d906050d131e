package main

import (
	"bytes"
	"os"
	"testing"

	"tranship.dev/tranship/internal/cli"
)

// The reference of the command line is what the commands say.
func TestReferenceHasNotDrifted(t *testing.T) {
	t.Parallel()
	committed, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	var made bytes.Buffer
	o := options()
	o.Stdout = &made
	if code := cli.Run(t.Context(), o, []string{"docs"}); code != 0 {
		t.Fatalf("tranship docs ended with %d", code)
	}
	if !bytes.Equal(made.Bytes(), committed) {
		t.Error("docs/cli.md is not what the commands say; run: make generate")
	}
}
