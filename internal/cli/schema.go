package cli

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func (c *console) schema() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of all documents", Args: exactly(),
		Long:   "Print the JSON Schema of all documents, for editors and other tools. No server is needed.",
		Hidden: c.Schema == nil,
		RunE:   func(*cobra.Command, []string) error { return runSchema(c, dir) },
	}
	cmd.Flags().StringVar(&dir, "dir", "", "write tranship.schema.json into this directory instead")
	return cmd
}

func runSchema(c *console, dir string) error {
	if c.Schema == nil {
		return misuse("this program was built without the schema")
	}
	raw, err := c.Schema()
	if err != nil {
		return err
	}
	if dir == "" {
		_, err := c.Stdout.Write(raw)
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the schema is no secret
		return err
	}
	path := filepath.Join(dir, "tranship.schema.json")
	if err := writeWhole(path, raw, 0o644); err != nil {
		return err
	}
	c.say("written to %s", path)
	return nil
}
