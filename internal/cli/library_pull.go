package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

func (c *console) libraryPull() *cobra.Command {
	return &cobra.Command{
		Use: "pull COMPONENT VERSION DIRECTORY", Short: "Fetch and unpack a version, checked against its digest",
		Args: exactly("COMPONENT", "VERSION", "DIRECTORY"),
		Long: "Fetch a version, check every byte against its digest, and unpack it into DIRECTORY, which must not exist or be empty.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLibraryPull(cmd.Context(), c, args[0], args[1], args[2])
		},
	}
}

func runLibraryPull(ctx context.Context, c *console, component, version, directory string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	v, err := decode[client.LibraryVersion](s.api.GetVersion(ctx, component, version))
	if err != nil {
		return err
	}
	if err := vacant(directory); err != nil {
		return err
	}
	// Beside the directory: on the same file system, so that it can be moved.
	cache, err := os.MkdirTemp(filepath.Dir(filepath.Clean(directory)), ".tranship-pull-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cache)
	found := v.Value
	files, err := artifact.Fetch(ctx, c.source(s), plan.Artifact{
		Component: found.Component, Version: found.Version, Digest: practice.Digest(found.Digest),
		Size: found.Size, Reference: found.Reference,
	}, cache)
	if err != nil {
		return err
	}
	if err := os.Rename(files, directory); err != nil {
		return err
	}
	return c.show(v.Raw, func(io.Writer) {
		c.say("%s %s is in %s: %s, %s", component, version, directory, volume(found.Size), found.Digest)
		if found.State != "admitted" {
			c.say("note: it is %s", c.outPaint.state(found.State))
		}
	})
}

// source is where the server's library, or an outside registry, is read from.
func (c *console) source(s *session) artifact.Source {
	outside := dockerCredential(c.err)
	return artifact.Source{Endpoint: s.URL, CA: s.pool, Credential: func(ctx context.Context, host string) (artifact.Credential, error) {
		if s.URL == "https://"+host || s.URL == "http://"+host {
			return artifact.Credential{User: artifact.User, Password: s.Token}, nil
		}
		return outside(ctx, host)
	}}
}

// vacant refuses a place where something lies already; an empty directory is cleared away.
func vacant(directory string) error {
	entries, err := os.ReadDir(directory)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return practice.Faultf(practice.Invalid, "%s cannot be unpacked into: %v", directory, err).Final()
	case len(entries) > 0:
		return practice.Faultf(practice.Conflict, "%s is not empty", directory).WithHint("name a directory that does not exist yet").Final()
	}
	return os.Remove(directory)
}
