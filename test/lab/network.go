package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
)

// A network is what podman tells of one. Each lab has its own, because only
// there may it choose addresses: hosts keep theirs through a power cycle.
type network struct {
	Name    string            `json:"name"`
	Labels  map[string]string `json:"labels"`
	Subnets []struct {
		Subnet  netip.Prefix `json:"subnet"`
		Gateway netip.Addr   `json:"gateway"`
	} `json:"subnets"`
}

// networks returns the networks of all labs of this machine, whoever owns
// them. A lab's network is the first thing made and the last removed, so this
// is also the list of labs.
func networks(ctx context.Context) ([]network, error) {
	out, err := podman(ctx, "network", "ls", "--quiet", "--filter", "label="+nameLabel)
	if err != nil {
		return nil, fmt.Errorf("list networks: %w", err)
	}
	var found []network
	for _, name := range lines(out) {
		one, err := inspectNetwork(ctx, name)
		if err != nil && networkExists(ctx, name) {
			return nil, err
		}
		if err == nil {
			found = append(found, one)
		}
	}
	return found, nil
}

func networkExists(ctx context.Context, name string) bool {
	_, err := podman(ctx, "network", "exists", name)
	return err == nil
}

func inspectNetwork(ctx context.Context, name string) (network, error) {
	out, err := podman(ctx, "network", "inspect", name)
	if err != nil {
		return network{}, fmt.Errorf("inspect network %s: %w", name, err)
	}
	var found []network
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		return network{}, fmt.Errorf("inspect network %s: %w", name, err)
	}
	if len(found) != 1 || len(found[0].Subnets) == 0 {
		return network{}, fmt.Errorf("inspect network %s: podman tells of no subnet", name)
	}
	return found[0], nil
}

// findNetwork sets the lab's gateway and returns the subnet that it is on.
func (l *Lab) findNetwork(ctx context.Context) (netip.Prefix, error) {
	found, err := inspectNetwork(ctx, l.Name)
	if err != nil {
		return netip.Prefix{}, err
	}
	l.Gateway = found.Subnets[0].Gateway
	return found.Subnets[0].Subnet, nil
}

// host lays out the host of that number, from 1, without making it. The
// subnet's first address is the gateway's.
func (l *Lab) host(number int, subnet netip.Prefix) *Host {
	address := subnet.Masked().Addr().Next()
	for range number {
		address = address.Next()
	}
	return &Host{
		Name:    fmt.Sprintf("%s-%d", l.Name, number),
		Address: address,
		lab:     l,
		number:  number,
	}
}
