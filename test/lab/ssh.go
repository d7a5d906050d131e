package lab

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// SSHCommand returns a command that gives line to the host's login shell over
// SSH, as root. It is how to meet a host the way an outsider does; Command is
// quicker.
func (h *Host) SSHCommand(ctx context.Context, line string) *exec.Cmd {
	return command(ctx, "ssh", "-F", h.lab.SSHConfig, h.Name, line)
}

// writeSSHConfig makes the lab's folder and the file SSHConfig in it.
func (l *Lab) writeSSHConfig(disk rootfs) error {
	if err := os.MkdirAll(l.folder, 0o700); err != nil {
		return fmt.Errorf("make the folder of lab %s: %w", l.Name, err)
	}
	var text bytes.Buffer
	for _, host := range l.Hosts {
		fmt.Fprintf(&text, "Host %s\n  HostName %s\n", host.Name, host.Address)
	}
	// All hosts boot from one root filesystem and so share its host key.
	fmt.Fprintf(&text, `Host *
  User root
  IdentityFile "%s"
  IdentitiesOnly yes
  UserKnownHostsFile "%s"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 10
`, disk.key(), disk.knownHosts())
	l.SSHConfig = sshConfig(l.folder)
	return os.WriteFile(l.SSHConfig, text.Bytes(), 0o600)
}

func sshConfig(folder string) string {
	return filepath.Join(folder, "ssh_config")
}
