package bus

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"tranship.dev/tranship/internal/practice"
)

// ClusterOptions says how to use an outside NATS cluster. Its configuration
// delegates admission (auth_callout) to the account that LetIn logs in to, with
// the public key of Issuer; at least one nkey user must be configured there, or
// the cluster sends no challenge.
type ClusterOptions struct {
	URL          string // what agents connect to as well
	TLS          *tls.Config
	Account      string        // the account of agents and of Hub
	Issuer       nkeys.KeyPair // an account key
	Hub, LetIn   Login
	System       Login // of the system account, to cut connections; empty: they end within the hour
	Authenticate Authenticate
	Log          *slog.Logger
}

// Login is a user of the cluster.
type Login struct{ User, Password string }

// JoinCluster connects to an outside cluster.
func JoinCluster(o ClusterOptions) (*Hub, error) {
	with := func(l Login) []nats.Option {
		options := []nats.Option{nats.UserInfo(l.User, l.Password)}
		if o.TLS != nil {
			options = append(options, nats.Secure(o.TLS))
		}
		return options
	}
	h, err := newHub(hubLink{
		url: o.URL, log: o.Log, issuer: o.Issuer, account: o.Account, ask: o.Authenticate,
		hub: with(o.Hub), letIn: with(o.LetIn),
	})
	if err != nil {
		return nil, err
	}
	h.url = o.URL
	h.cut = func(login string) error {
		return practice.Faultf(practice.Unavailable, "connections of %s cannot be cut without a login of the system account", login).
			WithHint("they end by themselves within %s", admission)
	}
	if o.System.User == "" {
		return h, nil
	}
	system, err := h.connect(o.URL, with(o.System))
	if err != nil {
		return nil, err
	}
	h.cut = func(login string) error { return kick(h.ctx, system, login) }
	return h, nil
}

// quiet is how long kick waits for another server of the cluster to answer.
const quiet = 300 * time.Millisecond

// kick asks every server of the cluster for the connections of a login, and to end them.
func kick(ctx context.Context, system *nats.Conn, login string) error {
	inbox := system.NewInbox()
	sub, err := system.SubscribeSync(inbox)
	if err != nil {
		return fmt.Errorf("bus: cut %s: %w", login, err)
	}
	defer sub.Unsubscribe()
	question, err := json.Marshal(map[string]any{"auth": true, "user": login, "limit": 1024})
	if err != nil {
		return fmt.Errorf("bus: cut %s: %w", login, err)
	}
	if err := system.PublishRequest("$SYS.REQ.SERVER.PING.CONNZ", inbox, question); err != nil {
		return fmt.Errorf("bus: cut %s: %w", login, err)
	}
	for {
		wait, cancel := context.WithTimeout(ctx, quiet)
		m, err := sub.NextMsgWithContext(wait)
		cancel()
		if err != nil {
			return ctx.Err() // all that are there have answered
		}
		var said struct {
			Data struct {
				ServerID string `json:"server_id"`
				Conns    []struct {
					Cid uint64 `json:"cid"`
				} `json:"connections"`
			} `json:"data"`
		}
		if err := json.Unmarshal(m.Data, &said); err != nil {
			return fmt.Errorf("bus: cut %s: answer of the cluster: %w", login, err)
		}
		for _, c := range said.Data.Conns {
			order := fmt.Appendf(nil, `{"cid":%d}`, c.Cid)
			// Without a place for its answer, which nobody reads, the server ignores it.
			if err := system.PublishRequest("$SYS.REQ.SERVER."+said.Data.ServerID+".KICK", system.NewInbox(), order); err != nil {
				return fmt.Errorf("bus: cut %s: %w", login, err)
			}
		}
	}
}
