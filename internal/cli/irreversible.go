package cli

import (
	"fmt"
	"io"

	"tranship.dev/tranship/api/client"
)

// irreversible prints what a plan does that cannot be undone, and what a rollback
// does not bring back; nothing where there is neither.
func (c *console) irreversible(w io.Writer, h client.PlanHeader) {
	c.unrecoverable(w, "cannot be undone:", h.Irreversible)
	c.unrecoverable(w, fmt.Sprintf("of %s does not come back:", h.Restores), h.Lost)
}

func (c *console) unrecoverable(w io.Writer, title string, list []client.PlanIrreversible) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(w, c.outPaint.red(title))
	t := &table{paint: c.outPaint}
	for _, one := range list {
		where := "on " + count(int(one.Targets), "target")
		if one.Fresh {
			where += " where nothing of it is"
		}
		t.row(one.Component, one.Step, one.What, c.outPaint.dim(where))
	}
	t.plain(w, "  ")
}
