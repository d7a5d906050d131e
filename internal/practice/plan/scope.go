package plan

import (
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// subject is the version of an item that steps are about.
type subject struct {
	component, version string
	digest             practice.Digest
	artifact           *Artifact // nil when the steps need none
}

// version says which version of an item steps are about.
type version int

const (
	released version = iota // that of the release
	former                  // the one that was there before
	goal                    // the one that a restore brings back
)

// subjectOf gives the version of an item that steps are about on the target:
// that of the release, or the one that was there before or is to be there again,
// as far as there is one.
func subjectOf(h *Header, item int, t *Target, which version) subject {
	it := &h.Items[item]
	s := subject{component: it.Component, version: it.Version, digest: it.Digest, artifact: it.Artifact}
	var other *Before
	switch {
	case which == former:
		other = &t.Before[item]
	case which == goal && item < len(t.Goal):
		other = &t.Goal[item]
	}
	if other != nil && other.Version != "" {
		s.version, s.artifact, s.digest = other.Version, other.Artifact, ""
		if other.Artifact != nil {
			s.digest = other.Artifact.Digest
		}
	}
	return s
}

// scope is what references mean in the steps of one selection.
type scope struct {
	header     *Header
	target     *Target
	deployment string
	about      subject // empty in checks of a release with several items
	which      version
	slot       string // where the steps work; empty: there are no slots, or several items
}

// value gives what a reference means; false when it has no value here, and for secrets.
func (s *scope) value(name string) (string, bool) {
	switch name {
	case model.RefTargetName:
		return s.target.On(), true
	case model.RefTargetAddress:
		return s.target.Address, s.target.Address != ""
	case model.RefEnvironmentName:
		return s.header.Environment, true
	case model.RefRelease:
		return s.header.Release, true
	case model.RefDeployment:
		return s.deployment, true
	case model.RefComponent:
		return s.about.component, s.about.component != ""
	case model.RefVersion:
		return s.about.version, s.about.version != ""
	case model.RefSlot:
		return s.slot, s.slot != ""
	case model.RefSlotOther:
		return s.header.opposite(s.slot), s.slot != ""
	case model.RefDigest:
		return string(s.about.digest), s.about.digest != ""
	}
	if label, found := strings.CutPrefix(name, model.RefTargetLabels); found {
		value, has := s.target.Labels[label]
		return value, has
	}
	if parameter, found := strings.CutPrefix(name, model.RefTargetParameters); found {
		value, has := s.target.Parameters[parameter]
		return value, has
	}
	if parameter, found := strings.CutPrefix(name, model.RefEnvironmentParameters); found {
		value, has := s.header.Parameters[parameter]
		return value, has
	}
	if component, found := strings.CutPrefix(name, model.RefVersionOf); found {
		other, has := s.named(component)
		return other.version, has
	}
	if component, found := strings.CutPrefix(name, model.RefDigestOf); found {
		other, has := s.named(component)
		return string(other.digest), has && other.digest != ""
	}
	return "", false
}

// named gives the subject of a component of the release.
func (s *scope) named(component string) (subject, bool) {
	for i := range s.header.Items {
		if s.header.Items[i].Component == component {
			return subjectOf(s.header, i, s.target, s.which), true
		}
	}
	return subject{}, false
}
