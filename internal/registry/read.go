package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"

	"cuelabs.dev/go/oci/ociregistry"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

const octets = "application/octet-stream"

// reader gives content to a client. Its WriteTo lets the system copy from the
// file to the connection without passing the bytes through this process.
type reader struct {
	io.LimitedReader
	file       *os.File
	descriptor ociregistry.Descriptor
}

func (b *reader) Close() error                       { return b.file.Close() }
func (b *reader) Descriptor() ociregistry.Descriptor { return b.descriptor }

func (b *reader) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, &b.LimitedReader) }

// give opens content that the index says is there.
func (r *Registry) give(d ociregistry.Descriptor, unknown error) (*reader, error) {
	file, size, err := r.content.open(practice.Digest(d.Digest))
	if errors.Is(err, fs.ErrNotExist) {
		r.options.Fault(fmt.Errorf("content %s is missing from %s", d.Digest, r.options.Dir))
		return nil, fmt.Errorf("%w: its content %s is missing from storage", unknown, d.Digest)
	} else if err != nil {
		return nil, err
	}
	d.Size = size
	return &reader{LimitedReader: io.LimitedReader{R: file, N: size}, file: file, descriptor: d}, nil
}

func (r *Registry) getBlob(ctx context.Context, repository string, d ociregistry.Digest) (ociregistry.BlobReader, error) {
	return r.getBlobRange(ctx, repository, d, 0, -1)
}

func (r *Registry) getBlobRange(ctx context.Context, repository string, d ociregistry.Digest, from, to int64) (ociregistry.BlobReader, error) {
	if err := r.knowsBlob(ctx, repository, d); err != nil {
		return nil, err
	}
	b, err := r.give(ociregistry.Descriptor{MediaType: octets, Digest: d}, ociregistry.ErrBlobUnknown)
	if err != nil {
		return nil, err
	}
	size := b.descriptor.Size
	if to < 0 || to > size {
		to = size
	}
	if _, err := b.file.Seek(min(from, size), io.SeekStart); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	b.N = max(0, to-from)
	return b, nil
}

func (r *Registry) resolveBlob(ctx context.Context, repository string, d ociregistry.Digest) (ociregistry.Descriptor, error) {
	if err := r.knowsBlob(ctx, repository, d); err != nil {
		return ociregistry.Descriptor{}, err
	}
	size, err := r.content.size(practice.Digest(d))
	if errors.Is(err, fs.ErrNotExist) {
		return ociregistry.Descriptor{}, ociregistry.ErrBlobUnknown // so that a client sends it again
	}
	return ociregistry.Descriptor{MediaType: octets, Digest: d, Size: size}, err
}

func (r *Registry) knowsBlob(ctx context.Context, repository string, d ociregistry.Digest) error {
	return r.options.Index.View(ctx, func(x library.MediaIndex) error {
		found, err := x.HasMediaBlob(repository, practice.Digest(d))
		if err == nil && !found {
			err = ociregistry.ErrBlobUnknown
		}
		return err
	})
}

func (r *Registry) getManifest(ctx context.Context, repository string, d ociregistry.Digest) (ociregistry.BlobReader, error) {
	found, err := r.resolveManifest(ctx, repository, d)
	if err != nil {
		return nil, err
	}
	b, err := r.give(found, ociregistry.ErrManifestUnknown)
	if err != nil {
		return nil, err
	}
	return b, nil
}

func (r *Registry) getTag(ctx context.Context, repository, tag string) (ociregistry.BlobReader, error) {
	d, err := r.digestOf(ctx, repository, tag)
	if err != nil {
		return nil, err
	}
	return r.getManifest(ctx, repository, d)
}

func (r *Registry) resolveTag(ctx context.Context, repository, tag string) (ociregistry.Descriptor, error) {
	d, err := r.digestOf(ctx, repository, tag)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	return r.resolveManifest(ctx, repository, d)
}

