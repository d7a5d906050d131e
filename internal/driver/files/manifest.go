package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
)

// file is one file, link or directory of a release.
type file struct {
	Path   string      `json:"path"` // below the release's directory
	Mode   fs.FileMode `json:"mode"` // permissions and kind
	Size   int64       `json:"size,omitempty"`
	SHA256 string      `json:"sha256,omitempty"`
	Link   string      `json:"link,omitempty"`
}

// copyTree copies the artifact's tree to the directory dest of p, which must
// not be there, makes it survive a power failure, and gives what it copied.
// The digests are of the very bytes that were written.
func (p *place) copyTree(ctx context.Context, dest string) ([]file, error) {
	source, err := os.OpenRoot(p.step.Artifact)
	if err != nil {
		return nil, fmt.Errorf("artifact: %w", err)
	}
	defer source.Close()
	var files []file
	err = fs.WalkDir(source.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		f, err := p.copyOne(source, name, path.Join(dest, name), info)
		if err == nil && name != "." {
			files = append(files, f)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	// All is written before the first is synced: one journal commit of the
	// file system then serves many files.
	for _, f := range files {
		if f.Mode.Type() == fs.ModeSymlink {
			continue
		}
		if err := syncDir(p.dir, path.Join(dest, f.Path)); err != nil {
			return nil, err
		}
	}
	return files, syncDir(p.dir, dest)
}

// copyOne copies what is at name in source. Only permissions are taken over,
// no set-user-id and the like.
func (p *place) copyOne(source *os.Root, name, to string, info fs.FileInfo) (file, error) {
	f := file{Path: name, Mode: info.Mode().Perm() | info.Mode().Type()}
	switch info.Mode().Type() {
	case fs.ModeDir:
		f.Mode |= 0o700 // without it, it could not be filled
		if err := p.dir.Mkdir(to, 0o700); err != nil {
			return f, err
		}
		return f, p.dir.Chmod(to, f.Mode.Perm())
	case fs.ModeSymlink:
		link, err := source.Readlink(name)
		if err != nil {
			return f, err
		}
		if filepath.IsAbs(link) || !filepath.IsLocal(path.Join(path.Dir(name), link)) {
			return f, practice.Faultf(practice.Refused, "the artifact's link %s leads out of it, to %s", name, link).Final()
		}
		f.Link = link
		return f, p.dir.Symlink(link, to)
	case 0:
		from, err := source.Open(name)
		if err != nil {
			return f, err
		}
		defer from.Close()
		f.Size, f.SHA256, err = p.write(from, to, f.Mode.Perm())
		return f, err
	}
	return f, practice.Faultf(practice.Refused, "the artifact's %s is neither a file, a directory nor a link", name).Final()
}

func (p *place) write(from io.Reader, to string, mode fs.FileMode) (int64, string, error) {
	dest, err := p.dir.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, "", err
	}
	sum := sha256.New()
	size, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(dest, sum)}, struct{ io.Reader }{from}, make([]byte, 256<<10))
	err = errors.Join(err, dest.Chmod(mode), dest.Close())
	return size, hex.EncodeToString(sum.Sum(nil)), err
}

// difference is what a release holds other than it should.
type difference struct {
	wrong []string // altered or missing
	added []string
	told  []driver.Difference // of wrong, the first driver.MaxDiffers
}

// with adds a file that is not as it was placed: what is found is "" where it is not there.
func (d difference) with(want file, found string) difference {
	d.wrong = append(d.wrong, want.Path)
	if len(d.told) < driver.MaxDiffers {
		d.told = append(d.told, driver.Difference{What: "file " + want.Path, Recorded: want.String(), Found: found})
	}
	return d
}

// String says what a file is, for people who compare it with another.
func (f file) String() string {
	switch {
	case f.Mode.Type() == fs.ModeSymlink:
		return "link to " + f.Link
	case f.Mode.IsDir():
		return f.Mode.String()
	}
	return fmt.Sprintf("%s %d bytes sha256:%.12s", f.Mode, f.Size, f.SHA256)
}

func (d difference) String() string {
	var parts []string
	if len(d.wrong) > 0 {
		parts = append(parts, fmt.Sprintf("%d altered or missing: %s", len(d.wrong), some(d.wrong)))
	}
	if len(d.added) > 0 {
		parts = append(parts, fmt.Sprintf("%d added: %s", len(d.added), some(d.added)))
	}
	return strings.Join(parts, "; ")
}

func some(names []string) string {
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// compare looks at every file of the release, reading it in full.
func (p *place) compare(ctx context.Context, release string, want []file) (difference, error) {
	var d difference
	open := make(map[string]file, len(want))
	for _, f := range want {
		open[f.Path] = f
	}
	base := path.Join(releases, release)
	tree, err := fs.Sub(p.dir.FS(), base)
	if err != nil {
		return d, err
	}
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the release itself, or what vanished just now: counted as missing below
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || name == "." {
			return err
		}
		f, expected := open[name]
		if !expected {
			d.added = append(d.added, name)
			return nil
		}
		delete(open, name)
		now, err := p.found(path.Join(base, name))
		if errors.Is(err, fs.ErrNotExist) {
			d = d.with(f, "")
			return nil
		}
		if err == nil && !f.same(now) {
			d = d.with(f, now.String())
		}
		return err
	})
	for _, f := range want {
		if _, missing := open[f.Path]; missing {
			d = d.with(f, "")
		}
	}
	return d, err
}

// same says whether what was found is exactly as wanted.
func (f file) same(found file) bool {
	switch {
	case f.Mode.Type() == fs.ModeSymlink:
		return found.Mode.Type() == fs.ModeSymlink && found.Link == f.Link
	case found.Mode != f.Mode:
		return false
	case f.Mode.IsDir():
		return true
	}
	return found.Size == f.Size && found.SHA256 == f.SHA256
}

// found gives what a file is now, reading it in full.
func (p *place) found(name string) (file, error) {
	info, err := p.dir.Lstat(name)
	if err != nil {
		return file{}, err
	}
	now := file{Mode: info.Mode().Perm() | info.Mode().Type(), Size: info.Size()}
	switch now.Mode.Type() {
	case fs.ModeSymlink:
		now.Link, err = p.dir.Readlink(name)
		return now, err
	case 0:
	default:
		return now, nil
	}
	content, err := p.dir.Open(name)
	if err != nil {
		return now, err
	}
	defer content.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, content)
	now.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return now, err
}
