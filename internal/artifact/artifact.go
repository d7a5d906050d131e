// Package artifact is the form in which a component's version travels: a file
// or a directory as an OCI artifact. It packs and pushes what a publisher has,
// and fetches, checks and unpacks it where it is needed.
package artifact

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tranship.dev/tranship/internal/practice"
)

// Type is the artifact type of a packed version.
const Type = "application/vnd.tranship.artifact.v1"

// Artifact is a file or a directory in its packed form. The same content gives
// the same Digest on every machine.
type Artifact struct {
	Digest   practice.Digest // of the manifest
	Size     int64           // of all layers, bytes
	Manifest []byte

	path  string
	layer ocispec.Descriptor
}

// Pack gives the artifact of a file or directory: an uncompressed tar with
// sorted names and neither times nor owners. Modes become 0644 or 0755;
// symbolic links are kept when they stay inside. Invalid, with the path, when
// there is anything else: devices, sockets, links that lead outside. It reads
// everything once and keeps nothing; Push reads it again.
func Pack(path string) (*Artifact, error) {
	sum := digest.Canonical.Digester()
	count := &counter{w: sum.Hash()}
	if err := Write(count, path); err != nil {
		return nil, err
	}
	layer := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayer, Digest: sum.Digest(), Size: count.n}
	manifest, err := Manifest(practice.Digest(layer.Digest), layer.Size)
	if err != nil {
		return nil, fmt.Errorf("manifest of %s: %w", path, err)
	}
	return &Artifact{Digest: practice.DigestOf(manifest), Size: count.n, Manifest: manifest, path: path, layer: layer}, nil
}

// Manifest gives the manifest of a packed version: its one layer is the tar that
// Write gives. The same layer always has the same manifest.
func Manifest(layer practice.Digest, size int64) ([]byte, error) {
	return json.Marshal(ocispec.Manifest{
		Versioned:    specs.Versioned{SchemaVersion: 2},
		MediaType:    ocispec.MediaTypeImageManifest,
		ArtifactType: Type,
		Config:       ocispec.DescriptorEmptyJSON,
		Layers:       []ocispec.Descriptor{{MediaType: ocispec.MediaTypeImageLayer, Digest: digest.Digest(layer), Size: size}},
	})
}

// Config is the content of the configuration that every packed version names: none.
func Config() []byte { return ocispec.DescriptorEmptyJSON.Data }

// open gives the layer's bytes; the reader's error says when the content changed since Pack.
func (a *Artifact) open() io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(Write(w, a.path)) }()
	return r
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
