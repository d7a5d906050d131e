package control

import (
	"context"
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// AddVersion records a version of a component whose media were pushed before,
// or which lie in an outside registry (Reference begins with "oci://"). A
// signature that comes with it must be valid. It enters quarantined, or
// admitted when admit is set. The same version with the same digest again
// changes nothing; with another digest it is refused.
func (c *Control) AddVersion(ctx context.Context, scope practice.Scope, by practice.Actor, v library.Version, admit bool) (library.Version, error) {
	if err := checkVersion(v); err != nil {
		return v, err
	}
	if err := c.measure(ctx, &v); err != nil {
		return v, err
	}
	_, err := c.update(ctx, scope, func(w *work) error {
		present, err := w.Version(v.Component, v.Version)
		if err == nil && present.Digest == v.Digest {
			v, err = c.again(w, by, present, admit)
			return err
		}
		if err == nil {
			return practice.Faultf(practice.Conflict, "%s %s exists with digest %s, not %s", v.Component, v.Version, present.Digest, v.Digest).
				WithHint("a version never changes: give the new content a new version").Final()
		}
		if practice.CodeOf(err) != practice.NotFound {
			return err
		}
		component, err := componentOf(w, v.Component)
		if err != nil {
			return err
		}
		if publishers := component.Spec.Signature.Publishers; v.Signature != nil && len(publishers) > 0 {
			if v.SignedBy, err = library.VerifyStatement(v.Signature, v.Component, v.Version, v.Digest, publishers...); err != nil {
				return err
			}
		}
		v.State, v.StateBy, v.StateAt, v.StateWhy = library.Quarantined, by, w.now, "new"
		v.AddedBy, v.AddedAt = by, w.now
		if err := w.AddVersion(v); err != nil {
			return err
		}
		w.note(practice.Entry{Kind: "library.version-added", Subject: versionSubject(v), Who: by, Data: versionData(v)})
		if admit {
			v, err = c.move(w, by, v, library.Admitted, "admitted when it was added")
		}
		return err
	})
	return v, err
}

// again answers for a version that is there already: admitted now, when that is
// asked for and it is still quarantined. One that was withdrawn stays so.
func (c *Control) again(w *work, by practice.Actor, present library.Version, admit bool) (library.Version, error) {
	if !admit || present.State != library.Quarantined {
		return present, nil
	}
	return c.move(w, by, present, library.Admitted, "admitted when it was added again")
}

func checkVersion(v library.Version) error {
	if err := practice.CheckName("component", v.Component); err != nil {
		return err
	}
	if err := practice.CheckVersion(v.Version); err != nil {
		return err
	}
	if v.Reference == "" {
		return practice.Faultf(practice.Invalid, "version %s has no reference to its media", v.Version)
	}
	return v.Digest.Check()
}

// measure takes type and size of media that lie in our own registry from there.
func (c *Control) measure(ctx context.Context, v *library.Version) error {
	if strings.HasPrefix(v.Reference, "oci://") {
		if v.Size <= 0 {
			return practice.Faultf(practice.Invalid, "size of %s is not given", v.Reference)
		}
		return nil
	}
	mediaType, size, err := c.Media.Measure(ctx, v.Reference, v.Digest)
	if err != nil {
		return fmt.Errorf("media of %s %s: %w", v.Component, v.Version, err)
	}
	v.MediaType, v.Size = mediaType, size
	return nil
}

func componentOf(tx Tx, name string) (library.Component, error) {
	d, err := tx.Document(practice.KindComponent, name)
	if practice.CodeOf(err) == practice.NotFound {
		return library.Component{}, practice.Faultf(practice.NotFound, "there is no component %s", name).
			WithHint("apply a Component document of that name first").Final()
	}
	if err != nil {
		return library.Component{}, err
	}
	return library.Decode(d)
}

func versionSubject(v library.Version) string {
	return "version/" + v.Component + "@" + v.Version
}

func versionData(v library.Version) map[string]any {
	return map[string]any{"digest": v.Digest, "size": v.Size, "reference": v.Reference, "origin": v.Origin, "signedBy": v.SignedBy, "state": v.State, "sum": versionSum(v)}
}

// Admit allows a version to be deployed.
func (c *Control) Admit(ctx context.Context, scope practice.Scope, by practice.Actor, component, version, why string) (library.Version, error) {
	return c.moveVersion(ctx, scope, by, component, version, library.Admitted, why)
}

// Quarantine takes a version back into quarantine: it may not be deployed until
// it is admitted again; what is deployed stays where it is.
func (c *Control) Quarantine(ctx context.Context, scope practice.Scope, by practice.Actor, component, version, why string) (library.Version, error) {
	return c.moveVersion(ctx, scope, by, component, version, library.Quarantined, why)
}

// Withdraw forbids a version from now on; what is deployed stays where it is.
func (c *Control) Withdraw(ctx context.Context, scope practice.Scope, by practice.Actor, component, version, why string) (library.Version, error) {
	return c.moveVersion(ctx, scope, by, component, version, library.Withdrawn, why)
}

func (c *Control) moveVersion(ctx context.Context, scope practice.Scope, by practice.Actor, component, version string, to library.State, why string) (library.Version, error) {
	if strings.TrimSpace(why) == "" {
		return library.Version{}, practice.Faultf(practice.Invalid, "no reason is given").WithHint("say why with --reason")
	}
	var moved library.Version
	_, err := c.update(ctx, scope, func(w *work) error {
		v, err := w.Version(component, version)
		if err != nil {
			return err
		}
		moved, err = c.move(w, by, v, to, why)
		return err
	})
	return moved, err
}

func (c *Control) move(w *work, by practice.Actor, v library.Version, to library.State, why string) (library.Version, error) {
	if v.State == to {
		return v, nil
	}
	from := v.State
	v.State, v.StateBy, v.StateWhy, v.StateAt = to, by, why, w.now
	if to == library.Admitted {
		if err := admissible(w, v); err != nil {
			return v, err
		}
	}
	if err := w.MoveVersion(v, from); err != nil {
		return v, err
	}
	w.note(practice.Entry{Kind: "library.version-" + string(to), Subject: versionSubject(v), Who: by, Why: why,
		Data: map[string]any{"from": from, "to": to, "digest": v.Digest}})
	return v, versionMoved(w, by, v)
}

// admissible refuses what no deployment could use: a version without the
// signature that its component demands.
func admissible(w *work, v library.Version) error {
	component, err := componentOf(w, v.Component)
	if err != nil {
		return err
	}
	return library.Admit(component, v, library.Demand{})
}

// Version gives one version.
func (c *Control) Version(ctx context.Context, scope practice.Scope, component, version string) (v library.Version, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		v, err = tx.Version(component, version)
		return err
	})
	return v, err
}

// Versions lists the versions of a component, newest first; "" lists all.
func (c *Control) Versions(ctx context.Context, scope practice.Scope, component string, page practice.Page) (list []library.Version, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Versions(component, page)
		return err
	})
	return list, err
}

// MayFetch refuses media that no version holds which may be deployed: it was
// withdrawn, is quarantined, or was never recorded.
func (c *Control) MayFetch(ctx context.Context, scope practice.Scope, repository string, digest practice.Digest) error {
	return c.Store.View(ctx, scope, func(tx Tx) error {
		versions, err := tx.VersionByDigest(digest)
		if err != nil {
			return err
		}
		refusal := practice.Faultf(practice.Refused, "no version of the library holds %s of %s", digest, repository).Final()
		for _, v := range versions {
			if v.Reference != repository {
				continue
			}
			if v.State == library.Admitted {
				return nil
			}
			refusal = practice.Faultf(practice.Refused, "%s@%s is %s: %s", v.Component, v.Version, v.State, v.StateWhy).Final()
		}
		return refusal
	})
}
