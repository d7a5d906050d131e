package artifact

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tranship.dev/tranship/internal/practice"
)

// Verify checks a directory that Fetch gave against the digest that it lies
// under, reading every byte: contents, names, kinds, modes and links. Refused,
// with what was altered, when anything differs; Fetch then gets it again.
// Layers that travel compressed are compared with the digest of their plain
// bytes that was noted when they came in.
func Verify(dir string) error {
	home := filepath.Dir(dir)
	if err := verify(home, dir); err != nil {
		return practice.Faultf(practice.Refused, "files of sha256:%s were altered in the cache: %v", filepath.Base(home), err)
	}
	return nil
}

func verify(home, dir string) error {
	manifest, err := os.ReadFile(filepath.Join(home, manifestFile))
	if err != nil {
		return err
	}
	if found := practice.DigestOf(manifest); found.Hex() != filepath.Base(home) {
		return fmt.Errorf("the manifest has %s", found)
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(manifest, &m); err != nil {
		return err
	}
	l, err := load(home)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if len(l.Layers) != len(m.Layers) {
		return fmt.Errorf("there are %d layers, not %d", len(l.Layers), len(m.Layers))
	}
	expected := map[string]tar.Header{".": {Typeflag: tar.TypeDir}}
	between := l.between
	for i, layer := range l.Layers {
		d := m.Layers[i]
		if !zipped(d.MediaType) && layer.Content != practice.Digest(d.Digest) {
			return fmt.Errorf("layer %d is noted as %s, not %s", i, layer.Content, d.Digest)
		}
		if between, err = layer.verify(root, between, expected); err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return compare(root, expected)
}

// verify puts a layer together again, compares its digest, and adds to
// expected what its headers say of the files. It gives what is left of between.
func (layer layerLayout) verify(root *os.Root, between []byte, expected map[string]tar.Header) ([]byte, error) {
	r, w := io.Pipe()
	sum := sha256.New()
	rest := make(chan []byte, 1)
	go func() {
		left, err := layer.assemble(io.MultiWriter(sum, w), root, between)
		rest <- left
		w.CloseWithError(err)
	}()
	err := layer.expect(r, expected)
	r.CloseWithError(err) // lets the goroutine end when expect stopped early
	left := <-rest
	if err != nil {
		return nil, err
	}
	if found := practice.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil))); found != layer.Content {
		return nil, fmt.Errorf("it has %s, not %s", found, layer.Content)
	}
	return left, nil
}

// expect reads a layer to its end.
func (layer layerLayout) expect(r io.Reader, expected map[string]tar.Header) error {
	if layer.Plain {
		note(expected, layer.Pieces[0].File, tar.Header{Typeflag: tar.TypeReg, Mode: 0o644})
		_, err := io.Copy(io.Discard, r)
		return err
	}
	archive := tar.NewReader(r)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, r)
			return err
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeXGlobalHeader {
			note(expected, path.Clean(h.Name), *h)
		}
	}
}

// note expects an entry and the directories above it.
func note(expected map[string]tar.Header, name string, h tar.Header) {
	if name == "." {
		return
	}
	expected[name] = h
	for up := path.Dir(name); up != "."; up = path.Dir(up) {
		expected[up] = tar.Header{Typeflag: tar.TypeDir}
	}
}

// compare finds what was added, is missing, or is of another kind or mode.
func compare(root *os.Root, expected map[string]tar.Header) error {
	seen := 0
	err := fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		seen++
		h, found := expected[name]
		if !found {
			return fmt.Errorf("%s was added", name)
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		return equal(root, name, info.Mode(), h)
	})
	if err == nil && seen != len(expected) {
		err = fmt.Errorf("%d of %d names are there", seen, len(expected))
	}
	return err
}

func equal(root *os.Root, name string, mode fs.FileMode, h tar.Header) error {
	want := permission(h.Mode)
	switch h.Typeflag {
	case tar.TypeDir:
		want = fs.ModeDir | 0o755
	case tar.TypeSymlink:
		if mode.Type() != fs.ModeSymlink {
			return fmt.Errorf("%s is no symbolic link any more", name)
		}
		target, err := root.Readlink(name)
		if err == nil && filepath.ToSlash(target) != path.Clean(h.Linkname) {
			err = fmt.Errorf("link %s leads to %q, not %q", name, target, h.Linkname)
		}
		return err
	}
	if mode != want {
		return fmt.Errorf("%s has mode %s, not %s", name, mode, want)
	}
	return nil
}
