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

// unpacker writes the layers of one artifact below a directory that nobody
// else uses, and notes how each layer can be put together again (see layout).
type unpacker struct {
	root   *os.Root
	limits Limits
	layout *layout
	buffer []byte

	entries int
	bytes   int64
}

// untar unpacks one tar. The error says which entry is refused and why.
func (u *unpacker) untar(r io.Reader) error {
	note := &noter{r: r, layout: u.layout, noting: true}
	archive := tar.NewReader(note)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			// What follows the archive's end belongs to the layer too.
			_, err := io.Copy(io.Discard, note)
			return err
		}
		if err != nil {
			return fmt.Errorf("not a whole tar archive: %w", err)
		}
		if err := u.entry(archive, h, note); err != nil {
			return fmt.Errorf("entry %q: %w", h.Name, err)
		}
	}
}

func (u *unpacker) entry(archive io.Reader, h *tar.Header, note *noter) error {
	if h.Typeflag == tar.TypeXGlobalHeader { // a comment, as git archive writes it
		return nil
	}
	name, err := u.admit(h)
	if err != nil || name == "." {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return u.directory(name)
	case tar.TypeSymlink:
		target, err := inside(name, h.Linkname)
		if err != nil {
			return err
		}
		return u.root.Symlink(filepath.FromSlash(target), name)
	default:
		note.noting = false
		before := note.read
		err := u.file(name, permission(h.Mode), h.Size, archive)
		if err == nil && note.read-before != h.Size {
			err = errors.New("it is a sparse file")
		}
		note.noting = true
		u.layout.content(name, h.Size)
		return err
	}
}

// admit refuses an entry that is not plain, and makes its directory.
func (u *unpacker) admit(h *tar.Header) (string, error) {
	name := path.Clean(strings.TrimSuffix(h.Name, "/"))
	if u.entries++; u.entries > u.limits.Entries {
		return "", fmt.Errorf("there are more than %d entries", u.limits.Entries)
	}
	if !filepath.IsLocal(filepath.FromSlash(h.Name)) || strings.ContainsRune(h.Name, 0) || strings.ContainsRune(h.Name, '\\') {
		return "", errors.New("its name leads outside")
	}
	if strings.Count(name, "/") >= u.limits.Depth {
		return "", fmt.Errorf("it lies deeper than %d directories", u.limits.Depth)
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeDir, tar.TypeSymlink:
	default:
		return "", fmt.Errorf("it is neither file, directory nor symbolic link (type %q)", h.Typeflag)
	}
	if h.Mode&0o7000 != 0 && h.Typeflag != tar.TypeSymlink {
		return "", fmt.Errorf("its mode %#o has setuid, setgid or sticky", h.Mode)
	}
	if parent := path.Dir(name); parent != "." {
		return name, u.directory(parent)
	}
	return name, nil
}

// directory makes a directory and those above it. A link among them is
// refused: what is written through it would lie elsewhere than it is named.
func (u *unpacker) directory(name string) error {
	if name == "." {
		return nil
	}
	info, err := u.root.Lstat(name)
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is no directory", name)
	}
	if err == nil {
		return u.directory(path.Dir(name))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := u.directory(path.Dir(name)); err != nil {
		return err
	}
	if err := u.root.Mkdir(name, 0o755); err != nil {
		return err
	}
	return u.root.Chmod(name, 0o755) // whatever the umask
}

func (u *unpacker) file(name string, mode fs.FileMode, size int64, r io.Reader) error {
	if u.bytes += size; u.bytes > u.limits.Unpacked {
		return fmt.Errorf("the files are larger than %d bytes", u.limits.Unpacked)
	}
	f, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return errors.New("it comes twice")
	} else if err != nil {
		return err
	}
	// Behind a plain Writer, so that the copy uses the large buffer.
	n, err := io.CopyBuffer(struct{ io.Writer }{f}, io.LimitReader(r, size), u.buffer)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return errors.Join(err, f.Chmod(mode), f.Close())
}

func permission(mode int64) fs.FileMode {
	if mode&0o100 != 0 {
		return 0o755
	}
	return 0o644
}

// single writes a layer that is one plain file.
func (u *unpacker) single(name string, size int64, r io.Reader) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name}
	clean, err := u.admit(h)
	if err == nil && (clean == "." || strings.HasSuffix(name, "/")) {
		err = errors.New("it names no file")
	}
	if err == nil {
		err = u.file(clean, 0o644, size, r)
	}
	if err != nil {
		return fmt.Errorf("file %q: %w", name, err)
	}
	u.layout.content(clean, size)
	return nil
}

// noter notes what it reads while noting is set: all of a tar but the content of files.
type noter struct {
	r      io.Reader
	layout *layout
	noting bool
	read   int64
}

func (n *noter) Read(p []byte) (int, error) {
	count, err := n.r.Read(p)
	n.read += int64(count)
	if n.noting {
		if int64(len(n.layout.between))+int64(count) > maxBetween {
			return 0, practice.Faultf(practice.Refused, "the archive has more than %d bytes that are no content", maxBetween).Final()
		}
		n.layout.note(p[:count])
	}
	return count, err
}
