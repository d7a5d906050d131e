package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
)

// heartbeat is how long the stream is silent at most.
const heartbeat = 15 * time.Second

type eventsInput struct {
	Subject     string `query:"subject" doc:"Only about this subject: deployment/D-12."`
	From        int64  `query:"from" minimum:"-1" default:"-1" doc:"Begin with the entry of this index; -1: only what comes from now on."`
	LastEventID string `header:"Last-Event-ID" doc:"Continue after this index; sent by browsers when they connect again."`
}

func (s *server) registerEvents() {
	op := route(operation("stream-events", http.MethodGet, "/api/v1/events", "Record", "Stream the entries of the record as they are sealed (server-sent events)"), party.View)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "Each event's id is the entry's index, its name the entry's kind, its data a SealedEntry.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	huma.Register(s.api, op, s.streamEvents)
}

func (s *server) streamEvents(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	scope := identityOf(ctx).scope
	from, err := s.firstEvent(ctx, scope, in)
	if err != nil {
		return nil, s.fail(err)
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		hctx.SetHeader("Content-Type", "text/event-stream")
		hctx.SetHeader("Cache-Control", "no-store")
		hctx.SetHeader("X-Accel-Buffering", "no")
		stream := &eventStream{server: s, scope: scope, filter: record.Filter{Subject: in.Subject, From: from}, out: hctx}
		stream.run(hctx.Context())
	}}, nil
}

func (s *server) firstEvent(ctx context.Context, scope practice.Scope, in *eventsInput) (int64, error) {
	if in.LastEventID != "" {
		last, err := strconv.ParseInt(in.LastEventID, 10, 64)
		if err != nil || last < 0 {
			return 0, practice.Faultf(practice.Invalid, "last event id %q is not the index of an entry", in.LastEventID)
		}
		return last + 1, nil
	}
	if in.From >= 0 {
		return in.From, nil
	}
	head, _, err := s.Control.Head(ctx, scope)
	return head.Size, err
}

// eventStream is one listener.
type eventStream struct {
	server *server
	scope  practice.Scope
	filter record.Filter
	out    huma.Context
}

func (e *eventStream) run(ctx context.Context) {
	sizes, stop := e.server.Events.Listen(e.scope)
	defer stop()
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	if !e.write(": tranship\n\n") {
		return
	}
	for {
		if !e.catchUp(ctx) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-e.server.Stopping:
			return
		case <-sizes:
		case <-ticker.C:
			if !e.write(": still here\n\n") {
				return
			}
		}
	}
}

// catchUp sends everything from the filter's index on, and moves it.
func (e *eventStream) catchUp(ctx context.Context) bool {
	for {
		page := practice.Page{Limit: practice.MaxLimit}
		rows, err := e.server.Control.Entries(ctx, e.scope, e.filter, page)
		if err != nil {
			return false
		}
		for _, row := range rows {
			if !e.send(row) {
				return false
			}
			e.filter.From = row.Index + 1
		}
		if len(rows) < page.Limit {
			return true
		}
	}
}

func (e *eventStream) send(row record.Row) bool {
	entry, err := entryOf(row)
	if err != nil {
		return false
	}
	data, err := practice.Canonical(entry)
	if err != nil {
		return false
	}
	kind := strings.NewReplacer("\n", "", "\r", "").Replace(row.Kind)
	return e.write(fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", row.Index, kind, data))
}

// write sends and flushes; a listener that does not read for a while is dropped.
func (e *eventStream) write(text string) bool {
	_, w := humago.Unwrap(e.out)
	controller := http.NewResponseController(w)
	if err := controller.SetWriteDeadline(e.server.Now().Add(30 * time.Second)); err != nil {
		return false
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return false
	}
	return controller.Flush() == nil
}
