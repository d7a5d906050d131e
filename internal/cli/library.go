package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) library() *cobra.Command {
	return group("library", "Which versions of which components exist, and may be deployed",
		c.libraryAdd(), c.libraryList(), c.libraryShow(),
		c.libraryMove("admit", "Allow a version to be deployed", (*client.Client).AdmitVersion),
		c.libraryMove("quarantine", "Take a version back into quarantine; what is deployed stays", (*client.Client).QuarantineVersion),
		c.libraryMove("withdraw", "Forbid a version from now on; what is deployed stays", (*client.Client).WithdrawVersion),
		c.libraryPull())
}

func (c *console) libraryList() *cobra.Command {
	most := 0
	cmd := &cobra.Command{
		Use: "list [COMPONENT]", Short: "List versions, newest first", Args: between(0, 1, "COMPONENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLibraryList(cmd.Context(), c, append(args, "")[0], most)
		},
	}
	cmd.Flags().IntVar(&most, "limit", 0, "at most so many; 0: all")
	return cmd
}

func runLibraryList(ctx context.Context, c *console, component string, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.LibraryVersion](most, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListVersions(ctx, &client.ListVersionsParams{Cursor: cursor, Limit: limit, Component: component})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("COMPONENT", "VERSION", "STATE", "SIGNED", "SIZE", "DIGEST", "ADDED", "BY")
		for _, v := range all.Items {
			t.row(v.Component, v.Version, c.outPaint.state(v.State), signed(v), volume(v.Size), short(v.Digest), clock(v.AddedAt), v.AddedBy.Name)
		}
		t.write(w, "the library has no versions yet; tranship library add COMPONENT VERSION PATH adds one")
	})
}

func signed(v client.LibraryVersion) string {
	switch {
	case v.SignedBy != "":
		return "valid"
	case len(v.Signature.Signatures) > 0:
		return "not checked"
	}
	return "no"
}

func (c *console) libraryShow() *cobra.Command {
	return &cobra.Command{
		Use: "show COMPONENT VERSION", Short: "Show a version with its origin and signature", Args: exactly("COMPONENT", "VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLibraryShow(cmd.Context(), c, args[0], args[1])
		},
	}
}

func runLibraryShow(ctx context.Context, c *console, component, version string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	v, err := decode[client.LibraryVersion](s.api.GetVersion(ctx, component, version))
	if err != nil {
		return err
	}
	return c.show(v.Raw, func(w io.Writer) { c.version(w, v.Value) })
}

func (c *console) version(w io.Writer, v client.LibraryVersion) {
	state := c.outPaint.state(v.State) + " by " + v.StateBy.Name + " at " + clock(v.StateAt)
	if v.StateWhy != "" {
		state += ": " + v.StateWhy
	}
	c.sheet(w, "component", v.Component, "version", v.Version, "state", state,
		"digest", v.Digest, "size", volume(v.Size), "media type", v.MediaType, "reference", v.Reference,
		"source", v.Origin.Source, "source lives at", v.Origin.Uri, "commit", v.Origin.Commit, "note", v.Origin.Note,
		"signature", signed(v), "signed by", v.SignedBy, "added", clock(v.AddedAt)+" by "+v.AddedBy.Name)
}
