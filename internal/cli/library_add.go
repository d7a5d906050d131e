package cli

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

type addInput struct {
	component, version, path  string
	key, source, commit, note string
	admit                     bool
}

func (c *console) libraryAdd() *cobra.Command {
	var in addInput
	cmd := &cobra.Command{
		Use: "add COMPONENT VERSION PATH|oci://HOST/REPOSITORY:TAG", Short: "Put a version into the library",
		Args: exactly("COMPONENT", "VERSION", "PATH"),
		Long: `Pack a file or a directory into an OCI artifact, push it into the server's registry,
and enter it as a version of the component. The same content gives the same digest.
With oci://, what lies in an outside registry is entered by its digest instead; the
credentials of docker login are used.

A version never changes: the same version with other content is refused. It enters
quarantined; --admit allows it to be deployed at once.`,
		Example: `  tranship library add web 1.4.0 ./dist --key publisher.pem --commit $(git rev-parse HEAD)
  tranship library add proxy 2.1 oci://registry.example/edge/proxy:2.1 --admit`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.component, in.version, in.path = args[0], args[1], args[2]
			return runLibraryAdd(cmd.Context(), c, in)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.key, "key", "", "sign with the publisher's private key in this file (tranship key create)")
	flags.StringVar(&in.source, "source", "", "URI where its source lives")
	flags.StringVar(&in.commit, "commit", "", "revision of its source")
	flags.StringVar(&in.note, "note", "", "what else should be known about where it comes from")
	flags.BoolVar(&in.admit, "admit", false, "allow it to be deployed at once")
	return cmd
}

func runLibraryAdd(ctx context.Context, c *console, in addInput) error {
	if err := errors.Join(practice.CheckName("component", in.component), practice.CheckVersion(in.version)); err != nil {
		return err
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	body := client.VersionInputBody{
		Version: in.version, Admit: in.admit,
		Origin: client.LibraryOrigin{Source: library.SourceName(in.path), Uri: in.source, Commit: in.commit, Note: in.note},
	}
	if strings.HasPrefix(in.path, "oci://") {
		err = c.reference(ctx, in.path, &body)
	} else {
		err = c.stock(ctx, s, in, &body)
	}
	if err != nil {
		return err
	}
	if in.key != "" {
		if err := sign(in, &body); err != nil {
			return err
		}
	}
	v, err := decode[client.LibraryVersion](s.api.AddVersion(ctx, in.component, body, once()))
	if err != nil {
		return err
	}
	return c.show(v.Raw, func(io.Writer) { c.added(v.Value) })
}

// stock packs and pushes what lies here.
func (c *console) stock(ctx context.Context, s *session, in addInput, body *client.VersionInputBody) error {
	a, err := artifact.Pack(in.path)
	if err != nil {
		return err
	}
	c.say("packed %s: %s, %s", in.path, volume(a.Size), short(string(a.Digest)))
	registry := artifact.Registry{Endpoint: s.URL, Token: s.Token, CA: s.pool}
	if err := artifact.Push(ctx, registry, in.component, artifact.Tag(in.version), a); err != nil {
		return err
	}
	body.Digest = string(a.Digest)
	return nil
}

// sign adds the publisher's statement that the digest is this version.
func sign(in addInput, body *client.VersionInputBody) error {
	key, err := readPrivateKey(in.key)
	if err != nil {
		return err
	}
	o := body.Origin
	statement := library.NewStatement(in.component, in.version, practice.Digest(body.Digest),
		library.Origin{Source: o.Source, Commit: o.Commit, URI: o.Uri, Note: o.Note})
	envelope, err := statement.Sign(key)
	if err != nil {
		return err
	}
	body.Signature = client.Envelope{PayloadType: envelope.PayloadType, Payload: envelope.Payload}
	for _, one := range envelope.Signatures {
		body.Signature.Signatures = append(body.Signature.Signatures, client.Signature{Keyid: one.KeyID, Sig: one.Sig})
	}
	return nil
}

func (c *console) added(v client.LibraryVersion) {
	c.say("%s %s is %s: %s", v.Component, v.Version, c.outPaint.state(v.State), v.Digest)
	switch v.State {
	case "quarantined":
		c.say("next: tranship library admit %s %s --reason WHY", v.Component, v.Version)
	case "admitted":
		c.say("next: tranship plan %s@%s --to ENVIRONMENT", v.Component, v.Version)
	}
}
