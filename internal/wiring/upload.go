package wiring

import (
	"context"
	"io"

	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/registry"
)

// uploads lets people put files in without a client of the registry: they come in
// one by one, and become the artifact that a push of them would have made.
type uploads struct {
	stage    *artifact.Stage
	registry *registry.Registry
}

func (u uploads) Begin(component string, by practice.Actor) (library.Upload, error) {
	return u.stage.Begin(component, by)
}

func (u uploads) Upload(id, component string, by practice.Actor) (library.Upload, error) {
	return u.stage.Upload(id, component, by)
}

func (u uploads) Put(id, component string, by practice.Actor, p library.UploadPiece, body io.Reader) (library.UploadedFile, error) {
	return u.stage.Put(id, component, by, p, body)
}

func (u uploads) Drop(id, component string, by practice.Actor) error {
	return u.stage.Drop(id, component, by)
}

// Pack puts the artifact of an upload into the registry, and removes the upload
// when then has done what belongs to it.
func (u uploads) Pack(ctx context.Context, id, component string, by practice.Actor, p library.Packing, then func(practice.Digest) error) error {
	return u.stage.Pack(id, component, by, p.Unpack, func(write func(io.Writer) error) error {
		digest, err := u.registry.Take(ctx, registry.Local{
			Repository: component, Tag: artifact.Tag(p.Version), Config: artifact.Config(), Write: write, Manifest: artifact.Manifest,
		})
		if err != nil {
			return err
		}
		return then(digest)
	})
}
