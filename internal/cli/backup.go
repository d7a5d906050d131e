package cli

import (
	"context"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/internal/practice"
)

func (c *console) backup() *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE", Short: "Back up the running server into one file", Args: exactly("FILE"),
		Long: `Back up the running server into one file: its database, its keys and the library's
media. The file is read again and checked before it gets its name; tranship restore
brings it back. It holds secret keys: keep it where only you can read it.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runBackup(cmd.Context(), c, args[0]) },
	}
}

func runBackup(ctx context.Context, c *console, path string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return practice.Faultf(practice.Conflict, "%s exists already", path).WithHint("choose another name: a backup is never overwritten").Final()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v1/backup", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	res, err := accepted(s.http.Do(req))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	size := int64(0)
	copyTo := func(w io.Writer) (err error) {
		if size, err = io.Copy(w, res.Body); err != nil {
			return brokenOff(res, err)
		}
		return nil
	}
	if err := streamWhole(path, 0o600, copyTo, c.CheckBackup); err != nil {
		return err
	}
	state := "read again and found whole"
	if c.CheckBackup == nil {
		state = "not checked"
	}
	c.say("backup of %s in %s: %s, %s", s.URL, path, volume(size), state)
	return nil
}
