package files

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"tranship.dev/tranship/internal/driver"
)

// remove takes the component's releases away, current first, so that nobody
// meets half of one.
func (p *place) remove(out driver.Progress) error {
	if err := p.clear(); err != nil {
		return err
	}
	release, _, err := p.link()
	if err != nil {
		return err
	}
	held, marked, err := p.marker(release)
	if err != nil {
		return err
	}
	if release != "" && (!marked || held.Component == p.step.Component) {
		if err := p.dir.Remove(current); err != nil {
			return err
		}
		if err := syncDir(p.dir, "."); err != nil {
			return err
		}
	}
	all, err := p.ours()
	if err != nil {
		return err
	}
	for name := range all {
		if err := p.drop(name); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s is removed\n", name)
	}
	err = p.dir.Remove(releases)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTEMPTY) && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(p.dir, ".")
}

// drop removes one release: out of sight in one step, then for good. Its
// marker goes last, so that an interrupted drop is taken up again.
func (p *place) drop(release string) error {
	gone := path.Join(releases, half+release)
	err := p.dir.Rename(path.Join(releases, release), gone)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := p.dir.RemoveAll(gone); err != nil {
		return err
	}
	if err := p.dir.Remove(markerPath(release)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return syncDir(p.dir, releases)
}

// clear removes what interrupted calls left behind.
func (p *place) clear() error {
	for _, dir := range []string{".", releases} {
		entries, err := fs.ReadDir(p.dir.FS(), dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if !strings.HasPrefix(entry.Name(), half) {
				continue
			}
			if err := p.dir.RemoveAll(path.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// swap puts the directory fresh in place of old, which may not be there. Where
// the file system can, the two change names in one step, so that a current
// release that is repaired is never missing.
func (p *place) swap(fresh, old string) error {
	if _, err := p.dir.Lstat(old); errors.Is(err, fs.ErrNotExist) {
		return p.dir.Rename(fresh, old)
	}
	dir, err := p.dir.Open(releases)
	if err != nil {
		return err
	}
	defer dir.Close()
	fd := int(dir.Fd())
	err = unix.Renameat2(fd, path.Base(fresh), fd, path.Base(old), unix.RENAME_EXCHANGE)
	if err == nil {
		return p.dir.RemoveAll(fresh)
	}
	aside := path.Join(releases, half+"old")
	if err := p.dir.Rename(old, aside); err != nil {
		return err
	}
	if err := p.dir.Rename(fresh, old); err != nil {
		return err
	}
	return p.dir.RemoveAll(aside)
}
