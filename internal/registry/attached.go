package registry

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// The bounds of what is looked into on request.
const (
	maxLooked  = 1 << 30 // bytes of all layers together, unpacked
	maxEntries = 100_000
	maxTold    = 1_000 // attachments of a version
)

// described is what a manifest says of the content that it names.
type described struct {
	ArtifactType string               `json:"artifactType"`
	Config       ocispec.Descriptor   `json:"config"`
	Layers       []ocispec.Descriptor `json:"layers"`
	Manifests    []ocispec.Descriptor `json:"manifests"`
	Annotations  map[string]string    `json:"annotations"`
}

// Contents lists the files of what a manifest of a repository names, by path.
// Layers that are no tar count as one file. NotFound when the repository does
// not hold it; Refused when it is too large to look into, or holds several images.
func (r *Registry) Contents(ctx context.Context, repository string, digest practice.Digest) ([]library.ContentFile, error) {
	body, err := r.describedBy(ctx, repository, digest)
	if err != nil {
		return nil, err
	}
	if len(body.Manifests) > 0 {
		return nil, practice.Faultf(practice.Refused, "it is an index of %d images, whose files are not compared", len(body.Manifests)).Final()
	}
	look := looker{files: map[string]library.ContentFile{}, left: maxLooked}
	for _, layer := range body.Layers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := r.lookInto(&look, layer); err != nil {
			return nil, err
		}
	}
	files := make([]library.ContentFile, 0, len(look.files))
	for _, f := range look.files {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b library.ContentFile) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// Attachments lists what was pushed about a manifest of a repository, by digest;
// at most 1,000.
func (r *Registry) Attachments(ctx context.Context, repository string, digest practice.Digest) ([]library.Attachment, error) {
	var found []library.MediaManifest
	err := r.options.Index.View(ctx, func(x library.MediaIndex) (err error) {
		found, err = x.MediaReferrers(repository, digest, "", practice.Page{Limit: maxTold})
		return err
	})
	if err != nil {
		return nil, err
	}
	attached := make([]library.Attachment, 0, len(found))
	for _, m := range found {
		body, err := r.describedBy(ctx, repository, m.Digest)
		if err != nil {
			return nil, err
		}
		a := library.Attachment{Digest: m.Digest, ArtifactType: m.ArtifactType, Annotations: body.Annotations, Blobs: []library.AttachedBlob{}}
		for _, layer := range body.Layers {
			a.Blobs = append(a.Blobs, library.AttachedBlob{
				Digest: practice.Digest(layer.Digest), MediaType: layer.MediaType, Size: layer.Size, Title: layer.Annotations[ocispec.AnnotationTitle],
			})
		}
		attached = append(attached, a)
	}
	return attached, nil
}

// Blob gives a blob of at most limit bytes that a repository holds, or NotFound.
func (r *Registry) Blob(ctx context.Context, repository string, digest practice.Digest, limit int64) ([]byte, error) {
	missing := practice.Faultf(practice.NotFound, "repository %s has no content %s", repository, digest).Final()
	err := r.options.Index.View(ctx, func(x library.MediaIndex) error {
		held, err := x.HasMediaBlob(repository, digest)
		if err == nil && !held {
			return missing
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	file, size, err := r.content.open(digest)
	if err != nil {
		return nil, absent(digest, err)
	}
	defer file.Close()
	if size > limit {
		return nil, practice.Faultf(practice.Refused, "content %s has %d bytes, more than %d", digest, size, limit).Final()
	}
	raw, err := io.ReadAll(file)
	if err == nil && practice.DigestOf(raw) != digest {
		err = altered("content", Altered{Digest: digest, Found: practice.DigestOf(raw)})
	}
	return raw, err
}

func (r *Registry) describedBy(ctx context.Context, repository string, digest practice.Digest) (described, error) {
	var body described
	if _, _, err := r.look(ctx, repository, digest); err != nil {
		return body, err
	}
	file, _, err := r.content.open(digest)
	if err != nil {
		return body, absent(digest, err)
	}
	defer file.Close()
	if err := json.NewDecoder(io.LimitReader(file, maxManifest)).Decode(&body); err != nil {
		return body, fmt.Errorf("manifest %s: %w", digest, err)
	}
	return body, nil
}

// looker collects the files of layers; a later layer covers an earlier one.
type looker struct {
	files map[string]library.ContentFile
	left  int64 // bytes that may still be read
}

func tooLarge() error {
	return practice.Faultf(practice.Refused, "it holds more than %d MiB or %d files, which is too much to look into", maxLooked>>20, maxEntries).Final()
}

func (r *Registry) lookInto(l *looker, layer ocispec.Descriptor) error {
	digest := practice.Digest(layer.Digest)
	file, size, err := r.content.open(digest)
	if err != nil {
		return absent(digest, err)
	}
	defer file.Close()
	packed := strings.HasSuffix(layer.MediaType, "gzip")
	if !packed && !strings.HasSuffix(layer.MediaType, "tar") && !strings.HasSuffix(layer.MediaType, ".v1.tar") {
		name := layer.Annotations[ocispec.AnnotationTitle]
		if name == "" {
			name = string(digest)
		}
		l.files[name] = library.ContentFile{Path: name, Size: size, Digest: digest}
		return nil
	}
	var from io.Reader = file
	if packed {
		unpacked, err := gzip.NewReader(file)
		if err != nil {
			return practice.Faultf(practice.Refused, "layer %s is not gzip: %v", digest, err).Final()
		}
		defer unpacked.Close()
		from = unpacked
	}
	if err := l.untar(from); err != nil {
		if practice.CodeOf(err) == practice.Refused {
			return err
		}
		return practice.Faultf(practice.Refused, "layer %s is no whole tar archive: %v", digest, err).Final()
	}
	return nil
}

func (l *looker) untar(from io.Reader) error {
	archive := tar.NewReader(from)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := path.Clean(strings.TrimPrefix(h.Name, "/"))
		if base := path.Base(name); strings.HasPrefix(base, ".wh.") { // a layer of an image takes a file away
			delete(l.files, path.Join(path.Dir(name), strings.TrimPrefix(base, ".wh.")))
			continue
		}
		switch h.Typeflag {
		case tar.TypeSymlink, tar.TypeLink:
			l.files[name] = library.ContentFile{Path: name, Link: h.Linkname}
		case tar.TypeReg:
			if l.left -= h.Size; l.left < 0 {
				return tooLarge()
			}
			sum := sha256.New()
			if _, err := io.CopyN(sum, archive, h.Size); err != nil {
				return err
			}
			l.files[name] = library.ContentFile{Path: name, Size: h.Size, Digest: practice.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil))), Executable: h.Mode&0o111 != 0}
		}
		if len(l.files) > maxEntries {
			return tooLarge()
		}
	}
}
