package record

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// VerifyBundle checks a bundle of Export with nothing but the trusted keys, and
// says every thing that is wrong. What it proves when nothing is: each entry is
// in the log that a trusted key signed, byte by byte; none of the deployment's
// entries was left out between the first and the last; the signer stated that
// no other followed up to the checkpoint; and the statement says what the
// entries say. Any input is safe.
func VerifyBundle(bundle []byte, trusted ...signature.PublicKey) *Report {
	c := &bundleCheck{report: &Report{}, trusted: trusted}
	lines := bytes.SplitAfter(bundle, []byte("\n"))
	if end := len(lines) - 1; len(lines[end]) == 0 {
		lines = lines[:end]
	}
	if len(lines) == 0 || !c.cover(lines[0]) {
		c.report.find(CheckFormat, "line 1", "is not the cover of a bundle %s", BundleFormat)
		return c.report
	}
	for i, line := range lines[1:] {
		c.entry(i+2, line)
	}
	if c.cov.Entries != c.report.Entries {
		c.report.find(CheckChain, "line 1", "announces %d entries, %d follow", c.cov.Entries, c.report.Entries)
	}
	c.statement()
	c.keys()
	if c.report.OK() {
		c.report.hold("%d entries are in the log of %d entries with root %v", c.report.Entries, c.head.Size, c.head.Root)
		c.report.hold("they are numbers 1 to %d of %s without a gap, and signed as all there were", c.report.Entries, c.report.Subject)
		c.report.hold("the statement %s says what they say", PredicateType)
		c.report.hold("signed by key %v", keyIDs(c.report.SignedBy))
	}
	return c.report
}

type bundleCheck struct {
	report  *Report
	trusted []signature.PublicKey
	cov     cover
	head    Head
	headed  bool // the checkpoint has a readable head
	rows    []Row
	end     Link
	index   int64 // of the last entry
}

// cover reads the first line; false when it is none.
func (c *bundleCheck) cover(line []byte) bool {
	if err := readLine(line, &c.cov); err != nil || c.cov.Format != BundleFormat {
		return false
	}
	c.report.Scope, c.report.Subject = c.cov.Scope, c.cov.Subject
	if !strings.HasPrefix(c.cov.Subject, deploymentPrefix) {
		c.report.find(CheckFormat, "line 1", "the subject %q is no deployment", c.cov.Subject)
	}
	head, by, err := openExact(c.cov.Checkpoint, c.cov.Scope, c.trusted)
	if err == nil {
		c.head, c.headed = head, true
		c.report.SignedBy = []signature.PublicKey{by}
	} else {
		c.report.find(CheckCheckpoint, "checkpoint", "%v%s", err, c.hint())
		// What it says is not trusted, but shows whether the rest agrees with it.
		head, err := parseCheckpoint(c.cov.Checkpoint, c.cov.Scope)
		c.head, c.headed = head, err == nil
	}
	c.report.Head = c.head
	return true
}

func (c *bundleCheck) hint() string {
	return fmt.Sprintf("; the bundle says that %v signed it", keyIDs(c.cov.Keys))
}

