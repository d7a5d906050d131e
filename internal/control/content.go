package control

import (
	"context"
	"errors"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// The bounds of what is told about the content of versions.
const (
	maxMaterials  = 64 << 20 // bytes of a bill of materials
	maxDifference = 1_000    // differences that are listed
)

// VersionContent is what a version is made of, and what was pushed about it.
type VersionContent struct {
	Attachments []library.Attachment `json:"attachments" doc:"What was pushed about it: bills of materials, attestations, reports."`
	Parts       []library.Part       `json:"parts" doc:"What the bills of materials name."`
	Materials   string               `json:"materials,omitempty" doc:"Why the parts are not known, where they are not."`
}

// VersionDifference is what two versions have differently.
type VersionDifference struct {
	Files      []library.FileChange `json:"files" doc:"Files, by path; at most 1,000."`
	FileCount  int                  `json:"fileCount" doc:"How many files differ."`
	FilesWhy   string               `json:"filesWhy,omitempty" doc:"Why files are not compared, where they are not."`
	Parts      []library.PartChange `json:"parts" doc:"Parts that the bills of materials name, by name; at most 1,000."`
	PartCount  int                  `json:"partCount" doc:"How many parts differ."`
	PartsWhy   string               `json:"partsWhy,omitempty" doc:"Why parts are not compared, where they are not."`
	SameDigest bool                 `json:"sameDigest" doc:"Both have the same content."`
}

// Content tells what a version is made of. What lies in an outside registry is
// not looked into.
func (c *Control) Content(ctx context.Context, scope practice.Scope, component, version string) (VersionContent, error) {
	v, err := c.Version(ctx, scope, component, version)
	if err != nil {
		return VersionContent{}, err
	}
	return c.contentOf(ctx, v)
}

func outside(v library.Version) bool { return strings.HasPrefix(v.Reference, "oci://") }

func (c *Control) contentOf(ctx context.Context, v library.Version) (VersionContent, error) {
	content := VersionContent{Attachments: []library.Attachment{}, Parts: []library.Part{}}
	if outside(v) {
		content.Materials = "it lies in an outside registry, which is not looked into"
		return content, nil
	}
	var err error
	if content.Attachments, err = c.Media.Attachments(ctx, v.Reference, v.Digest); err != nil {
		return content, err
	}
	known := false
	for _, a := range content.Attachments {
		for _, b := range a.Blobs {
			if !library.IsMaterials(b.MediaType) && !library.IsMaterials(a.ArtifactType) {
				continue
			}
			parts, err := c.partsOf(ctx, v, b)
			if fault, told := errors.AsType[*practice.Error](err); told {
				content.Materials = fault.Message
				continue
			}
			if err != nil {
				return content, err
			}
			content.Parts, known = append(content.Parts, parts...), true
		}
	}
	switch {
	case known:
		content.Materials = ""
	case content.Materials == "":
		content.Materials = "no bill of materials was pushed for it"
	}
	return content, nil
}

func (c *Control) partsOf(ctx context.Context, v library.Version, b library.AttachedBlob) ([]library.Part, error) {
	raw, err := c.Media.Blob(ctx, v.Reference, b.Digest, maxMaterials)
	if err != nil {
		return nil, err
	}
	return library.ReadParts(raw)
}

// Attached gives a blob that was pushed about a version, with its media type.
func (c *Control) Attached(ctx context.Context, scope practice.Scope, component, version string, digest practice.Digest) ([]byte, string, error) {
	v, err := c.Version(ctx, scope, component, version)
	if err != nil {
		return nil, "", err
	}
	if !outside(v) {
		attachments, err := c.Media.Attachments(ctx, v.Reference, v.Digest)
		if err != nil {
			return nil, "", err
		}
		for _, a := range attachments {
			for _, b := range a.Blobs {
				if b.Digest == digest {
					raw, err := c.Media.Blob(ctx, v.Reference, digest, maxMaterials)
					return raw, b.MediaType, err
				}
			}
		}
	}
	return nil, "", practice.Faultf(practice.NotFound, "nothing with digest %s was pushed about %s@%s", digest, component, version).Final()
}

// CompareVersions tells what two versions of a component have differently, in
// their files and in the parts that their bills of materials name.
func (c *Control) CompareVersions(ctx context.Context, scope practice.Scope, component, from, to string) (VersionDifference, error) {
	found := VersionDifference{Files: []library.FileChange{}, Parts: []library.PartChange{}}
	before, err := c.Version(ctx, scope, component, from)
	if err != nil {
		return found, err
	}
	after, err := c.Version(ctx, scope, component, to)
	if err != nil {
		return found, err
	}
	found.SameDigest = before.Digest == after.Digest
	if err := c.compareFiles(ctx, &found, before, after); err != nil {
		return found, err
	}
	return found, c.compareParts(ctx, &found, before, after)
}

func (c *Control) compareFiles(ctx context.Context, found *VersionDifference, before, after library.Version) error {
	var files [2][]library.ContentFile
	for i, v := range []library.Version{before, after} {
		if outside(v) {
			found.FilesWhy = v.Version + " lies in an outside registry, which is not looked into"
			return nil
		}
		var err error
		files[i], err = c.Media.Contents(ctx, v.Reference, v.Digest)
		if fault, told := errors.AsType[*practice.Error](err); told {
			found.FilesWhy = v.Version + ": " + fault.Message
			return nil
		}
		if err != nil {
			return err
		}
	}
	changes := library.CompareFiles(files[0], files[1])
	found.FileCount, found.Files = len(changes), changes[:min(len(changes), maxDifference)]
	return nil
}

func (c *Control) compareParts(ctx context.Context, found *VersionDifference, before, after library.Version) error {
	var contents [2]VersionContent
	for i, v := range []library.Version{before, after} {
		var err error
		if contents[i], err = c.contentOf(ctx, v); err != nil {
			return err
		}
		if contents[i].Materials != "" {
			found.PartsWhy = v.Version + ": " + contents[i].Materials
			return nil
		}
	}
	changes := library.CompareParts(contents[0].Parts, contents[1].Parts)
	found.PartCount, found.Parts = len(changes), changes[:min(len(changes), maxDifference)]
	return nil
}
