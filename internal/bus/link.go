package bus

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/signature"
)

// patience is how long a question waits for its answer at most: the answer may
// be lost, and then it is asked again.
const patience = 15 * time.Second

// LinkOptions says who connects to which bus.
type LinkOptions struct {
	URL   string             // one or several, parted by commas
	Hub   *Hub               // instead of URL: the embedded server of this process
	Key   ed25519.PrivateKey // the agent's own key
	Name  string
	Scope practice.Scope
	TLS   *tls.Config   // needed for tls:// with an own CA
	Wait  time.Duration // between attempts to reconnect; 0 is 1 s; as much again is added at random
	Log   *slog.Logger
}

// Link is an agent's side of the bus. It reconnects for ever.
type Link struct {
	conn *nats.Conn
	who  deployment.Sender
	wake atomic.Pointer[func()]
	look atomic.Pointer[func()]
	held atomic.Pointer[connection]
}

// connection is the time from one break of the connection to the next.
type connection struct {
	ctx   context.Context
	broke context.CancelFunc
}

// renew ends what waits for an answer: after a break none comes any more.
func (l *Link) renew() {
	next := &connection{}
	next.ctx, next.broke = context.WithCancel(context.Background())
	if before := l.held.Swap(next); before != nil {
		before.broke()
	}
}

