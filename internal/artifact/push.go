package artifact

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"tranship.dev/tranship/internal/practice"
)

// User is the user name that goes with a token.
const User = "token"

// Registry is an OCI registry that is pushed to.
type Registry struct {
	Endpoint string         // "https://HOST[:PORT]"; http only to this machine itself
	Token    string         // the password of basic authentication; empty: anonymous
	CA       *x509.CertPool // who signs the registry's certificate; nil: whom the system trusts
}

// Push sends an artifact to a repository, under a tag when tag is not empty.
// It may be repeated: what is there already is not sent again. Conflict or
// Refused when the registry will not have it, with the registry's reason.
func Push(ctx context.Context, r Registry, repository, tag string, a *Artifact) error {
	where, err := endpoint(r.Endpoint)
	if err != nil {
		return err
	}
	repo, err := remote.NewRepository(where.Host + "/" + repository)
	if err != nil {
		return practice.Faultf(practice.Invalid, "repository %q is not allowed: %v", repository, err).Final()
	}
	client := newClient(r.CA)
	defer client.CloseIdleConnections()
	repo.PlainHTTP = where.Scheme == "http"
	repo.Client = &auth.Client{
		Client: client, Cache: auth.NewCache(),
		Credential: auth.StaticCredential(where.Host, credential(Credential{User: User, Password: r.Token})),
	}
	manifest := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageManifest, ArtifactType: Type,
		Digest: digest.Digest(a.Digest), Size: int64(len(a.Manifest)),
	}
	err = pushBlob(ctx, repo, ocispec.DescriptorEmptyJSON, func() io.ReadCloser {
		return io.NopCloser(bytes.NewReader(ocispec.DescriptorEmptyJSON.Data))
	})
	if err == nil {
		err = pushBlob(ctx, repo, a.layer, a.open)
	}
	if err == nil && tag != "" {
		err = repo.PushReference(ctx, manifest, bytes.NewReader(a.Manifest), tag)
	} else if err == nil {
		err = repo.Push(ctx, manifest, bytes.NewReader(a.Manifest))
	}
	return pushFault(err, where.Host, repository)
}

func pushBlob(ctx context.Context, repo *remote.Repository, d ocispec.Descriptor, open func() io.ReadCloser) error {
	found, err := repo.Blobs().Exists(ctx, d)
	if err != nil || found {
		return err
	}
	content := open()
	return errors.Join(repo.Blobs().Push(ctx, d, content), content.Close())
}

// pushFault says what a registry's refusal means for who pushes.
func pushFault(err error, host, repository string) error {
	var fault *practice.Error
	var response *errcode.ErrorResponse
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fault): // the content could not be read
		return fault
	case !errors.As(err, &response):
		return practice.Faultf(practice.Unavailable, "push to %s/%s: %v", host, repository, err)
	}
	message := http.StatusText(response.StatusCode)
	if len(response.Errors) > 0 && response.Errors[0].Message != "" {
		message = response.Errors[0].Message
	}
	return statusFault(response.StatusCode, fmt.Sprintf("push to %s/%s", host, repository), message)
}

// statusFault makes an error of an HTTP status that is no success.
func statusFault(status int, what, message string) *practice.Error {
	fault := practice.Faultf(practice.Refused, "%s: %s", what, message).Final()
	switch {
	case status == http.StatusUnauthorized:
		fault.Code, fault.Hint = practice.Unauthorised, "give a valid token"
	case status == http.StatusNotFound:
		fault.Code = practice.NotFound
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		fault.Code, fault.Terminal = practice.Unavailable, false
	}
	return fault
}

// endpoint reads a registry's address. A token, and what is fetched, must not
// travel in clear, so http is refused but to this machine itself.
func endpoint(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, practice.Faultf(practice.Invalid, "registry address %q is not like https://HOST:PORT", text).Final()
	}
	if u.Scheme == "http" && !loopback(u.Host) {
		return nil, practice.Faultf(practice.Refused, "registry %s has no TLS", text).
			WithHint("use https; http is allowed to this machine only").Final()
	}
	return u, nil
}

func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// newClient gives a client for large bodies: HTTP/1.1, which moves them with less work than HTTP/2.
func newClient(ca *x509.CertPool) *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:              http.ProxyFromEnvironment,
		TLSClientConfig:    &tls.Config{RootCAs: ca, MinVersion: tls.VersionTLS12},
		DisableCompression: true,
		ReadBufferSize:     64 << 10,
		WriteBufferSize:    64 << 10,
	}}
}

func credential(c Credential) auth.Credential {
	if c.Password == "" {
		return auth.EmptyCredential
	}
	return auth.Credential{Username: c.User, Password: c.Password}
}
