package cli

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) tasks() *cobra.Command {
	all, done, team := false, false, false
	cmd := &cobra.Command{
		Use: "tasks", Short: "List what waits for you, the most urgent first", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if done {
				return runDoneTasks(cmd.Context(), c)
			}
			return runTasks(cmd.Context(), c, &client.ListTasksParams{Mine: !all && !team, Team: team})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "what waits for anybody")
	cmd.Flags().BoolVar(&done, "done", false, "what you answered in the last 30 days, from the record")
	cmd.Flags().BoolVar(&team, "team", false, "besides that what is a matter of your groups")
	cmd.MarkFlagsMutuallyExclusive("all", "done", "team")
	return cmd
}

func runTasks(ctx context.Context, c *console, ask *client.ListTasksParams) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.Task](0, func(cursor string, limit int64) (*http.Response, error) {
		ask.Cursor, ask.Limit = cursor, limit
		return s.api.ListTasks(ctx, ask)
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("WHAT", "ID", "RELEASE", "INTO", "URGENCY", "SINCE", "UNTIL", "MINE", "WHY")
		for _, one := range all.Items {
			yes := "no"
			if one.Mine {
				yes = "yes"
			}
			t.row(string(one.Kind), one.Id, one.Release, one.Environment, one.Urgency, clock(one.Since), clock(one.Until), yes, one.Why)
		}
		none := "nothing waits for you"
		switch {
		case ask.Team:
			none = "nothing waits for you or your groups"
		case !ask.Mine:
			none = "nothing waits for anybody"
		}
		t.write(w, none)
	})
}

func runDoneTasks(ctx context.Context, c *console) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	list, err := decode[client.ListDoneTask](s.api.ListDoneTasks(ctx, &client.ListDoneTasksParams{Limit: 200}))
	if err != nil {
		return err
	}
	return c.show(list.Raw, func(w io.Writer) {
		t := c.table("WHEN", "WHAT", "ID", "RELEASE", "INTO", "WHY")
		for _, one := range list.Value.Items {
			_, id, _ := strings.Cut(one.Subject, "/")
			t.row(clock(one.At), string(one.What), id, one.Release, one.Environment, one.Why)
		}
		t.write(w, "you answered nothing in the last 30 days")
	})
}
