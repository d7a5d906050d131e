package record

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// BundleFormat names the format of a bundle: lines of canonical JSON, each
// ended by a newline. The first is the cover, each other an entry with its
// inclusion proof, in the order of the log. The same record always gives the
// same bytes.
const BundleFormat = "tranship.dev/record-bundle/v1"

// cover is a bundle's first line.
type cover struct {
	Format     string                `json:"format"`
	Scope      practice.Scope        `json:"scope"`
	Subject    string                `json:"subject"`
	Entries    int64                 `json:"entries"` // lines that follow
	Checkpoint string                `json:"checkpoint"`
	Keys       []signature.PublicKey `json:"keys"`      // that signed; a hint for people, never trusted
	Statement  signature.Envelope    `json:"statement"` // of PayloadType
}

// proven is one of a bundle's other lines.
type proven struct {
	Leaf  json.RawMessage  `json:"leaf"` // the leaf's bytes as they are
	Proof tlog.RecordProof `json:"proof"`
}

// Export writes the bundle of a deployment: all its entries with proofs against
// the present checkpoint, and a statement signed with key. previous are other
// keys that may have signed the checkpoint. NotFound when the deployment has no
// entries; Refused when the record does not agree with itself, because a
// bundle that cannot be verified would only be found out later.
func Export(reader Reader, scope practice.Scope, deployment string, key ed25519.PrivateKey, previous ...signature.PublicKey) ([]byte, error) {
	head, checkpoint, err := reader.RecordHead()
	if err != nil {
		return nil, fmt.Errorf("read the head of the record: %w", err)
	}
	subject := DeploymentSubject(deployment)
	rows, err := rowsOf(reader, subject, head)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, practice.Faultf(practice.NotFound, "the record has no entry of deployment %s", deployment)
	}
	mine := signature.Encode(key.Public().(ed25519.PublicKey))
	trusted := append([]signature.PublicKey{mine}, previous...)
	_, by, err := openExact(checkpoint, scope, trusted)
	if err != nil {
		return nil, err
	}
	statement, err := StatementOf(rows, head)
	if err != nil {
		return nil, err
	}
	payload, err := practice.Canonical(statement)
	if err != nil {
		return nil, err
	}
	bundle, err := write(reader, head, rows, cover{Format: BundleFormat, Scope: scope, Subject: subject, Entries: int64(len(rows)),
		Checkpoint: checkpoint, Keys: signers(by, mine), Statement: signature.Sign(key, PayloadType, payload)})
	if err != nil {
		return nil, err
	}
	return bundle, VerifyBundle(bundle, trusted...).Err()
}

func rowsOf(reader Reader, subject string, head Head) ([]Row, error) {
	var rows []Row
	page := practice.Page{Limit: practice.MaxLimit}
	for {
		more, err := reader.RecordRows(Filter{Subject: subject}, page)
		if err != nil {
			return nil, fmt.Errorf("read the entries of %s: %w", subject, err)
		}
		if len(more) == 0 {
			return rows, nil
		}
		for _, row := range more {
			if row.Index < head.Size { // later ones came after the head was read
				rows = append(rows, row)
			}
		}
		page.After = strconv.FormatInt(more[len(more)-1].Index, 10)
	}
}

func write(reader Reader, head Head, rows []Row, c cover) ([]byte, error) {
	var b bytes.Buffer
	if err := writeLine(&b, c); err != nil {
		return nil, err
	}
	tiles := &kept{reader, map[TileID][]byte{}}
	for _, row := range rows {
		proof, err := ProveEntry(tiles, head, row.Index)
		if err != nil {
			return nil, fmt.Errorf("export %s (tranship verify --log says whether the record was altered): %w", c.Subject, err)
		}
		if err := writeLine(&b, proven{row.Bytes, proof}); err != nil {
			return nil, fmt.Errorf("entry %d: %w", row.Index, err)
		}
	}
	return b.Bytes(), nil
}

func writeLine(b *bytes.Buffer, v any) error {
	line, err := practice.Canonical(v)
	b.Write(line)
	b.WriteByte('\n')
	return err
}

func signers(keys ...signature.PublicKey) []signature.PublicKey {
	slices.Sort(keys)
	return slices.Compact(keys)
}

// kept reads each tile once: neighbouring entries need the same ones.
type kept struct {
	tiles TileReader
	have  map[TileID][]byte
}

func (k *kept) RecordTiles(ids []TileID) (map[TileID][]byte, error) {
	var need []TileID
	for _, id := range ids {
		if _, ok := k.have[id]; !ok {
			need = append(need, id)
		}
	}
	if len(need) == 0 {
		return k.have, nil
	}
	found, err := k.tiles.RecordTiles(need)
	maps.Copy(k.have, found)
	return k.have, err
}
