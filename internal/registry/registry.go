// Package registry serves the library's media to any OCI distribution client:
// content in a directory, addressed by digest; what belongs to what in an
// index. Nothing in it can be changed or deleted; only content that no
// manifest needs is collected.
package registry

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"cuelabs.dev/go/oci/ociregistry"
	"cuelabs.dev/go/oci/ociregistry/ociserver"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// Action is what somebody wants to do with a repository.
type Action string

// The actions.
const (
	Pull Action = "pull"
	Push Action = "push"
)

// AllRepositories is the repository that Authorise is asked for when somebody
// lists the names of all repositories.
const AllRepositories = "*"

// Index runs f in a transaction of the index of the registry's scope. f may run again.
type Index interface {
	Update(ctx context.Context, f func(library.MediaIndex) error) error
	View(ctx context.Context, f func(library.MediaIndex) error) error
}

// Options say what a registry works on.
type Options struct {
	// Dir is the directory of the content; it is made when it is absent. One process may use it.
	Dir string
	// Index keeps the rest.
	Index Index
	// Authorise gives who asks, or Unauthorised (401) or another refusal (403).
	// Clients send tokens as the password of basic authentication. repository is
	// empty for the greeting that clients begin with, and AllRepositories for the
	// list of repositories.
	Authorise func(r *http.Request, repository string, action Action) (practice.Actor, error)
	// Gate is asked before a manifest is given to who; its error is the answer (403). nil: always open.
	Gate func(ctx context.Context, repository string, digest practice.Digest, who practice.Actor) error
	// Fault is told of errors that are no fault of the client. nil: nobody is.
	Fault func(error)
	// Now gives the time. nil: time.Now.
	Now func() time.Time
	// MaxBlob is the size of the largest blob that is taken, in bytes. 0: 16 GiB.
	MaxBlob int64
}

const (
	defaultMaxBlob = 16 << 30
	maxManifest    = 4 << 20 // what the OCI specification asks registries to take at least
)

// Registry is an OCI registry below /v2/. It is safe for concurrent use.
type Registry struct {
	options Options
	content *content
	server  http.Handler
}

// New gives the registry of a directory and an index.
func New(o Options) (*Registry, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxBlob == 0 {
		o.MaxBlob = defaultMaxBlob
	}
	if o.Fault == nil {
		o.Fault = func(error) {}
	}
	if o.Gate == nil {
		o.Gate = func(context.Context, string, practice.Digest, practice.Actor) error { return nil }
	}
	for _, dir := range []string{"blobs/sha256", "uploads"} {
		if err := os.MkdirAll(filepath.Join(o.Dir, filepath.FromSlash(dir)), 0o700); err != nil {
			return nil, err
		}
	}
	r := &Registry{options: o, content: &content{dir: o.Dir, busy: map[string]bool{}}}
	r.server = ociserver.New(r.backend(), &ociserver.Options{WriteError: r.writeError})
	return r, nil
}

// backend is what the protocol's server calls. Deleting is not among it.
func (r *Registry) backend() ociregistry.Interface {
	return &ociregistry.Funcs{
		GetBlob_:               r.getBlob,
		GetBlobRange_:          r.getBlobRange,
		ResolveBlob_:           r.resolveBlob,
		GetManifest_:           r.getManifest,
		ResolveManifest_:       r.resolveManifest,
		GetTag_:                r.getTag,
		ResolveTag_:            r.resolveTag,
		PushBlob_:              r.pushBlob,
		PushBlobChunked_:       r.startUpload,
		PushBlobChunkedResume_: r.resumeUpload,
		MountBlob_:             r.mountBlob,
		PushManifest_:          r.pushManifest,
		Repositories_:          r.repositories,
		Tags_:                  r.tags,
		Referrers_:             r.referrers,
		NewError:               refuseDelete,
	}
}

func refuseDelete(context.Context, string, string) error {
	return denied("nothing is deleted from the library: withdraw the version instead")
}
