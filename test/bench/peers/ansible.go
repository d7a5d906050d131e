package peers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"tranship.dev/tranship/test/bench/ansible"
	"tranship.dev/tranship/test/lab"
)

// Ansible deploys with ansible-playbook, over SSH, 20 hosts at a time.
type Ansible struct {
	hosts  *lab.Lab
	folder string
}

// StartAnsible makes ready to deploy onto the hosts. The caller must Close it,
// before the lab.
func StartAnsible(_ context.Context, hosts *lab.Lab) (*Ansible, error) {
	if _, err := exec.LookPath("ansible-playbook"); err != nil {
		return nil, fmt.Errorf("the Ansible peer needs ansible-playbook: run scripts/setup-bench.sh: %w", err)
	}
	folder, err := os.MkdirTemp("/tmp", "bench-ansible-")
	if err != nil {
		return nil, err
	}
	if err := ansible.Write(folder, hosts); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return &Ansible{hosts: hosts, folder: folder}, nil
}

// Run deploys the artifact onto every host and returns how long the whole
// ansible-playbook took. The first run opens the SSH connections, later ones
// within a minute find them open.
func (a *Ansible) Run(ctx context.Context, artifact Artifact) (time.Duration, error) {
	play := exec.CommandContext(ctx, "ansible-playbook", ansible.Playbook,
		"--extra-vars", fmt.Sprintf("version=%s artifact=%s unit=%s port=%s", artifact.Version, artifact.Tar, artifact.unit(), Port))
	play.Dir = a.folder
	play.Env = append(os.Environ(), "ANSIBLE_CONFIG="+filepath.Join(a.folder, "ansible.cfg"), "LC_ALL=C.UTF-8")
	start := time.Now()
	out, err := play.CombinedOutput()
	took := time.Since(start)
	if err != nil {
		return 0, fmt.Errorf("ansible-playbook: %w: %s", err, out)
	}
	return took, Check(ctx, a.hosts.Hosts, artifact.Version)
}

// Close ends the SSH connections and removes Ansible's files.
func (a *Ansible) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	sockets, err := os.ReadDir(filepath.Join(a.folder, "control"))
	for _, socket := range sockets {
		// One that ended by itself meanwhile is no error.
		_ = exec.CommandContext(ctx, "ssh", "-o", "ControlPath="+filepath.Join(a.folder, "control", socket.Name()), "-O", "exit", socket.Name()).Run()
	}
	return errors.Join(err, os.RemoveAll(a.folder))
}
