package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
)

// SealedEntry is an entry of the record with its place.
type SealedEntry struct {
	Index int64          `json:"index" doc:"Its place in the log, from 0."`
	Hash  record.Hash    `json:"hash" doc:"The hash of its leaf in the log."`
	Entry practice.Entry `json:"entry"`
}

// ProvenEntry is an entry with the proof that it is in the log.
type ProvenEntry struct {
	SealedEntry
	Number     int64         `json:"number" doc:"Its place among the entries of its subject, from 1."`
	Leaf       string        `json:"leaf" doc:"What is hashed into the log, byte by byte (RFC 6962: the hash is of a zero byte and these)."`
	Proof      []record.Hash `json:"proof" doc:"From the leaf's hash to the root (RFC 6962)."`
	Head       record.Head   `json:"head"`
	Checkpoint string        `json:"checkpoint" doc:"The signed checkpoint of that head (C2SP)."`
}

// SignedHead is the size and root of the record with its signature.
type SignedHead struct {
	Head       record.Head `json:"head"`
	Checkpoint string      `json:"checkpoint" doc:"The signed checkpoint (C2SP); keep one elsewhere to prove later that nothing was rewritten."`
	Keys       RecordKeys  `json:"keys"`
}

func (s *server) registerRecord() {
	huma.Register(s.api, route(operation("list-entries", http.MethodGet, "/api/v1/record/entries", "Record", "List entries of the record, the oldest first, or the newest"), party.View), s.listEntries)
	huma.Register(s.api, route(operation("get-entry", http.MethodGet, "/api/v1/record/entries/{index}", "Record", "Show an entry of the record with the proof that it is in the log"), party.View), s.getEntry)
	huma.Register(s.api, route(operation("get-record-head", http.MethodGet, "/api/v1/record/head", "Record", "Show the size, the root and the signed checkpoint of the record"), party.View), s.recordHead)
	huma.Register(s.api, route(operation("verify-record", http.MethodPost, "/api/v1/record/verify", "Record", "Read the whole record again and say what is wrong with it"), party.View), s.verifyRecord)
	huma.Register(s.api, route(operation("export-record", http.MethodGet, "/api/v1/deployments/{deployment}/bundle", "Record", "Export the record of a deployment, to be verified offline"), party.View), s.exportRecord)
}

// EntryAsk says which entries of the record are asked for.
type EntryAsk struct {
	Subject string   `query:"subject" doc:"Only about this subject: deployment/D-12, version/web@1.2.0, document/Model/web."`
	Target  string   `query:"target" doc:"Only about this target."`
	Kind    []string `query:"kind" doc:"Only of these kinds."`
	From    int64    `query:"from" minimum:"0" doc:"Only from this index on."`
	Newest  bool     `query:"newest" doc:"The newest first."`

	About []string `query:"about" maxItems:"16" doc:"Only about subjects of these kinds: deployment, journey, plan, version, document, account, session, agent, drift, and what else a subject begins with."`
	Aside []string `query:"aside" maxItems:"16" doc:"Leave out what is about subjects of these kinds: session leaves out who signed in and out."`

	Text        string    `query:"text" maxLength:"200" doc:"Only entries that hold all of these words: in what happened, about what, by whom, why, or in what else belongs to it. A word finds \"gate-hel-014\" by \"gate-hel\" and by \"014\"; one that no entry has finds the words that begin so."`
	Environment []string  `query:"environment" doc:"Only about these environments."`
	Component   []string  `query:"component" doc:"Only about these components."`
	Who         []string  `query:"who" doc:"Only what these did: people, agents and accounts by name."`
	Since       time.Time `query:"since" doc:"Only from this moment on (RFC 3339)."`
	Until       time.Time `query:"until" doc:"Only before this moment (RFC 3339)."`
}

func (a EntryAsk) filter() record.Filter {
	return record.Filter{
		Subject: a.Subject, Target: a.Target, Kinds: a.Kind, From: a.From, Newest: a.Newest,
		Text: a.Text, Environments: a.Environment, Components: a.Component, Who: a.Who, Since: a.Since, Until: a.Until,
		About: a.About, Aside: a.Aside,
	}
}

func (s *server) listEntries(ctx context.Context, in *struct {
	Paged
	EntryAsk
}) (*listOutput[SealedEntry], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Control.Entries(ctx, identityOf(ctx).scope, in.filter(), page)
	if err != nil {
		return nil, s.fail(err)
	}
	entries := make([]SealedEntry, len(rows))
	for i, row := range rows {
		if entries[i], err = entryOf(row); err != nil {
			return nil, s.fail(err)
		}
	}
	return listed(entries, page, func(e SealedEntry) string { return strconv.FormatInt(e.Index, 10) }), nil
}

func (s *server) getEntry(ctx context.Context, in *struct {
	Index int64 `path:"index" minimum:"0" doc:"Its place in the log, from 0."`
}) (*output[ProvenEntry], error) {
	row, proof, head, checkpoint, err := s.Control.Entry(ctx, identityOf(ctx).scope, in.Index)
	if err != nil {
		return nil, s.fail(err)
	}
	sealed, err := entryOf(row)
	if proof == nil {
		proof = []record.Hash{}
	}
	return answer(ProvenEntry{SealedEntry: sealed, Number: row.Number, Leaf: string(row.Bytes), Proof: proof, Head: head, Checkpoint: checkpoint}), s.fail(err)
}

func entryOf(row record.Row) (SealedEntry, error) {
	var leaf record.Leaf
	err := json.Unmarshal(row.Bytes, &leaf)
	return SealedEntry{Index: row.Index, Hash: row.Hash, Entry: leaf.Entry}, err
}

func (s *server) recordHead(ctx context.Context, _ *struct{}) (*output[SignedHead], error) {
	head, checkpoint, err := s.Control.Head(ctx, identityOf(ctx).scope)
	if err != nil {
		return nil, s.fail(err)
	}
	return answer(SignedHead{Head: head, Checkpoint: checkpoint, Keys: s.Keys()}), nil
}

func (s *server) verifyRecord(ctx context.Context, in *struct {
	Body struct {
		Since string `json:"since,omitempty" doc:"An older checkpoint that was kept elsewhere."`
	}
}) (*output[*record.Report], error) {
	report, err := s.Control.VerifyRecord(ctx, identityOf(ctx).scope, in.Body.Since)
	return answer(report), s.fail(err)
}

type bundleOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *server) exportRecord(ctx context.Context, in *DeploymentPath) (*bundleOutput, error) {
	bundle, err := s.Control.Export(ctx, identityOf(ctx).scope, in.Deployment)
	if err != nil {
		return nil, s.fail(err)
	}
	return &bundleOutput{ContentType: "application/x-ndjson", Disposition: `attachment; filename="` + in.Deployment + `.tranship-record"`, Body: bundle}, nil
}