// resolveManifest is the only way to a manifest: it asks the gate.
func (r *Registry) resolveManifest(ctx context.Context, repository string, d ociregistry.Digest) (ociregistry.Descriptor, error) {
	var m library.MediaManifest
	err := r.options.Index.View(ctx, func(x library.MediaIndex) (err error) {
		m, err = x.MediaManifest(repository, practice.Digest(d))
		return err
	})
	if practice.CodeOf(err) == practice.NotFound {
		err = ociregistry.ErrManifestUnknown
	}
	if err == nil {
		err = r.options.Gate(ctx, repository, m.Digest, who(ctx))
	}
	return describe(m), err
}

func (r *Registry) digestOf(ctx context.Context, repository, tag string) (d ociregistry.Digest, err error) {
	err = r.options.Index.View(ctx, func(x library.MediaIndex) error {
		found, err := x.MediaTag(repository, tag)
		d = ociregistry.Digest(found)
		return err
	})
	if practice.CodeOf(err) == practice.NotFound {
		err = ociregistry.ErrManifestUnknown
	}
	return d, err
}

func describe(m library.MediaManifest) ociregistry.Descriptor {
	return ociregistry.Descriptor{
		MediaType: m.MediaType, ArtifactType: m.ArtifactType, Digest: ociregistry.Digest(m.Digest), Size: m.Size,
	}
}

func (r *Registry) repositories(ctx context.Context, after string) iter.Seq2[string, error] {
	return r.names(ctx, after, func(x library.MediaIndex, page practice.Page) ([]string, error) {
		return x.MediaRepositories(page)
	})
}

func (r *Registry) tags(ctx context.Context, repository, after string) iter.Seq2[string, error] {
	return r.names(ctx, after, func(x library.MediaIndex, page practice.Page) ([]string, error) {
		if found, err := x.HasMedia(repository); err != nil || !found {
			return nil, errors.Join(err, ociregistry.ErrNameUnknown)
		}
		return x.MediaTags(repository, page)
	})
}

// names lists all pages.
func (r *Registry) names(ctx context.Context, after string, list func(library.MediaIndex, practice.Page) ([]string, error)) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for page := (practice.Page{After: after, Limit: practice.MaxLimit}); ; {
			var names []string
			err := r.options.Index.View(ctx, func(x library.MediaIndex) (err error) {
				names, err = list(x, page)
				return err
			})
			if err != nil {
				yield("", err)
				return
			}
			for _, name := range names {
				if !yield(name, nil) {
					return
				}
			}
			if len(names) < page.Size() {
				return
			}
			page.After = names[len(names)-1]
		}
	}
}

func (r *Registry) referrers(ctx context.Context, repository string, d ociregistry.Digest, artifactType string) iter.Seq2[ociregistry.Descriptor, error] {
	return func(yield func(ociregistry.Descriptor, error) bool) {
		for page := (practice.Page{Limit: practice.MaxLimit}); ; {
			var found []library.MediaManifest
			err := r.options.Index.View(ctx, func(x library.MediaIndex) (err error) {
				found, err = x.MediaReferrers(repository, practice.Digest(d), artifactType, page)
				return err
			})
			if err != nil {
				yield(ociregistry.Descriptor{}, err)
				return
			}
			for _, m := range found {
				full, err := r.annotated(m)
				if !yield(full, err) || err != nil {
					return
				}
			}
			if len(found) < page.Size() {
				return
			}
			page.After = string(found[len(found)-1].Digest)
		}
	}
}

// annotated describes a referrer as the protocol wants it: with its annotations, which only its bytes tell.
func (r *Registry) annotated(m library.MediaManifest) (ociregistry.Descriptor, error) {
	d := describe(m)
	b, err := r.give(d, ociregistry.ErrManifestUnknown)
	if err != nil {
		return d, err
	}
	defer b.Close()
	var noted struct {
		Annotations map[string]string `json:"annotations"`
	}
	if err := json.NewDecoder(b).Decode(&noted); err != nil {
		return d, fmt.Errorf("manifest %s: %w", m.Digest, err)
	}
	d.Annotations = noted.Annotations
	return d, nil
}
