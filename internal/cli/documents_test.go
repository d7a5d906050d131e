package cli

import (
	"testing"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

// TestEveryKindCanBeAskedFor: what can be applied must also be shown and taken away.
func TestEveryKindCanBeAskedFor(t *testing.T) {
	t.Parallel()
	for _, kind := range practice.Kinds() {
		if got, err := kindOf(string(kind)); err != nil || got != string(kind) {
			t.Errorf("kind %s is read as %q, %v", kind, got, err)
		}
		for in, known := range map[string]bool{
			"shown":      client.GetDocumentParamsKind(kind).Valid(),
			"listed":     client.ListDocumentsParamsKind(kind).Valid(),
			"taken away": client.RemoveDocumentParamsKind(kind).Valid(),
		} {
			if !known {
				t.Errorf("documents of kind %s cannot be %s by the API", kind, in)
			}
		}
	}
	for text, want := range map[string]string{"approval-policies": "ApprovalPolicy", "Persons": "Person", "service-account": "ServiceAccount", "Policies": ""} {
		if got, _ := kindOf(text); got != want {
			t.Errorf("kind %q is read as %q; want %q", text, got, want)
		}
	}
}
