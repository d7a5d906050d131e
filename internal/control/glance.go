package control

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// DeploymentCounts counts deployments by state and, of those that are closed, by result.
func (c *Control) DeploymentCounts(ctx context.Context, scope practice.Scope, environment string) (counts []DeploymentCount, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		counts, err = tx.CountDeployments(environment)
		return err
	})
	return counts, err
}

// Strip is how many deployments began in each step of a span of time, and what
// was frozen in it.
type Strip struct {
	From    time.Time     `json:"from"`
	Width   int64         `json:"width" doc:"Of one step, in seconds."`
	Steps   []StripStep   `json:"steps"`
	Freezes []StripFreeze `json:"freezes" doc:"When which freezes held, as their documents were at the time; until the end of the span as they are now."`
}

// StripStep is one step.
type StripStep struct {
	Total  int `json:"total"`
	Failed int `json:"failed" doc:"Of these: failed or remediated."`
	Open   int `json:"open" doc:"Of these: not closed."`
}

// mostSteps bounds a strip.
const mostSteps = 1000

// Strip counts deployments by when they began, and tells what was frozen;
// environment "" means all.
func (c *Control) Strip(ctx context.Context, scope practice.Scope, environment string, from, to time.Time, steps int) (s Strip, err error) {
	span := to.Sub(from)
	if steps < 1 || steps > mostSteps || span < time.Duration(steps)*time.Second || span > 400*24*time.Hour {
		return s, practice.Faultf(practice.Invalid, "from %s to %s in %d steps cannot be counted", from.Format(time.RFC3339), to.Format(time.RFC3339), steps).
			WithHint("ask for at most 400 days in at most %d steps of at least a second", mostSteps).Final()
	}
	width := (span + time.Duration(steps) - 1) / time.Duration(steps)
	width = (width + time.Second - 1).Truncate(time.Second)
	s = Strip{From: from.UTC(), Width: int64(width / time.Second), Steps: make([]StripStep, steps)}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		counts, err := tx.DeploymentStrip(environment, from, to, width)
		for _, one := range counts {
			if one.Step < 0 || one.Step >= steps {
				continue
			}
			step := &s.Steps[one.Step]
			step.Total += one.Number
			switch one.Result {
			case deployment.Failed, deployment.Remediated:
				step.Failed += one.Number
			case "":
				step.Open += one.Number
			case deployment.Succeeded, deployment.Cancelled:
			}
		}
		if err == nil {
			s.Freezes, err = c.freezesDuring(tx, environment, from, to)
		}
		return err
	})
	return s, err
}

// Hit is something that a search found.
type Hit struct {
	Kind string `json:"kind" doc:"Deployment, Journey, Review, Plan, Version, or the kind of a document."`
	Name string `json:"name"`
	In   string `json:"in,omitempty" doc:"Of a target its environment; of a version its component."`
	What string `json:"what,omitempty" doc:"Of a deployment its release and environment."`
}

// searched are the kinds of document that a search looks through, in its order.
var searched = []practice.Kind{
	practice.KindComponent, practice.KindEnvironment, practice.KindTarget, practice.KindRelease, practice.KindService, practice.KindModel,
	practice.KindPerson, practice.KindGroup,
}

// Search finds things by a part of their name or by their id, at most limit of each kind.
func (c *Control) Search(ctx context.Context, scope practice.Scope, text string, limit int) (hits []Hit, err error) {
	hits = []Hit{}
	if text = strings.TrimSpace(text); text == "" {
		return hits, nil
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		byID, err := searchIDs(tx, text)
		if err != nil {
			return err
		}
		hits = append(hits, byID...)
		byDigest, err := searchDigests(tx, text, limit)
		if err != nil {
			return err
		}
		hits = append(hits, byDigest...)
		component, version, both := strings.Cut(text, "@")
		if both {
			found, err := searchVersions(tx, component, version, limit)
			hits = append(hits, found...)
			return err
		}
		for _, kind := range searched {
			found, err := tx.NamesLike(kind, text, limit)
			if err != nil {
				return err
			}
			for _, n := range found {
				hits = append(hits, Hit{Kind: string(kind), Name: n.Name, In: n.Parent})
			}
		}
		return nil
	})
	return hits, err
}

// searchIDs finds what has exactly this id, or a deployment of this number.
func searchIDs(tx Tx, text string) (hits []Hit, err error) {
	id := strings.ToUpper(text)
	if !strings.Contains(id, "-") && strings.Trim(id, "0123456789") == "" {
		id = "D-" + id
	}
	prefix, _, _ := strings.Cut(id, "-")
	var found Hit
	switch prefix {
	case "D":
		d, failed := tx.Deployment(id)
		found, err = Hit{Kind: "Deployment", Name: id, What: d.Header.Release + " into " + d.Header.Environment}, failed
	case "J":
		j, failed := tx.Journey(id)
		found, err = Hit{Kind: "Journey", Name: id, What: j.Release}, failed
	case "R":
		r, failed := tx.Review(id)
		found, err = Hit{Kind: "Review", Name: id, What: r.Deployment}, failed
	case "P":
		p, failed := tx.Plan(id)
		found, err = Hit{Kind: "Plan", Name: id, What: p.Header.Release + " into " + p.Header.Environment}, failed
	default:
		return nil, nil
	}
	if practice.CodeOf(err) == practice.NotFound {
		return nil, nil
	}
	return []Hit{found}, err
}

// digestBegin is the beginning of a digest as people copy it: at least seven of its letters.
var digestBegin = regexp.MustCompile(`^(?:sha256:)?([0-9a-f]{7,64})$`)

// searchDigests finds versions by the beginning of their digest.
func searchDigests(tx Tx, text string, limit int) (hits []Hit, err error) {
	begin := digestBegin.FindStringSubmatch(strings.ToLower(text))
	if begin == nil {
		return nil, nil
	}
	found, err := tx.VersionsWithDigest("sha256:"+begin[1], limit)
	for _, v := range found {
		hits = append(hits, Hit{Kind: "Version", Name: v.Version, In: v.Component, What: string(v.State)})
	}
	return hits, err
}

// searchVersions finds versions of a component, those that were added last first.
func searchVersions(tx Tx, component, version string, limit int) (hits []Hit, err error) {
	numbers, err := tx.VersionNumbers([]string{component})
	slices.Reverse(numbers)
	for _, n := range numbers {
		if strings.Contains(n.Version, version) && len(hits) < limit {
			hits = append(hits, Hit{Kind: "Version", Name: n.Version, In: component, What: string(n.State)})
		}
	}
	return hits, err
}
