package artifact

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote/auth"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// Credential opens a registry.
type Credential struct{ User, Password string }

// Limits bound what a fetch takes upon itself. Zero fields mean the default.
type Limits struct {
	Entries  int           // files, directories and links of an artifact; 100,000
	Unpacked int64         // bytes of all files, which matters when layers are compressed; 16 GiB
	Depth    int           // directories above a file; 64
	Rate     int64         // least bytes a second that a registry must give, over each Window; 4 KiB
	Window   time.Duration // 30 s
	Attempts int           // how often in a row a connection may break without giving a byte; 5
}

// Source says where artifacts are fetched from. It is safe for concurrent use.
type Source struct {
	// Endpoint is the library's registry, "https://HOST[:PORT]"; http only to
	// this machine itself. It serves references without a host.
	Endpoint string
	// CA says who signs the library's certificate. nil: whom the system trusts.
	CA *x509.CertPool
	// Credential opens the registry at host; the library takes User and a token.
	// nil, or an empty password: anonymous.
	Credential func(ctx context.Context, host string) (Credential, error)
	Limits     Limits
}

func (l Limits) orDefault() Limits {
	fill(&l.Entries, 100_000)
	fill(&l.Unpacked, 16<<30)
	fill(&l.Depth, 64)
	fill(&l.Rate, 4<<10)
	fill(&l.Window, 30*time.Second)
	fill(&l.Attempts, 5)
	return l
}

func fill[T int | int64 | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// origin is the repository that one artifact is fetched from.
type origin struct {
	ref     registry.Reference
	base    string // "https://HOST/v2/REPOSITORY"
	what    string // "billing@1.2.0 from HOST/REPOSITORY", for errors
	named   string // "billing@1.2.0"
	limits  Limits
	do      func(*http.Request) (*http.Response, error)
	release func()
}

// find gives the repository of an artifact's reference.
func (s Source) find(a plan.Artifact) (*origin, error) {
	address, ca := s.Endpoint, s.CA
	reference, outside := strings.CutPrefix(a.Reference, "oci://")
	if outside {
		host, _, _ := strings.Cut(reference, "/")
		address, ca = "https://"+host, nil
		if loopback(host) {
			address = "http://" + host
		}
	}
	where, err := endpoint(address)
	if err != nil {
		return nil, err
	}
	if !outside {
		reference = where.Host + "/" + reference
	}
	ref, err := registry.ParseReference(reference)
	if err != nil {
		return nil, practice.Faultf(practice.Invalid, "%s@%s: reference %q is not allowed: %v", a.Component, a.Version, a.Reference, err).Final()
	}
	if _, named, found := strings.Cut(reference, "@"); found && a.Digest != "" && named != string(a.Digest) {
		return nil, practice.Faultf(practice.Refused, "%s@%s: reference names %s, but the plan %s", a.Component, a.Version, named, a.Digest).Final()
	}
	client := newClient(ca)
	o := &origin{
		ref:     ref,
		base:    where.Scheme + "://" + ref.Host() + "/v2/" + ref.Repository,
		named:   a.Component + "@" + a.Version,
		what:    fmt.Sprintf("%s@%s from %s/%s", a.Component, a.Version, where.Host, ref.Repository),
		limits:  s.Limits.orDefault(),
		release: client.CloseIdleConnections,
	}
	opener := &auth.Client{Client: client, Cache: auth.NewCache(), Credential: s.credential}
	o.do = func(req *http.Request) (*http.Response, error) {
		if !outside {
			// The library takes basic authentication: answer before it asks.
			c, err := s.credential(req.Context(), where.Host)
			if err != nil {
				return nil, err
			}
			if c.Password != "" {
				req.SetBasicAuth(c.Username, c.Password)
			}
			return client.Do(req)
		}
		return opener.Do(req.WithContext(auth.AppendRepositoryScope(req.Context(), ref, auth.ActionPull)))
	}
	return o, nil
}

func (s Source) credential(ctx context.Context, host string) (auth.Credential, error) {
	if s.Credential == nil {
		return auth.EmptyCredential, nil
	}
	c, err := s.Credential(ctx, host)
	return credential(c), err
}

// get asks for a manifest or blob from an offset on. The answer is a success,
// or the error says what the registry replied.
func (o *origin) get(ctx context.Context, path, accept string, offset int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.base+path, nil)
	if err != nil {
		return nil, err
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	res, err := o.do(req)
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		return nil, statusFault(http.StatusUnauthorized, "fetch "+o.what, "the registry demands a token")
	} else if err != nil {
		return nil, practice.Faultf(practice.Unavailable, "fetch %s: %v", o.what, err)
	}
	if res.StatusCode == http.StatusOK || (offset > 0 && res.StatusCode == http.StatusPartialContent) {
		return res, nil
	}
	defer res.Body.Close()
	return nil, o.refusal(res)
}

// refusal passes on what a registry says instead of giving what it was asked for.
func (o *origin) refusal(res *http.Response) error {
	var body struct {
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	message := res.Status
	// An answer in another form than the protocol's has only its status to say.
	if json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&body) == nil && len(body.Errors) > 0 && body.Errors[0].Message != "" {
		message = body.Errors[0].Message
	}
	switch res.StatusCode {
	case http.StatusNotFound:
		message = "it is absent: " + message
	case http.StatusForbidden:
		message = "the registry refuses it: " + message
	}
	return statusFault(res.StatusCode, "fetch "+o.what, message)
}
