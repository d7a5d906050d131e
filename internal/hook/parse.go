package hook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
)

// Parse gives what a verified webhook tells. An event that means nothing here
// comes as journey.Other; Invalid when the body is not what its provider sends.
func Parse(provider journey.Provider, header http.Header, body []byte) (journey.Event, error) {
	switch provider {
	case journey.GitHub:
		return github(header.Get("X-Github-Event"), body)
	case journey.Gitea:
		name := header.Get("X-Gitea-Event")
		if name == "" {
			name = header.Get("X-Forgejo-Event")
		}
		return github(name, body) // Gitea sends in GitHub's form
	case journey.GitLab:
		return gitlab(body)
	case journey.Plain:
		return plain(body)
	}
	return journey.Event{}, practice.Faultf(practice.Invalid, "provider %q is not known", provider).Final()
}

func read(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return practice.Faultf(practice.Invalid, "the body is not the JSON that is expected: %v", err).
			WithHint("choose the content type application/json at the sender").Final()
	}
	return nil
}

// githubBody is what is read of a webhook of GitHub or Gitea.
type githubBody struct {
	Ref        string `json:"ref"`
	RefType    string `json:"ref_type"`
	After      string `json:"after"`
	Deleted    bool   `json:"deleted"`
	Action     string `json:"action"`
	Repository struct {
		FullName string `json:"full_name"`
	} `json:"repository"`
	Release struct {
		TagName string `json:"tag_name"`
		Draft   bool   `json:"draft"`
	} `json:"release"`
	Package         githubPackage `json:"package"`
	RegistryPackage githubPackage `json:"registry_package"`
	WorkflowRun     struct {
		Conclusion string `json:"conclusion"`
		HeadBranch string `json:"head_branch"`
		HeadSHA    string `json:"head_sha"`
	} `json:"workflow_run"`
}

type githubPackage struct {
	Name           string `json:"name"`
	Version        string `json:"version"` // Gitea
	PackageVersion struct {
		Version           string `json:"version"`
		ContainerMetadata struct {
			Tag struct {
				Name string `json:"name"`
			} `json:"tag"`
		} `json:"container_metadata"`
	} `json:"package_version"`
}

func github(name string, body []byte) (journey.Event, error) {
	var b githubBody
	if err := read(body, &b); err != nil {
		return journey.Event{}, err
	}
	e := journey.Event{Kind: journey.Other, Name: name, Repository: b.Repository.FullName}
	switch name {
	case "push":
		pushed(&e, b.Ref, b.After)
		if b.Deleted {
			e.Kind = journey.Other
		}
	case "create":
		if b.RefType == "tag" {
			e.Kind, e.Tag = journey.Tagged, strings.TrimPrefix(b.Ref, "refs/tags/")
		}
	case "release":
		if (b.Action == "published" || b.Action == "released") && !b.Release.Draft {
			e.Kind, e.Tag = journey.Released, b.Release.TagName
		}
	case "package", "registry_package":
		p := b.Package
		if name == "registry_package" {
			p = b.RegistryPackage
		}
		if b.Action == "published" || b.Action == "created" {
			e.Kind, e.Version = journey.Packaged, first(p.PackageVersion.ContainerMetadata.Tag.Name, p.PackageVersion.Version, p.Version)
		}
	case "workflow_run":
		if b.Action == "completed" && b.WorkflowRun.Conclusion == "success" {
			e.Kind, e.Branch, e.Commit = journey.Succeeded, b.WorkflowRun.HeadBranch, b.WorkflowRun.HeadSHA
		}
	}
	return e, nil
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// pushed reads the ref of a push; a commit of zeros means that the ref was deleted.
func pushed(e *journey.Event, ref, commit string) {
	if strings.Trim(commit, "0") == "" {
		return
	}
	e.Commit = commit
	if tag, is := strings.CutPrefix(ref, "refs/tags/"); is {
		e.Kind, e.Tag = journey.Tagged, tag
	}
	if branch, is := strings.CutPrefix(ref, "refs/heads/"); is {
		e.Kind, e.Branch = journey.Pushed, branch
	}
}

// gitlabBody is what is read of a webhook of GitLab.
type gitlabBody struct {
	ObjectKind  string `json:"object_kind"`
	Ref         string `json:"ref"`
	After       string `json:"after"`
	CheckoutSHA string `json:"checkout_sha"`
	Action      string `json:"action"` // of a release
	Tag         string `json:"tag"`    // of a release
	Project     struct {
		Path string `json:"path_with_namespace"`
	} `json:"project"`
	Commit struct {
		ID string `json:"id"`
	} `json:"commit"`
	Attributes struct {
		Ref    string `json:"ref"`
		Tag    bool   `json:"tag"`
		SHA    string `json:"sha"`
		Status string `json:"status"`
	} `json:"object_attributes"`
}

func gitlab(body []byte) (journey.Event, error) {
	var kind struct {
		ObjectKind string `json:"object_kind"`
	}
	if err := read(body, &kind); err != nil {
		return journey.Event{}, err
	}
	switch kind.ObjectKind {
	case "push", "tag_push", "release", "pipeline":
	default: // others give the same fields other forms
		return journey.Event{Kind: journey.Other, Name: kind.ObjectKind}, nil
	}
	var b gitlabBody
	if err := read(body, &b); err != nil {
		return journey.Event{}, err
	}
	e := journey.Event{Kind: journey.Other, Name: b.ObjectKind, Repository: b.Project.Path}
	switch b.ObjectKind {
	case "push", "tag_push":
		commit := b.After
		if b.CheckoutSHA != "" && strings.Trim(b.After, "0") != "" {
			commit = b.CheckoutSHA // of an annotated tag, after is the tag itself
		}
		pushed(&e, b.Ref, commit)
	case "release":
		if b.Action == "create" {
			e.Kind, e.Tag, e.Commit = journey.Released, b.Tag, b.Commit.ID
		}
	case "pipeline":
		if b.Attributes.Status == "success" {
			e.Kind, e.Commit = journey.Succeeded, b.Attributes.SHA
			if b.Attributes.Tag {
				e.Tag = b.Attributes.Ref
			} else {
				e.Branch = b.Attributes.Ref
			}
		}
	}
	return e, nil
}

// ParseChange gives what a verified webhook says of a change. Invalid when the
// body is anything else, also when it has a field that is not known: a
// confirmation whose end is misspelt must not hold for ever.
func ParseChange(body []byte) (journey.Event, error) {
	e := journey.Event{Kind: journey.OfChange, Name: "change"}
	in := json.NewDecoder(bytes.NewReader(body))
	in.DisallowUnknownFields()
	err := in.Decode(&e.Said)
	if err == nil {
		if _, rest := in.Token(); rest != io.EOF {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		return journey.Event{}, practice.Faultf(practice.Invalid, "the body says nothing of a change that can be read: %v", err).
			WithHint(`send {"change": "CHG-1", "status": "confirmed"}, moments as 2026-08-04T06:00:00Z`).Final()
	}
	return e, e.Said.Check()
}

// plain reads what a program of one's own sends.
func plain(body []byte) (journey.Event, error) {
	var b struct {
		Repository string `json:"repository"`
		Branch     string `json:"branch"`
		Tag        string `json:"tag"`
		Commit     string `json:"commit"`
		Component  string `json:"component"`
		Version    string `json:"version"`
	}
	if err := read(body, &b); err != nil {
		return journey.Event{}, err
	}
	return journey.Event{
		Kind: journey.Asked, Name: "ask", Repository: b.Repository, Branch: b.Branch, Tag: b.Tag, Commit: b.Commit, Component: b.Component, Version: b.Version,
	}, nil
}
