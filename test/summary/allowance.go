package main

import (
	"fmt"
	"os"
	"strings"
)

// allowance says of tests that may be skipped why they may.
type allowance map[test]string

// readAllowed reads a file with a line for each such test: package, test and
// reason, parted by spaces. Empty lines and those that begin with # do not
// count. No name gives an empty list.
func readAllowed(name string) (allowance, error) {
	allowed := allowance{}
	if name == "" {
		return allowed, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word := strings.Fields(line)
		if len(word) < 3 {
			return nil, fmt.Errorf("%s:%d: want package, test and reason: %q", name, i+1, line)
		}
		allowed[test{word[0], word[1]}] = strings.Join(word[2:], " ")
	}
	return allowed, nil
}
