// Package lab gives tests and benchmarks real Debian hosts on this machine:
// containers that boot systemd and sshd, each with a disk and an address of
// its own on a network of its own. It needs Linux, root and the packages that
// scripts/setup-test.sh installs. Hosts, network and files of a lab are told
// apart by labels, so that a lab never touches a container it did not make.
package lab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// maxHosts is what fits on the /24 that podman gives a network, beside its
// gateway and the two addresses that no host may have.
const maxHosts = 250

// startsAtOnce bounds how many hosts are being made or booted together: more
// than this only makes them wait for each other.
const startsAtOnce = 16

// Options say what lab to start. The zero value is one host.
type Options struct {
	// Hosts is how many hosts to start, 1 to 250; 0 means 1.
	Hosts int
	// Prefix begins the lab's name and its hosts' names; "" means "lab".
	// Unless Keep is set, a random part follows it, so that any number of
	// labs with one prefix may live at once.
	Prefix string
	// Keep leaves the lab running when the process that started it ends, and
	// makes Prefix its whole name. Without it the lab belongs to the process,
	// and the next Start of anybody sweeps what a dead one left behind.
	Keep bool
	// Cache is the folder of root filesystems and of the files of running
	// labs; "" means tranship-lab in the user's cache folder.
	Cache string
	// Log is told of the few things that take long; nil means silence.
	// t.Logf fits.
	Log func(format string, args ...any)
}

// A Lab is a set of running hosts on one network.
type Lab struct {
	// Name is unique among the labs of this machine.
	Name string
	// Hosts are in the order of their numbers, which start at 1.
	Hosts []*Host
	// Gateway is this machine's address as its hosts see it: what listens
	// there can be reached by them and by nobody outside.
	Gateway netip.Addr
	// SSHConfig is the path of a file for ssh -F, which knows every host of
	// the lab by name and lets root in.
	SSHConfig string

	folder string
	close  sync.Once
	closed error
}

// Start makes the hosts, boots them and returns when each of them has finished
// booting and answers on its SSH port. The first Start of a machine builds the
// root filesystem, which takes under a minute; later ones take about a quarter
// of a second per host. When it fails nothing is left behind.
// The caller must Close the lab.
func Start(ctx context.Context, options Options) (*Lab, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	if err := checkMachine(); err != nil {
		return nil, err
	}
	if err := sweep(ctx, options.Cache, options.Log); err != nil {
		return nil, fmt.Errorf("sweep labs of dead processes: %w", err)
	}
	disk, err := openRootfs(ctx, options.Cache, options.Log)
	if err != nil {
		return nil, err
	}
	lab, err := create(ctx, options)
	if err != nil {
		return nil, err
	}
	if err := lab.boot(ctx, disk); err != nil {
		return nil, errors.Join(fmt.Errorf("start lab %s: %w", lab.Name, err), lab.Close())
	}
	return lab, nil
}

func (o Options) complete() (Options, error) {
	if o.Hosts == 0 {
		o.Hosts = 1
	}
	if o.Hosts < 1 || o.Hosts > maxHosts {
		return o, fmt.Errorf("a lab has 1 to %d hosts, not %d", maxHosts, o.Hosts)
	}
	if o.Prefix == "" {
		o.Prefix = "lab"
	}
	if !namePattern.MatchString(o.Prefix) {
		return o, fmt.Errorf("a lab's prefix is 1 to 30 lower case letters, digits and dashes that begin with a letter, not %q", o.Prefix)
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.Cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return o, fmt.Errorf("find a folder for the lab's root filesystem: %w", err)
		}
		o.Cache = filepath.Join(user, "tranship-lab")
	}
	return o, nil
}

// create claims a name by making the lab's network, lays out the hosts on it,
// and makes the lab's folder.
func create(ctx context.Context, options Options) (*Lab, error) {
	name, owner := options.Prefix, keptOwner
	if !options.Keep {
		self, err := currentOwner()
		if err != nil {
			return nil, err
		}
		name, owner = options.Prefix+"-"+randomPart(), self
	}
	_, err := podman(ctx, "network", "create", "--disable-dns",
		"--label", nameLabel+"="+name, "--label", ownerLabel+"="+owner, name)
	if err != nil && options.Keep && networkExists(ctx, name) {
		return nil, fmt.Errorf("there is a lab, or a podman network, named %s already", name)
	}
	if err != nil {
		return nil, fmt.Errorf("make the network of lab %s: %w", name, err)
	}
	lab := &Lab{Name: name, folder: labFolder(options.Cache, name)}
	subnet, err := lab.findNetwork(ctx)
	if err != nil {
		return nil, errors.Join(err, lab.Close())
	}
	for number := 1; number <= options.Hosts; number++ {
		lab.Hosts = append(lab.Hosts, lab.host(number, subnet))
	}
	return lab, nil
}

// boot makes and starts every host, side by side.
func (l *Lab) boot(ctx context.Context, disk rootfs) error {
	if err := l.writeSSHConfig(disk); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(startsAtOnce)
	for _, host := range l.Hosts {
		group.Go(func() error {
			if err := host.create(ctx, disk); err != nil {
				return err
			}
			return host.await(ctx)
		})
	}
	return group.Wait()
}

// Host returns the host of that name, or nil when the lab has none.
func (l *Lab) Host(name string) *Host {
	for _, host := range l.Hosts {
		if host.Name == name {
			return host
		}
	}
	return nil
}

// Close powers every host off and removes hosts, disks, network and files of
// this lab, and nothing else. It may be called more than once, and works when
// the context that started the lab has ended.
func (l *Lab) Close() error {
	l.close.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		l.closed = remove(ctx, l.Name, l.folder)
	})
	return l.closed
}
