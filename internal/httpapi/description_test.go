package httpapi_test

import (
	"bytes"
	"os"
	"testing"

	"tranship.dev/tranship/internal/httpapi"
)

// The committed description is what the routes say: a client generated from it fits.
func TestDescriptionHasNotDrifted(t *testing.T) {
	t.Parallel()
	made, err := httpapi.Description("v1", false)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, committed) {
		t.Error("api/openapi.yaml is not what the routes say; run: make generate")
	}
}
