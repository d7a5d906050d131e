package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"cuelabs.dev/go/oci/ociregistry"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

var uploadID = regexp.MustCompile(`^[0-9a-f]{16}-[0-9A-Z]{26}$`)

// upload is a blob that is coming in, in one or more requests; between them
// its bytes lie in a file, so that it can be resumed after a restart.
type upload struct {
	registry   *Registry
	ctx        context.Context
	repository string
	id         string
	file       *os.File
	size       int64
	fresh      bool      // this request must start at 0: data when size > 0 is out of order
	hash       hash.Hash // over all bytes; nil when earlier requests wrote some
}

func (r *Registry) startUpload(ctx context.Context, repository string, _ int) (ociregistry.BlobWriter, error) {
	u, err := r.newUpload(ctx, repository)
	if err != nil {
		return nil, err
	}
	return u, nil
}

func (r *Registry) newUpload(ctx context.Context, repository string) (*upload, error) {
	u := &upload{registry: r, ctx: ctx, repository: repository, id: prefix(repository) + rand.Text(), hash: sha256.New()}
	r.content.claim(u.id)
	var err error
	if u.file, err = os.OpenFile(r.content.uploadPath(u.id), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		r.content.release(u.id)
		return nil, err
	}
	return u, nil
}

// prefix binds an upload's identifier to its repository.
func prefix(repository string) string {
	sum := sha256.Sum256([]byte(repository))
	return hex.EncodeToString(sum[:8]) + "-"
}

// resumeUpload continues an upload. offset -1 only asks where it stands; 0
// either begins it or ends it without more data; anything else must be its size.
func (r *Registry) resumeUpload(ctx context.Context, repository, id string, offset int64, _ int) (ociregistry.BlobWriter, error) {
	if !uploadID.MatchString(id) || !strings.HasPrefix(id, prefix(repository)) {
		return nil, ociregistry.ErrBlobUploadUnknown
	}
	if !r.content.claim(id) {
		return nil, ociregistry.NewError("another request is writing to this upload", "BLOB_UPLOAD_INVALID", nil)
	}
	u := &upload{registry: r, ctx: ctx, repository: repository, id: id, fresh: offset == 0}
	if err := u.reopen(offset); err != nil {
		r.content.release(id)
		return nil, err
	}
	return u, nil
}

func (u *upload) reopen(offset int64) error {
	file, err := os.OpenFile(u.registry.content.uploadPath(u.id), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return ociregistry.ErrBlobUploadUnknown
	} else if err != nil {
		return err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil && offset > 0 && offset != size {
		err = fmt.Errorf("%w: chunk begins at %d, but %d bytes are here", ociregistry.ErrRangeInvalid, offset, size)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	u.file, u.size = file, size
	if size == 0 {
		u.hash = sha256.New()
	}
	return nil
}

// Write appends p.
func (u *upload) Write(p []byte) (int, error) {
	if u.fresh && u.size > 0 {
		return 0, fmt.Errorf("%w: chunk begins at 0, but %d bytes are here", ociregistry.ErrRangeInvalid, u.size)
	}
	u.fresh = false
	if u.size+int64(len(p)) > u.registry.options.MaxBlob {
		return 0, denied("blob is larger than the %d bytes that are taken", u.registry.options.MaxBlob)
	}
	n, err := u.file.Write(p)
	u.size += int64(n)
	if u.hash != nil {
		u.hash.Write(p[:n])
	}
	return n, err
}

// Size gives the number of bytes that are here.
func (u *upload) Size() int64 { return u.size }

// ChunkSize gives the least size of a chunk: any.
func (u *upload) ChunkSize() int { return 1 }

// ID gives the name under which the upload can be resumed.
func (u *upload) ID() string { return u.id }

// Close ends the request's part; the upload can be resumed. It may be called again.
func (u *upload) Close() error {
	if u.file == nil {
		return nil
	}
	err := u.file.Close()
	u.file = nil
	u.registry.content.release(u.id)
	return err
}

// Cancel removes what came in. It may be called at any time, and again.
func (u *upload) Cancel() error {
	if u.file == nil {
		return nil
	}
	return errors.Join(os.Remove(u.registry.content.uploadPath(u.id)), u.Close())
}

// Commit makes the upload a blob of its repository when its bytes have the
// digest; when they have not, the upload is removed.
func (u *upload) Commit(want ociregistry.Digest) (ociregistry.Descriptor, error) {
	digest, err := u.sum()
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	if digest != practice.Digest(want) {
		return ociregistry.Descriptor{}, errors.Join(
			fmt.Errorf("%w: the %d bytes that came have %s", ociregistry.ErrDigestInvalid, u.size, digest), u.Cancel())
	}
	if err := u.file.Sync(); err != nil {
		return ociregistry.Descriptor{}, err
	}
	defer u.Close()
	c := u.registry.content
	c.arriving.RLock()
	defer c.arriving.RUnlock()
	if err := c.keep(c.uploadPath(u.id), digest); err != nil {
		return ociregistry.Descriptor{}, err
	}
	at := u.registry.options.Now().UTC()
	err = u.registry.options.Index.Update(u.ctx, func(x library.MediaIndex) error {
		return x.AddMediaBlob(u.repository, digest, at)
	})
	return ociregistry.Descriptor{MediaType: octets, Digest: want, Size: u.size}, err
}

func (u *upload) sum() (practice.Digest, error) {
	if u.hash == nil {
		u.hash = sha256.New()
		if _, err := u.file.Seek(0, io.SeekStart); err != nil {
			return "", err
		}
		if _, err := io.Copy(u.hash, u.file); err != nil {
			return "", err
		}
	}
	return practice.Digest("sha256:" + hex.EncodeToString(u.hash.Sum(nil))), nil
}

// pushBlob takes a blob in one request.
func (r *Registry) pushBlob(ctx context.Context, repository string, d ociregistry.Descriptor, body io.Reader) (ociregistry.Descriptor, error) {
	u, err := r.newUpload(ctx, repository)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	if _, err := io.Copy(u, body); err != nil {
		return ociregistry.Descriptor{}, errors.Join(err, u.Cancel())
	}
	if d.Size >= 0 && d.Size != u.size {
		return ociregistry.Descriptor{}, errors.Join(ociregistry.ErrSizeInvalid, u.Cancel())
	}
	return u.Commit(d.Digest)
}
