package deployment

import (
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/practice"
)

// bringBack brings back what was before on exactly the named targets, which are
// given up. The stage that a person was asked about waits for that, and goes on
// without them. The end of a window keeps its meaning for it.
func (c *course) bringBack(e GuidanceGiven) error {
	if err := c.refuseRemediation(e); err != nil {
		return err
	}
	rows, err := c.named(e, c.d.unrestorable)
	if err != nil {
		return err
	}
	c.noteGuidance(e)
	c.leave(append(slices.Clip(rows), e.waiting(rows)...), e)
	left := c.d.Stage
	c.d.Suspended = &left
	number := left.next()
	c.d.Stage = Stage{Number: number, First: number, Phase: Remediate, Part: true, Only: names(rows), Since: c.now}
	c.issue(Remediating, e.By, e.Why)
	return nil
}

// unrestorable says why nothing can be brought back on a target alone; empty: it can.
// What others of the release may stand on by now comes back after these, with all.
func (d Deployment) unrestorable(row Target) string {
	switch {
	case !row.Touched:
		return "was not touched"
	case row.Remediated:
		return "has what was before already"
	case row.Level < d.level(d.Wave):
		return fmt.Sprintf("is of level %d, and level %d, which needs it, was begun: it is brought back only with all, after that", row.Level, d.level(d.Wave))
	default:
		return ""
	}
}

// takeUp goes on with the stage that waited while some targets were brought back.
func (c *course) takeUp(who practice.Actor, why string) {
	last := c.d.Stage.next() - 1
	c.d.Stage, c.d.Suspended = *c.d.Suspended, nil
	c.d.Stage.Next = last
	c.afterAnswer(who, why)
}

// suspended counts a row that moved in the stage that waits.
func (c *course) suspended(before, after Target) {
	if c.d.Suspended != nil {
		left := c.d.Suspended.count(before, after)
		c.d.Suspended = &left
	}
}
