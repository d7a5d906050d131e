package registry

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"tranship.dev/tranship/internal/practice"
)

// content is a directory of blobs and manifests, addressed by digest:
// blobs/sha256/ab/abcdef..., and uploads that are not complete in uploads/.
type content struct {
	dir string

	// arriving is held for reading from putting content in place until the index
	// knows it, and for writing while content is deleted: so content that
	// just arrived is never deleted as unknown.
	arriving sync.RWMutex

	mu   sync.Mutex
	busy map[string]bool // uploads that a request is writing to
}

func (c *content) path(d practice.Digest) string {
	return filepath.Join(c.dir, "blobs", "sha256", d.Hex()[:2], d.Hex())
}

func (c *content) uploadPath(id string) string { return filepath.Join(c.dir, "uploads", id) }

// open gives the file of a digest and its size, or fs.ErrNotExist.
func (c *content) open(d practice.Digest) (*os.File, int64, error) {
	if err := d.Check(); err != nil {
		return nil, 0, fs.ErrNotExist
	}
	f, err := os.Open(c.path(d))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// size gives the size of a digest's content, or fs.ErrNotExist.
func (c *content) size(d practice.Digest) (int64, error) {
	if err := d.Check(); err != nil {
		return 0, fs.ErrNotExist
	}
	info, err := os.Stat(c.path(d))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// keep puts a complete file, whose bytes are known to have the digest and to
// be on the disk, in its place. Equal content that is there is replaced: it might have been altered.
func (c *content) keep(file string, d practice.Digest) error {
	place := c.path(d)
	shard := filepath.Dir(place)
	if err := os.Mkdir(shard, 0o700); err == nil {
		if err := syncDir(filepath.Dir(shard)); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Rename(file, place); err != nil {
		return err
	}
	return syncDir(shard)
}

// put stores small content.
func (c *content) put(raw []byte) error {
	place := c.uploadPath("put-" + rand.Text())
	f, err := os.OpenFile(place, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = c.keep(place, practice.DigestOf(raw))
	}
	if err != nil {
		return errors.Join(err, os.Remove(place))
	}
	return nil
}

// claim reserves an upload for one request; release gives it free.
func (c *content) claim(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[id] {
		return false
	}
	c.busy[id] = true
	return true
}

func (c *content) release(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.busy, id)
}

// syncDir makes the names in a directory survive a power loss.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}
