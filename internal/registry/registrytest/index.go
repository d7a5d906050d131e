// Package registrytest helps tests that need a registry: an index in memory,
// and a registry that serves on a loopback address.
package registrytest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// Index keeps a registry's index in memory. Unlike a database it does not undo
// a transaction that fails.
type Index struct {
	// TagsMove lets a tag name another manifest, which the protocol allows and the library does not.
	TagsMove bool

	mu        sync.Mutex
	manifests map[key]library.MediaManifest
	needs     map[key][]practice.Digest
	tags      map[[2]string]practice.Digest
	blobs     map[key]time.Time
}

type key struct {
	repository string
	digest     practice.Digest
}

// NewIndex gives an empty index.
func NewIndex() *Index {
	return &Index{
		manifests: map[key]library.MediaManifest{}, needs: map[key][]practice.Digest{},
		tags: map[[2]string]practice.Digest{}, blobs: map[key]time.Time{},
	}
}

// Update runs f alone.
func (x *Index) Update(ctx context.Context, f func(library.MediaIndex) error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	return f((*tx)(x))
}

// View runs f alone.
func (x *Index) View(ctx context.Context, f func(library.MediaIndex) error) error {
	return x.Update(ctx, f)
}

type tx Index

func (x *tx) HasMedia(repository string) (bool, error) {
	for k := range x.manifests {
		if k.repository == repository {
			return true, nil
		}
	}
	for k := range x.blobs {
		if k.repository == repository {
			return true, nil
		}
	}
	return false, nil
}

func (x *tx) MediaRepositories(page practice.Page) ([]string, error) {
	names := map[string]bool{}
	for k := range x.manifests {
		names[k.repository] = true
	}
	return cut(slices.Sorted(maps.Keys(names)), page, func(s string) string { return s }), nil
}

func (x *tx) MediaManifest(repository string, d practice.Digest) (library.MediaManifest, error) {
	m, found := x.manifests[key{repository, d}]
	if !found {
		return m, practice.Faultf(practice.NotFound, "repository %s has no manifest %s", repository, d)
	}
	return m, nil
}

func (x *tx) AddMediaManifest(m library.MediaManifest, needs []practice.Digest) error {
	k := key{m.Repository, m.Digest}
	if _, found := x.manifests[k]; !found {
		x.manifests[k], x.needs[k] = m, slices.Clone(needs)
	}
	return nil
}

func (x *tx) MediaReferrers(repository string, subject practice.Digest, artifactType string, page practice.Page) ([]library.MediaManifest, error) {
	var found []library.MediaManifest
	for k, m := range x.manifests {
		if k.repository == repository && m.Subject == subject && (artifactType == "" || m.ArtifactType == artifactType) {
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b library.MediaManifest) int {
		if a.Digest < b.Digest {
			return -1
		}
		return 1
	})
	return cut(found, page, func(m library.MediaManifest) string { return string(m.Digest) }), nil
}

func (x *tx) MediaTag(repository, tag string) (practice.Digest, error) {
	d, found := x.tags[[2]string{repository, tag}]
	if !found {
		return "", practice.Faultf(practice.NotFound, "repository %s has no tag %s", repository, tag)
	}
	return d, nil
}

func (x *tx) MediaTags(repository string, page practice.Page) ([]string, error) {
	var names []string
	for k := range x.tags {
		if k[0] == repository {
			names = append(names, k[1])
		}
	}
	slices.Sort(names)
	return cut(names, page, func(s string) string { return s }), nil
}

func (x *tx) AddMediaTag(repository, tag string, d practice.Digest) error {
	k := [2]string{repository, tag}
	if present, found := x.tags[k]; found && present != d && !x.TagsMove {
		return practice.Faultf(practice.Conflict, "tag %s names %s", tag, present)
	}
	x.tags[k] = d
	return nil
}

func (x *tx) HasMediaBlob(repository string, d practice.Digest) (bool, error) {
	_, found := x.blobs[key{repository, d}]
	return found, nil
}

func (x *tx) AddMediaBlob(repository string, d practice.Digest, at time.Time) error {
	k := key{repository, d}
	if present, found := x.blobs[k]; !found || present.Before(at) {
		x.blobs[k] = at
	}
	return nil
}

func (x *tx) ForgetMedia(digests []practice.Digest, before time.Time) ([]practice.Digest, error) {
	var unknown []practice.Digest
	for _, d := range digests {
		if x.wanted(d, before) {
			continue
		}
		maps.DeleteFunc(x.blobs, func(k key, _ time.Time) bool { return k.digest == d })
		unknown = append(unknown, d)
	}
	return unknown, nil
}

func (x *tx) wanted(d practice.Digest, before time.Time) bool {
	for k := range x.manifests {
		if k.digest == d || slices.Contains(x.needs[k], d) {
			return true
		}
	}
	for k, at := range x.blobs {
		if k.digest == d && !at.Before(before) {
			return true
		}
	}
	return false
}

func cut[T any](all []T, page practice.Page, name func(T) string) []T {
	var out []T
	for _, one := range all {
		if name(one) > page.After && len(out) < page.Size() {
			out = append(out, one)
		}
	}
	return out
}
