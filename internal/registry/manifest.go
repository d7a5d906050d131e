package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"cuelabs.dev/go/oci/ociregistry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// The forms of manifest that older clients push.
const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
)

// needs is what a manifest is made of.
type needs struct {
	blobs     []ociregistry.Descriptor
	manifests []ociregistry.Descriptor
}

func (n needs) digests() []practice.Digest {
	var out []practice.Digest
	for _, d := range slices.Concat(n.blobs, n.manifests) {
		if !slices.Contains(out, practice.Digest(d.Digest)) {
			out = append(out, practice.Digest(d.Digest))
		}
	}
	return out
}

// read decodes a manifest, or says why it is none that is taken.
func read(raw []byte, mediaType string) (library.MediaManifest, needs, error) {
	m := library.MediaManifest{Digest: practice.DigestOf(raw), MediaType: mediaType, Size: int64(len(raw))}
	var body struct {
		MediaType    string                   `json:"mediaType"`
		ArtifactType string                   `json:"artifactType"`
		Config       ociregistry.Descriptor   `json:"config"`
		Layers       []ociregistry.Descriptor `json:"layers"`
		Manifests    []ociregistry.Descriptor `json:"manifests"`
		Subject      *ociregistry.Descriptor  `json:"subject"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return m, needs{}, invalid("manifest is no JSON: %v", err)
	}
	if body.MediaType != "" && body.MediaType != mediaType {
		return m, needs{}, invalid("manifest says that it is %q, but was sent as %q", body.MediaType, mediaType)
	}
	var n needs
	m.ArtifactType = body.ArtifactType
	switch mediaType {
	case ocispec.MediaTypeImageManifest, dockerManifest:
		n.blobs = append([]ociregistry.Descriptor{body.Config}, body.Layers...)
		if m.ArtifactType == "" {
			m.ArtifactType = body.Config.MediaType
		}
	case ocispec.MediaTypeImageIndex, dockerList:
		n.manifests = body.Manifests
	default:
		return m, n, invalid("manifests of type %q are not taken", mediaType)
	}
	if body.Subject != nil {
		m.Subject = practice.Digest(body.Subject.Digest)
		if err := m.Subject.Check(); err != nil {
			return m, n, invalid("subject: %v", err)
		}
	}
	for _, d := range n.digests() {
		if err := d.Check(); err != nil {
			return m, n, invalid("%v", err)
		}
	}
	return m, n, nil
}

func invalid(format string, args ...any) error {
	return ociregistry.NewError(fmt.Sprintf(format, args...), "MANIFEST_INVALID", nil)
}

// pushManifest takes a manifest when everything that it needs is here, and its
// tag, when it has one, is new or names the same manifest.
func (r *Registry) pushManifest(ctx context.Context, repository, tag string, raw []byte, mediaType string) (ociregistry.Descriptor, error) {
	m, n, err := read(raw, mediaType)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	m.Repository, m.At = repository, r.options.Now().UTC()
	if err := r.checkSizes(n.blobs); err != nil {
		return ociregistry.Descriptor{}, err
	}
	r.content.arriving.RLock()
	defer r.content.arriving.RUnlock()
	if err := r.content.put(raw); err != nil {
		return ociregistry.Descriptor{}, err
	}
	err = r.options.Index.Update(ctx, func(x library.MediaIndex) error {
		if err := holds(x, repository, n); err != nil {
			return err
		}
		if err := x.AddMediaManifest(m, n.digests()); err != nil || tag == "" {
			return err
		}
		return name(x, repository, tag, m.Digest)
	})
	return describe(m), err
}

// checkSizes compares what a manifest says of its blobs with what is here.
func (r *Registry) checkSizes(blobs []ociregistry.Descriptor) error {
	for _, d := range blobs {
		size, err := r.content.size(practice.Digest(d.Digest))
		if errors.Is(err, fs.ErrNotExist) {
			return missing("blob", d)
		} else if err != nil {
			return err
		}
		if size != d.Size {
			return invalid("blob %s has %d bytes, not %d", d.Digest, size, d.Size)
		}
	}
	return nil
}

func holds(x library.MediaIndex, repository string, n needs) error {
	for _, d := range n.blobs {
		found, err := x.HasMediaBlob(repository, practice.Digest(d.Digest))
		if err != nil {
			return err
		}
		if !found {
			return missing("blob", d)
		}
	}
	for _, d := range n.manifests {
		_, err := x.MediaManifest(repository, practice.Digest(d.Digest))
		if practice.CodeOf(err) == practice.NotFound {
			return missing("manifest", d)
		} else if err != nil {
			return err
		}
	}
	return nil
}

func missing(what string, d ociregistry.Descriptor) error {
	return ociregistry.NewError(fmt.Sprintf("%s %s is not in this repository", what, d.Digest), "MANIFEST_BLOB_UNKNOWN", nil)
}

// name gives a manifest its tag; a tag never moves.
func name(x library.MediaIndex, repository, tag string, d practice.Digest) error {
	err := x.AddMediaTag(repository, tag, d)
	if practice.CodeOf(err) != practice.Conflict {
		return err
	}
	present, err := x.MediaTag(repository, tag)
	if err != nil {
		return err
	}
	return denied("%s:%s is %s and cannot become %s: a version never changes; give it another one", repository, tag, present, d)
}

// mountBlob makes a blob of one repository a blob of another.
func (r *Registry) mountBlob(ctx context.Context, from, to string, d ociregistry.Digest) (ociregistry.Descriptor, error) {
	found, err := r.resolveBlob(ctx, from, d)
	if err != nil {
		return found, err
	}
	r.content.arriving.RLock()
	defer r.content.arriving.RUnlock()
	at := r.options.Now().UTC()
	return found, r.options.Index.Update(ctx, func(x library.MediaIndex) error {
		held, err := x.HasMediaBlob(from, practice.Digest(d))
		if err == nil && !held {
			err = ociregistry.ErrBlobUnknown // it was collected meanwhile
		}
		if err != nil {
			return err
		}
		return x.AddMediaBlob(to, practice.Digest(d), at)
	})
}
