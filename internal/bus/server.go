package bus

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"golang.org/x/crypto/bcrypt"

	"tranship.dev/tranship/internal/practice"
)

// The accounts and users inside the bus server.
const (
	agentsAccount = "TRANSHIP" // agents and the server's own side
	letInAccount  = "LETIN"    // where connections are judged; agents never get there
	hubUser       = "hub"
	letInUser     = "letin"
)

// ServerOptions says how the embedded bus server runs.
type ServerOptions struct {
	Listen       string      // "127.0.0.1:4222"; port 0 takes a free one; "" listens nowhere: connections inside the process only
	Advertise    string      // host that agents reach it by; "" is the host of Listen
	TLS          *tls.Config // needed unless Listen is a loopback address
	Authenticate Authenticate
	Log          *slog.Logger
}

// StartServer starts a bus server inside the process: no storage, no monitoring,
// no protocol but NATS itself.
func StartServer(o ServerOptions) (*Hub, error) {
	options, err := serverOptions(o)
	if err != nil {
		return nil, err
	}
	issuer, err := nkeys.CreateAccount()
	if err != nil {
		return nil, fmt.Errorf("bus: make the issuer's key: %w", err)
	}
	secret, err := addAccounts(options, issuer)
	if err != nil {
		return nil, err
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	s.SetLoggerV2(&logger{log: o.Log}, false, false, false)
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		s.Shutdown()
		return nil, practice.Faultf(practice.Unavailable, "bus server does not start")
	}
	h, err := newHub(hubLink{
		url: "nats://in-process", log: o.Log, issuer: issuer, account: agentsAccount, ask: o.Authenticate,
		hub:   []nats.Option{nats.InProcessServer(s), nats.UserInfo(hubUser, secret)},
		letIn: []nats.Option{nats.InProcessServer(s), nats.UserInfo(letInUser, secret)},
	})
	if err != nil {
		s.Shutdown()
		return nil, err
	}
	// The connections end before the server they lead to.
	h.close = append([]func(){func() { s.Shutdown(); s.WaitForShutdown() }}, h.close...)
	h.local = s
	h.cut = func(login string) error { return disconnect(s, login) }
	if o.Listen == "" {
		return h, nil
	}
	ready := make(chan struct{})
	s.AcceptLoop(ready)
	if <-ready; s.Addr() == nil {
		h.Close()
		return nil, practice.Faultf(practice.Unavailable, "bus cannot listen on %s", o.Listen).WithHint("is another process using the port?")
	}
	h.url = clientURL(o, s)
	return h, nil
}

func serverOptions(o ServerOptions) (*server.Options, error) {
	options := &server.Options{
		ServerName: "tranship", NoLog: true, NoSigs: true, DontListen: true, // it listens when agents can be let in
		MaxPayload: maxAnswer, MaxConn: 100_000, AlwaysEnableNonce: true,
		AuthTimeout: authTimeout.Seconds(), PingInterval: 20 * time.Second, MaxPingsOut: 2,
		WriteDeadline: 10 * time.Second, MaxControlLine: 4096,
		// Its first ping would come before a connection is let in when many come
		// at once: clients give up then, come again, and never get through.
		DisableShortFirstPing: true,
	}
	if o.Listen == "" {
		return options, nil
	}
	host, port, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, practice.Faultf(practice.Invalid, "bus address %q is not HOST:PORT", o.Listen)
	}
	if o.TLS == nil && !loopback(host) {
		return nil, practice.Faultf(practice.Refused, "bus would listen on %s without TLS", o.Listen).
			WithHint("give it a certificate, or listen on 127.0.0.1")
	}
	options.Host = host
	if options.Port, err = strconv.Atoi(port); err != nil {
		return nil, practice.Faultf(practice.Invalid, "bus port %q is not a number", port)
	}
	if options.Port == 0 {
		options.Port = server.RANDOM_PORT
	}
	if o.TLS != nil {
		options.TLS, options.TLSConfig, options.TLSTimeout = true, o.TLS, authTimeout.Seconds()
	}
	return options, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// addAccounts gives the secret of the two users of this process; nobody else can
// use it, because both are bound to connections inside the process.
func addAccounts(options *server.Options, issuer nkeys.KeyPair) (string, error) {
	public, err := issuer.PublicKey()
	if err != nil {
		return "", fmt.Errorf("bus: issuer's key: %w", err)
	}
	secret := newSecret()
	// Random and never stored, it needs no costly hash; unhashed, the bus server
	// would warn every operator of a password in the open.
	hash, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
	if err != nil {
		return "", fmt.Errorf("bus: secret of this process: %w", err)
	}
	agents, letIn := server.NewAccount(agentsAccount), server.NewAccount(letInAccount)
	inside := map[string]struct{}{jwt.ConnectionTypeInProcess: {}}
	options.Accounts = []*server.Account{agents, letIn}
	options.Users = []*server.User{
		{Username: hubUser, Password: string(hash), Account: agents, AllowedConnectionTypes: inside},
		{Username: letInUser, Password: string(hash), Account: letIn, AllowedConnectionTypes: inside},
	}
	options.AuthCallout = &server.AuthCallout{Issuer: public, Account: letInAccount, AuthUsers: []string{hubUser, letInUser}}
	return secret, nil
}

func clientURL(o ServerOptions, s *server.Server) string {
	host, _, _ := net.SplitHostPort(o.Listen)
	if o.Advertise != "" {
		host = o.Advertise
	}
	scheme := "nats"
	if o.TLS != nil {
		scheme = "tls"
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(s.Addr().(*net.TCPAddr).Port))
}

// disconnect ends all connections of a login.
func disconnect(s *server.Server, login string) error {
	found, err := s.Connz(&server.ConnzOptions{Username: true, User: login, Limit: 1024})
	if err != nil {
		return fmt.Errorf("bus: look for connections of %s: %w", login, err)
	}
	var failed []error
	for _, c := range found.Conns {
		failed = append(failed, s.DisconnectClientByID(c.Cid))
	}
	return errors.Join(failed...)
}

// hubLink is what newHub needs to reach a bus server, embedded or not.
type hubLink struct {
	url        string
	log        *slog.Logger
	issuer     nkeys.KeyPair
	account    string
	ask        Authenticate
	hub, letIn []nats.Option
}

// newHub connects to the bus server and begins to let agents in.
func newHub(l hubLink) (*Hub, error) {
	h := &Hub{log: l.log}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	letIn, err := h.connect(l.url, l.letIn)
	if err != nil {
		return nil, err
	}
	c := &callout{ask: l.ask, issuer: l.issuer, account: l.account, log: l.log}
	if err := c.serve(letIn); err != nil {
		h.Close()
		return nil, err
	}
	if h.conn, err = h.connect(l.url, l.hub); err != nil {
		return nil, err
	}
	return h, nil
}

// connect opens a connection that comes back for ever; on failure the hub is closed.
func (h *Hub) connect(url string, options []nats.Option) (*nats.Conn, error) {
	conn, err := nats.Connect(url, append(options, nats.MaxReconnects(-1), nats.IgnoreAuthErrorAbort(),
		nats.ReconnectWait(time.Second), nats.ReconnectJitter(time.Second, time.Second), nats.Timeout(authTimeout))...)
	if err != nil {
		h.Close()
		return nil, practice.Faultf(practice.Unavailable, "bus %s cannot be reached: %v", url, err)
	}
	h.close = append(h.close, conn.Close)
	return conn, nil
}
