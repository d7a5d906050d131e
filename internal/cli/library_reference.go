package cli

import (
	"context"

	"oras.land/oras-go/v2/registry/remote/credentials"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/artifact"
)

// reference enters what lies in an outside registry by its digest and size.
func (c *console) reference(ctx context.Context, reference string, body *client.VersionInputBody) error {
	found, err := artifact.Inspect(ctx, artifact.Source{Credential: dockerCredential}, reference)
	if err != nil {
		return err
	}
	c.say("found %s: %s, %s", reference, volume(found.Size), short(string(found.Digest)))
	body.Digest, body.Size, body.MediaType = string(found.Digest), found.Size, found.MediaType
	body.Reference = found.Reference
	return nil
}

// dockerCredential gives what docker login kept for a registry; nothing where
// nothing is kept, or where it cannot be read: most registries let everybody read.
func dockerCredential(ctx context.Context, host string) (artifact.Credential, error) {
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil {
		return artifact.Credential{}, nil
	}
	kept, err := store.Get(ctx, credentials.ServerAddressFromRegistry(host))
	if err != nil {
		return artifact.Credential{}, nil
	}
	return artifact.Credential{User: kept.Username, Password: kept.Password}, nil
}
