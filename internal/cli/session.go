package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

const idempotencyKey = "Idempotency-Key"

// session speaks with one server as one person.
type session struct {
	settings
	pool *x509.CertPool
	http doer
	api  *client.Client
}

// session gives the connection to the server that login or the environment named.
func (c *console) session() (*session, error) {
	if c.known != nil {
		return c.known, nil
	}
	s, err := c.settings()
	if err != nil {
		return nil, err
	}
	if s.URL == "" {
		return nil, practice.Faultf(practice.Unauthorised, "no server is known").
			WithHint("sign in: tranship login URL; or set TRANSHIP_URL and TRANSHIP_TOKEN")
	}
	if s.Token == "" {
		return nil, practice.Faultf(practice.Unauthorised, "not signed in to %s", s.URL).
			WithHint("sign in: tranship login %s; or set TRANSHIP_TOKEN", s.URL)
	}
	c.known, err = connect(s, "tranship/"+c.Version)
	return c.known, err
}

func connect(s settings, agent string) (*session, error) {
	pool, err := poolOf(s.CA)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		TLSClientConfig:     &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 4,
	}
	made := &session{settings: s, pool: pool, http: doer{&http.Client{Transport: transport}}}
	made.api, err = client.NewClient(s.URL, client.WithHTTPClient(made.http),
		client.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			if s.Token != "" {
				req.Header.Set("Authorization", "Bearer "+s.Token)
			}
			req.Header.Set("User-Agent", agent)
			leaveOutEmpty(req)
			return nil
		}))
	return made, err
}

// leaveOutEmpty takes parameters without a value off a request: the generated
// client sends them, and the server would judge them.
func leaveOutEmpty(req *http.Request) {
	query := req.URL.Query()
	for name, values := range query {
		if len(values) == 1 && (values[0] == "" || (name == "limit" && values[0] == "0") || values[0] == "0001-01-01T00:00:00Z") {
			query.Del(name)
		}
	}
	req.URL.RawQuery = query.Encode()
	if req.Header.Get("Last-Event-ID") == "" {
		req.Header.Del("Last-Event-ID")
	}
}

// once marks a request so that the server does it once, however often it arrives.
func once() client.RequestEditorFn {
	key := uuid.NewString()
	return func(_ context.Context, req *http.Request) error {
		req.Header.Set(idempotencyKey, key)
		return nil
	}
}

// doer sends requests. Those that may arrive twice are sent again when the
// connection breaks.
type doer struct{ client *http.Client }

func (d doer) Do(req *http.Request) (*http.Response, error) {
	tries := uint(1)
	if req.Method == http.MethodGet || req.Header.Get(idempotencyKey) != "" {
		tries = 4
	}
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 150*time.Millisecond, time.Second
	first := true
	return backoff.Retry(req.Context(), func() (*http.Response, error) {
		if !first && req.GetBody != nil {
			body, err := req.GetBody()
			if err != nil {
				return nil, backoff.Permanent(err)
			}
			req.Body = body
		}
		first = false
		res, err := d.client.Do(req) //nolint:gosec // people name the server themselves
		if err != nil && hopeless(err) {
			return nil, backoff.Permanent(err)
		}
		return res, err
	}, backoff.WithBackOff(wait), backoff.WithMaxTries(tries))
}

// hopeless says that sending again cannot help.
func hopeless(err error) bool {
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	return errors.As(err, &certificate) || (errors.As(err, &name) && name.IsNotFound) || errors.Is(err, context.Canceled)
}

// unreachable says what a request that got no answer means.
func unreachable(err error) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	server := "the server"
	if asked, is := errors.AsType[*url.Error](err); is {
		if u, parse := url.Parse(asked.URL); parse == nil {
			server = u.Scheme + "://" + u.Host
		}
		err = asked.Err
	}
	if certificate, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return practice.Faultf(practice.Unavailable, "%s is not trusted: %v", server, certificate.Err).
			WithHint("give its authority's certificate: tranship login %s --ca FILE, or TRANSHIP_CA=FILE; the server keeps it as ca.pem", server).Final()
	}
	return practice.Faultf(practice.Unavailable, "%s cannot be reached: %v", server, err).
		WithHint("is the server running, and is this its address? tranship login URL names another")
}
