package wiring

import (
	"encoding/json"
	"fmt"

	"tranship.dev/tranship/internal/document"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/all"
)

// newDocuments gives the reader of documents, with the inputs of every driver.
func newDocuments() (*document.Documents, error) {
	registry, err := all.Drivers("/")
	if err != nil {
		return nil, err
	}
	known := map[string]document.Driver{}
	for _, d := range registry.All() {
		declared := d.Declare()
		raw, err := json.Marshal(driver.Schema(declared.Inputs))
		if err != nil {
			return nil, fmt.Errorf("schema of driver %s: %w", declared.Name, err)
		}
		known[declared.Name] = document.Driver{Inputs: raw, Actions: declared.Actions}
	}
	return document.New(document.Options{Drivers: known})
}

// Schema gives the JSON Schema of all kinds of documents.
func Schema() ([]byte, error) {
	documents, err := newDocuments()
	if err != nil {
		return nil, err
	}
	return documents.Schema()
}
