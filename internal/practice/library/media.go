package library

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// MediaManifest is an OCI manifest that a repository holds: one version's
// content, or something said about it. It never changes. Its bytes lie in the
// registry's directory under Digest.
type MediaManifest struct {
	Repository   string          // OCI repository name, "billing-api"
	Digest       practice.Digest // of the manifest's bytes
	MediaType    string          // of the manifest
	ArtifactType string          // what it holds; a referrer's list is filtered by it; may be empty
	Size         int64           // of the manifest's bytes
	Subject      practice.Digest // the manifest that it says something about; empty: none
	At           time.Time       // when it came in, UTC
}

// MediaIndex keeps what the registry knows about its content but the content
// itself. All methods work in one transaction of one scope.
type MediaIndex interface {
	// HasMedia says whether the repository holds at least one blob or manifest.
	HasMedia(repository string) (bool, error)
	// MediaRepositories lists the names of repositories that hold a manifest, by name; page.After is a name.
	MediaRepositories(page practice.Page) ([]string, error)

	// MediaManifest gives one manifest of a repository, or NotFound.
	MediaManifest(repository string, digest practice.Digest) (MediaManifest, error)
	// AddMediaManifest stores m and the digests of the blobs and manifests that
	// it needs (without m.Subject; no digest twice). It stores nothing when the
	// repository has the manifest already.
	AddMediaManifest(m MediaManifest, needs []practice.Digest) error
	// MediaReferrers lists the manifests of a repository whose Subject is subject,
	// by digest; artifactType "" means all. page.After is a digest.
	MediaReferrers(repository string, subject practice.Digest, artifactType string, page practice.Page) ([]MediaManifest, error)

	// MediaTag gives the digest of the manifest that the tag names, or NotFound.
	MediaTag(repository, tag string) (practice.Digest, error)
	// MediaTags lists a repository's tags in bytewise order; page.After is a tag.
	MediaTags(repository string, page practice.Page) ([]string, error)
	// AddMediaTag names a manifest of the repository. Conflict when the tag names
	// another digest; nothing when it names the same one.
	AddMediaTag(repository, tag string, digest practice.Digest) error

	// HasMediaBlob says whether the repository holds the blob.
	HasMediaBlob(repository string, digest practice.Digest) (bool, error)
	// AddMediaBlob says that the repository holds the blob since at. When it
	// holds it already, the time is raised to at: that keeps it from ForgetMedia.
	AddMediaBlob(repository string, digest practice.Digest, at time.Time) error
	// ForgetMedia takes at most 1,000 digests and forgets the blobs among them
	// that no manifest needs in any repository, that are no manifest themselves,
	// and that no repository took in at or after before. It gives the digests of
	// which nothing is known afterwards, so that their content can be deleted;
	// those that were never known are among them.
	ForgetMedia(digests []practice.Digest, before time.Time) ([]practice.Digest, error)
}
