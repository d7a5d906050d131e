package registry

import (
	"bytes"
	"context"
	"errors"
	"io"

	"cuelabs.dev/go/oci/ociregistry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tranship.dev/tranship/internal/practice"
)

// Local is an artifact that is made in this process, in one layer.
type Local struct {
	Repository string
	Tag        string
	Config     []byte
	// Write writes the layer; it is called once.
	Write func(io.Writer) error
	// Manifest gives the manifest of the layer, when that is known.
	Manifest func(layer practice.Digest, size int64) ([]byte, error)
}

// Take puts an artifact into the registry as a push would, and gives the digest of
// its manifest. The layer's digest is computed while it is written. Conflict when
// the tag names other content; Refused when the layer is larger than what is taken.
func (r *Registry) Take(ctx context.Context, l Local) (practice.Digest, error) {
	digest, err := r.take(ctx, l)
	var said ociregistry.Error
	if err != nil && practice.CodeOf(err) == "" && errors.As(err, &said) {
		return "", practice.Faultf(practice.Refused, "%s", said.Error()).Final()
	}
	return digest, err
}

func (r *Registry) take(ctx context.Context, l Local) (practice.Digest, error) {
	u, err := r.newUpload(ctx, l.Repository)
	if err != nil {
		return "", err
	}
	if err := l.Write(u); err != nil {
		return "", errors.Join(err, u.Cancel())
	}
	layer, err := u.sum()
	if err != nil {
		return "", errors.Join(err, u.Cancel())
	}
	if _, err := u.Commit(ociregistry.Digest(layer)); err != nil {
		return "", errors.Join(err, u.Cancel())
	}
	config := ociregistry.Descriptor{Digest: ociregistry.Digest(practice.DigestOf(l.Config)), Size: int64(len(l.Config))}
	if _, err := r.pushBlob(ctx, l.Repository, config, bytes.NewReader(l.Config)); err != nil {
		return "", err
	}
	manifest, err := l.Manifest(layer, u.size)
	if err != nil {
		return "", err
	}
	if _, err := r.pushManifest(ctx, l.Repository, l.Tag, manifest, ocispec.MediaTypeImageManifest); err != nil {
		return "", err
	}
	return practice.DigestOf(manifest), nil
}
