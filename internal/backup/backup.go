// Package backup writes a whole installation into one file and reads it back:
// the database, the keys, and the library's media. The file ends with the
// digest of everything in it, so that a broken one is never taken for whole.
package backup

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// The names inside a backup.
const (
	headName = "tranship-backup.json"
	sumsName = "SHA256SUMS.json"
	format   = 1
)

// Head is the first entry: what the backup is.
type Head struct {
	Format  int       `json:"format"`
	Version string    `json:"version"` // of the Tranship that wrote it
	At      time.Time `json:"at"`      // the database is of this moment
}

// Part is a file or a directory that belongs to an installation.
type Part struct {
	Name   string // inside the backup: "tranship.db", "keys", "media/blobs"
	Source string // on the disk; a directory is taken with everything in it
}

// Write streams a backup. Files that vanish while a directory is read are left
// out: the database, which comes first, does not need what comes later and goes.
func Write(w io.Writer, head Head, parts []Part) error {
	head.Format = format
	b := &writer{tar: tar.NewWriter(w), sums: map[string]string{}}
	raw, err := json.MarshalIndent(head, "", "  ")
	if err != nil {
		return err
	}
	if err := b.add(headName, strings.NewReader(string(raw)), int64(len(raw))); err != nil {
		return err
	}
	for _, p := range parts {
		if err := b.part(p); err != nil {
			return fmt.Errorf("backup of %s: %w", p.Name, err)
		}
	}
	sums, err := json.MarshalIndent(b.sums, "", "  ")
	if err != nil {
		return err
	}
	if err := b.add(sumsName, strings.NewReader(string(sums)), int64(len(sums))); err != nil {
		return err
	}
	return b.tar.Close()
}

type writer struct {
	tar  *tar.Writer
	sums map[string]string
}

func (b *writer) part(p Part) error {
	return filepath.WalkDir(p.Source, func(file string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		relative, err := filepath.Rel(p.Source, file)
		if err != nil {
			return err
		}
		return b.file(path.Join(p.Name, filepath.ToSlash(relative)), file)
	})
}

func (b *writer) file(name, source string) error {
	f, err := os.Open(source)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return b.add(name, f, info.Size())
}

func (b *writer) add(name string, content io.Reader, size int64) error {
	if err := b.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, Format: tar.FormatPAX}); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(b.tar, sum), content, size); err != nil {
		return err
	}
	b.sums[name] = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// Restore writes a backup's files into dir, which must be absent or empty. The
// files are there only when every one of them is whole; otherwise dir stays
// as it was.
func Restore(r io.Reader, dir string) (Head, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return Head{}, practice.Faultf(practice.Conflict, "directory %s is not empty", dir).
			WithHint("restore into a new directory, then start the server with it").Final()
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o700); err != nil {
		return Head{}, err
	}
	part, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".restore-*")
	if err != nil {
		return Head{}, err
	}
	defer os.RemoveAll(part)
	root, err := os.OpenRoot(part)
	if err != nil {
		return Head{}, err
	}
	defer root.Close()
	head, err := read(r, func(name string, content io.Reader) error { return extract(root, name, content) })
	if err != nil {
		return head, err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return head, err
	}
	if err := os.Rename(part, dir); err != nil {
		return head, err
	}
	return head, nil
}

func extract(root *os.Root, name string, content io.Reader) error {
	if dir := path.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Sync(), f.Close())
}

// Verify reads a whole backup and refuses one that is broken or altered.
func Verify(r io.Reader) (Head, error) {
	return read(r, func(_ string, content io.Reader) error {
		_, err := io.Copy(io.Discard, content)
		return err
	})
}

// read gives every file of a backup to take, and checks that all are whole.
func read(r io.Reader, take func(name string, content io.Reader) error) (Head, error) {
	var head Head
	in := tar.NewReader(r)
	found := map[string]string{}
	for {
		entry, err := in.Next()
		if errors.Is(err, io.EOF) {
			return head, broken("it ends too early: %s is missing", sumsName)
		}
		if err != nil {
			return head, broken("%v", err)
		}
		if len(found) == 0 && entry.Name != headName {
			return head, broken("it begins with %q, not %s", entry.Name, headName)
		}
		switch entry.Name {
		case headName:
			err = readHead(in, &head, found)
		case sumsName:
			return head, compare(in, found)
		default:
			err = readFile(in, entry.Name, found, take)
		}
		if err != nil {
			return head, err
		}
	}
}

func readHead(in io.Reader, head *Head, found map[string]string) error {
	raw, err := io.ReadAll(io.LimitReader(in, 1<<20))
	if err != nil {
		return broken("%v", err)
	}
	found[headName] = sumOf(raw)
	if err := json.Unmarshal(raw, head); err != nil {
		return broken("%s: %v", headName, err)
	}
	if head.Format != format {
		return practice.Faultf(practice.Refused, "backup has format %d, this Tranship reads %d", head.Format, format).
			WithHint("restore it with Tranship %s", head.Version).Final()
	}
	return nil
}

func readFile(in io.Reader, name string, found map[string]string, take func(string, io.Reader) error) error {
	if !filepath.IsLocal(name) {
		return broken("it holds %q, which leads out of the directory", name)
	}
	if _, twice := found[name]; twice {
		return broken("it holds %q twice", name)
	}
	sum := &summing{r: in, hash: sha256.New()}
	if err := take(name, sum); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	found[name] = hex.EncodeToString(sum.hash.Sum(nil))
	return nil
}

func compare(in io.Reader, found map[string]string) error {
	var sums map[string]string
	if err := json.NewDecoder(in).Decode(&sums); err != nil {
		return broken("%s: %v", sumsName, err)
	}
	for name, sum := range sums {
		switch has, there := found[name]; {
		case !there:
			return broken("%s is missing", name)
		case has != sum:
			return broken("%s has digest %s, not %s", name, has, sum)
		}
	}
	for name := range found {
		if _, there := sums[name]; !there {
			return broken("%s was added to it", name)
		}
	}
	return nil
}

func sumOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func broken(format string, args ...any) error {
	return practice.Faultf(practice.Refused, "backup is broken: "+format, args...).WithHint("use another backup").Final()
}

// summing reads and keeps the digest.
type summing struct {
	r    io.Reader
	hash hash.Hash
}

func (s *summing) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.hash.Write(p[:n])
	return n, err
}
