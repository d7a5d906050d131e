package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

// searchLog prints the lines of a log that contain a text.
func (c *console) searchLog(ctx context.Context, s *session, in logInput) error {
	all, err := every[client.FoundLine](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.SearchDeploymentLog(ctx, in.id, &client.SearchDeploymentLogParams{
			Cursor: cursor, Limit: limit, Target: in.target, Step: in.step, Text: in.search, Regex: in.regex,
		})
	})
	if err != nil {
		return err
	}
	if len(all.Items) == 0 && !c.format.data() {
		fmt.Fprintf(c.err, "no line of %s contains %q\n", in.id, in.search)
	}
	return c.showList(all.Raw, func(w io.Writer) {
		for _, l := range all.Items {
			fmt.Fprintf(w, "%s %s %s %s\n", c.outPaint.dim(l.At.Local().Format("15:04:05.000")), c.outPaint.cyan(l.Target), c.outPaint.dim(l.StepName+" |"), l.Text)
		}
	})
}

// saveLog writes a log into a file, which appears only when it is whole.
func (c *console) saveLog(ctx context.Context, s *session, in logInput) error {
	if _, err := os.Lstat(in.to); err == nil {
		return practice.Faultf(practice.Conflict, "%s exists already", in.to).WithHint("choose another name: a log overwrites nothing").Final()
	}
	res, err := accepted(s.api.DownloadDeploymentLog(ctx, in.id, &client.DownloadDeploymentLogParams{Target: in.target, Step: in.step}))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	size := int64(0)
	err = streamWhole(in.to, 0o600, func(w io.Writer) (err error) {
		if size, err = io.Copy(w, res.Body); err != nil {
			return brokenOff(res, err)
		}
		return nil
	}, nil)
	if err == nil {
		c.say("log of %s in %s: %s", in.id, in.to, volume(size))
	}
	return err
}
