package registry

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// Measure gives the media type of a manifest of a repository and the size of
// all the content that it names, in bytes. NotFound when the repository does
// not hold it, or content of it is absent.
func (r *Registry) Measure(ctx context.Context, repository string, digest practice.Digest) (string, int64, error) {
	m, n, err := r.look(ctx, repository, digest)
	if err != nil {
		return "", 0, err
	}
	total := m.Size
	for _, d := range n.digests() {
		size, err := r.content.size(d)
		if err != nil {
			return "", 0, absent(d, err)
		}
		total += size
	}
	mediaType := m.ArtifactType
	if mediaType == "" {
		mediaType = m.MediaType
	}
	return mediaType, total, nil
}

// Intact reads a manifest of a repository and everything that it names again.
// NotFound when something is absent, Refused when something was altered in
// storage; altered content is set aside, so that nobody is given it.
func (r *Registry) Intact(ctx context.Context, repository string, digest practice.Digest) error {
	if a, err := r.check(ctx, digest); err != nil {
		return err
	} else if a.Found != a.Digest {
		return altered("manifest", a)
	}
	_, n, err := r.look(ctx, repository, digest)
	if err != nil {
		return err
	}
	for _, d := range n.digests() {
		if _, err := r.content.size(d); err != nil {
			return absent(d, err)
		}
		a, err := r.check(ctx, d)
		if err != nil {
			return err
		}
		if a.Found != a.Digest {
			return altered("content", a)
		}
	}
	return nil
}

// look reads a manifest that a repository holds.
func (r *Registry) look(ctx context.Context, repository string, digest practice.Digest) (m library.MediaManifest, n needs, err error) {
	err = r.options.Index.View(ctx, func(x library.MediaIndex) error {
		m, err = x.MediaManifest(repository, digest)
		return err
	})
	if err != nil {
		return m, n, err
	}
	file, _, err := r.content.open(digest)
	if err != nil {
		return m, n, absent(digest, err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxManifest))
	if err != nil {
		return m, n, err
	}
	_, n, err = read(raw, m.MediaType)
	return m, n, err
}

func absent(d practice.Digest, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return practice.Faultf(practice.NotFound, "content %s is absent from the library's storage", d).
		WithHint("push the version again, or restore it from a backup").Final()
}

func altered(what string, a Altered) error {
	return practice.Faultf(practice.Refused, "%s %s was altered in the library's storage: it is %s now", what, a.Digest, a.Found).
		WithHint("it was set aside; push the version again, or restore it from a backup").Final()
}
