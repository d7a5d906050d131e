package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// Collected says what a collection freed.
type Collected struct {
	Blobs   int
	Uploads int
	Bytes   int64
}

// Collect deletes blobs that no manifest needs, and uploads that nobody
// continued, when they are older than grace. It may run beside everything
// else; a client that pushes slower than grace must begin again.
func (r *Registry) Collect(ctx context.Context, grace time.Duration) (Collected, error) {
	before := r.options.Now().Add(-grace)
	var done Collected
	err := r.eachShard(ctx, func(shard string) error {
		old, err := older(shard, before)
		if err != nil {
			return err
		}
		for batch := range slices.Chunk(old, 256) {
			if err := r.collect(ctx, batch, before, &done); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return done, err
	}
	return done, r.collectUploads(before, &done)
}

func (r *Registry) collect(ctx context.Context, names []string, before time.Time, done *Collected) error {
	digests := make([]practice.Digest, len(names))
	for i, name := range names {
		digests[i] = practice.Digest("sha256:" + name)
	}
	r.content.arriving.Lock()
	defer r.content.arriving.Unlock()
	var unused []practice.Digest
	err := r.options.Index.Update(ctx, func(x library.MediaIndex) (err error) {
		unused, err = x.ForgetMedia(digests, before)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range unused {
		path := r.content.path(d)
		info, err := os.Stat(path)
		if err != nil || !info.ModTime().Before(before) {
			continue // it was put again since it was listed
		}
		if err := os.Remove(path); err != nil {
			return err
		}
		done.Blobs++
		done.Bytes += info.Size()
	}
	return nil
}

func (r *Registry) collectUploads(before time.Time, done *Collected) error {
	names, err := older(filepath.Join(r.content.dir, "uploads"), before)
	for _, name := range names {
		if !r.content.claim(name) {
			continue
		}
		info, statErr := os.Stat(r.content.uploadPath(name))
		if statErr == nil && info.ModTime().Before(before) {
			err = errors.Join(err, os.Remove(r.content.uploadPath(name)))
			done.Uploads++
			done.Bytes += info.Size()
		}
		r.content.release(name)
	}
	return err
}

// eachShard calls f with each directory of content until ctx ends.
func (r *Registry) eachShard(ctx context.Context, f func(shard string) error) error {
	base := filepath.Join(r.content.dir, "blobs", "sha256")
	shards, err := os.ReadDir(base)
	for _, shard := range shards {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = f(filepath.Join(base, shard.Name()))
		}
	}
	return err
}

// older lists the files of a directory that were last written before a time.
func older(dir string, before time.Time) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		if info.ModTime().Before(before) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Altered is content that is not what its name says.
type Altered struct {
	Digest practice.Digest // what it should be
	Found  practice.Digest // what it is
	Size   int64           // bytes found
}

// Check reads all content and reports what was altered in storage. Altered
// content is moved to altered/, so that nobody is given it and the right
// content can be pushed again. It reads at the speed of the disk.
func (r *Registry) Check(ctx context.Context) ([]Altered, error) {
	var found []Altered
	err := r.eachShard(ctx, func(shard string) error {
		entries, err := os.ReadDir(shard)
		if err != nil {
			return err
		}
		for _, e := range entries {
			a, err := r.check(ctx, practice.Digest("sha256:"+e.Name()))
			if err != nil {
				return err
			}
			if a.Found != a.Digest {
				found = append(found, a)
			}
		}
		return nil
	})
	return found, err
}

func (r *Registry) check(ctx context.Context, d practice.Digest) (Altered, error) {
	right := Altered{Digest: d, Found: d}
	file, _, err := r.content.open(d)
	if errors.Is(err, fs.ErrNotExist) {
		return right, nil // collected meanwhile
	} else if err != nil {
		return right, err
	}
	defer file.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, &untilDone{ctx, file})
	if err != nil {
		return right, err
	}
	a := Altered{Digest: d, Found: practice.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil))), Size: size}
	if a.Found == d {
		return a, nil
	}
	return a, r.setAside(file, d)
}

// setAside moves the altered file away, unless right content took its place meanwhile.
func (r *Registry) setAside(file *os.File, d practice.Digest) error {
	r.content.arriving.Lock()
	defer r.content.arriving.Unlock()
	opened, err := file.Stat()
	if err != nil {
		return err
	}
	present, err := os.Stat(r.content.path(d))
	if err != nil || !os.SameFile(opened, present) {
		return err
	}
	aside := filepath.Join(r.content.dir, "altered")
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return err
	}
	return os.Rename(r.content.path(d), filepath.Join(aside, d.Hex()))
}

// untilDone reads until its context ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
