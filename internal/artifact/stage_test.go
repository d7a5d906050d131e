package artifact_test

import (
	"archive/tar"
	stdzip "archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

var anna = practice.Actor{Kind: practice.Person, Name: "anna"}

func stage(t *testing.T, l artifact.Limits, now *time.Time) *artifact.Stage {
	t.Helper()
	s, err := artifact.NewStage(t.TempDir(), l, func() time.Time { return *now }, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func begun(t *testing.T, s *artifact.Stage) string {
	t.Helper()
	u, err := s.Begin("web", anna)
	if err != nil {
		t.Fatal(err)
	}
	return u.ID
}

func put(t *testing.T, s *artifact.Stage, id, path, text string, executable bool) {
	t.Helper()
	f, err := s.Put(id, "web", anna, library.UploadPiece{Path: path, Size: int64(len(text)), Executable: executable}, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if f.Digest != practice.DigestOf([]byte(text)) || !f.Whole {
		t.Errorf("%s is told as %+v", path, f)
	}
}

// packed gives the digest of the manifest of an upload, as its layer came out.
func packed(s *artifact.Stage, id string, unpack bool) (digest practice.Digest, err error) {
	err = s.Pack(id, "web", anna, unpack, func(write func(io.Writer) error) error {
		sum, size := sha256.New(), &bytes.Buffer{}
		if err := write(io.MultiWriter(sum, size)); err != nil {
			return err
		}
		manifest, err := artifact.Manifest(practice.Digest("sha256:"+hex.EncodeToString(sum.Sum(nil))), int64(size.Len()))
		digest = practice.DigestOf(manifest)
		return err
	})
	return digest, err
}

// What comes in file by file is the same artifact as the directory that it came from.
func TestAnUploadIsTheArtifactOfItsFiles(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := stage(t, artifact.Limits{}, &now)
	files := map[string]string{}
	for name, text := range sample {
		if !strings.HasPrefix(text, "->") { // a browser knows no links
			files[name] = text
		}
	}
	id := begun(t, s)
	for name, text := range files {
		plain, runs := strings.CutSuffix(name, "*")
		put(t, s, id, plain, "other than it becomes", false)
		put(t, s, id, plain, text, runs)
	}
	u, err := s.Upload(id, "web", anna)
	if err != nil || u.Count != len(files) {
		t.Fatalf("%+v, %v", u, err)
	}
	want, err := artifact.Pack(tree(t, files))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := packed(s, id, false); err != nil || got != want.Digest {
		t.Errorf("packed %s, %v, not %s", got, err, want.Digest)
	}
	if _, err := s.Upload(id, "web", anna); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("the upload is still there: %v", err)
	}
}

func TestAnArchiveIsUnpacked(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := stage(t, artifact.Limits{}, &now)
	want, err := artifact.Pack(tree(t, map[string]string{"bin/web*": "run", "etc/a": "1", "etc/b": "->a"}))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"web.tar": tarred(t), "web.tgz": gzipped(t, tarred(t)), "web.zip": zipped(t)} {
		id := begun(t, s)
		put(t, s, id, name, text, false)
		if got, err := packed(s, id, true); err != nil || got != want.Digest {
			t.Errorf("%s: packed %s, %v, not %s", name, got, err, want.Digest)
		}
	}
}

func tarred(t *testing.T, more ...*tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range append([]*tar.Header{
		{Name: "bin/web", Typeflag: tar.TypeReg, Mode: 0o755, Size: 3, Uname: "anna"},
		{Name: "etc/a", Typeflag: tar.TypeReg, Mode: 0o600, Size: 1, ModTime: time.Unix(5, 0)},
		{Name: "etc/b", Typeflag: tar.TypeSymlink, Linkname: "a"},
	}, more...) {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(map[string]string{"bin/web": "run", "etc/a": "1"}[h.Name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zipped(t *testing.T, more ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	add := func(name, text string, mode os.FileMode) {
		h := &stdzip.FileHeader{Name: name, Method: stdzip.Store}
		h.SetMode(mode)
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("bin/", "", os.ModeDir|0o755)
	add("bin/web", "run", 0o755)
	add("etc/a", "1", 0o600)
	add("etc/b", "a", os.ModeSymlink|0o777)
	for _, name := range more {
		add(name, "x", 0o644)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Archives that lead outside, or are not what they say, come to nothing.
func TestAnEvilArchiveIsRefused(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := stage(t, artifact.Limits{Unpacked: 1 << 20}, &now)
	whole := zipped(t)
	bomb := func() string {
		var b bytes.Buffer
		w := stdzip.NewWriter(&b)
		f, err := w.Create("large")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(f, zeros{}, 2<<20); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}()
	for what, text := range map[string]string{
		"neither":           "plain text, no archive",
		"a part of a tar":   tarred(t)[:513],
		"a part of a zip":   whole[:len(whole)-30],
		"an altered zip":    strings.Replace(zipped(t), "run", "ruN", 1),
		"a zip that climbs": zipped(t, "../out"),
		"a zip, absolute":   zipped(t, "/etc/out"),
		"a zip, twice":      zipped(t, "etc/a"),
		"a large zip":       bomb,
		"a link outside":    tarred(t, &tar.Header{Name: "out", Typeflag: tar.TypeSymlink, Linkname: "../../etc"}),
		"a tar that climbs": tarred(t, &tar.Header{Name: "../out", Typeflag: tar.TypeReg}),
		"a device":          tarred(t, &tar.Header{Name: "null", Typeflag: tar.TypeChar}),
	} {
		id := begun(t, s)
		put(t, s, id, "a", text, false)
		if _, err := packed(s, id, true); practice.CodeOf(err) != practice.Refused {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := s.Upload(id, "web", anna); err != nil {
			t.Errorf("%s: what came is gone: %v", what, err)
		}
	}
}

// A connection that breaks loses nothing: the rest follows.
func TestAFileGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := stage(t, artifact.Limits{}, &now)
	id := begun(t, s)
	piece := library.UploadPiece{Path: "bin/web", Size: 10}
	_, err := s.Put(id, "web", anna, piece, io.MultiReader(strings.NewReader("0123"), iotest.ErrReader(errors.New("gone"))))
	if err == nil || !strings.Contains(err.Error(), "4 of 10 bytes") {
		t.Fatal(err)
	}
	if _, err := packed(s, id, false); practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), "bin/web is not whole") {
		t.Errorf("half a file became a version: %v", err)
	}
	u, err := s.Upload(id, "web", anna)
	if err != nil || len(u.Files) != 1 || u.Files[0].Size != 4 || u.Files[0].Whole || u.Files[0].Path != "bin/web" {
		t.Fatalf("%+v, %v", u, err)
	}
	piece.From = 3
	if _, err := s.Put(id, "web", anna, piece, strings.NewReader("3456789")); practice.CodeOf(err) != practice.Conflict || !strings.Contains(err.Error(), "from 4 on") {
		t.Errorf("from the wrong place: %v", err)
	}
	piece.From = 4
	f, err := s.Put(id, "web", anna, piece, strings.NewReader("456789"))
	if err != nil || !f.Whole || f.Digest != practice.DigestOf([]byte("0123456789")) {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestWhatAnUploadRefuses(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := stage(t, artifact.Limits{Unpacked: 10, Entries: 2}, &now)
	id := begun(t, s)
	try := func(want practice.Code, id string, p library.UploadPiece, text string) {
		t.Helper()
		if _, err := s.Put(id, "web", anna, p, strings.NewReader(text)); practice.CodeOf(err) != want {
			t.Errorf("%+v: %v, not %s", p, err, want)
		}
	}
	try(practice.Invalid, id, library.UploadPiece{Path: "../out", Size: 1}, "x")
	try(practice.Invalid, id, library.UploadPiece{Path: "a", Size: 1}, "more than one")
	try(practice.Invalid, id, library.UploadPiece{Path: "a", Size: 3, From: 4}, "")
	try(practice.Refused, id, library.UploadPiece{Path: "a", Size: 11}, "12345678901")
	try(practice.NotFound, "up_"+strings.Repeat("A", 26), library.UploadPiece{Path: "a", Size: 1}, "x")
	try(practice.NotFound, "../"+id, library.UploadPiece{Path: "a", Size: 1}, "x")
	if _, err := packed(s, id, false); practice.CodeOf(err) != practice.Refused {
		t.Errorf("nothing became a version: %v", err)
	}
	put(t, s, id, "a", "12345", false)
	try(practice.Refused, id, library.UploadPiece{Path: "b", Size: 6}, "123456")
	try(practice.Invalid, id, library.UploadPiece{Path: "a/b", Size: 1}, "x")
	put(t, s, id, "a", "54321", false)
	put(t, s, id, "b", "1", false)
	try(practice.Refused, id, library.UploadPiece{Path: "c", Size: 0}, "")
	if _, err := packed(s, id, true); practice.CodeOf(err) != practice.Refused {
		t.Errorf("two files were unpacked: %v", err)
	}
	emil := practice.Actor{Kind: practice.Person, Name: "emil"}
	if _, err := s.Put(id, "web", emil, library.UploadPiece{Path: "a", Size: 1}, strings.NewReader("x")); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("somebody else added to it: %v", err)
	}
	if err := s.Drop(id, "web", emil); err != nil {
		t.Error(err)
	}
	if u, err := s.Upload(id, "web", anna); err != nil || u.Size != 6 {
		t.Errorf("%+v, %v", u, err)
	}
}

// A file that comes in keeps the upload from being packed or removed, and what
// nobody goes on with is removed.
func TestUploadsAreTidied(t *testing.T) {
	t.Parallel()
	now := time.Now()
	dir := t.TempDir()
	s, err := artifact.NewStage(dir, artifact.Limits{}, func() time.Time { return now }, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	id := begun(t, s)
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := s.Put(id, "web", anna, library.UploadPiece{Path: "a", Size: 2}, r)
		done <- err
	}()
	if _, err := w.Write([]byte("1")); err != nil {
		t.Fatal(err)
	}
	if _, err := packed(s, id, false); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("packed while a file came in: %v", err)
	}
	if err := s.Drop(id, "web", anna); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("removed while a file came in: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if n, err := s.Tidy(); n != 0 || err != nil {
		t.Errorf("tidied %d, %v", n, err)
	}
	if _, err := w.Write([]byte("2")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), <-done); err != nil {
		t.Fatal(err)
	}
	// What a server leaves is there for the next.
	again, err := artifact.NewStage(dir, artifact.Limits{}, func() time.Time { return now.Add(-2 * time.Hour) }, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := again.Tidy(); n != 0 || err != nil {
		t.Errorf("tidied %d, %v", n, err)
	}
	if n, err := s.Tidy(); n != 1 || err != nil {
		t.Errorf("tidied %d, %v", n, err)
	}
	if left, err := os.ReadDir(filepath.Clean(dir)); len(left) != 0 || err != nil {
		t.Errorf("left: %v, %v", left, err)
	}
}

// One person begins so many uploads and no more, whoever asks at once; who gives
// one up may begin another, and others are not held up.
func TestOpenUploadsAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s := stage(t, artifact.Limits{}, &now)
	mara, jonas := practice.Actor{Kind: practice.Person, Name: "mara"}, practice.Actor{Kind: practice.Person, Name: "jonas"}
	first, err := s.Begin("web", mara)
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	var group sync.WaitGroup
	var begun atomic.Int64
	for range 40 {
		group.Go(func() {
			if _, err := s.Begin("web", mara); err == nil {
				begun.Add(1)
			} else if practice.CodeOf(err) != practice.Conflict {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if begun.Load() != 19 {
		t.Errorf("%d more were begun, want 19", begun.Load())
	}
	_, err = s.Begin("web", mara)
	if fault, is := errors.AsType[*practice.Error](err); !is || !strings.Contains(fault.Message, first.ID) || !strings.Contains(fault.Hint, "/uploads/"+first.ID) {
		t.Errorf("it is not said which is to be finished or given up: %v", err)
	}
	if _, err := s.Begin("web", jonas); err != nil {
		t.Errorf("somebody else is held up: %v", err)
	}
	if err := s.Drop(first.ID, "web", mara); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin("web", mara); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}
