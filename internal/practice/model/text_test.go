package model_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice/model"
)

func TestParseText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, names, resolved, fault string }{
		{text: "", resolved: ""},
		{text: "plain $HOME $5 {x} $", resolved: "plain $HOME $5 {x} $"},
		{text: "${version}", names: "version", resolved: "<version>"},
		{text: "a${version}b${target.labels.kubernetes.io/os}${version}", names: "version target.labels.kubernetes.io/os", resolved: "a<version>b<target.labels.kubernetes.io/os><version>"},
		{text: "$${version}", resolved: "${version}"},
		{text: "$$${version}", names: "version", resolved: "$<version>"},
		{text: "$$$${version}", resolved: "$${version}"},
		{text: "$$ and $$x", resolved: "$$ and $$x"},
		{text: "${version", fault: "reference ${version is not closed by }"},
		{text: "x${}", fault: "reference ${} has no name"},
		{text: "${a b}", fault: "reference ${a b} has ' ' in its name"},
		{text: "${a${b}}", fault: "reference ${a${b} has '$' in its name"},
	} {
		parsed, err := model.ParseText(c.text)
		if c.fault != "" {
			if err == nil || !strings.HasPrefix(err.Error(), c.fault) {
				t.Errorf("%q: got error %v, want %q", c.text, err, c.fault)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := strings.Join(parsed.Names(), " "); got != c.names {
			t.Errorf("%q: names %q, want %q", c.text, got, c.names)
		}
		if got := resolve(t, c.text); got != c.resolved {
			t.Errorf("%q: resolved to %q, want %q", c.text, got, c.resolved)
		}
	}
}

// resolve gives the plain text, each reference as <name>.
func resolve(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string) string {
	t.Helper()
	parsed, err := model.ParseText(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	plain, err := parsed.Resolve(func(name string) (string, error) { return "<" + name + ">", nil })
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return plain
}

// Filling some references and the others later gives what filling all at once gives.
func TestFillKeepsTheNotation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(0, 6).Draw(t, "parts") {
			b.WriteString(rapid.SampledFrom([]string{"$", "$$", "{", "}", "x", "${a}", "${b}"}).Draw(t, "part"))
		}
		parsed, err := model.ParseText(b.String())
		if err != nil {
			t.Skip()
		}
		value := rapid.StringMatching(`[$]{0,3}[{]?b?[}]?[$]{0,2}`).Draw(t, "value")
		filled := parsed.Fill(func(name string) (string, bool) { return value, name == "a" })
		want, err := parsed.Resolve(func(name string) (string, error) {
			if name == "a" {
				return value, nil
			}
			return "<" + name + ">", nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := resolve(t, filled); got != want {
			t.Fatalf("%q filled with %q is %q, resolved to %q, not %q", b.String(), value, filled, got, want)
		}
	})
}

// Whatever is read is kept: filling nothing gives the text back, and plain text survives escaping.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "${version}", "$${x}", "$$${secret.A}", "${a", "${}", "$", "a{b}$", "${target.labels.x/y}z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := resolve(t, model.Escape(text)); got != text {
			t.Errorf("%q escaped and resolved is %q", text, got)
		}
		parsed, err := model.ParseText(text)
		if err != nil {
			return
		}
		if got := parsed.Fill(func(string) (string, bool) { return "", false }); got != text {
			t.Errorf("%q with nothing filled is %q", text, got)
		}
		for _, name := range parsed.Names() {
			if !strings.Contains(text, "${"+name+"}") {
				t.Errorf("%q does not hold the reference %q", text, name)
			}
		}
	})
}
