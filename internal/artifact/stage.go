package artifact

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// Stage is where files come in one by one that become an artifact together. It
// keeps them in a directory, so that an upload survives a restart. It is safe for
// concurrent use; one process may use a directory.
type Stage struct {
	dir    string
	limits Limits
	now    func() time.Time
	keep   time.Duration

	beginning sync.Mutex // one upload is begun after the other, for they are counted

	mu     sync.Mutex
	busy   map[string]*use   // by upload
	totals map[string]*total // likewise, of those that were added to since the start
}

// total counts the files of an upload that are whole.
type total struct {
	size  int64
	files int
}

// use is who works on an upload now.
type use struct {
	paths  map[string]int64 // what is being written, and how large it becomes
	sealed bool             // it is being packed or removed
}

// The names within the directory of an upload.
const (
	stageAbout = "upload.json"
	stageFiles = "files" // what is whole, as it will be packed
	stageParts = "parts" // what is not, as it is called with its path escaped
)

var stageID = regexp.MustCompile(`^up_[0-9A-Z]{26}$`)

// NewStage gives the stage of a directory, which it makes. An upload to which
// nothing is added for as long as keep may be tidied away.
func NewStage(dir string, limits Limits, now func() time.Time, keep time.Duration) (*Stage, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("uploads: %w", err)
	}
	return &Stage{dir: dir, limits: limits.orDefault(), now: now, keep: keep, busy: map[string]*use{}, totals: map[string]*total{}}, nil
}

// Begin opens an upload; Conflict when that actor has too many that are not finished.
func (s *Stage) Begin(component string, by practice.Actor) (library.Upload, error) {
	s.beginning.Lock()
	defer s.beginning.Unlock()
	if err := s.roomFor(by); err != nil {
		return library.Upload{}, err
	}
	u := library.Upload{ID: "up_" + rand.Text(), Component: component, By: by, At: s.now().UTC()}
	raw, err := json.Marshal(u)
	if err != nil {
		return u, err
	}
	for _, dir := range []string{stageFiles, stageParts} {
		if err := os.MkdirAll(filepath.Join(s.dir, u.ID, dir), 0o700); err != nil {
			return u, ourFault(err)
		}
	}
	if err := os.WriteFile(filepath.Join(s.dir, u.ID, stageAbout), raw, 0o600); err != nil {
		return u, ourFault(err)
	}
	return s.Upload(u.ID, u.Component, by)
}

// Upload tells of an upload what came; NotFound when there is none of that name
// for that component which that actor began.
func (s *Stage) Upload(id, component string, by practice.Actor) (library.Upload, error) {
	u, err := s.about(id, component, by)
	if err != nil {
		return u, err
	}
	latest := u.At
	u.Files = []library.UploadedFile{}
	err = s.each(id, func(name string, info fs.FileInfo, whole bool) error {
		u.Count, u.Size = u.Count+1, u.Size+info.Size()
		if info.ModTime().After(latest) {
			latest = info.ModTime()
		}
		if len(u.Files) < shownFiles {
			u.Files = append(u.Files, library.UploadedFile{Path: name, Size: info.Size(), Whole: whole})
		}
		return nil
	})
	u.Until = latest.Add(s.keep).UTC().Truncate(time.Second)
	return u, err
}

const shownFiles = 1000

func (s *Stage) about(id, component string, by practice.Actor) (u library.Upload, err error) {
	missing := practice.Faultf(practice.NotFound, "there is no upload %s of %s that you began", id, component).
		WithHint("it was given up, has become a version, or was tidied away: begin another").Final()
	if !stageID.MatchString(id) {
		return u, missing
	}
	raw, err := os.ReadFile(filepath.Join(s.dir, id, stageAbout))
	if errors.Is(err, fs.ErrNotExist) {
		return u, missing
	}
	if err == nil {
		err = json.Unmarshal(raw, &u)
	}
	if err != nil {
		return u, fmt.Errorf("upload %s: %w", id, err)
	}
	if u.By != by || u.Component != component {
		return library.Upload{}, missing
	}
	return u, nil
}

// each calls f with every file that came, whole or in part, in the order of the disk.
func (s *Stage) each(id string, f func(name string, info fs.FileInfo, whole bool) error) error {
	for _, sort := range []string{stageFiles, stageParts} {
		base := os.DirFS(filepath.Join(s.dir, id, sort))
		err := fs.WalkDir(base, ".", func(name string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // it became whole, or was removed, meanwhile
			}
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			} else if err != nil {
				return err
			}
			if sort == stageParts {
				name = pathOfPart(name)
			}
			return f(name, info, sort == stageFiles)
		})
		if err != nil {
			return fmt.Errorf("upload %s: %w", id, err)
		}
	}
	return nil
}

// Drop gives an upload up. One that is not there is none either.
func (s *Stage) Drop(id, component string, by practice.Actor) error {
	if _, err := s.about(id, component, by); practice.CodeOf(err) == practice.NotFound {
		return nil
	} else if err != nil {
		return err
	}
	open, err := s.seal(id)
	if err != nil {
		return err
	}
	defer open()
	return s.remove(id)
}

func (s *Stage) remove(id string) error {
	s.mu.Lock()
	delete(s.totals, id)
	s.mu.Unlock()
	return os.RemoveAll(filepath.Join(s.dir, id))
}

// Tidy removes uploads to which nothing was added for long, and gives how many.
func (s *Stage) Tidy() (int, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return 0, err
	}
	removed := 0
	for _, e := range entries {
		var u library.Upload
		raw, err := os.ReadFile(filepath.Join(s.dir, e.Name(), stageAbout))
		if err == nil && json.Unmarshal(raw, &u) == nil {
			u, err = s.Upload(u.ID, u.Component, u.By)
		}
		if err == nil && s.now().Before(u.Until) {
			continue
		}
		if err != nil { // it was never whole: one that is being begun is young
			info, err := e.Info()
			if err != nil || s.now().Sub(info.ModTime()) < s.keep {
				continue
			}
		}
		open, err := s.seal(e.Name())
		if err != nil {
			continue // somebody works on it
		}
		err = s.remove(e.Name())
		open()
		if err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// seal takes an upload for one alone; open gives it free. Conflict while files come in.
func (s *Stage) seal(id string) (open func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[id] != nil {
		return nil, practice.Faultf(practice.Conflict, "upload %s is being worked on by another request", id).WithHint("wait until it has ended")
	}
	s.busy[id] = &use{sealed: true}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.busy, id)
	}, nil
}

// claim takes a path of an upload for one request, and says how many bytes others
// have claimed; release gives it free.
func (s *Stage) claim(id, name string, size int64) (others int64, count int, release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.busy[id]
	if in == nil {
		in = &use{paths: map[string]int64{}}
		s.busy[id] = in
	}
	if _, taken := in.paths[name]; taken || in.sealed {
		return 0, 0, nil, practice.Faultf(practice.Conflict, "another request is working on %s of upload %s", name, id).WithHint("wait until it has ended")
	}
	for _, other := range in.paths {
		others += other
	}
	count = len(in.paths)
	in.paths[name] = size
	return others, count, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if delete(in.paths, name); len(in.paths) == 0 {
			delete(s.busy, id)
		}
	}, nil
}

// ourFault says what of this machine's errors somebody can act on.
func ourFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return practice.Faultf(practice.Unavailable, "the server's disk is full").WithHint("nothing that came is lost; go on when there is space")
	}
	return err
}
