package tour_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCommandsExist demands that every command line of tranship in a block of
// the documentation is one: its verbs and its flags exist.
func TestCommandsExist(t *testing.T) {
	t.Parallel()
	help := map[string]string{}
	for _, file := range documentation(t) {
		if filepath.Base(file) == "cli.md" { // written by the binary itself
			continue
		}
		for _, line := range commandLines(t, file) {
			if err := known(help, strings.Fields(line.command)); err != nil {
				t.Errorf("%s:%d: %s: %v", file, line.line, line.command, err)
			}
		}
	}
	if len(help) < 20 {
		t.Errorf("the documentation shows %d different commands only: is it read?", len(help))
	}
}

// commandLines gives the lines of tranship in the blocks that are typed.
func commandLines(t *testing.T, file string) (found []step) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	typed := false
	for i, line := range strings.Split(string(raw), "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			typed = slices.Contains([]string{"```sh", "```console"}, line)
		case typed:
			line = strings.TrimPrefix(line, "$ ")
			if strings.HasPrefix(line, "tranship ") {
				found = append(found, step{line: i + 1, command: line})
			}
		}
	}
	return found
}

var flagWord = regexp.MustCompile(`^--?[a-z][a-z-]*`)

// known checks a command's words against the help of its verbs.
func known(help map[string]string, words []string) error {
	var verbs []string
	for _, word := range words[1:] {
		if !regexp.MustCompile(`^[a-z]+$`).MatchString(word) || len(verbs) == 2 {
			break
		}
		verbs = append(verbs, word)
	}
	text, err := helpOf(help, verbs)
	if err != nil {
		return err
	}
	for _, word := range words[1:] {
		if strings.ContainsAny(word, "|<>&;") {
			break
		}
		if name := flagWord.FindString(word); name != "" && !regexp.MustCompile(regexp.QuoteMeta(name)+`[ ,\n]`).MatchString(text) {
			return fmt.Errorf("flag %s is not in its help", name)
		}
	}
	return nil
}

// helpOf gives the help of verbs; of the first alone, when the second is an argument.
func helpOf(help map[string]string, verbs []string) (string, error) {
	key := strings.Join(verbs, " ")
	if text, asked := help[key]; asked {
		return text, nil
	}
	raw, err := exec.Command(binary, append(slices.Clone(verbs), "--help")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, raw)
	}
	text := string(raw)
	if len(verbs) == 2 && !strings.Contains(text, "tranship "+key) {
		if group := regexp.MustCompile(`(?m)^Available Commands:`); group.MatchString(text) {
			return "", fmt.Errorf("there is no verb %q", key)
		}
	}
	help[key] = text
	return text, nil
}

// TestLinksLead demands that links between pages lead somewhere.
func TestLinksLead(t *testing.T) {
	t.Parallel()
	files := documentation(t)
	for _, more := range []string{"../../docs/decisions/*.md", "../../docs/checklists/*.md"} {
		found, err := filepath.Glob(more)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(string(raw), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), found[1])); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", file, found[1])
			}
		}
	}
}
