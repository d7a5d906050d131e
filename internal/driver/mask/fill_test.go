package mask_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/driver/mask"
	"tranship.dev/tranship/internal/practice"
)

func keep(t *testing.T, dir, name, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
		t.Fatal(err)
	}
}

func TestFillPutsSecretsInAndListsThem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keep(t, dir, "db", "hunter2\n", 0o600)
	keep(t, dir, "api", "${secret.db}", 0o400)
	with := map[string]any{"argv": []any{"x", "--password=${secret.db}"}, "env": map[string]any{"A": "${secret.api}-${secret.db}"}, "n": 3.0}
	got, secrets, err := mask.Fill(with, dir)
	want := map[string]any{"argv": []any{"x", "--password=hunter2"}, "env": map[string]any{"A": "${secret.db}-hunter2"}, "n": 3.0}
	if err != nil || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(secrets, []string{"${secret.db}", "hunter2"}) {
		t.Errorf("got %v, %v, %v", got, secrets, err)
	}
	if with["argv"].([]any)[1] != "--password=${secret.db}" {
		t.Errorf("the given inputs were changed: %v", with)
	}
}

func TestFillNeedsNoDirectoryWithoutSecrets(t *testing.T) {
	t.Parallel()
	got, secrets, err := mask.Fill(map[string]any{"a": "b c"}, "/does/not/exist")
	if err != nil || got["a"] != "b c" || len(secrets) != 0 {
		t.Errorf("got %v, %v, %v", got, secrets, err)
	}
}

// What looks like a secret in a value that the plan filled in (a label, say) is
// escaped there, and stays a text: nobody gets at secrets by naming them elsewhere.
func TestFillLeavesEscapedReferencesAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keep(t, dir, "db", "hunter2", 0o600)
	got, secrets, err := mask.Fill(map[string]any{"a": "label $${secret.db} costs 5$"}, dir)
	if err != nil || got["a"] != "label ${secret.db} costs 5$" || len(secrets) != 0 {
		t.Errorf("got %v, %v, %v; want the text with its reference unfilled", got, secrets, err)
	}
}

func TestFillRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keep(t, dir, "open", "leaked", 0o640)
	keep(t, dir, "long", strings.Repeat("x", 64<<10+1), 0o600)
	outside := t.TempDir()
	keep(t, outside, "key", "leaked", 0o600)
	if err := os.Symlink(filepath.Join(outside, "key"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]practice.Code{
		"missing": practice.NotFound, "open": practice.Refused, "long": practice.Invalid, "link": "",
		"../" + filepath.Base(outside) + "/key": practice.Invalid, "": practice.Refused,
	} {
		_, _, err := mask.Fill(map[string]any{"argv": []any{"${secret." + name + "}"}}, dir)
		if err == nil || practice.CodeOf(err) != code || !strings.Contains(err.Error(), "with.argv[0]") || strings.Contains(err.Error(), "leaked") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
