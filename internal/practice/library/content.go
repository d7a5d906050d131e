package library

import (
	"cmp"
	"slices"

	"tranship.dev/tranship/internal/practice"
)

// ContentFile is one file of a version's content. What is no archive counts as
// one file under its title.
type ContentFile struct {
	Path       string          `json:"path"`
	Size       int64           `json:"size"` // bytes
	Digest     practice.Digest `json:"digest,omitempty"`
	Link       string          `json:"link,omitempty"` // of a symbolic link: where it leads
	Executable bool            `json:"executable,omitempty"`
}

// Attachment is something that was pushed about a version: a bill of
// materials, an attestation, a test report. Its content are its blobs.
type Attachment struct {
	Digest       practice.Digest   `json:"digest"` // of its manifest
	ArtifactType string            `json:"artifactType,omitempty"`
	Blobs        []AttachedBlob    `json:"blobs"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

// AttachedBlob is one piece of an attachment's content.
type AttachedBlob struct {
	Digest    practice.Digest `json:"digest"`
	MediaType string          `json:"mediaType"`
	Size      int64           `json:"size"` // bytes
	Title     string          `json:"title,omitempty"`
}

// FileChange is a file that two versions have differently. Before is absent for
// one that was added, After for one that was removed.
type FileChange struct {
	Path   string       `json:"path"`
	Change string       `json:"change" enum:"added,changed,removed"`
	Before *ContentFile `json:"before,omitempty"`
	After  *ContentFile `json:"after,omitempty"`
}

// The kinds of change between two versions.
const (
	contentAdded   = "added"
	contentChanged = "changed"
	contentRemoved = "removed"
)

// CompareFiles gives what differs between the files of two versions, by path.
func CompareFiles(before, after []ContentFile) []FileChange {
	old := map[string]ContentFile{}
	for _, f := range before {
		old[f.Path] = f
	}
	changes := []FileChange{}
	for _, f := range after {
		was, there := old[f.Path]
		delete(old, f.Path)
		switch {
		case !there:
			changes = append(changes, FileChange{Path: f.Path, Change: contentAdded, After: &f})
		case was != f:
			changes = append(changes, FileChange{Path: f.Path, Change: contentChanged, Before: &was, After: &f})
		}
	}
	for _, f := range old {
		changes = append(changes, FileChange{Path: f.Path, Change: contentRemoved, Before: &f})
	}
	slices.SortFunc(changes, func(a, b FileChange) int { return cmp.Compare(a.Path, b.Path) })
	return changes
}
