package document_test

import (
	"os"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
)

// TestApprovalsPage: the documents of docs/approvals.md are ones that can be applied.
func TestApprovalsPage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/approvals.md")
	if err != nil {
		t.Fatal(err)
	}
	var files []control.File
	for _, block := range strings.Split(string(raw), "```yaml\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		files = append(files, control.File{Name: "approvals.md", Text: text})
	}
	docs, err := newDocuments(t).Read(files)
	if err != nil {
		t.Fatal(err)
	}
	if len(docs) != 9 {
		t.Errorf("read %d documents, expected 9", len(docs))
	}
}
