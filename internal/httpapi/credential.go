package httpapi

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// sessionCookie holds a session. Its prefix binds it to this host and to a
// connection that nobody reads along.
const sessionCookie = "__Host-tranship"

// csrfHeader must be sent with what changes something in a session: another
// site can neither read its value nor send it.
const csrfHeader = "Tranship-Csrf"

// credential is what of a request says who asks.
type credential struct {
	method, authorization, cookie, csrf string
	address                             string // where it came from
	agent                               string // what the browser calls itself
}

func credentialOf(r *http.Request) credential {
	return credential{r.Method, r.Header.Get("Authorization"), r.Header.Get("Cookie"), r.Header.Get(csrfHeader), cameFrom(r.RemoteAddr, r.Header.Get("X-Forwarded-For")), nameOf(r.UserAgent())}
}

func credentialIn(ctx huma.Context) credential {
	return credential{ctx.Method(), ctx.Header("Authorization"), ctx.Header("Cookie"), ctx.Header(csrfHeader), cameFrom(ctx.RemoteAddr(), ctx.Header("X-Forwarded-For")), nameOf(ctx.Header("User-Agent"))}
}

// nameOf gives what a browser calls itself, cut to what is worth keeping.
func nameOf(agent string) string {
	const kept = 200
	return strings.ToValidUTF8(agent[:min(len(agent), kept)], "")
}

// cameFrom gives where a request came from. A proxy is believed only when it
// runs on this machine.
func cameFrom(remote, forwarded string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	hops := strings.Split(forwarded, ",")
	last := net.ParseIP(strings.TrimSpace(hops[len(hops)-1]))
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() && last != nil {
		return last.String()
	}
	return host
}

// session gives the written session of the cookie, if there is one.
func (c credential) session() (written string, found bool) {
	cookies, err := http.ParseCookie(c.cookie)
	if err != nil {
		return "", false
	}
	for _, one := range cookies {
		if one.Name == sessionCookie && one.Value != "" {
			return one.Value, true
		}
	}
	return "", false
}

// who gives who asks: by the token of the header, or else by the session of the cookie.
func (s *server) who(ctx context.Context, c credential) (identity, error) {
	if c.authorization != "" {
		return s.byToken(ctx, c)
	}
	written, found := c.session()
	if !found {
		return identity{}, practice.Faultf(practice.Unauthorised, "no token was sent").
			WithHint("send the header Authorization: Bearer TOKEN; the command line takes it from tranship login or TRANSHIP_TOKEN; a browser signs in at /sign-in")
	}
	session, account, err := s.Control.AuthenticateSession(ctx, s.Scope, written)
	if err != nil {
		return identity{}, err
	}
	csrf := csrfOf(written)
	if !safe(c.method) && subtle.ConstantTimeCompare([]byte(c.csrf), []byte(csrf)) != 1 {
		return identity{}, practice.Faultf(practice.Forbidden, "the header %s does not fit the session", csrfHeader).
			WithHint("send the csrf that GET /api/v1/session gives").Final()
	}
	person := practice.Actor{Kind: practice.Person, Name: session.Person}
	token := party.Token{ID: "session of " + session.Person, Name: "session", Role: account.Role, Actor: person, CreatedBy: person}
	return identity{scope: s.Scope, token: token, session: &session, csrf: csrf, address: c.address}, nil
}

func (s *server) byToken(ctx context.Context, c credential) (identity, error) {
	written, found := strings.CutPrefix(c.authorization, "Bearer ")
	if !found {
		return identity{}, practice.Faultf(practice.Unauthorised, "the header Authorization is not Bearer TOKEN")
	}
	token, err := s.Control.Authenticate(ctx, s.Scope, strings.TrimSpace(written))
	return identity{scope: s.Scope, token: token, address: c.address}, err
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// csrfOf gives the value that goes with a session: who knows it knows the
// session, and nothing of the session is known from it.
func csrfOf(written string) string {
	mac := hmac.New(sha256.New, []byte(written))
	mac.Write([]byte("csrf"))
	return hex.EncodeToString(mac.Sum(nil))
}

// within gives the context of what somebody asks.
func (i identity) within(ctx context.Context) context.Context {
	if i.token.Actor.Kind == practice.Person && !i.token.Own() {
		ctx = control.Handed(ctx)
	}
	return context.WithValue(ctx, identityKey{}, i)
}

// holds refuses when who asks may not any more: for what goes on for long.
func (s *server) holds(ctx context.Context, who identity) error {
	if who.session != nil {
		return s.Control.SessionHolds(ctx, who.scope, who.session.ID)
	}
	return s.Control.TokenHolds(ctx, who.scope, who.token.ID)
}
