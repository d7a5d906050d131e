package artifact

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/plan"
)

const (
	maxManifest = 4 << 20
	bufferSize  = 256 << 10
)

// Fetch gives a directory with the unpacked, verified files of an artifact,
// below cacheDir; it fetches them when they are not there, or were altered.
// Nobody may write to the directory. Any number of goroutines and processes
// may fetch into the same cache at once: equal artifacts are fetched once.
//
// Errors say why: NotFound when it is absent, Refused (terminal) when it is
// not signed as demanded, withdrawn, altered, larger than planned or not fit
// to be unpacked, Unavailable when the registry cannot be reached or is too slow.
//
// Files are not forced to the disk: what a power loss leaves of them is
// compared with the digest by the next Fetch, like everything in the cache.
func Fetch(ctx context.Context, s Source, a plan.Artifact, cacheDir string) (string, error) {
	if err := a.Digest.Check(); err != nil {
		return "", err
	}
	if a.Signed {
		if _, err := library.VerifyStatement(a.Signature, a.Component, a.Version, a.Digest, a.Publishers...); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(cacheDir, 0o700); err != nil {
		return "", err
	}
	unlock, err := lock(ctx, lockPath(cacheDir, a.Digest.Hex()))
	if err != nil {
		return "", fmt.Errorf("wait for another fetch of %s@%s: %w", a.Component, a.Version, err)
	}
	defer unlock()
	home := filepath.Join(cacheDir, a.Digest.Hex())
	files := filepath.Join(home, filesDir)
	if _, err := os.Lstat(home); err == nil {
		if Verify(files) == nil {
			return files, nil
		}
		if err := os.RemoveAll(home); err != nil {
			return "", err
		}
	}
	from, err := s.find(a)
	if err != nil {
		return "", err
	}
	defer from.release()
	private := partPath(cacheDir, a.Digest.Hex())
	if err := from.into(ctx, a, private); err != nil {
		return "", errors.Join(err, os.RemoveAll(private))
	}
	return files, os.Rename(private, home)
}

// into fetches an artifact into a directory that nobody else uses.
func (o *origin) into(ctx context.Context, a plan.Artifact, dir string) error {
	if err := os.RemoveAll(dir); err != nil { // of a fetch that was killed
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, filesDir), 0o700); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(dir, filesDir), 0o755); err != nil { //nolint:gosec // the component's own user reads it
		return err
	}
	root, err := os.OpenRoot(filepath.Join(dir, filesDir))
	if err != nil {
		return err
	}
	defer root.Close()
	var moved atomic.Int64
	ctx, stop := o.watch(ctx, &moved)
	defer stop()
	raw, err := o.manifest(ctx, string(a.Digest))
	if err != nil {
		return err
	}
	layers, err := o.admit(raw, a.Size)
	if err != nil {
		return err
	}
	l := &layout{}
	u := &unpacker{root: root, limits: o.limits, layout: l, buffer: make([]byte, bufferSize)}
	for _, d := range layers {
		if err := o.layer(ctx, u, d, &moved); err != nil {
			return err
		}
	}
	return l.store(dir, raw)
}

// manifest fetches a manifest by its digest, which its bytes have, or by a tag.
func (o *origin) manifest(ctx context.Context, reference string) ([]byte, error) {
	for tries := o.tries(); ; {
		raw, err := o.tryManifest(ctx, reference)
		if err == nil {
			return raw, nil
		}
		if err := tries.another(ctx, err); err != nil {
			return nil, err
		}
	}
}

func (o *origin) tryManifest(ctx context.Context, reference string) ([]byte, error) {
	res, err := o.get(ctx, "/manifests/"+reference, ocispec.MediaTypeImageManifest+", "+ocispec.MediaTypeImageIndex, 0)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxManifest+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxManifest {
		return nil, o.refuse("its manifest is larger than %d bytes", maxManifest)
	}
	if found := practice.DigestOf(raw); strings.Contains(reference, ":") && string(found) != reference {
		return nil, o.refuse("content was altered: its manifest has %s, not %s", found, reference)
	}
	return raw, nil
}

// admit gives the layers of a manifest, or says why it is not fetched.
func (o *origin) admit(raw []byte, size int64) ([]ocispec.Descriptor, error) {
	var m ocispec.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, o.refuse("its manifest cannot be read: %v", err)
	}
	if m.MediaType != "" && m.MediaType != ocispec.MediaTypeImageManifest {
		return nil, o.refuse("it is a %s, not one manifest with its layers", m.MediaType)
	}
	var sum int64
	for i, d := range m.Layers {
		if err := practice.Digest(d.Digest).Check(); err != nil {
			return nil, o.refuse("layer %d: %v", i, err)
		}
		if d.Size < 0 || d.Size > size-sum {
			return nil, o.refuse("it is too large: its layers have more than the %d bytes that were planned", size)
		}
		sum += d.Size
	}
	return m.Layers, nil
}

// layer unpacks one layer while it comes in, and then compares its digest:
// until that was right, nobody sees the files.
func (o *origin) layer(ctx context.Context, u *unpacker, d ocispec.Descriptor, moved *atomic.Int64) error {
	stream := o.download(ctx, "/blobs/"+string(d.Digest), d.Size, moved)
	defer stream.Close()
	sum := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(stream, sum), bufferSize)
	unpacked := u.layer(d, in)
	// Altered bytes are a better reason than what they led to: read on to know
	// the digest. The stream keeps its own error, which is looked at next.
	_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, in, u.buffer)
	if stream.err != nil {
		return stream.err
	}
	if found := "sha256:" + hex.EncodeToString(sum.Sum(nil)); found != string(d.Digest) {
		return o.refuse("content was altered: a layer has %s, not %s", found, d.Digest)
	}
	if ours(unpacked) {
		return practice.Faultf(practice.Unavailable, "unpack %s: %v", o.named, unpacked)
	}
	if unpacked != nil {
		return practice.Faultf(practice.Refused, "%s cannot be unpacked: %v", o.named, unpacked).Final()
	}
	return nil
}

// ours tells errors of this machine from errors of the artifact.
func ours(err error) bool {
	for _, errno := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EROFS, syscall.EMFILE, syscall.ENFILE, syscall.EACCES} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

func (o *origin) refuse(format string, args ...any) *practice.Error {
	return practice.Faultf(practice.Refused, "fetch %s: %s", o.what, fmt.Sprintf(format, args...)).Final()
}

// layer unpacks one layer in whichever form it has.
func (u *unpacker) layer(d ocispec.Descriptor, r io.Reader) error {
	title := d.Annotations[ocispec.AnnotationTitle]
	switch {
	case d.MediaType == ocispec.MediaTypeImageLayer:
		u.layout.begin(false)
		u.layout.last().Content = practice.Digest(d.Digest)
		return u.untar(r)
	case zipped(d.MediaType):
		plain, err := decompress(r)
		if err != nil {
			return err
		}
		u.layout.begin(false)
		sum := sha256.New()
		err = u.untar(io.TeeReader(plain, sum))
		u.layout.last().Content = practice.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil)))
		return err
	case title != "":
		u.layout.begin(true)
		u.layout.last().Content = practice.Digest(d.Digest)
		return u.single(title, d.Size, r)
	default:
		return fmt.Errorf("a layer of type %q is neither a tar nor a named file", d.MediaType)
	}
}

func zipped(mediaType string) bool {
	return mediaType == ocispec.MediaTypeImageLayerGzip || strings.HasSuffix(mediaType, ".tar.gzip")
}
