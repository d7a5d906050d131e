package httpapi

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
)

// Uploads is where files come in one by one, to become a version together.
type Uploads interface {
	Begin(component string, by practice.Actor) (library.Upload, error)
	Upload(id, component string, by practice.Actor) (library.Upload, error)
	Put(id, component string, by practice.Actor, p library.UploadPiece, body io.Reader) (library.UploadedFile, error)
	Drop(id, component string, by practice.Actor) error
	// Pack puts the files into the registry as an artifact, as a push of them would,
	// and gives then its digest; when that succeeds, the upload is gone.
	Pack(ctx context.Context, id, component string, by practice.Actor, p library.Packing, then func(practice.Digest) error) error
}

// UploadPath names an upload in the path of a request.
type UploadPath struct {
	ComponentPath
	Upload string `path:"upload" doc:"The upload: up_..."`
}

const (
	uploadsPath  = "/api/v1/components/{component}/uploads"
	uploadPath   = uploadsPath + "/{upload}"
	filesOfIt    = uploadPath + "/files"
	versionOfIt  = uploadPath + "/version"
	octetsOfFile = "application/octet-stream"
)

func (s *server) registerUploads() {
	begin := operation("begin-upload", http.MethodPost, uploadsPath, "Library", "Begin to put files in that become a version")
	begin.Description = "Files come in one by one, as large as they are, and become the artifact that a push of them would have made. What is not finished is removed a day after something was last added."
	huma.Register(s.api, route(begin, party.Stock), s.beginUpload)
	huma.Register(s.api, route(operation("get-upload", http.MethodGet, uploadPath, "Library", "Show what of an upload came"), party.Stock), s.getUpload)
	put := operation("put-upload-file", http.MethodPut, filesOfIt, "Library", "Put a file into an upload, or the rest of one")
	put.Description = "The body is the file as it is. It is written as it comes in, and may be sent again: what came before it broke off stays, and the rest follows from there on."
	put.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{octetsOfFile: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	huma.Register(s.api, route(put, party.Stock), s.putFile)
	drop := operation("drop-upload", http.MethodDelete, uploadPath, "Library", "Give an upload up, with what came")
	drop.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, route(drop, party.Stock), s.dropUpload)
	finish := operation("finish-upload", http.MethodPost, versionOfIt, "Library", "Make a version of what was put in")
	finish.Description = "The same content gives the digest that a push of it gives (tranship library add). The version enters quarantined, or admitted when admit is set."
	huma.Register(s.api, route(finish, party.Stock), s.finishUpload)
}

func (s *server) beginUpload(ctx context.Context, in *ComponentPath) (*output[library.Upload], error) {
	who := identityOf(ctx)
	if _, err := s.Control.Component(ctx, who.scope, in.Component); err != nil {
		return nil, s.fail(err)
	}
	u, err := s.Uploads.Begin(in.Component, who.token.Actor)
	return answer(u), s.fail(err)
}

func (s *server) getUpload(ctx context.Context, in *UploadPath) (*output[library.Upload], error) {
	u, err := s.Uploads.Upload(in.Upload, in.Component, identityOf(ctx).token.Actor)
	return answer(u), s.fail(err)
}

// fileInput takes the body as it comes: it may be larger than what fits anywhere but on a disk.
type fileInput struct {
	UploadPath
	Path       string `query:"path" required:"true" maxLength:"4096" doc:"The file as it lies in the version: bin/web."`
	Size       int64  `query:"size" required:"true" minimum:"0" doc:"Bytes of the whole file."`
	From       int64  `query:"from" minimum:"0" doc:"Where in the file the body begins: how much of it came before."`
	Executable bool   `query:"executable" doc:"Whether the file may be run."`

	body io.Reader
}

// Resolve takes hold of the body.
func (in *fileInput) Resolve(ctx huma.Context) []error {
	in.body = ctx.BodyReader()
	return nil
}

func (s *server) putFile(ctx context.Context, in *fileInput) (*output[library.UploadedFile], error) {
	piece := library.UploadPiece{Path: in.Path, Size: in.Size, From: in.From, Executable: in.Executable}
	file, err := s.Uploads.Put(in.Upload, in.Component, identityOf(ctx).token.Actor, piece, in.body)
	if err != nil {
		return nil, s.fail(err)
	}
	return answer(file), nil
}

func (s *server) dropUpload(ctx context.Context, in *UploadPath) (*struct{}, error) {
	return nil, s.fail(s.Uploads.Drop(in.Upload, in.Component, identityOf(ctx).token.Actor))
}

func (s *server) finishUpload(ctx context.Context, in *struct {
	UploadPath
	Body struct {
		Version string         `json:"version" minLength:"1" maxLength:"128" doc:"The version; it never changes afterwards."`
		Origin  library.Origin `json:"origin,omitempty" doc:"Where it comes from; of a path on a machine its last name is kept."`
		Unpack  bool           `json:"unpack,omitempty" doc:"The only file is an archive (tar, tar with gzip, or zip), and its content is the version."`
		Admit   bool           `json:"admit,omitempty" doc:"Admit it at once; otherwise it is quarantined."`
	}
}) (*output[library.Version], error) {
	who := identityOf(ctx)
	if err := practice.CheckVersion(in.Body.Version); err != nil {
		return nil, s.fail(err)
	}
	v := library.Version{Component: in.Component, Version: in.Body.Version, Reference: in.Component, Origin: in.Body.Origin}
	v.Origin.Source = library.SourceName(v.Origin.Source)
	v.Origin.Way = library.ByUpload
	if who.session != nil {
		v.Origin.Way = library.ByBrowser
	}
	packing := library.Packing{Version: in.Body.Version, Unpack: in.Body.Unpack}
	err := s.Uploads.Pack(ctx, in.Upload, in.Component, who.token.Actor, packing, func(digest practice.Digest) (err error) {
		v.Digest = digest
		v, err = s.Control.AddVersion(ctx, who.scope, who.token.Actor, v, in.Body.Admit)
		return err
	})
	return answer(v), s.fail(err)
}

// brought says whether a request brings a file: its body is never kept in memory,
// and what is put twice is put once.
func brought(r *http.Request) bool {
	return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/files") && strings.Contains(r.URL.Path, "/uploads/")
}
