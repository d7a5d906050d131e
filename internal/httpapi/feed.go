package httpapi

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// NewFeed is a feed that was just made.
type NewFeed struct {
	control.Feed
	Path string `json:"path" doc:"Where it is fetched, on this server; whoever knows it may read. Shown once."`
}

func (s *server) registerFeeds() {
	huma.Register(s.api, route(operation("list-feeds", http.MethodGet, "/api/v1/feeds", "Calendar", "List feeds by id, without their addresses"), party.View), s.listFeeds)
	huma.Register(s.api, route(operation("create-feed", http.MethodPost, "/api/v1/feeds", "Calendar", "Make a calendar feed to subscribe to"), party.Deploy), s.createFeed)
	huma.Register(s.api, route(operation("revoke-feed", http.MethodDelete, "/api/v1/feeds/{feed}", "Calendar", "End a feed at once"), party.Deploy), s.revokeFeed)
}

func (s *server) listFeeds(ctx context.Context, in *Paged) (*listOutput[control.Feed], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Feeds(ctx, identityOf(ctx).scope, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(f control.Feed) string { return f.ID }), nil
}

func (s *server) createFeed(ctx context.Context, in *struct {
	Body struct {
		Kind control.FeedKind `json:"kind" enum:"all,environment,service,team,person" doc:"What it is about."`
		Of   string           `json:"of,omitempty" maxLength:"128" doc:"The environment, service, team (a group) or person."`
	}
}) (*output[NewFeed], error) {
	who := identityOf(ctx)
	token, f, err := s.Control.CreateFeed(ctx, who.scope, who.token.Actor, in.Body.Kind, in.Body.Of)
	return answer(NewFeed{Feed: f, Path: feedPath + token + feedSuffix}), s.fail(err)
}

func (s *server) revokeFeed(ctx context.Context, in *struct {
	Feed string `path:"feed" doc:"The feed's id."`
}) (*struct{}, error) {
	who := identityOf(ctx)
	return nil, s.fail(s.Control.RevokeFeed(ctx, who.scope, who.token.Actor, in.Feed))
}

const (
	feedPath   = "/feeds/"
	feedSuffix = ".ics"
)

// feed gives a feed to whoever knows its address: calendar programs send no token.
func (s *server) feed(w http.ResponseWriter, r *http.Request) {
	if !s.feeds.admit(r.RemoteAddr, time.Now()) {
		w.Header().Set("Retry-After", "60")
		writeText(w, http.StatusTooManyRequests, "too many requests; ask again in a minute\n")
		return
	}
	token, found := strings.CutSuffix(r.PathValue("token"), feedSuffix)
	content, err := s.Control.FeedContent(r.Context(), s.Scope, token)
	switch {
	case !found || practice.CodeOf(err) == practice.NotFound:
		writeText(w, http.StatusNotFound, "there is no such feed\n")
		return
	case err != nil:
		s.Log.Error("feed", slog.Any("error", err))
		writeText(w, http.StatusInternalServerError, "the feed cannot be written now\n")
		return
	}
	tag := `"` + string(content.Sum) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Last-Modified", content.Modified.UTC().Format(http.TimeFormat))
	w.Header().Set("Cache-Control", "private, max-age=300")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	var body bytes.Buffer
	if err := s.WriteFeed(&body, content); err != nil {
		s.Log.Error("feed", slog.Any("error", err))
		writeText(w, http.StatusInternalServerError, "the feed cannot be written now\n")
		return
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, _ = w.Write(body.Bytes())
}

// feedsPerMinute is how often one address may ask for feeds; calendar programs ask once an hour.
const feedsPerMinute = 120

// feedLimit counts requests by address within a minute.
type feedLimit struct {
	mu    sync.Mutex
	since time.Time
	count map[string]int
}

func (l *feedLimit) admit(remote string, now time.Time) bool {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == nil || now.Sub(l.since) >= time.Minute || len(l.count) > 10000 {
		l.since, l.count = now, map[string]int{}
	}
	l.count[host]++
	return l.count[host] <= feedsPerMinute
}
