package store

import (
	"cmp"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

var versionBody = scanBody[library.Version]

// Version gives one version.
func (t *tx) Version(component, version string) (library.Version, error) {
	return first(t, notFound("version %s of component %s does not exist", version, component), versionBody,
		`SELECT body FROM component_version WHERE scope = ? AND component = ? AND version = ?`, t.scope, component, version)
}

// VersionByDigest gives the versions that have the manifest digest, by component and version.
func (t *tx) VersionByDigest(digest practice.Digest) ([]library.Version, error) {
	found, err := list(t, versionBody, `SELECT body FROM component_version WHERE scope = ? AND digest = ? LIMIT ?`,
		t.scope, string(digest), practice.MaxLimit)
	slices.SortFunc(found, func(a, b library.Version) int {
		return cmp.Or(strings.Compare(a.Component, b.Component), strings.Compare(a.Version, b.Version))
	})
	return found, err
}

// VersionsWithDigest gives versions whose digest begins so. Digests are hexadecimal: "g" comes after all.
func (t *tx) VersionsWithDigest(begin string, limit int) ([]library.Version, error) {
	return list(t, versionBody, `SELECT body FROM component_version WHERE scope = ? AND digest >= ? AND digest < ? ORDER BY digest LIMIT ?`,
		t.scope, begin, begin+"g", limit)
}

// Versions lists versions, the last that was added first.
func (t *tx) Versions(component string, page practice.Page) ([]library.Version, error) {
	before, err := t.versionNumber(page.After)
	if err != nil {
		return nil, err
	}
	sql, args := `SELECT body FROM component_version WHERE scope = ?`, []any{t.scope}
	if component != "" {
		sql, args = sql+` AND component = ?`, append(args, component)
	}
	sql, args = sql+` AND number < ? ORDER BY number DESC LIMIT ?`, append(args, before, page.Size())
	return list(t, versionBody, sql, args...)
}

func (t *tx) versionNumber(after string) (int64, error) {
	if after == "" {
		return 1 << 62, nil
	}
	component, version, _ := strings.Cut(after, "@") // names have no "@"
	return first(t, badPage(after, "a known component@version"), scanOne[int64],
		`SELECT number FROM component_version WHERE scope = ? AND component = ? AND version = ?`, t.scope, component, version)
}

// AddVersion stores a new version.
func (t *tx) AddVersion(v library.Version) error {
	present, err := t.Version(v.Component, v.Version)
	switch {
	case err == nil && present.Digest == v.Digest:
		return nil
	case err == nil:
		return conflict("version %s of component %s exists with digest %s, not %s", v.Version, v.Component, present.Digest, v.Digest).
			WithHint("a version never changes: give the new content a version of its own").Final()
	case practice.CodeOf(err) != practice.NotFound:
		return err
	}
	body, err := encode(v)
	if err != nil {
		return err
	}
	number, err := t.next("version", 1)
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO component_version (scope, component, version, number, digest, state, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		t.scope, v.Component, v.Version, number, string(v.Digest), string(v.State), body)
}

// MoveVersion changes the state, and who did it when and why; nothing else.
func (t *tx) MoveVersion(v library.Version, from library.State) error {
	stored, err := t.Version(v.Component, v.Version)
	if err != nil {
		return err
	}
	if stored.State != from {
		return conflict("version %s of component %s is %s, not %s", v.Version, v.Component, stored.State, from)
	}
	stored.State, stored.StateBy, stored.StateWhy, stored.StateAt = v.State, v.StateBy, v.StateWhy, v.StateAt
	body, err := encode(stored)
	if err != nil {
		return err
	}
	return t.do(`UPDATE component_version SET state = ?, body = ? WHERE scope = ? AND component = ? AND version = ?`,
		string(stored.State), body, t.scope, v.Component, v.Version)
}

// Tallies counts the versions of components, and gives the last one of each.
func (t *tx) Tallies(components []string) ([]library.Tally, error) {
	if len(components) > maxBatch {
		return nil, practice.Faultf(practice.Invalid, "versions of %d components: at most %d at once", len(components), maxBatch)
	}
	if len(components) == 0 {
		return nil, nil
	}
	type count struct {
		component, state string
		versions         int
		last             int64
	}
	some, args := among(components)
	counts, err := list(t, func(r row) (c count, err error) {
		err = r.Scan(&c.component, &c.state, &c.versions, &c.last)
		return c, err
	}, `SELECT component, state, COUNT(*), MAX(number) FROM component_version WHERE scope = ? AND component IN `+some+`
		GROUP BY component, state ORDER BY component`, append([]any{t.scope}, args...)...)
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	var tallies []library.Tally
	var last []any
	for _, c := range counts {
		if len(tallies) == 0 || tallies[len(tallies)-1].Component != c.component {
			tallies, last = append(tallies, library.Tally{Component: c.component}), append(last, c.last)
		}
		i := len(tallies) - 1
		tallies[i].Count(library.State(c.state), c.versions)
		last[i] = max(last[i].(int64), c.last)
	}
	return tallies, t.newest(tallies, last)
}

// newest fills in the versions with these numbers.
func (t *tx) newest(tallies []library.Tally, numbers []any) error {
	length := stepOf(len(numbers))
	args := []any{t.scope}
	for i := range length {
		args = append(args, numbers[min(i, len(numbers)-1)])
	}
	found, err := list(t, versionBody, `SELECT body FROM component_version WHERE scope = ? AND number IN (?`+strings.Repeat(`, ?`, length-1)+`)`, args...)
	for _, v := range found {
		if i, ok := slices.BinarySearchFunc(tallies, v.Component, func(t library.Tally, c string) int { return strings.Compare(t.Component, c) }); ok {
			tallies[i].Newest = v
		}
	}
	return err
}
