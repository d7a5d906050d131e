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
		same, err := p.same(path.Join(base, name), f)
		if err == nil && !same {
			d.wrong = append(d.wrong, name)
		}
		return err
	})
	for _, f := range want {
		if _, missing := open[f.Path]; missing {
			d.wrong = append(d.wrong, f.Path)
		}
	}
	return d, err
}

func (p *place) same(name string, want file) (bool, error) {
	info, err := p.dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	mode := info.Mode().Perm() | info.Mode().Type()
	switch {
	case want.Mode.Type() == fs.ModeSymlink:
		if mode.Type() != fs.ModeSymlink {
			return false, nil
		}
		link, err := p.dir.Readlink(name)
		return link == want.Link, err
	case mode != want.Mode:
		return false, nil
	case want.Mode.IsDir():
		return true, nil
	case info.Size() != want.Size:
		return false, nil
	}
	content, err := p.dir.Open(name)
	if err != nil {
		return false, err
	}
	defer content.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return false, err
	}
	return hex.EncodeToString(sum.Sum(nil)) == want.SHA256, nil
}
