package stock

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice/drift"
)

// packages gives the installed packages with their versions, by the first package
// manager that there is.
func (h Host) packages(ctx context.Context) (drift.Things, error) {
	if query := h.find("dpkg-query"); query != "" {
		argv := []string{query}
		if h.own("var/lib/dpkg/status") {
			argv = append(argv, "--admindir="+filepath.Join(h.Root, "var/lib/dpkg"))
		}
		printed, err := h.run(ctx, append(argv, "-W", "-f", "${binary:Package}\t${db:Status-Status}\t${Version}\n")...)
		if err != nil {
			return nil, err
		}
		return debian(printed), nil
	}
	if query := h.find("rpm"); query != "" {
		argv := []string{query}
		if h.own("var/lib/rpm") {
			argv = append(argv, "--root", h.Root)
		}
		printed, err := h.run(ctx, append(argv, "-qa", "--qf", "%{NAME}.%{ARCH}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n")...)
		if err != nil {
			return nil, err
		}
		return redHat(printed), nil
	}
	return nil, errors.New("neither dpkg-query nor rpm is there")
}

// debian reads lines of name, state and version. What is only half there is
// there, and says so.
func debian(printed string) drift.Things {
	things := drift.Things{}
	for line := range strings.Lines(printed) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			continue
		}
		switch fields[1] {
		case "not-installed", "config-files":
		case "installed", "triggers-pending", "triggers-awaited": // a trigger is work of another package
			things[fields[0]] = fields[2]
		default:
			things[fields[0]] = fields[2] + " (" + fields[1] + ")"
		}
	}
	return things
}

// redHat reads lines of name and version; of some packages several versions are
// there at once, as of kernels.
func redHat(printed string) drift.Things {
	versions := map[string][]string{}
	for line := range strings.Lines(printed) {
		if name, version, found := strings.Cut(strings.TrimSpace(line), "\t"); found {
			name = strings.TrimSuffix(name, ".(none)")
			versions[name] = append(versions[name], strings.TrimPrefix(version, "0:"))
		}
	}
	things := drift.Things{}
	for name, all := range versions {
		slices.Sort(all)
		things[name] = strings.Join(all, " ")
	}
	return things
}
