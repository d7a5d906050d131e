package artifact

import (
	"archive/tar"
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

// Write writes the layer of a file or directory, as Pack describes it. The errors
// are those of Pack.
func Write(w io.Writer, source string) error {
	info, err := os.Stat(source)
	if errors.Is(err, fs.ErrNotExist) {
		return practice.Faultf(practice.NotFound, "there is no file or directory %s", source)
	} else if err != nil {
		return err
	}
	dir, only := source, ""
	if !info.IsDir() {
		// Through its resolved name: the file itself may be named by a link.
		resolved, err := filepath.EvalSymlinks(source)
		if err != nil {
			return err
		}
		dir, only = filepath.Dir(resolved), filepath.Base(resolved)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	p := packer{root: root, tar: tar.NewWriter(w), source: dir}
	if only != "" {
		err = p.add(only, filepath.Base(source), fs.FileInfoToDirEntry(info))
	} else {
		err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || name == "." {
				return err
			}
			return p.add(name, name, e)
		})
	}
	if err != nil {
		return err
	}
	return p.tar.Close()
}

type packer struct {
	root   *os.Root
	tar    *tar.Writer
	source string
}

// add writes what lies at name as the entry as.
func (p packer) add(name, as string, e fs.DirEntry) error {
	full := filepath.Join(p.source, name)
	info, err := e.Info()
	if err != nil {
		return err
	}
	h := &tar.Header{Name: as, Mode: 0o644}
	switch {
	case info.Mode().IsRegular():
		return p.addFile(h, name, full)
	case info.IsDir():
		h.Typeflag, h.Name, h.Mode = tar.TypeDir, as+"/", 0o755
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := p.root.Readlink(name)
		if err != nil {
			return err
		}
		h.Typeflag, h.Mode = tar.TypeSymlink, 0o777
		if h.Linkname, err = inside(as, filepath.ToSlash(target)); err != nil {
			return practice.Faultf(practice.Invalid, "%s cannot be packed: %v", full, err).Final()
		}
	default:
		return practice.Faultf(practice.Invalid, "%s cannot be packed: it is neither file, directory nor symbolic link (%s)",
			full, info.Mode().Type()).Final()
	}
	if err := p.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("pack %s: %w", full, err)
	}
	return nil
}

func (p packer) addFile(h *tar.Header, name, full string) error {
	f, err := p.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h.Typeflag, h.Size = tar.TypeReg, info.Size()
	if info.Mode()&0o100 != 0 {
		h.Mode = 0o755
	}
	if err := p.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("pack %s: %w", full, err)
	}
	if n, err := io.Copy(p.tar, f); err != nil || n != h.Size {
		return errors.Join(err, practice.Faultf(practice.Conflict, "%s changed while it was read", full))
	}
	return nil
}

// inside gives the plain form of a symbolic link's target, or says why it
// may lead outside. ".." is allowed only at its beginning: behind a name that
// is itself a link it would lead elsewhere than it reads.
func inside(name, target string) (string, error) {
	if target == "" || path.IsAbs(target) {
		return "", fmt.Errorf("symbolic link to %q is absolute or empty", target)
	}
	named := false
	for part := range strings.SplitSeq(target, "/") {
		if part == ".." && named {
			return "", fmt.Errorf("symbolic link to %q has \"..\" behind a name", target)
		}
		named = named || (part != ".." && part != "." && part != "")
	}
	if !filepath.IsLocal(path.Join(path.Dir(name), target)) {
		return "", fmt.Errorf("symbolic link to %q leads outside", target)
	}
	return path.Clean(target), nil
}
