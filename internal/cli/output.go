package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/goccy/go-yaml"
)

// format is how data are printed.
type format string

const (
	asTable format = "table"
	asYAML  format = "yaml"
	asJSON  format = "json"
)

// String gives the format; it is the flag's.
func (f format) String() string { return string(f) }

// Type names the flag's value.
func (f format) Type() string { return "FORMAT" }

// Set takes a format's name.
func (f *format) Set(text string) error {
	if !slices.Contains([]format{asTable, asYAML, asJSON}, format(text)) {
		return fmt.Errorf("%q is none of table, yaml, json", text)
	}
	*f = format(text)
	return nil
}

// data says that programs read Stdout.
func (f format) data() bool { return f == asJSON || f == asYAML }

// show prints what the API gave: as it is, or for people.
func (c *console) show(raw json.RawMessage, people func(w io.Writer)) error {
	if !c.format.data() {
		people(c.out)
		return nil
	}
	return c.print(raw)
}

// showList is show for a list, which is printed as one array.
func (c *console) showList(raw []json.RawMessage, people func(w io.Writer)) error {
	joined := []byte("[")
	for i, item := range raw {
		if i > 0 {
			joined = append(joined, ',')
		}
		joined = append(joined, item...)
	}
	joined = append(joined, ']')
	return c.show(joined, people)
}

// done says that it was done, where the API has nothing to give; programs get an empty object.
func (c *console) done(format string, args ...any) error {
	return c.show(json.RawMessage("{}"), func(io.Writer) { c.say(format, args...) })
}

// print writes JSON as JSON or as YAML.
func (c *console) print(raw json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return fmt.Errorf("what the server answered is no JSON: %w", err)
	}
	b.WriteByte('\n')
	if c.format == asYAML {
		text, err := yaml.JSONToYAML(raw)
		if err != nil {
			return err
		}
		b.Reset()
		b.Write(text)
	}
	_, err := c.Stdout.Write(b.Bytes())
	return err
}
