// Package ansible holds what Ansible needs to deploy the bench service onto
// the hosts of a lab: a playbook, a configuration and an inventory.
package ansible

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"tranship.dev/tranship/test/lab"
)

//go:embed playbook.yaml ansible.cfg
var files embed.FS

// Playbook is the name of the playbook in a folder that Write has filled.
const Playbook = "playbook.yaml"

// Write fills folder with all that ansible-playbook, run there, needs to reach
// every host of the lab. Paths in the configuration are relative to folder,
// whose own path must be short: SSH keeps sockets in it.
func Write(folder string, hosts *lab.Lab) error {
	inventory, err := Inventory(hosts.Hosts)
	if err != nil {
		return err
	}
	ssh, err := os.ReadFile(hosts.SSHConfig)
	if err != nil {
		return fmt.Errorf("read how to log in to the lab's hosts: %w", err)
	}
	for _, name := range []string{"control", "local"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "inventory.yaml"), inventory, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "ssh_config"), ssh, 0o600); err != nil {
		return err
	}
	return os.CopyFS(folder, files)
}

// Inventory returns Ansible's YAML inventory of the hosts.
func Inventory(hosts []*lab.Host) ([]byte, error) {
	type variables struct {
		Address string `yaml:"ansible_host"`
		User    string `yaml:"ansible_user"`
	}
	named := map[string]variables{}
	for _, host := range hosts {
		named[host.Name] = variables{Address: host.Address.String(), User: "root"}
	}
	return yaml.Marshal(map[string]any{"all": map[string]any{"hosts": named}})
}
