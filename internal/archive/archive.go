// Package archive keeps content by its digest in a directory: the sealed logs
// of deployments. What it gave a digest for is on the disk.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tranship.dev/tranship/internal/practice"
)

// maxContent bounds what is read at once: segments of logs are far smaller.
const maxContent = 64 << 20

// Archive is a directory of content. Safe for concurrent use.
type Archive struct{ dir string }

// Open gives the archive in dir and makes the directory when it is absent.
func Open(dir string) (*Archive, error) {
	if err := os.MkdirAll(filepath.Join(dir, "sha256"), 0o700); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return &Archive{dir: dir}, nil
}

// path gives where content of a digest lies; the digest was checked.
func (a *Archive) path(digest practice.Digest) string {
	hexed := digest.Hex()
	return filepath.Join(a.dir, "sha256", hexed[:2], hexed)
}

// Put keeps content and gives its digest when it is on the disk. The same
// content again changes nothing, but repairs what was damaged.
func (a *Archive) Put(ctx context.Context, content []byte) (practice.Digest, error) {
	digest := practice.DigestOf(content)
	if _, err := a.Get(ctx, digest); err == nil {
		return digest, nil
	}
	path := a.path(digest)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("archive: %w", err)
	}
	if err := write(path, content); err != nil {
		return "", fmt.Errorf("archive %s: %w", digest, err)
	}
	return digest, errors.Join(syncDir(filepath.Dir(path)), syncDir(filepath.Join(a.dir, "sha256")))
}

// write makes a file appear with all of its content or not at all.
func write(path string, content []byte) error {
	part, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part.Name()) }() // gone already where it got its place
	_, err = part.Write(content)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Get gives content: NotFound when it is absent, Refused when it was altered.
func (a *Archive) Get(_ context.Context, digest practice.Digest) ([]byte, error) {
	if err := digest.Check(); err != nil {
		return nil, err
	}
	file, err := os.Open(a.path(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, practice.Faultf(practice.NotFound, "content %s is absent from the archive", digest).
			WithHint("bring the file back from a backup: it is named by its digest").Final()
	}
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxContent+1))
	if err != nil {
		return nil, fmt.Errorf("archive %s: %w", digest, err)
	}
	if found := practice.DigestOf(content); found != digest {
		return nil, practice.Faultf(practice.Refused, "content %s was altered in the archive: it has digest %s", digest, found).
			WithHint("bring the file back from a backup: it is named by its digest").Final()
	}
	return content, nil
}
