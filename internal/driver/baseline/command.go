package baseline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"tranship.dev/tranship/internal/driver/command"
)

// pack gives the installed version of a package, by the first package manager
// that there is; below a root that has packages of its own, theirs.
func (h host) pack(ctx context.Context, name string) (string, error) {
	if _, err := exec.LookPath("dpkg-query"); err == nil {
		argv := []string{"dpkg-query", "-W", "-f", "${db:Status-Status}\t${Version}\n", "--", name}
		if data := filepath.Join(h.root, "var/lib/dpkg"); exists(filepath.Join(data, "status")) {
			argv = []string{argv[0], "--admindir=" + data, argv[1], argv[2], argv[3], argv[4], name}
		}
		return packed(ctx, argv, func(printed string) string {
			for line := range strings.Lines(printed) {
				state, version, _ := strings.Cut(strings.TrimSpace(line), "\t")
				if state == "installed" {
					return version
				}
			}
			return ""
		})
	}
	if _, err := exec.LookPath("rpm"); err == nil {
		argv := []string{"rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}\n", "--", name}
		if exists(filepath.Join(h.root, "var/lib/rpm")) {
			argv = []string{"rpm", "--root", h.root, "-q", "--qf", argv[3], "--", name}
		}
		return packed(ctx, argv, func(printed string) string {
			lines := strings.Fields(printed)
			if len(lines) == 0 {
				return ""
			}
			return lines[len(lines)-1] // of several kernels, the newest
		})
	}
	return "", errors.New("neither dpkg-query nor rpm is there")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// packed asks a package manager, which ends with 1 for what is not installed.
func packed(ctx context.Context, argv []string, version func(printed string) string) (string, error) {
	var printed, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.Env = &printed, &complaint, command.Environment(map[string]string{"LC_ALL": "C"})
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		return "", fmt.Errorf("%s: %w %s", argv[0], err, last(complaint.String()))
	}
	if found := version(printed.String()); err == nil && found != "" {
		return found, nil
	}
	return "", errAbsent
}

// script gives what a command prints, without blanks around it.
func (h host) script(ctx context.Context, argv []string) (string, error) {
	printed := bounded{}
	code, err := command.Run(ctx, command.Command{
		Argv: argv, Directory: h.root, Output: &printed,
		Env:       command.Environment(map[string]string{"TRANSHIP_ROOT": h.root}),
		EndWithin: h.endWithin,
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("%s cannot be run: %w", argv[0], err)
	case code != 0 && printed.text() != "":
		return "", fmt.Errorf("%s ended with exit code %d: %s", argv[0], code, last(printed.text()))
	case code != 0:
		return "", fmt.Errorf("%s ended with exit code %d", argv[0], code)
	}
	return printed.text(), nil
}

// bounded keeps the first bytes of what is written.
type bounded struct{ kept bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	b.kept.Write(p[:min(len(p), maxValue-b.kept.Len())])
	return len(p), nil
}

func (b *bounded) text() string { return strings.TrimSpace(strings.ToValidUTF8(b.kept.String(), "")) }

// last gives the last line of a text.
func last(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
