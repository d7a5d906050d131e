package artifact

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Pack gives the layer of an upload to take, which writes it where it belongs, and
// removes the upload when take succeeds: the same layer that Write gives of a
// directory with these files. With unpack the only file is an archive, and its
// content is meant. Refused while a file is not whole, or where there is none.
func (s *Stage) Pack(id, component string, by practice.Actor, unpack bool, take func(write func(io.Writer) error) error) error {
	if _, err := s.about(id, component, by); err != nil {
		return err
	}
	open, err := s.seal(id)
	if err != nil {
		return err
	}
	defer open()
	only, err := s.ready(id)
	if err != nil {
		return err
	}
	dir := filepath.Join(s.dir, id, stageFiles)
	if unpack {
		if only == "" {
			return practice.Faultf(practice.Refused, "the upload is more than one file, so there is no archive to unpack").Final()
		}
		into := filepath.Join(s.dir, id, "unpacked")
		if err := s.unpack(filepath.Join(dir, filepath.FromSlash(only)), only, into); err != nil {
			return err
		}
		dir = into
	}
	if err := take(func(w io.Writer) error { return Write(w, dir) }); err != nil {
		return err
	}
	return s.remove(id)
}

// ready refuses an upload that is not whole, and names its file where it is one.
func (s *Stage) ready(id string) (only string, err error) {
	files, missing := 0, ""
	err = s.each(id, func(name string, _ fs.FileInfo, whole bool) error {
		if !whole {
			missing = name
		}
		files, only = files+1, name
		return nil
	})
	switch {
	case err != nil:
		return "", err
	case missing != "":
		return "", practice.Faultf(practice.Refused, "%s is not whole", missing).WithHint("send the rest of it, or all of it again")
	case files == 0:
		return "", practice.Faultf(practice.Refused, "no file was uploaded").WithHint("send at least one")
	case files > 1:
		only = ""
	}
	return only, nil
}

// unpack unpacks an archive into a new directory: tar, plain or with gzip, or zip.
// It keeps to the bounds of a fetch. Refused, with the reason, when it cannot be.
func (s *Stage) unpack(archive, name, into string) error {
	if err := os.RemoveAll(into); err != nil { // of one that ended in between
		return err
	}
	if err := os.Mkdir(into, 0o700); err != nil {
		return ourFault(err)
	}
	root, err := os.OpenRoot(into)
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := os.Open(archive) // below the stage's own directory, by a checked path
	if err != nil {
		return err
	}
	defer file.Close()
	u := &unpacker{root: root, limits: s.limits, layout: &layout{}, buffer: make([]byte, bufferSize)}
	if err := u.archive(file); err != nil {
		if ours(err) {
			return ourFault(err)
		}
		return practice.Faultf(practice.Refused, "%s cannot be unpacked: %v", name, err).Final()
	}
	return nil
}

// archive unpacks an archive of whichever kind its first bytes say.
func (u *unpacker) archive(file *os.File) error {
	head := make([]byte, 262)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	head = head[:n]
	u.layout.begin(false)
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		plain, err := decompress(file)
		if err != nil {
			return err
		}
		return u.untar(plain)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return u.unzip(file)
	case n == 262 && bytes.HasSuffix(head, []byte("ustar")):
		return u.untar(file)
	}
	return errors.New("it is neither tar, tar with gzip, nor zip")
}

func (u *unpacker) unzip(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		return fmt.Errorf("not a whole zip archive: %w", err)
	}
	for _, f := range archive.File {
		if err := u.zipped(f); err != nil {
			return fmt.Errorf("entry %q: %w", f.Name, err)
		}
	}
	return nil
}

// zipped unpacks one entry of a zip; its name, kind and size are held to the
// rules of a tar's entry.
func (u *unpacker) zipped(f *zip.File) error {
	mode := f.Mode()
	h := &tar.Header{Name: f.Name, Mode: int64(mode.Perm()), Typeflag: tar.TypeReg}
	switch {
	case mode&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky) != 0:
		h.Mode |= 0o4000
	case mode.IsDir() || strings.HasSuffix(f.Name, "/"):
		h.Typeflag = tar.TypeDir
	case mode&fs.ModeSymlink != 0:
		h.Typeflag = tar.TypeSymlink
	case !mode.IsRegular():
		h.Typeflag = tar.TypeChar
	}
	name, err := u.admit(h)
	if err != nil || name == "." {
		return err
	}
	if h.Typeflag == tar.TypeDir {
		return u.directory(name)
	}
	content, err := f.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	if h.Typeflag == tar.TypeSymlink {
		raw, err := io.ReadAll(io.LimitReader(content, 4096))
		if err != nil {
			return err
		}
		target, err := inside(name, string(raw))
		if err != nil {
			return err
		}
		return u.root.Symlink(filepath.FromSlash(target), name)
	}
	size := int64(f.UncompressedSize64) //nolint:gosec // a size beyond what is taken is refused, also below 0
	if size < 0 {
		return errors.New("its size is not possible")
	}
	if err := u.file(name, permission(h.Mode), size, content); err != nil {
		return err
	}
	// Reading on to the end compares the sum of its bytes.
	if n, err := content.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return errors.Join(errors.New("it is other than the archive says"), err)
	}
	return nil
}
