// Package stock lists what is on a host, whoever put it there: installed
// packages, enabled units of systemd, local users. It changes nothing.
package stock

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
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// Host is where it looks. What a root that is not the machine's own does not
// hold (a local agent's root) is that of the machine.
type Host struct {
	Root string
	Find func(command string) (path string, err error) // nil: on the PATH
}

// List gives all things of a kind. An error says in words what stood in the way:
// nothing is known then.
func (h Host) List(ctx context.Context, of environment.Watch) (drift.Things, error) {
	var things drift.Things
	var err error
	switch of {
	case environment.Packages:
		things, err = h.packages(ctx)
	case environment.Services:
		things, err = h.services(ctx)
	case environment.Users:
		things, err = h.users()
	default:
		err = fmt.Errorf("this agent does not know how to look for %s", of)
	}
	if err != nil {
		return nil, err
	}
	plain := make(drift.Things, len(things))
	for name, is := range things {
		plain[short(name)] = short(is)
	}
	return plain, plain.Check()
}

// short gives a text that can be told: of one that is too long the beginning, and
// a digest by which every change of the rest is seen.
func short(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\x00", "?")
	if len(text) <= drift.MaxThing {
		return text
	}
	sum := " … " + practice.DigestOf([]byte(text)).Short()
	return strings.ToValidUTF8(text[:drift.MaxThing-len(sum)], "") + sum
}

// run gives what a command prints.
func (h Host) run(ctx context.Context, argv ...string) (string, error) {
	var printed, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.Env = &printed, &complaint, command.Environment(map[string]string{"LC_ALL": "C", "SYSTEMD_COLORS": "0"})
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(complaint.String())
		return "", fmt.Errorf("%s: %w %.300s", filepath.Base(argv[0]), err, said[strings.LastIndexByte(said, '\n')+1:])
	}
	return printed.String(), nil
}

// find gives the path of a command, or "" where there is none.
func (h Host) find(command string) string {
	look := h.Find
	if look == nil {
		look = exec.LookPath
	}
	path, err := look(command)
	if err != nil {
		return ""
	}
	return path
}

// own says whether the root holds something of its own that the machine has too.
func (h Host) own(path string) bool {
	if filepath.Clean(h.Root) == "/" {
		return false
	}
	_, err := os.Stat(filepath.Join(h.Root, path))
	return err == nil
}

// services gives the enabled units: those that the manager starts by itself.
func (h Host) services(ctx context.Context) (drift.Things, error) {
	systemctl := h.find("systemctl")
	if systemctl == "" {
		return nil, errors.New("systemctl is not there")
	}
	argv := []string{systemctl, "list-unit-files", "--state=enabled", "--state=enabled-runtime", "--no-legend", "--no-pager", "--full"}
	if h.own("etc/systemd/system") {
		argv = append(argv, "--root="+h.Root)
	}
	printed, err := h.run(ctx, argv...)
	if err != nil {
		return nil, err
	}
	return units(printed), nil
}

// units reads lines of a unit's name and its state; what stands behind is only advice.
func units(printed string) drift.Things {
	things := drift.Things{}
	for line := range strings.Lines(printed) {
		if fields := strings.Fields(line); len(fields) > 1 {
			things[fields[0]] = fields[1]
		}
	}
	return things
}

// users gives the local users with what they may be: number, group, home, shell,
// and the other groups that they are in.
func (h Host) users() (drift.Things, error) {
	passwd, err := h.read("etc/passwd")
	if err != nil {
		return nil, err
	}
	group, err := h.read("etc/group")
	if err != nil {
		return nil, err
	}
	return accounts(passwd, group), nil
}

func (h Host) read(path string) (string, error) {
	root := "/"
	if h.own(path) {
		root = h.Root
	}
	raw, err := os.ReadFile(filepath.Join(root, path))
	return string(raw), err
}

// accounts reads passwd and group.
func accounts(passwd, group string) drift.Things {
	in := map[string][]string{}
	for line := range strings.Lines(group) {
		if fields := strings.Split(strings.TrimSpace(line), ":"); len(fields) > 3 {
			for member := range strings.SplitSeq(fields[3], ",") {
				in[member] = append(in[member], fields[0])
			}
		}
	}
	things := drift.Things{}
	for line := range strings.Lines(passwd) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) < 7 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		is := fmt.Sprintf("uid %s, gid %s, home %s, shell %s", fields[2], fields[3], fields[5], fields[6])
		if groups := in[fields[0]]; len(groups) > 0 {
			is += ", in " + strings.Join(groups, " ")
		}
		things[fields[0]] = is
	}
	return things
}