// Connect gives a link that may not be connected yet: a server that is down, or
// that does not know the key yet, is tried again until Close.
func Connect(o LinkOptions) (*Link, error) {
	l := &Link{who: deployment.Sender{Scope: o.Scope, Agent: o.Name}}
	if err := checkSender(l.who); err != nil {
		return nil, err
	}
	l.renew()
	key, err := keyOption(o.Key)
	if err != nil {
		return nil, err
	}
	if o.Wait == 0 {
		o.Wait = time.Second
	}
	reach := &reach{log: o.Log, url: o.URL}
	options := []nats.Option{key,
		nats.Name(o.Name), nats.CustomInboxPrefix(inboxPrefix(l.who)),
		nats.MaxReconnects(-1), nats.IgnoreAuthErrorAbort(), nats.RetryOnFailedConnect(true),
		nats.ReconnectWait(o.Wait), nats.ReconnectJitter(o.Wait, o.Wait),
		nats.Timeout(authTimeout), nats.PingInterval(20 * time.Second), nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // a question that cannot leave now fails now, and is asked again
		nats.ConnectHandler(func(*nats.Conn) { reach.found(); l.woken() }),
		nats.ReconnectHandler(func(*nats.Conn) { reach.found(); l.woken() }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { reach.failed(err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			l.renew()
			o.Log.Info("bus: disconnected", "error", err)
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { o.Log.Warn("bus: connection", "error", err) }),
	}
	if o.TLS != nil {
		options = append(options, nats.Secure(o.TLS))
	}
	if o.Hub != nil {
		options, o.URL = append(options, nats.InProcessServer(o.Hub.local)), "nats://in-process"
	}
	if l.conn, err = nats.Connect(o.URL, options...); err != nil {
		return nil, practice.Faultf(practice.Unavailable, "bus %s cannot be used: %v", o.URL, err)
	}
	if _, err := l.conn.Subscribe(hintSubject(l.who), l.hinted); err != nil {
		l.conn.Close()
		return nil, fmt.Errorf("bus: listen for hints: %w", err)
	}
	return l, nil
}

// OnHint sets what is called on every hint and every connection: there may be
// open orders. f must not block. A link that is connected already calls it at once.
func (l *Link) OnHint(f func()) {
	l.wake.Store(&f)
	if l.Connected() {
		f()
	}
}

// OnLook sets what is called when the server wants the targets looked at now. f
// must not block.
func (l *Link) OnLook(f func()) { l.look.Store(&f) }

func (l *Link) hinted(m *nats.Msg) {
	if string(m.Data) != lookHint {
		l.woken()
		return
	}
	if f := l.look.Load(); f != nil {
		(*f)()
	}
}

func (l *Link) woken() {
	if f := l.wake.Load(); f != nil {
		(*f)()
	}
}

// Connected says whether the bus is reachable, as far as is known now.
func (l *Link) Connected() bool { return l.conn.IsConnected() }

// Close ends the link.
func (l *Link) Close() { l.conn.Close() }

// Hello sends a heartbeat.
func (l *Link) Hello(ctx context.Context, h deployment.Hello) (deployment.Welcome, error) {
	said, err := l.ask(ctx, askHello, h)
	if err != nil || said.Hello == nil {
		return deployment.Welcome{}, orMissing(err)
	}
	return *said.Hello, nil
}

// Sync asks for open orders.
func (l *Link) Sync(ctx context.Context) (Orders, error) {
	said, err := l.ask(ctx, askSync, struct{}{})
	if err != nil || said.Sync == nil {
		return Orders{}, orMissing(err)
	}
	return *said.Sync, nil
}

// Report sends at most MaxReports reports and gives one answer for each, after
// they were committed. On an error nobody knows whether they were.
func (l *Link) Report(ctx context.Context, reports []deployment.Report) ([]deployment.Answer, error) {
	said, err := l.ask(ctx, askReport, reports)
	if err != nil || len(said.Said) != len(reports) {
		return nil, orMissing(err)
	}
	return said.Said, nil
}

// Output sends at most MaxOutputs pieces of output.
func (l *Link) Output(ctx context.Context, pieces []deployment.Output) error {
	_, err := l.ask(ctx, askOutput, pieces)
	return err
}

// Inspect asks what to look at on the targets after one; asked: the server wants it now.
func (l *Link) Inspect(ctx context.Context, after string, asked bool) (signature.Envelope, error) {
	said, err := l.ask(ctx, askInspect, inspectQuestion{After: after, Asked: asked})
	if err != nil || said.Inspection == nil {
		return signature.Envelope{}, orMissing(err)
	}
	return *said.Inspection, nil
}

// Found tells what was seen on at most MaxSightings targets.
func (l *Link) Found(ctx context.Context, seen []drift.Sighting) error {
	_, err := l.ask(ctx, askFound, seen)
	return err
}

// Health tells how components on targets are, at most MaxHealth of them.
func (l *Link) Health(ctx context.Context, told []health.Report) error {
	_, err := l.ask(ctx, askHealth, told)
	return err
}

func orMissing(err error) error {
	if err != nil {
		return err
	}
	return practice.Faultf(practice.Unavailable, "the server's answer is not complete")
}

func (l *Link) ask(ctx context.Context, ask string, question any) (reply, error) {
	var said reply
	raw, err := json.Marshal(question)
	if err != nil {
		return said, fmt.Errorf("bus: %s: %w", ask, err)
	}
	if len(raw) > maxRequest {
		return said, practice.Faultf(practice.Invalid, "%s of %d bytes exceeds %d", ask, len(raw), maxRequest).Final()
	}
	if !l.Connected() {
		return said, practice.Faultf(practice.Unavailable, "the bus is not connected")
	}
	held := l.held.Load().ctx
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer context.AfterFunc(held, cancel)()
	m, err := l.conn.RequestWithContext(asking, askSubject(l.who, ask), raw)
	if err != nil && ctx.Err() == nil && held.Err() != nil {
		return said, practice.Faultf(practice.Unavailable, "the connection broke before %s was answered", ask)
	}
	if err != nil {
		return said, unreachable(ask, err)
	}
	if err := json.Unmarshal(m.Data, &said); err != nil {
		return said, practice.Faultf(practice.Unavailable, "answer to %s cannot be read: %v", ask, err)
	}
	if said.Fault != nil {
		return said, said.Fault.err()
	}
	return said, nil
}

func unreachable(ask string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return practice.Faultf(practice.Unavailable, "the server did not answer %s: %v", ask, err)
}
