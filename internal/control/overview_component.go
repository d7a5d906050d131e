package control

import (
	"sync"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/record"
)

// components remembers all components of each scope, read from their documents,
// until the record tells that a document has changed.
type components struct {
	mu    sync.Mutex
	known map[practice.Scope]readComponents
}

// readComponents are those that the documents say, when the record had a size.
type readComponents struct {
	size int64
	list []library.Component // by name; never changed
}

// documentChanged are the kinds of entry that tell of changed documents.
var documentChanged = []string{"document." + string(Added), "document." + string(Changed), "document." + string(Removed)}

// componentsNow gives all components by name as the transaction sees them, or as
// they have become since. The list must not be changed.
func (c *Control) componentsNow(tx Tx, scope practice.Scope) ([]library.Component, error) {
	head, _, err := tx.RecordHead()
	if err != nil {
		return nil, err
	}
	c.components.mu.Lock()
	before, known := c.components.known[scope]
	c.components.mu.Unlock()
	if known && before.size < head.Size {
		changes, err := tx.RecordRows(record.Filter{Kinds: documentChanged, From: before.size}, practice.Page{Limit: 1})
		if err != nil {
			return nil, err
		}
		known = len(changes) == 0
	}
	now := readComponents{size: head.Size, list: before.list}
	if !known {
		if now.list, err = decodedAll(tx, practice.KindComponent, library.Decode); err != nil {
			return nil, err
		}
	}
	c.components.mu.Lock()
	defer c.components.mu.Unlock()
	if latest, there := c.components.known[scope]; !there || latest.size <= now.size {
		if c.components.known == nil {
			c.components.known = map[practice.Scope]readComponents{}
		}
		c.components.known[scope] = now
	}
	return now.list, nil
}
