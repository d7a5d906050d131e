package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) personSessions() *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use: "sessions [PERSON]", Short: "List open sessions: your own, or those of others", Args: between(0, 1, "PERSON"),
		RunE: func(cmd *cobra.Command, args []string) error {
			person := ""
			switch {
			case all && len(args) > 0:
				return misuse("either PERSON or --all")
			case all:
				person = "*"
			case len(args) > 0:
				person = args[0]
			}
			return runPersonSessions(cmd.Context(), c, person)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "of everybody")
	return cmd
}

func runPersonSessions(ctx context.Context, c *console, person string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.OpenSession](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListSessions(ctx, &client.ListSessionsParams{Cursor: cursor, Limit: limit, Person: person})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("SESSION", "PERSON", "STATE", "BEGUN", "LAST USED", "ENDS", "BY", "FROM", "BROWSER")
		for _, one := range all.Items {
			state := "open"
			if one.Over {
				state = "over"
			}
			t.row(one.Id, one.Person, c.outPaint.state(state), clock(one.BegunAt), clock(one.UsedAt), clock(one.EndsAt), string(one.Way), one.Address, one.Agent)
		}
		t.write(w, "there are no sessions")
	})
}

func (c *console) personSignOut() *cobra.Command {
	session := ""
	cmd := &cobra.Command{
		Use: "sign-out [PERSON]", Short: "End all sessions: your own, or those of somebody else", Args: between(0, 1, "PERSON"),
		RunE: func(cmd *cobra.Command, args []string) error {
			person := ""
			if len(args) > 0 {
				person = args[0]
			}
			return runPersonSignOut(cmd.Context(), c, person, session)
		},
	}
	cmd.Flags().StringVar(&session, "session", "", "only this one, by its id")
	return cmd
}

func runPersonSignOut(ctx context.Context, c *console, person, session string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if session != "" {
		if _, err := decode[any](s.api.EndSession(ctx, session)); err != nil {
			return err
		}
		return c.done("session %s has ended", session)
	}
	if _, err := decode[any](s.api.EndSessions(ctx, &client.EndSessionsParams{Person: person})); err != nil {
		return err
	}
	return c.done("all sessions of %s have ended", fallbackText(person, "yours"))
}

func fallbackText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
