package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"

	"cuelabs.dev/go/oci/ociregistry"
	"cuelabs.dev/go/oci/ociregistry/ociref"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

type whoKey struct{}

// who gives the actor that ServeHTTP found out.
func who(ctx context.Context) practice.Actor {
	actor, _ := ctx.Value(whoKey{}).(practice.Actor)
	return actor
}

// ServeHTTP answers the OCI distribution protocol below /v2/.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	repository, action := wanted(req)
	actor, err := r.options.Authorise(req, repository, action)
	if err != nil {
		if practice.CodeOf(err) == practice.Unauthorised {
			w.Header().Set("WWW-Authenticate", `Basic realm="tranship"`)
		}
		r.writeError(w, req, err)
		return
	}
	req = req.WithContext(context.WithValue(req.Context(), whoKey{}, actor))
	if from := req.URL.Query().Get("from"); from != "" && req.Method == http.MethodPost {
		req = r.mountOrUpload(req, from)
	}
	if strings.HasPrefix(req.Header.Get("Range"), "bytes=-") {
		// The protocol's server knows no ranges from the end; all of it is an allowed answer.
		req.Header.Del("Range")
	}
	if _, reference, found := strings.Cut(req.URL.Path, "/manifests/"); found && strings.Contains(reference, ":") && !ociref.IsValidDigest(reference) {
		r.writeError(w, req, ociregistry.ErrDigestInvalid)
		return
	}
	if req.Method == http.MethodPut && strings.Contains(req.URL.Path, "/manifests/") {
		if req.ContentLength > maxManifest {
			r.writeError(w, req, ociregistry.NewHTTPError(
				fmt.Errorf("manifest has %d bytes; at most %d are taken", req.ContentLength, maxManifest),
				http.StatusRequestEntityTooLarge, nil, nil))
			return
		}
		req.Body = http.MaxBytesReader(w, req.Body, maxManifest)
	}
	r.server.ServeHTTP(w, req)
}

// wanted tells the repository that a request is about, and whether it changes it.
func wanted(req *http.Request) (repository string, action Action) {
	action = Push
	if req.Method == http.MethodGet || req.Method == http.MethodHead {
		action = Pull
	}
	path := strings.TrimPrefix(strings.TrimSuffix(req.URL.Path, "/"), "/v2")
	path = strings.TrimPrefix(path, "/")
	if path == "_catalog" {
		return AllRepositories, action
	}
	for _, part := range []string{"/blobs/uploads", "/blobs/", "/manifests/", "/tags/", "/referrers/"} {
		if i := strings.LastIndex(path, part); i >= 0 {
			return path[:i], action
		}
	}
	return path, action
}

// mountOrUpload makes a plain upload of a mount that cannot be done, as the
// protocol wants it: the blob is not there, or who asks may not pull from there.
func (r *Registry) mountOrUpload(req *http.Request, from string) *http.Request {
	query := req.URL.Query()
	found := false
	if _, err := r.options.Authorise(req, from, Pull); err == nil {
		// An error of the index comes up again when the upload is begun.
		_ = r.options.Index.View(req.Context(), func(x library.MediaIndex) (err error) {
			found, err = x.HasMediaBlob(from, practice.Digest(query.Get("mount")))
			return err
		})
	}
	if found {
		return req
	}
	query.Del("mount")
	query.Del("from")
	plain := req.Clone(req.Context())
	plain.URL.RawQuery = query.Encode()
	return plain
}

// writeError answers with err in the protocol's form. What is not meant for the client goes to Fault.
func (r *Registry) writeError(w http.ResponseWriter, req *http.Request, err error) {
	var fault *practice.Error
	var known ociregistry.Error
	var status ociregistry.HTTPError
	switch {
	case errors.As(err, &fault):
		err = protocolError(fault)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		r.options.Fault(fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err))
		err = protocolError(practice.Faultf(practice.Unavailable, "the registry's disk is full"))
	case errors.As(err, &known), errors.As(err, &status):
	case req.Context().Err() != nil: // the client went away
	default:
		r.options.Fault(fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err))
		err = errors.New("the registry failed to answer; its log says why")
	}
	// A client that does not take the answer cannot be told so.
	_ = ociregistry.WriteError(w, err)
}

func protocolError(fault *practice.Error) error {
	code, status := "DENIED", http.StatusForbidden
	switch fault.Code {
	case practice.Unauthorised:
		code, status = "UNAUTHORIZED", http.StatusUnauthorized
	case practice.NotFound:
		code, status = "NAME_UNKNOWN", http.StatusNotFound
	case practice.Invalid:
		code, status = "UNSUPPORTED", http.StatusBadRequest
	case practice.Unavailable:
		code, status = "UNAVAILABLE", http.StatusServiceUnavailable
	case practice.Conflict, practice.Refused, practice.Forbidden:
	}
	return ociregistry.NewHTTPError(ociregistry.NewError(fault.Error(), code, nil), status, nil, nil)
}

func denied(format string, args ...any) error {
	return ociregistry.NewError(fmt.Sprintf(format, args...), "DENIED", nil)
}
