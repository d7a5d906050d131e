package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// Running is what a server is started with and where it is reached.
type Running struct {
	Version   string        `json:"version"`
	StartedAt time.Time     `json:"startedAt"`
	Now       time.Time     `json:"now" doc:"The server's clock."`
	Zone      string        `json:"zone" doc:"The server's time zone. What is stored has none: it is UTC."`
	URL       string        `json:"url" doc:"Where the API, the web interface and the registry are reached."`
	BusURL    string        `json:"busUrl" doc:"Where agents connect."`
	TLS       Secured       `json:"tls"`
	Data      DataDirectory `json:"data"`
	Mail      bool          `json:"mail" doc:"Whether mail is sent."`
	Options   []StartOption `json:"options" doc:"What the command line that started it says. Secrets are not among them."`
}

// Secured is how connections are protected.
type Secured struct {
	By    string    `json:"by" enum:"none,own-authority,certificate" doc:"none: plain HTTP on a loopback address."`
	Until time.Time `json:"until,omitzero" doc:"When the given certificate ends; those of an own authority are renewed by themselves."`
}

// DataDirectory is where the server keeps everything.
type DataDirectory struct {
	Path     string `json:"path"`
	Database string `json:"database" enum:"sqlite" doc:"What keeps the state."`
	Bytes    int64  `json:"bytes" doc:"The size of the database."`
	Free     int64  `json:"free" doc:"What is free there."`
}

// StartOption is one flag of tranship server.
type StartOption struct {
	Flag     string `json:"flag"`
	Value    string `json:"value"`
	From     string `json:"from" enum:"flag,environment,default" doc:"Where the value comes from."`
	Variable string `json:"variable,omitempty" doc:"The variable of the environment, where it comes from one."`
	About    string `json:"about"`
}

// Settings is what a server runs with.
type Settings struct {
	Running
	Scope    practice.Scope  `json:"scope"`
	Bounds   []control.Bound `json:"bounds" doc:"What it keeps, allows and waits for."`
	Record   int64           `json:"record" doc:"How many entries the record has."`
	Keys     RecordKeys      `json:"keys"`
	BackupAt time.Time       `json:"backupAt,omitzero" doc:"When a whole backup was last given out; absent when none was."`
	BackupBy *practice.Actor `json:"backupBy,omitempty"`
}

func (s *server) registerSettings() {
	huma.Register(s.api, route(operation("get-settings", http.MethodGet, "/api/v1/settings", "Server", "Show what the server runs with"), party.View), s.getSettings)
}

func (s *server) getSettings(ctx context.Context, _ *struct{}) (*output[Settings], error) {
	who := identityOf(ctx)
	running, err := s.Running()
	if err != nil {
		return nil, s.fail(err)
	}
	head, _, err := s.Control.Head(ctx, who.scope)
	if err != nil {
		return nil, s.fail(err)
	}
	out := Settings{Running: running, Scope: who.scope, Bounds: s.Control.Bounds(), Record: head.Size, Keys: s.Keys()}
	last, found, err := s.Control.LastBackup(ctx, who.scope)
	if found {
		out.BackupAt, out.BackupBy = last.When, &last.Who
	}
	return answer(out), s.fail(err)
}
