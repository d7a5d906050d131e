package artifact

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tranship.dev/tranship/internal/practice"
)

// What lies in the cache under an artifact's digest.
const (
	filesDir     = "files"
	manifestFile = "manifest.json"
	layoutFile   = "layout.json"
	betweenFile  = "between" // the bytes of all layers that are no file's content, in order
)

// maxBetween bounds the headers of an artifact, which are held in memory.
const maxBetween = 256 << 20

// layout tells how the layers are put together again from the unpacked files,
// so that they can be checked at any time against the digests in the manifest.
type layout struct {
	Layers  []layerLayout `json:"layers"`
	between []byte
}

type layerLayout struct {
	Content practice.Digest `json:"content"` // of the layer's bytes, after decompression
	Plain   bool            `json:"plain"`   // one file as it is, no tar
	Pieces  []piece         `json:"pieces"`
}

// piece is some bytes of between, and then the content of a file.
type piece struct {
	Between int    `json:"between"`
	File    string `json:"file,omitempty"`
	Size    int64  `json:"size,omitempty"`
}

func (l *layout) begin(plain bool) {
	l.Layers = append(l.Layers, layerLayout{Plain: plain, Pieces: []piece{{}}})
}

func (l *layout) last() *layerLayout { return &l.Layers[len(l.Layers)-1] }

func (l *layout) note(raw []byte) {
	pieces := l.last().Pieces
	pieces[len(pieces)-1].Between += len(raw)
	l.between = append(l.between, raw...)
}

func (l *layout) content(name string, size int64) {
	layer := l.last()
	present := &layer.Pieces[len(layer.Pieces)-1]
	present.File, present.Size = name, size
	layer.Pieces = append(layer.Pieces, piece{})
}

// store writes the layout and the manifest beside the files.
func (l *layout) store(dir string, manifest []byte) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, manifestFile), manifest, 0o600),
		os.WriteFile(filepath.Join(dir, layoutFile), raw, 0o600),
		os.WriteFile(filepath.Join(dir, betweenFile), l.between, 0o600),
	)
}

func load(dir string) (*layout, error) {
	raw, err := os.ReadFile(filepath.Join(dir, layoutFile))
	if err != nil {
		return nil, err
	}
	var l layout
	if err := json.Unmarshal(raw, &l); err != nil {
		return nil, err
	}
	l.between, err = os.ReadFile(filepath.Join(dir, betweenFile))
	return &l, err
}

// assemble writes a layer as it was, and gives what is left of between.
func (layer layerLayout) assemble(w io.Writer, root *os.Root, between []byte) ([]byte, error) {
	buffer := make([]byte, bufferSize)
	for _, p := range layer.Pieces {
		if p.Between < 0 || p.Between > len(between) {
			return nil, io.ErrUnexpectedEOF
		}
		if _, err := w.Write(between[:p.Between]); err != nil {
			return nil, err
		}
		between = between[p.Between:]
		if p.File == "" {
			continue
		}
		if err := copyFile(w, root, p, buffer); err != nil {
			return nil, err
		}
	}
	return between, nil
}

func copyFile(w io.Writer, root *os.Root, p piece, buffer []byte) error {
	f, err := root.Open(p.File)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() != p.Size {
		return fmt.Errorf("%s is not a file of %d bytes any more", p.File, p.Size)
	}
	_, err = io.CopyBuffer(w, struct{ io.Reader }{f}, buffer)
	return err
}

func decompress(r io.Reader) (io.Reader, error) {
	plain, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("not gzip: %w", err)
	}
	return plain, nil
}
