package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
)

// marker says what a release is and must hold. It stands beside the release's
// directory and is written when that is complete, so a release without one is not.
type marker struct {
	Component string          `json:"component"`
	Version   string          `json:"version"`
	Digest    practice.Digest `json:"digest"`
	Turn      int             `json:"turn"` // grows each time a release becomes current: the order of their age
	Files     []file          `json:"files"`
}

// half begins the names of what is not complete or no longer in use; no
// marker begins so, and anybody may remove it.
const half = ".half-"

const current = "current"

// directoryName gives the name of the step's release. Characters that a
// version may have and a file name had better not become '_'.
func directoryName(s driver.Step) string {
	safe := strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '.' || r == '-' || r == '_' || r == '+' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return r
		}
		return '_'
	}, s.Version)
	return strings.TrimLeft(safe, ".") + "-" + s.Digest.Short()
}

func markerPath(release string) string { return path.Join(releases, "."+release+".json") }

func (p *place) marker(release string) (marker, bool, error) {
	var m marker
	raw, err := p.dir.ReadFile(markerPath(release))
	if errors.Is(err, fs.ErrNotExist) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	if json.Unmarshal(raw, &m) != nil {
		return marker{}, false, nil //nolint:nilerr // altered from outside: as good as none, for then the release is laid anew
	}
	return m, true, nil
}

func (p *place) writeMarker(release string, m marker) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	temporary := path.Join(releases, half+release+".json")
	dest, err := p.dir.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = dest.Write(raw)
	if err := errors.Join(err, dest.Sync(), dest.Close()); err != nil {
		return err
	}
	if err := p.dir.Rename(temporary, markerPath(release)); err != nil {
		return err
	}
	return syncDir(p.dir, releases)
}

// link gives the name that current leads to among the releases; "" when it is
// not there, and ours false when it is there and leads elsewhere.
func (p *place) link() (release string, ours bool, err error) {
	link, err := p.dir.Readlink(current)
	if errors.Is(err, fs.ErrNotExist) {
		return "", true, nil
	}
	if errors.Is(err, syscall.EINVAL) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	dir, release := path.Split(path.Clean(link))
	if dir != releases+"/" {
		return "", false, nil
	}
	return release, true, nil
}

// current gives the current release and its marker; "" when there is none
// that a marker vouches for.
func (p *place) current() (string, marker, error) {
	release, _, err := p.link()
	if err != nil || release == "" {
		return "", marker{}, err
	}
	m, found, err := p.marker(release)
	if err != nil || !found {
		return "", marker{}, err
	}
	return release, m, nil
}

func (p *place) apply(ctx context.Context, out driver.Progress) error {
	if err := p.clear(); err != nil {
		return err
	}
	before, held, err := p.current()
	if err != nil {
		return err
	}
	if err := p.refuseOthers(before, held); err != nil {
		return err
	}
	if before != "" {
		if err := p.takeTurn(before); err != nil {
			return err
		}
	}
	release := directoryName(p.step)
	if err := p.bring(ctx, release, out); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if before != release {
		if err := p.point(release); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s/current is %s now\n", p.inputs.Path, release)
	}
	if err := p.takeTurn(release); err != nil {
		return err
	}
	return p.prune(release, before)
}

// refuseOthers keeps Apply off what belongs to somebody else.
func (p *place) refuseOthers(release string, held marker) error {
	if release != "" && held.Component != p.step.Component {
		return practice.Faultf(practice.Conflict, "the files of component %s are there", held.Component).
			WithHint("give each component a path of its own").Final()
	}
	_, ours, err := p.link()
	if err == nil && !ours {
		return practice.Faultf(practice.Conflict, "%s/current is there and does not lead to a release", p.inputs.Path).
			WithHint("it was not made by Tranship: move it away or choose another path").Final()
	}
	return err
}

// bring sees to it that the release is there, complete and unaltered.
func (p *place) bring(ctx context.Context, release string, out driver.Progress) error {
	held, found, err := p.marker(release)
	if err != nil {
		return err
	}
	place := path.Join(releases, release)
	if found && held.Digest == p.step.Digest {
		difference, err := p.compare(ctx, release, held.Files)
		if err != nil || len(difference.wrong) == 0 {
			return err
		}
		fmt.Fprintf(out, "%s was altered and is replaced: %s\n", release, difference)
	}
	fresh := path.Join(releases, half+release)
	files, err := p.copyTree(ctx, fresh)
	if err != nil {
		return errors.Join(err, p.dir.RemoveAll(fresh))
	}
	m := marker{Component: p.step.Component, Version: p.step.Version, Digest: p.step.Digest, Turn: held.Turn, Files: files}
	if err := p.writeMarker(release, m); err != nil {
		return err
	}
	if err := p.swap(fresh, place); err != nil {
		return err
	}
	var size int64
	for _, f := range files {
		size += f.Size
	}
	fmt.Fprintf(out, "%s: %d files, %d bytes\n", release, len(files), size)
	return syncDir(p.dir, releases)
}

// takeTurn makes the current release the youngest of all.
func (p *place) takeTurn(release string) error {
	all, err := p.ours()
	if err != nil {
		return err
	}
	youngest := 0
	for name, m := range all {
		if name != release {
			youngest = max(youngest, m.Turn)
		}
	}
	if m := all[release]; m.Turn <= youngest {
		m.Turn = youngest + 1
		return p.writeMarker(release, m)
	}
	return nil
}

// point makes current lead to release, in one step that nobody sees half done.
func (p *place) point(release string) error {
	temporary := half + current
	if err := p.dir.RemoveAll(temporary); err != nil {
		return err
	}
	if err := p.dir.Symlink(path.Join(releases, release), temporary); err != nil {
		return err
	}
	if err := p.dir.Rename(temporary, current); err != nil {
		return err
	}
	return syncDir(p.dir, ".")
}

// ours lists the component's releases by name.
func (p *place) ours() (map[string]marker, error) {
	entries, err := fs.ReadDir(p.dir.FS(), releases)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all := map[string]marker{}
	for _, entry := range entries {
		name, marked := strings.CutSuffix(strings.TrimPrefix(entry.Name(), "."), ".json")
		if !marked || strings.HasPrefix(entry.Name(), half) || !strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		m, found, err := p.marker(name)
		if err != nil {
			return nil, err
		}
		if found && m.Component == p.step.Component {
			all[name] = m
		}
	}
	return all, nil
}

// prune removes the oldest releases beyond the number to keep, never the
// current one, and the previous one only when one alone is to be kept.
func (p *place) prune(now, before string) error {
	all, err := p.ours()
	if err != nil {
		return err
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	rank := func(name string) int {
		switch name {
		case now:
			return -2
		case before:
			return -1
		}
		return 0
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return all[b].Turn - all[a].Turn
	})
	for _, name := range names[min(p.inputs.Keep, len(names)):] {
		if err := p.drop(name); err != nil {
			return err
		}
	}
	return nil
}
