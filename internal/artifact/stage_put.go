package artifact

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// pathOfPart reads what partName wrote.
func pathOfPart(name string) string {
	read, err := url.PathUnescape(name)
	if err != nil {
		return name
	}
	return read
}

// partName gives the file in which an incomplete file waits: by a short name where
// its path is too long for one.
func partName(p string) string {
	if name := url.PathEscape(p); len(name) <= 200 {
		return name
	}
	return practice.DigestOf([]byte(p)).Hex()
}

// Put takes bytes of a file, as they come: never more than Size, and of the file
// as it is only what follows what came before. What a broken connection brought is
// kept; the next request goes on behind it. A file that is sent again from 0 takes
// the place of the one before. Conflict, with what is here, when From is elsewhere.
func (s *Stage) Put(id, component string, by practice.Actor, p library.UploadPiece, body io.Reader) (library.UploadedFile, error) {
	none := library.UploadedFile{Path: p.Path}
	if _, err := s.about(id, component, by); err != nil {
		return none, err
	}
	if err := library.CheckUploadPath(p.Path); err != nil {
		return none, err
	}
	if p.Size < 0 || p.From < 0 || p.From > p.Size {
		return none, practice.Faultf(practice.Invalid, "%s cannot begin at %d of %d bytes", p.Path, p.From, p.Size).Final()
	}
	others, count, release, err := s.claim(id, p.Path, p.Size)
	if err != nil {
		return none, err
	}
	defer release()
	if err := s.bounded(id, p, others, count); err != nil {
		return none, err
	}
	part := filepath.Join(s.dir, id, stageParts, partName(p.Path))
	file, sum, err := resume(part, p)
	if err != nil {
		return none, err
	}
	n, err := io.CopyBuffer(io.MultiWriter(file, sum), struct{ io.Reader }{io.LimitReader(body, p.Size-p.From)}, make([]byte, bufferSize))
	came := p.From + n
	if err == nil && came == p.Size {
		err = ended(body, p)
	} else if err == nil {
		err = io.ErrUnexpectedEOF
	}
	whole := err == nil
	if whole {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return library.UploadedFile{Path: p.Path, Size: came}, broken(err, p, came)
	}
	return library.UploadedFile{Path: p.Path, Size: came, Whole: true, Digest: practice.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil)))}, s.settle(id, part, p)
}

// ended makes sure that nothing comes behind the last byte.
func ended(body io.Reader, p library.UploadPiece) error {
	if n, _ := io.ReadFull(body, make([]byte, 1)); n > 0 {
		return practice.Faultf(practice.Invalid, "%s has more than the %d bytes that were said", p.Path, p.Size).Final()
	}
	return nil
}

func broken(err error, p library.UploadPiece, came int64) error {
	if practice.CodeOf(err) != "" {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return ourFault(err)
	}
	return practice.Faultf(practice.Invalid, "%d of %d bytes of %s came: %v", came, p.Size, p.Path, err).
		WithHint("send the rest from %d on", came)
}

// bounded refuses what would make the upload larger than what is fetched.
func (s *Stage) bounded(id string, p library.UploadPiece, others int64, count int) error {
	t, err := s.total(id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	size, files := others+p.Size+t.size, count+1+t.files
	s.mu.Unlock()
	if size > s.limits.Unpacked {
		return practice.Faultf(practice.Refused, "with %s the upload would have %d bytes; at most %d are taken", p.Path, size, s.limits.Unpacked).Final()
	}
	if files > s.limits.Entries {
		return practice.Faultf(practice.Refused, "the upload has %d files already; more are not taken", t.files).WithHint("put them into one archive").Final()
	}
	return nil
}

// total gives what of an upload is whole; it is counted once and then kept.
func (s *Stage) total(id string) (*total, error) {
	s.mu.Lock()
	t := s.totals[id]
	s.mu.Unlock()
	if t != nil {
		return t, nil
	}
	t = &total{}
	err := s.each(id, func(_ string, info fs.FileInfo, whole bool) error {
		if whole {
			t.size, t.files = t.size+info.Size(), t.files+1
		}
		return nil
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.totals[id] == nil {
		s.totals[id] = t
	}
	return s.totals[id], err
}

// resume opens a file that is not whole behind what came of it, with the sum of that.
func resume(part string, p library.UploadPiece) (*os.File, hash.Hash, error) {
	sum := sha256.New()
	flags := os.O_RDWR | os.O_CREATE
	if p.From == 0 {
		flags |= os.O_TRUNC
	}
	file, err := os.OpenFile(part, flags, 0o600) // its name is escaped or a digest
	if err != nil {
		return nil, nil, ourFault(err)
	}
	here, err := io.Copy(sum, file)
	if err == nil && here != p.From {
		err = practice.Faultf(practice.Conflict, "%d bytes of %s are here, not %d", here, p.Path, p.From).WithHint("send the rest from %d on, or all of it", here)
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, sum, nil
}

// settle puts a file that is whole where it will be packed from.
func (s *Stage) settle(id, part string, p library.UploadPiece) error {
	root, err := os.OpenRoot(filepath.Join(s.dir, id))
	if err != nil {
		return err
	}
	defer root.Close()
	place := path.Join(stageFiles, p.Path)
	refuse := practice.Faultf(practice.Invalid, "%s cannot be both a file and a directory", p.Path).Final()
	if err := root.MkdirAll(path.Dir(place), 0o700); errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrExist) {
		return errors.Join(refuse, os.Remove(part))
	} else if err != nil {
		return ourFault(err)
	}
	if info, err := root.Lstat(place); err == nil && info.IsDir() {
		return errors.Join(refuse, os.Remove(part))
	}
	mode := fs.FileMode(0o644)
	if p.Executable {
		mode = 0o755
	}
	name := path.Join(stageParts, filepath.Base(part))
	if err := root.Chmod(name, mode); err != nil {
		return err
	}
	before, files := int64(0), 1
	if info, err := root.Lstat(place); err == nil {
		before, files = info.Size(), 0 // it takes the place of one before
	}
	if err := root.Rename(name, place); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.totals[id]; t != nil {
		t.size, t.files = t.size+p.Size-before, t.files+files
	}
	return nil
}
