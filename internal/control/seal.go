package control

import (
	"context"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/record"
)

// JobSeal seals the log of a deployment; its subject is the deployment's id.
const JobSeal = "seal"

// entryLogSealed says that a part of a log was sealed: segment, digest, pieces, bytes, sum.
const entryLogSealed = "log.sealed"

// The bounds of logs.
const (
	segmentBytes = 4 << 20 // about what one segment holds before it is packed
	hotBytes     = 8 << 20 // a log is sealed while its deployment runs when more of it lies in the store
	logBytes     = 1 << 30 // of text of one deployment, where nothing else is set
	hotPage      = 256     // pieces that are read at once: at most 4 MiB
)

// addOutput stores what steps printed, as far as the logs of their deployments have room.
func (c *Control) addOutput(w *work, pieces []deployment.Output) error {
	logs := map[string]deployment.Log{}
	var kept []deployment.Output
	for _, p := range pieces {
		log, known := logs[p.Deployment]
		if !known {
			var err error
			if log, err = w.LogOf(p.Deployment); err != nil {
				return err
			}
		}
		before := log.Hot
		if p, log = room(p, log, c.logBound()); p.Text != "" {
			kept = append(kept, p)
			log.Hot += p.Weight()
		}
		if log.Hot >= hotBytes && log.Hot/segmentBytes > before/segmentBytes || log.Closed && log.Hot > before {
			if err := c.enqueueSeal(w, p.Deployment); err != nil {
				return err
			}
		}
		logs[p.Deployment] = log
	}
	if err := w.AddOutput(kept); err != nil {
		return err
	}
	for _, log := range logs {
		if err := w.PutLog(log); err != nil {
			return err
		}
	}
	return nil
}

// room gives what of a piece its log has room for: all, nothing, or the notice
// in the place of the first piece that there was no room for.
func room(p deployment.Output, log deployment.Log, bound int64) (deployment.Output, deployment.Log) {
	size := int64(len(p.Text))
	if log.Dropped == 0 && log.Bytes+size <= bound {
		log.Bytes += size
		return p, log
	}
	log.Dropped++
	log.DroppedBytes += size
	if p.Text = ""; log.Dropped == 1 {
		p = notice(p, bound)
	}
	return p, log
}

func (c *Control) logBound() int64 {
	if c.Limits.Log > 0 {
		return c.Limits.Log
	}
	return logBytes
}

// notice stands in a log in the place of the first piece that it had no room for.
func notice(p deployment.Output, bound int64) deployment.Output {
	p.Seq = -p.Seq
	p.Text = fmt.Sprintf("\n[the log of %s has reached its bound of %d bytes: what is printed from here on, on any target, is counted and left out]\n", p.Deployment, bound)
	return p
}

func (c *Control) enqueueSeal(w *work, id string) error {
	if c.Logs == nil {
		return nil
	}
	return w.Enqueue(Job{Kind: JobSeal, Scope: w.scope, Subject: id}, time.Time{})
}

// closeLog has the log of a deployment that has just closed sealed.
func (c *Control) closeLog(w *work, d deployment.Deployment) error {
	log, err := w.LogOf(d.ID)
	if err != nil {
		return err
	}
	log.Closed = true
	if err := w.PutLog(log); err != nil || log.Hot == 0 {
		return err
	}
	return c.enqueueSeal(w, d.ID)
}

// Seal moves what the steps of a deployment printed out of the store: all of it
// when the deployment is closed, otherwise as long as much of it lies there. It
// may be called at any time, any number of times, and broken off anywhere:
// content whose segment was not stored is named by nothing and harms nobody.
func (c *Control) Seal(ctx context.Context, scope practice.Scope, id string) error {
	for {
		log, pieces, err := c.toSeal(ctx, scope, id)
		if err != nil || len(pieces) == 0 {
			return err
		}
		if err := c.sealPieces(ctx, scope, log, pieces); err != nil {
			return fmt.Errorf("seal the log of %s: %w", id, err)
		}
	}
}

