package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// DocumentView is a document with its YAML text.
type DocumentView struct {
	practice.Document
	YAML string `json:"yaml" doc:"The document as it can be applied again."`
}

// KindPath names a kind of document in the path of a request.
type KindPath struct {
	Kind practice.Kind `path:"kind" enum:"Product,Service,Environment,Target,Component,Release,Model,Person,Group,ServiceAccount,Delegation,ApprovalPolicy,Window,Freeze,Booking,Trigger,Subscription" doc:"The kind of document."`
}

// DocumentPath names a document in the path of a request.
type DocumentPath struct {
	KindPath
	Name string `path:"name" doc:"The document's name."`
}

// Applied says what applying did, or with dryRun would do.
type Applied struct {
	DryRun  bool                     `json:"dryRun"`
	Changes []control.DocumentChange `json:"changes"`
}

type applyInput struct {
	Body struct {
		Files  []control.File   `json:"files" minItems:"1" maxItems:"1000" doc:"The files, each with one or more YAML documents."`
		DryRun bool             `json:"dryRun,omitempty" doc:"Only say what would change."`
		Bases  map[string]int64 `json:"bases,omitempty" doc:"KIND/NAME to the revision that was seen (0: none); a document that has another one by now is refused."`
	}
}

func (s *server) registerDocuments() {
	huma.Register(s.api, route(operation("apply-documents", http.MethodPost, "/api/v1/documents", "Documents", "Apply YAML documents: all or none"), party.Configure), s.applyDocuments)
	huma.Register(s.api, route(operation("list-documents", http.MethodGet, "/api/v1/documents/{kind}", "Documents", "List documents of a kind by name"), party.View), s.listDocuments)
	huma.Register(s.api, route(operation("get-document", http.MethodGet, "/api/v1/documents/{kind}/{name}", "Documents", "Show a document, as it is or as it was"), party.View), s.getDocument)
	huma.Register(s.api, route(operation("list-document-revisions", http.MethodGet, "/api/v1/documents/{kind}/{name}/revisions", "Documents", "List the revisions of a document, newest first"), party.View), s.listRevisions)
	huma.Register(s.api, route(operation("remove-document", http.MethodDelete, "/api/v1/documents/{kind}/{name}", "Documents", "Take a document away; its history stays"), party.Configure), s.removeDocument)
}

func (s *server) applyDocuments(ctx context.Context, in *applyInput) (*output[Applied], error) {
	who := identityOf(ctx)
	docs, err := s.Documents.Read(in.Body.Files)
	if err != nil {
		return nil, s.fail(err)
	}
	for i, d := range docs {
		if base, given := in.Body.Bases[string(d.Kind)+"/"+d.Name]; given {
			docs[i].Base = &base
		}
	}
	if err := s.mayEmpower(ctx, who, docs); err != nil {
		return nil, s.fail(err)
	}
	changes, err := s.Control.Apply(ctx, who.scope, who.token.Actor, docs, in.Body.DryRun)
	return answer(Applied{DryRun: in.Body.DryRun, Changes: changes}), s.fail(err)
}

func (s *server) view(d practice.Document) (DocumentView, error) {
	text, err := s.Documents.Write(d)
	return DocumentView{Document: d, YAML: string(text)}, err
}

func (s *server) views(list []practice.Document) ([]DocumentView, error) {
	views := make([]DocumentView, len(list))
	for i, d := range list {
		var err error
		if views[i], err = s.view(d); err != nil {
			return nil, err
		}
	}
	return views, nil
}

func (s *server) listDocuments(ctx context.Context, in *struct {
	Paged
	KindPath
	Parent string `query:"parent" doc:"Only those that it lists: an environment's targets, a service's components."`
	Text   string `query:"text" maxLength:"200" doc:"Only those of which all these words are found in the name or in what they say."`
}) (*listOutput[DocumentView], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	if in.Text != "" {
		found, next, err := s.Control.DocumentsWith(ctx, identityOf(ctx).scope, in.Kind, in.Parent, in.Text, page)
		if err != nil {
			return nil, s.fail(err)
		}
		views, err := s.views(found)
		return continued(views, next), s.fail(err)
	}
	list, err := s.Control.Documents(ctx, identityOf(ctx).scope, in.Kind, in.Parent, page)
	if err != nil {
		return nil, s.fail(err)
	}
	views, err := s.views(list)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(views, page, func(d DocumentView) string { return d.Name }), nil
}

func (s *server) getDocument(ctx context.Context, in *struct {
	DocumentPath
	Revision int64 `query:"revision" minimum:"0" doc:"A past revision; the present one when absent."`
}) (*output[DocumentView], error) {
	d, err := s.Control.Document(ctx, identityOf(ctx).scope, in.Kind, in.Name, in.Revision)
	if err != nil {
		return nil, s.fail(err)
	}
	view, err := s.view(d)
	return answer(view), s.fail(err)
}

func (s *server) listRevisions(ctx context.Context, in *struct {
	DocumentPath
	Paged
}) (*listOutput[DocumentView], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.DocumentHistory(ctx, identityOf(ctx).scope, in.Kind, in.Name, page)
	if err != nil {
		return nil, s.fail(err)
	}
	views, err := s.views(list)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(views, page, func(d DocumentView) string { return strconv.FormatInt(d.Revision, 10) }), nil
}

func (s *server) removeDocument(ctx context.Context, in *struct {
	DocumentPath
	Revision int64  `query:"revision" minimum:"0" doc:"The revision that was seen; refused when it is another one by now."`
	Reason   string `query:"reason" maxLength:"1000" doc:"Why; kept in the record."`
}) (*struct{}, error) {
	who := identityOf(ctx)
	if party.Empowers(in.Kind) && !who.token.Role.May(party.Empower) && !s.ownDelegation(ctx, who, in.Kind, in.Name) {
		return nil, s.fail(mayNotEmpower(who, in.Kind, in.Name))
	}
	if party.Binds(in.Kind) && !who.token.Role.May(party.Empower) {
		if err := s.mayUnbind(ctx, who, control.DocumentChange{Kind: in.Kind, Name: in.Name, Change: control.Removed}, practice.Document{}, &service{}); err != nil {
			return nil, s.fail(err)
		}
	}
	return nil, s.fail(s.Control.RemoveFor(ctx, who.scope, who.token.Actor, in.Kind, in.Name, in.Revision, strings.TrimSpace(in.Reason)))
}
