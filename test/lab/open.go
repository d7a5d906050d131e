package lab

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Open returns the running lab of that name, for instance one that another
// process started with Keep. cache is as in Options. Cuts that others made are
// not known to its hosts.
func Open(ctx context.Context, name, cache string) (*Lab, error) {
	options, err := Options{Prefix: "open", Cache: cache}.complete()
	if err != nil {
		return nil, err
	}
	if err := checkMachine(); err != nil {
		return nil, err
	}
	if !networkExists(ctx, name) {
		return nil, fmt.Errorf("no lab is named %q", name)
	}
	folder := labFolder(options.Cache, name)
	lab := &Lab{Name: name, SSHConfig: sshConfig(folder), folder: folder}
	subnet, err := lab.findNetwork(ctx)
	if err != nil {
		return nil, err
	}
	numbers, err := hostNumbers(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, number := range numbers {
		lab.Hosts = append(lab.Hosts, lab.host(number, subnet))
	}
	return lab, nil
}

// hostNumbers returns the numbers of a lab's hosts, in order.
func hostNumbers(ctx context.Context, name string) ([]int, error) {
	out, err := podman(ctx, "ps", "--all", "--format", "json", "--filter", "label="+nameLabel+"="+name)
	if err != nil {
		return nil, fmt.Errorf("list hosts of lab %s: %w", name, err)
	}
	var containers []struct{ Labels map[string]string }
	if err := json.Unmarshal([]byte(out), &containers); err != nil {
		return nil, fmt.Errorf("list hosts of lab %s: %w", name, err)
	}
	var numbers []int
	for _, container := range containers {
		number, err := strconv.Atoi(container.Labels[numberLabel])
		if err != nil {
			return nil, fmt.Errorf("list hosts of lab %s: label %s: %w", name, numberLabel, err)
		}
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	return numbers, nil
}

// A Listing is what List tells of one lab.
type Listing struct {
	Name string
	// Kept tells a lab that was started with Keep from one that belongs to a
	// process.
	Kept bool
}

// List returns the labs of this machine, whoever started them, by name.
func List(ctx context.Context) ([]Listing, error) {
	if err := checkMachine(); err != nil {
		return nil, err
	}
	found, err := networks(ctx)
	if err != nil {
		return nil, err
	}
	var all []Listing
	for _, one := range found {
		all = append(all, Listing{Name: one.Labels[nameLabel], Kept: one.Labels[ownerLabel] == keptOwner})
	}
	slices.SortFunc(all, func(a, b Listing) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}