// toSeal gives the pieces of the next segment; none when nothing is to be sealed.
func (c *Control) toSeal(ctx context.Context, scope practice.Scope, id string) (log deployment.Log, pieces []deployment.Output, err error) {
	if c.Logs == nil {
		return log, nil, nil
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		pieces = nil
		if log, err = tx.LogOf(id); err != nil || !log.Closed && log.Hot < hotBytes {
			return err
		}
		size := int64(0)
		for page := (practice.Page{Limit: hotPage}); ; page.After = placeText(pieces[len(pieces)-1].Place) {
			list, err := tx.OutputOf(id, "", page)
			if err != nil {
				return err
			}
			for _, p := range list {
				if size += p.Weight(); size > segmentBytes && len(pieces) > 0 {
					return nil
				}
				pieces = append(pieces, p)
			}
			if len(list) < page.Limit {
				return nil
			}
		}
	})
	return log, pieces, err
}

// sealPieces stores one segment in the place of its pieces. Where somebody else
// was faster it changes nothing.
func (c *Control) sealPieces(ctx context.Context, scope practice.Scope, log deployment.Log, pieces []deployment.Output) error {
	segment, packed, err := deployment.Seal(log.Deployment, log.Segments+1, pieces)
	if err != nil {
		return err
	}
	if _, err := c.Logs.Put(ctx, packed); err != nil {
		return err
	}
	_, err = c.update(ctx, scope, func(w *work) error {
		now, err := w.LogOf(log.Deployment)
		if err != nil || now.Segments != log.Segments {
			return err
		}
		for _, p := range pieces {
			now.Hot -= p.Weight()
		}
		now.Hot = max(0, now.Hot)
		now.Segments++
		w.note(practice.Entry{Kind: entryLogSealed, Subject: deploymentSubject(log.Deployment), Who: practice.Tranship, Data: map[string]any{
			"segment": segment.Number, "digest": segment.Digest, "pieces": segment.Pieces, "bytes": segment.Bytes, "sum": sumOf(segment),
		}})
		if err := w.AddSegment(segment); err != nil {
			return err
		}
		if err := w.DeleteOutput(log.Deployment, segment.Last); err != nil {
			return err
		}
		return w.PutLog(now)
	})
	return err
}

// segmentTold lets an entry about a log tell.
func (a *audit) segmentTold(id string, e practice.Entry) {
	if number, _ := e.Data["segment"].(float64); e.Kind == entryLogSealed {
		a.segments[deployment.Segment{Deployment: id, Number: int(number)}.Where()] = practice.Digest(text(e, "sum"))
	}
}

func (a *audit) compareSegments() error {
	return matched(a, StoredSegment, "the", a.segments,
		func(_ string, s deployment.Segment) string { return s.Where() },
		func(where string, s deployment.Segment, told practice.Digest) {
			if sum := sumOf(s); sum != told {
				a.find(where, "has the sum %s, the record says %s", sum, told)
			}
		})
}

// verifyLogs reads every sealed part of every log again and reports those that
// are absent or altered. The rows were compared with the record before.
func (c *Control) verifyLogs(ctx context.Context, scope practice.Scope, report *record.Report) error {
	var all []deployment.Segment
	err := c.Store.View(ctx, scope, func(tx Tx) error {
		all = nil
		return tx.EachStored(StoredSegment, func(s Stored) error {
			if segment, readable := s.Value.(deployment.Segment); readable {
				segment.Targets = nil
				all = append(all, segment)
			}
			return nil
		})
	})
	if err != nil || len(all) == 0 {
		return err
	}
	for _, s := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := c.packed(ctx, s); err != nil {
			report.Find(record.CheckState, s.Where(), "%v", err)
		}
	}
	if report.OK() {
		report.Hold("sealed logs are whole: %d segments have the digests that the record tells of", len(all))
	}
	return nil
}
