package control

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// segmentsAtOnce is how many rows of segments are read at once.
const segmentsAtOnce = 8

func placeText(place int64) string { return strconv.FormatInt(place, 10) }

// OutputOf lists what the steps of a deployment printed, or those of one target
// of it, in order of arrival, wherever it lies; page.After is a place in decimals.
func (c *Control) OutputOf(ctx context.Context, scope practice.Scope, id, target string, page practice.Page) (list []deployment.Output, err error) {
	var after int64
	if page.After != "" {
		if after, err = strconv.ParseInt(page.After, 10, 64); err != nil {
			return nil, practice.Faultf(practice.Invalid, "cursor %q is not one that the server gave", page.After)
		}
	}
	err = c.eachPiece(ctx, scope, id, target, after, page.Size(), func(o deployment.Output) (bool, error) {
		list = append(list, o)
		return len(list) < page.Size(), nil
	})
	return list, err
}

// eachPiece gives the pieces of a log after a place, in order of arrival, until
// each gives false or an error. atOnce pieces are read from the store at once,
// and one segment is held in memory.
func (c *Control) eachPiece(ctx context.Context, scope practice.Scope, id, target string, after int64, atOnce int, each func(deployment.Output) (bool, error)) error {
	target, each = ofPart(target, each)
	for {
		var segments []deployment.Segment
		var hot []deployment.Output
		err := c.Store.View(ctx, scope, func(tx Tx) (err error) {
			hot = nil
			if segments, err = tx.Segments(id, after, segmentsAtOnce); err != nil || len(segments) == segmentsAtOnce {
				return err
			}
			from := after
			if len(segments) > 0 {
				from = segments[len(segments)-1].Last
			}
			hot, err = tx.OutputOf(id, target, practice.Page{After: placeText(from), Limit: atOnce})
			return err
		})
		if err != nil {
			return err
		}
		begin := after
		for _, s := range segments {
			if target == "" || slices.Contains(s.Targets, target) {
				if more, err := c.eachSealed(ctx, s, target, begin, each); err != nil || !more {
					return err
				}
			}
			after = s.Last
		}
		for _, o := range hot {
			if more, err := each(o); err != nil || !more {
				return err
			}
			after = o.Place
		}
		if len(segments) < segmentsAtOnce && len(hot) < atOnce {
			return nil
		}
	}
}

// ofPart gives the target that a name is about, and where that is the name of a part
// passes on only what belongs to the part.
func ofPart(name string, each func(deployment.Output) (bool, error)) (string, func(deployment.Output) (bool, error)) {
	target := deployment.TargetOf(name)
	if target == name {
		return target, each
	}
	return target, func(o deployment.Output) (bool, error) {
		if o.Part != name {
			return true, nil
		}
		return each(o)
	}
}

// eachSealed gives the pieces of one segment after a place.
func (c *Control) eachSealed(ctx context.Context, s deployment.Segment, target string, after int64, each func(deployment.Output) (bool, error)) (more bool, err error) {
	packed, err := c.packed(ctx, s)
	if err != nil {
		return false, err
	}
	more = true
	err = s.Unseal(packed, func(o deployment.Output) (bool, error) {
		if o.Place <= after || target != "" && o.Target != target {
			return true, ctx.Err()
		}
		more, err = each(o)
		return more, err
	})
	return more && err == nil, err
}

// packed gives the content of a segment; the error names the segment.
func (c *Control) packed(ctx context.Context, s deployment.Segment) ([]byte, error) {
	if c.Logs == nil {
		return nil, practice.Faultf(practice.Unavailable, "%s, digest %s: the server has no storage of logs", s.Where(), s.Digest)
	}
	packed, err := c.Logs.Get(ctx, s.Digest)
	switch practice.CodeOf(err) {
	case "":
		return packed, nil
	case practice.NotFound:
		return nil, practice.Faultf(practice.Refused, "%s is absent: no content has its digest %s", s.Where(), s.Digest).
			WithHint("bring the file of that digest back from a backup").Final()
	case practice.Refused:
		return nil, practice.Faultf(practice.Refused, "%s was altered: its content has not the digest %s", s.Where(), s.Digest).
			WithHint("bring the file of that digest back from a backup").Final()
	default:
		return nil, fmt.Errorf("%s, digest %s: %w", s.Where(), s.Digest, err)
	}
}
