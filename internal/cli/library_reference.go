package cli

import (
	"context"
	"fmt"
	"io"
	"sync"

	"oras.land/oras-go/v2/registry/remote/credentials"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/artifact"
)

// reference enters what lies in an outside registry by its digest and size.
func (c *console) reference(ctx context.Context, reference string, body *client.VersionInputBody) error {
	found, err := artifact.Inspect(ctx, artifact.Source{Credential: dockerCredential(c.err)}, reference)
	if err != nil {
		return err
	}
	c.say("found %s: %s, %s", reference, volume(found.Size), short(string(found.Digest)))
	body.Digest, body.Size, body.MediaType = string(found.Digest), found.Size, found.MediaType
	body.Reference = found.Reference
	return nil
}

// dockerCredential gives what docker login kept for a registry; nothing where
// nothing is kept. Where it cannot be read, that is said once to w, and the
// registry is asked without: most let everybody read.
func dockerCredential(w io.Writer) func(ctx context.Context, host string) (artifact.Credential, error) {
	var once sync.Once
	return func(ctx context.Context, host string) (artifact.Credential, error) {
		kept, err := dockerKept(ctx, host)
		if err != nil {
			once.Do(func() {
				fmt.Fprintf(w, "note: %s is asked without a credential, for what docker login kept cannot be read: %v\n", host, err)
			})
		}
		return kept, nil
	}
}

func dockerKept(ctx context.Context, host string) (artifact.Credential, error) {
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil {
		return artifact.Credential{}, err
	}
	kept, err := store.Get(ctx, credentials.ServerAddressFromRegistry(host))
	if err != nil {
		return artifact.Credential{}, err
	}
	return artifact.Credential{User: kept.Username, Password: kept.Password}, nil
}
