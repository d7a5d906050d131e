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
	Brief       bool   `query:"brief" doc:"Tell of each entry only its subject and target, for who asks anew for what it concerns."`
	LastEventID string `header:"Last-Event-ID" doc:"Continue after this index; sent by browsers when they connect again."`
}

func (s *server) registerEvents() {
	op := route(operation("stream-events", http.MethodGet, "/api/v1/events", "Record", "Stream the entries of the record as they are sealed (server-sent events)"), party.View)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "Each event's id is the entry's index, its name the entry's kind, its data a SealedEntry, or where brief is asked for {\"subject\", \"target\"}.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	huma.Register(s.api, op, s.streamEvents)
}

func (s *server) streamEvents(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	who := identityOf(ctx)
	scope := who.scope
	from, err := s.firstEvent(ctx, scope, in)
	if err != nil {
		return nil, s.fail(err)
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		hctx.SetHeader("Content-Type", "text/event-stream")
		hctx.SetHeader("Cache-Control", "no-store")
		hctx.SetHeader("X-Accel-Buffering", "no")
		stream := &eventStream{server: s, who: who, scope: scope, filter: record.Filter{Subject: in.Subject, From: from}, brief: in.Brief, out: hctx}
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
	who    identity
	scope  practice.Scope
	filter record.Filter
	brief  bool
	out    huma.Context
}

// about is what a brief stream tells of an entry.
type about struct {
	Subject string `json:"subject"`
	Target  string `json:"target,omitempty"`
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
		// What ended the right to listen is an entry too: nothing after it is told.
		if e.server.holds(ctx, e.who) != nil || !e.catchUp(ctx) {
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
		if len(rows) > 0 && !e.send(rows) {
			return false
		}
		if len(rows) < page.Limit {
			return true
		}
	}
}

// send tells of a page of entries, in one go.
func (e *eventStream) send(rows []record.Row) bool {
	var text strings.Builder
	for _, row := range rows {
		data, err := e.dataOf(row)
		if err != nil {
			return false
		}
		kind := strings.NewReplacer("\n", "", "\r", "").Replace(row.Kind)
		fmt.Fprintf(&text, "id: %d\nevent: %s\ndata: %s\n\n", row.Index, kind, data)
		e.filter.From = row.Index + 1
	}
	return e.write(text.String())
}

func (e *eventStream) dataOf(row record.Row) ([]byte, error) {
	if e.brief {
		return practice.Canonical(about{Subject: row.Subject, Target: row.Target})
	}
	entry, err := entryOf(row)
	if err != nil {
		return nil, err
	}
	return practice.Canonical(entry)
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