// readLine reads one line, which must be canonical JSON of exactly into's parts.
func readLine(line []byte, into any) error {
	body, ended := bytes.CutSuffix(line, []byte("\n"))
	if !ended {
		return fmt.Errorf("does not end with a newline")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	again, err := practice.Canonical(into)
	if err != nil || !bytes.Equal(again, body) {
		return fmt.Errorf("is not canonical JSON of this format")
	}
	return nil
}

func (c *bundleCheck) entry(number int, line []byte) {
	c.report.Entries++
	where := fmt.Sprintf("line %d", number)
	var p proven
	if err := readLine(line, &p); err != nil {
		c.report.find(CheckFormat, where, "%v", err)
		return
	}
	leaf, err := openLeaf(p.Leaf)
	if err != nil {
		c.report.find(CheckFormat, where, "its leaf %v", err)
		return
	}
	row := leaf.row(p.Leaf)
	where = fmt.Sprintf("line %d, entry %d", number, leaf.Index)
	if leaf.Entry.Subject != c.cov.Subject || leaf.Scope != c.cov.Scope {
		c.report.find(CheckFormat, where, "is of %s in scope %s", leaf.Entry.Subject, leaf.Scope)
		return
	}
	if c.headed && !included(p.Proof, c.head, leaf.Index, row.Hash) {
		c.report.find(CheckInclusion, where, "is not proven to be in the log: it, its proof or the checkpoint was altered")
	}
	if len(c.rows) > 0 && leaf.Index <= c.index {
		c.report.find(CheckChain, where, "stands after entry %d", c.index)
	} else if problem := follows(c.end, leaf); problem != "" {
		c.report.find(CheckChain, where, "%s", problem)
	}
	c.rows, c.end, c.index = append(c.rows, row), Link{leaf.Number, row.Hash}, leaf.Index
}

// included checks an inclusion proof. tlog refuses indexes and sizes that make no sense.
func included(proof tlog.RecordProof, head Head, index int64, hash Hash) bool {
	return index >= 0 && index < head.Size && tlog.CheckRecord(proof, head.Size, head.Root, index, hash) == nil
}

// statement checks the statement's signature, and states the entries anew.
func (c *bundleCheck) statement() {
	payload, by, err := openEnvelope(c.cov.Statement, c.trusted)
	if err != nil {
		c.report.find(CheckStatement, "statement", "%v%s", err, c.hint())
		if payload, err = base64.StdEncoding.DecodeString(c.cov.Statement.Payload); err != nil {
			return
		}
	} else {
		c.report.SignedBy = signers(append(c.report.SignedBy, by)...)
	}
	if int64(len(c.rows)) != c.report.Entries {
		return // what cannot be read was said already
	}
	want, err := StatementOf(c.rows, c.head)
	if err != nil {
		c.report.find(CheckStatement, "statement", "%v", err)
		return
	}
	expected, err := practice.Canonical(want)
	if err != nil {
		c.report.find(CheckStatement, "statement", "%v", err)
		return
	}
	if !bytes.Equal(expected, payload) {
		for _, path := range differences(expected, payload) {
			c.report.find(CheckStatement, "statement", "%s is not what the entries say", path)
		}
	}
}

// openEnvelope is signature.Open for an envelope of which no byte may differ:
// one signature, under the key's own identifier, in the one way to write it.
func openEnvelope(e signature.Envelope, trusted []signature.PublicKey) ([]byte, signature.PublicKey, error) {
	payload, by, err := signature.Open(e, PayloadType, trusted...)
	if err != nil {
		return nil, "", err
	}
	written := base64.StdEncoding.EncodeToString(payload) == e.Payload && len(e.Signatures) == 1 && e.Signatures[0].KeyID == by.ID()
	if written {
		raw, err := base64.StdEncoding.Strict().DecodeString(e.Signatures[0].Sig)
		written = err == nil && base64.StdEncoding.EncodeToString(raw) == e.Signatures[0].Sig
	}
	if !written {
		return nil, "", practice.Faultf(practice.Refused, "statement is signed, but its envelope was altered").Final()
	}
	return payload, by, nil
}

// keys checks the hint, when it is known who signed.
func (c *bundleCheck) keys() {
	if len(c.report.SignedBy) > 0 && c.report.OK() && !slices.Equal(c.report.SignedBy, c.cov.Keys) {
		c.report.find(CheckFormat, "line 1", "names the keys %v, but %v signed", keyIDs(c.cov.Keys), keyIDs(c.report.SignedBy))
	}
}

// differences names the parts of a statement that differ; at least one.
func differences(expected, payload []byte) []string {
	var want, got map[string]json.RawMessage
	if json.Unmarshal(expected, &want) != nil || json.Unmarshal(payload, &got) != nil {
		return []string{"its payload"}
	}
	var paths []string
	for name, value := range want {
		switch {
		case bytes.Equal(value, got[name]):
		case name == "predicate" && len(got[name]) > 0:
			for _, inner := range differences(value, got[name]) {
				paths = append(paths, "predicate."+strings.TrimPrefix(inner, "its "))
			}
		default:
			paths = append(paths, name)
		}
	}
	for name := range got {
		if _, known := want[name]; !known {
			paths = append(paths, name)
		}
	}
	if len(paths) == 0 {
		return []string{"its payload"}
	}
	slices.Sort(paths)
	return paths
}
