package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

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

// SignedHead is the size and root of the record with its signature.
type SignedHead struct {
	Head       record.Head `json:"head"`
	Checkpoint string      `json:"checkpoint" doc:"The signed checkpoint (C2SP); keep one elsewhere to prove later that nothing was rewritten."`
	Keys       RecordKeys  `json:"keys"`
}

func (s *server) registerRecord() {
	huma.Register(s.api, route(operation("list-entries", http.MethodGet, "/api/v1/record/entries", "Record", "List entries of the record, oldest first"), party.View), s.listEntries)
	huma.Register(s.api, route(operation("get-record-head", http.MethodGet, "/api/v1/record/head", "Record", "Show the size, the root and the signed checkpoint of the record"), party.View), s.recordHead)
	huma.Register(s.api, route(operation("verify-record", http.MethodPost, "/api/v1/record/verify", "Record", "Read the whole record again and say what is wrong with it"), party.View), s.verifyRecord)
	huma.Register(s.api, route(operation("export-record", http.MethodGet, "/api/v1/deployments/{deployment}/bundle", "Record", "Export the record of a deployment, to be verified offline"), party.View), s.exportRecord)
}

func (s *server) listEntries(ctx context.Context, in *struct {
	Paged
	Subject string   `query:"subject" doc:"Only about this subject: deployment/D-12, version/web@1.2.0, document/Model/web."`
	Target  string   `query:"target" doc:"Only about this target."`
	Kind    []string `query:"kind" doc:"Only of these kinds."`
	From    int64    `query:"from" minimum:"0" doc:"Only from this index on."`
}) (*listOutput[SealedEntry], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Control.Entries(ctx, identityOf(ctx).scope, record.Filter{Subject: in.Subject, Target: in.Target, Kinds: in.Kind, From: in.From}, page)
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
