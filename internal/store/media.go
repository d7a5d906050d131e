package store

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

const mediaColumns = `repository, digest, media_type, artifact_type, size, subject, at`

func scanManifest(r row) (library.MediaManifest, error) {
	var m library.MediaManifest
	var digest, subject string
	var at int64
	err := r.Scan(&m.Repository, &digest, &m.MediaType, &m.ArtifactType, &m.Size, &subject, &at)
	m.Digest, m.Subject, m.At = practice.Digest(digest), practice.Digest(subject), moment(at)
	return m, err
}

// HasMedia says whether the repository holds at least one blob or manifest.
func (t *tx) HasMedia(repository string) (bool, error) {
	found, err := list(t, scanOne[string], `SELECT name FROM media_repository WHERE scope = ? AND name = ?
		UNION ALL SELECT repository FROM (SELECT repository FROM media_blob WHERE scope = ? AND repository = ? LIMIT 1) AS b`,
		t.scope, repository, t.scope, repository)
	return len(found) > 0, err
}

// MediaRepositories lists the names of repositories that hold a manifest.
func (t *tx) MediaRepositories(page practice.Page) ([]string, error) {
	return list(t, scanOne[string], `SELECT name FROM media_repository WHERE scope = ? AND name > ? ORDER BY name LIMIT ?`,
		t.scope, page.After, page.Size())
}

// MediaManifest gives one manifest of a repository.
func (t *tx) MediaManifest(repository string, digest practice.Digest) (library.MediaManifest, error) {
	return first(t, notFound("repository %s has no manifest %s", repository, digest), scanManifest,
		`SELECT `+mediaColumns+` FROM media_manifest WHERE scope = ? AND repository = ? AND digest = ?`, t.scope, repository, string(digest))
}

// AddMediaManifest stores m and what it needs.
func (t *tx) AddMediaManifest(m library.MediaManifest, needs []practice.Digest) error {
	n, err := t.run(`INSERT INTO media_manifest (scope, `+mediaColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (scope, repository, digest) DO NOTHING`,
		t.scope, m.Repository, string(m.Digest), m.MediaType, m.ArtifactType, m.Size, string(m.Subject), micros(m.At))
	if err != nil || n == 0 {
		return err
	}
	if err := t.do(`INSERT INTO media_repository (scope, name) VALUES (?, ?) ON CONFLICT (scope, name) DO NOTHING`, t.scope, m.Repository); err != nil {
		return err
	}
	all := make([][]any, len(needs))
	for i, digest := range needs {
		all[i] = []any{t.scope, string(digest), m.Repository, string(m.Digest)}
	}
	return t.insert(`INSERT INTO media_need (scope, digest, repository, manifest)`, all, `ON CONFLICT (scope, digest, repository, manifest) DO NOTHING`)
}

// MediaReferrers lists the manifests that say something about subject.
func (t *tx) MediaReferrers(repository string, subject practice.Digest, artifactType string, page practice.Page) ([]library.MediaManifest, error) {
	if subject == "" {
		return nil, nil
	}
	sql, args := `SELECT `+mediaColumns+` FROM media_manifest WHERE scope = ? AND repository = ? AND subject = ?`, []any{t.scope, repository, string(subject)}
	if artifactType != "" {
		sql, args = sql+` AND artifact_type = ?`, append(args, artifactType)
	}
	return list(t, scanManifest, sql+` AND digest > ? ORDER BY digest LIMIT ?`, append(args, page.After, page.Size())...)
}

// MediaTag gives the digest of the manifest that the tag names.
func (t *tx) MediaTag(repository, tag string) (practice.Digest, error) {
	digest, err := first(t, notFound("repository %s has no tag %s", repository, tag), scanOne[string],
		`SELECT digest FROM media_tag WHERE scope = ? AND repository = ? AND tag = ?`, t.scope, repository, tag)
	return practice.Digest(digest), err
}

// MediaTags lists a repository's tags.
func (t *tx) MediaTags(repository string, page practice.Page) ([]string, error) {
	return list(t, scanOne[string], `SELECT tag FROM media_tag WHERE scope = ? AND repository = ? AND tag > ? ORDER BY tag LIMIT ?`,
		t.scope, repository, page.After, page.Size())
}

// AddMediaTag names a manifest of the repository.
func (t *tx) AddMediaTag(repository, tag string, digest practice.Digest) error {
	n, err := t.run(`INSERT INTO media_tag (scope, repository, tag, digest) VALUES (?, ?, ?, ?) ON CONFLICT (scope, repository, tag) DO NOTHING`,
		t.scope, repository, tag, string(digest))
	if err != nil || n == 1 {
		return err
	}
	present, err := t.MediaTag(repository, tag)
	if err == nil && present != digest {
		return conflict("tag %s of repository %s names %s, not %s", tag, repository, present, digest).
			WithHint("tags never move: use a new one").Final()
	}
	return err
}

// HasMediaBlob says whether the repository holds the blob.
func (t *tx) HasMediaBlob(repository string, digest practice.Digest) (bool, error) {
	found, err := list(t, scanOne[string], `SELECT digest FROM media_blob WHERE scope = ? AND repository = ? AND digest = ?`,
		t.scope, repository, string(digest))
	return len(found) > 0, err
}

// AddMediaBlob says that the repository holds the blob since at.
func (t *tx) AddMediaBlob(repository string, digest practice.Digest, at time.Time) error {
	return t.do(`INSERT INTO media_blob (scope, repository, digest, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (scope, repository, digest) DO UPDATE SET at = CASE WHEN excluded.at > media_blob.at THEN excluded.at ELSE media_blob.at END`,
		t.scope, repository, string(digest), micros(at))
}

// ForgetMedia forgets blobs that nothing needs.
func (t *tx) ForgetMedia(digests []practice.Digest, before time.Time) ([]practice.Digest, error) {
	switch {
	case len(digests) == 0:
		return nil, nil
	case len(digests) > maxBatch:
		return nil, practice.Faultf(practice.Invalid, "forget %d digests: at most %d at once", len(digests), maxBatch)
	}
	some, args := among(digests)
	asked := append([]any{t.scope}, args...)
	kept := map[practice.Digest]bool{}
	for _, sql := range []string{
		`SELECT DISTINCT digest FROM media_need WHERE scope = ? AND digest IN ` + some,
		`SELECT DISTINCT digest FROM media_manifest WHERE scope = ? AND digest IN ` + some,
	} {
		if err := t.keep(kept, sql, asked...); err != nil {
			return nil, err
		}
	}
	if err := t.keep(kept, `SELECT DISTINCT digest FROM media_blob WHERE scope = ? AND digest IN `+some+` AND at >= ?`, append(slices.Clip(asked), micros(before))...); err != nil {
		return nil, err
	}
	var gone []practice.Digest
	for _, digest := range digests {
		if !kept[digest] {
			gone = append(gone, digest)
			kept[digest] = true // named twice, told once
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	some, args = among(gone)
	return gone, t.do(`DELETE FROM media_blob WHERE scope = ? AND digest IN `+some, append([]any{t.scope}, args...)...)
}

func (t *tx) keep(kept map[practice.Digest]bool, sql string, args ...any) error {
	found, err := list(t, scanOne[string], sql, args...)
	for _, digest := range found {
		kept[practice.Digest(digest)] = true
	}
	return err
}
