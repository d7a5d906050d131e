package library_test

import (
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

func TestCheckUploadPath(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"web", "bin/web", "..web/a b", "ä/ö.txt", strings.Repeat("a/", 64) + "b"} {
		if err := library.CheckUploadPath(good); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", ".", "..", "/etc/passwd", "../web", "a/../b", "a/..", "./a", "a//b", "a/", `a\b`, "a\x00b",
		strings.Repeat("a/", 65) + "b", strings.Repeat("n", 256), strings.Repeat("long/", 900),
	} {
		if err := library.CheckUploadPath(bad); practice.CodeOf(err) != practice.Invalid {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
}

func TestSourceNameKeepsNoPlaceOnAMachine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"./dist": "./dist", "dist": "dist", "": "", "oci://registry.example/edge/proxy:2.1": "oci://registry.example/edge/proxy:2.1",
		"/home/anna/work/dist": "dist", "/home/anna/work/dist/": "dist", `C:\Users\anna\web.zip`: "web.zip", "~/dist": "dist",
		"../build/out": "../build/out",
	} {
		if got := library.SourceName(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}
