package storetest

import (
	"strings"

	"fmt"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

func version(component, name string, n int) library.Version {
	return library.Version{Component: component, Version: name, Digest: digest(n), MediaType: "application/x", Size: int64(n), Reference: component + "/" + name,
		Origin: library.Origin{Commit: "abc"}, State: library.Quarantined, StateBy: anna, StateAt: at(n), AddedBy: anna, AddedAt: at(n)}
}

func testVersions(s suite) {
	all := []library.Version{version("api", "2.0.0", 1), version("db", "1", 2), version("api", "1.9.0", 3), version("api", "10.0.0", 4), version("web", "1", 4)}
	for _, v := range all {
		s.update(func(tx control.Tx) error { return tx.AddVersion(v) })
	}
	key := func(v library.Version) string { return v.Component + "@" + v.Version }
	listed := func(component string) []library.Version {
		return pages(s, 2, func(tx control.Tx, p practice.Page) ([]library.Version, error) { return tx.Versions(component, p) }, key)
	}
	s.same("all, the last first", listed(""), []library.Version{all[4], all[3], all[2], all[1], all[0]})
	s.same("of a component", listed("api"), []library.Version{all[3], all[2], all[0]})
	s.same("by digest", read(s, func(tx control.Tx) ([]library.Version, error) { return tx.VersionByDigest(digest(4)) }), []library.Version{all[3], all[4]})
	begun := func(begin string) []library.Version {
		return read(s, func(tx control.Tx) ([]library.Version, error) { return tx.VersionsWithDigest(begin, 9) })
	}
	s.same("by the beginning of its digest", begun(string(digest(1))[:14]), all[:1])
	s.same("by the beginning of another digest", begun("sha256:"+strings.Repeat("f", 12)), []library.Version{})
	s.update(func(tx control.Tx) error { return tx.AddVersion(all[1]) })
	changed := all[1]
	changed.Digest = digest(9)
	s.refused("conflict", "another digest", func(tx control.Tx) error { return tx.AddVersion(changed) })
	s.refused("not-found", "no such version", func(tx control.Tx) error { _, err := tx.Version("api", "3"); return err })

	tallies := read(s, func(tx control.Tx) ([]library.Tally, error) { return tx.Tallies([]string{"web", "none", "api"}) })
	s.same("tallies", tallies, []library.Tally{{Component: "api", Quarantined: 3, Newest: all[3]}, {Component: "web", Quarantined: 1, Newest: all[4]}})
	s.same("tallies of nothing", read(s, func(tx control.Tx) ([]library.Tally, error) { return tx.Tallies(nil) }), []library.Tally{})

	moved := all[0]
	moved.State, moved.StateBy, moved.StateWhy, moved.StateAt = library.Admitted, practice.Tranship, "fine", at(70)
	sly := moved
	sly.Digest = digest(8)
	s.update(func(tx control.Tx) error { return tx.MoveVersion(sly, library.Quarantined) })
	s.same("moved; nothing else changed", read(s, func(tx control.Tx) (library.Version, error) { return tx.Version("api", "2.0.0") }), moved)
	tallies = read(s, func(tx control.Tx) ([]library.Tally, error) { return tx.Tallies([]string{"api"}) })
	s.same("tallies by state", tallies, []library.Tally{{Component: "api", Quarantined: 2, Admitted: 1, Newest: all[3]}})
	s.refused("conflict", "moving it from where it is not", func(tx control.Tx) error { return tx.MoveVersion(moved, library.Quarantined) })
	s.refused("not-found", "moving none", func(tx control.Tx) error {
		return tx.MoveVersion(version("api", "3", 1), library.Quarantined)
	})
}

func manifest(repository string, n int, subject practice.Digest, kind string) library.MediaManifest {
	return library.MediaManifest{Repository: repository, Digest: digest(n), MediaType: "application/m", ArtifactType: kind, Size: 7, Subject: subject, At: at(n)}
}

func testMedia(s suite) {
	has := func(repository string) bool {
		s.Helper()
		return read(s, func(tx control.Tx) (bool, error) { return tx.HasMedia(repository) })
	}
	s.same("an empty repository", has("api"), false)
	s.update(func(tx control.Tx) error { return tx.AddMediaBlob("api", digest(1), at(1)) })
	s.same("one with a blob", has("api"), true)
	base := manifest("api", 10, "", "app")
	s.update(func(tx control.Tx) error { return tx.AddMediaManifest(base, []practice.Digest{digest(1), digest(2)}) })
	s.update(func(tx control.Tx) error { return tx.AddMediaManifest(manifest("api", 10, "", "other"), nil) })
	s.same("manifest", read(s, func(tx control.Tx) (library.MediaManifest, error) { return tx.MediaManifest("api", digest(10)) }), base)
	s.refused("not-found", "in another repository", func(tx control.Tx) error { _, err := tx.MediaManifest("db", digest(10)); return err })

	var referrers []library.MediaManifest
	for n := 20; n < 25; n++ {
		referrers = append(referrers, manifest("api", n, digest(10), []string{"sbom", "signature"}[n%2]))
	}
	for _, m := range referrers {
		s.update(func(tx control.Tx) error { return tx.AddMediaManifest(m, nil) })
	}
	list := func(kind string) []library.MediaManifest {
		return pages(s, 2, func(tx control.Tx, p practice.Page) ([]library.MediaManifest, error) {
			return tx.MediaReferrers("api", digest(10), kind, p)
		}, func(m library.MediaManifest) string { return string(m.Digest) })
	}
	s.same("number of referrers", len(list("")), 5)
	s.same("number of signatures", len(list("signature")), 2)
	for i, m := range list("")[1:] {
		if before := list("")[i]; before.Digest >= m.Digest {
			s.Errorf("referrers are not in order: %s before %s", before.Digest, m.Digest)
		}
	}

	for _, tag := range []string{"v1", "v1.0", "V1", "latest"} {
		s.update(func(tx control.Tx) error { return tx.AddMediaTag("api", tag, digest(10)) })
	}
	s.update(func(tx control.Tx) error { return tx.AddMediaTag("api", "v1", digest(10)) })
	s.refused("conflict", "a tag for another manifest", func(tx control.Tx) error { return tx.AddMediaTag("api", "v1", digest(20)) })
	s.same("tag", read(s, func(tx control.Tx) (practice.Digest, error) { return tx.MediaTag("api", "v1") }), digest(10))
	s.refused("not-found", "no such tag", func(tx control.Tx) error { _, err := tx.MediaTag("api", "v2"); return err })
	tags := pages(s, 3, func(tx control.Tx, p practice.Page) ([]string, error) { return tx.MediaTags("api", p) }, func(t string) string { return t })
	s.same("tags", tags, []string{"V1", "latest", "v1", "v1.0"})

	for _, name := range []string{"a-b", "a", "a.b"} {
		s.update(func(tx control.Tx) error { return tx.AddMediaManifest(manifest(name, 1, "", ""), nil) })
	}
	s.update(func(tx control.Tx) error { return tx.AddMediaBlob("only-a-blob", digest(1), at(1)) })
	s.same("repositories", pages(s, 2, control.Tx.MediaRepositories, func(n string) string { return n }), []string{"a", "a-b", "a.b", "api"})
}

func testForgetMedia(s suite) {
	s.update(func(tx control.Tx) error {
		for n, when := range []int{10, 10, 10, 10, 90} {
			if err := tx.AddMediaBlob("api", digest(n), at(when)); err != nil {
				return err
			}
		}
		if err := tx.AddMediaBlob("db", digest(3), at(95)); err != nil { // young in another repository
			return err
		}
		if err := tx.AddMediaBlob("api", digest(0), at(5)); err != nil { // never made older
			return err
		}
		return tx.AddMediaManifest(manifest("db", 2, "", ""), []practice.Digest{digest(1)})
	})
	var gone []practice.Digest
	ask := []practice.Digest{digest(0), digest(1), digest(2), digest(3), digest(4), digest(77), digest(0)}
	forget := func(before time.Time) []practice.Digest {
		s.update(func(tx control.Tx) (err error) {
			gone, err = tx.ForgetMedia(ask, before)
			return err
		})
		return gone
	}
	s.same("all are too young", forget(at(10)), []practice.Digest{digest(77)})
	s.same("not needed, no manifest, old", forget(at(50)), []practice.Digest{digest(0), digest(77)})
	held := read(s, func(tx control.Tx) ([]bool, error) {
		var held []bool
		for n := range 5 {
			has, err := tx.HasMediaBlob("api", digest(n))
			if err != nil {
				return nil, err
			}
			held = append(held, has)
		}
		return held, nil
	})
	s.same("what is left", fmt.Sprint(held), fmt.Sprint([]bool{false, true, true, true, true}))
}
