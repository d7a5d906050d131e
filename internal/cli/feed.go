package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) feed() *cobra.Command {
	cmd := group("feed", "Calendar feeds: subscribe to windows, freezes, bookings and deployments", c.feedCreate(), c.feedList(), c.feedRevoke())
	cmd.Aliases = []string{"feeds"}
	return cmd
}

func (c *console) feedCreate() *cobra.Command {
	of := map[string]*string{"environment": new(string), "service": new(string), "team": new(string), "person": new(string)}
	cmd := &cobra.Command{
		Use: "create [--environment live]", Short: "Make a feed and print its address, this once", Args: exactly(),
		Long: `Make a calendar feed that any calendar program can subscribe to. Its address alone is
printed to the output, this once; whoever knows it may read. Without a flag it is of
everything.`,
		Example: "  tranship feed create --environment live",
		RunE: func(cmd *cobra.Command, _ []string) error {
			body := client.CreateFeedRequest{Kind: "all"}
			for kind, name := range of {
				if *name == "" {
					continue
				}
				if body.Of != "" {
					return misuse("a feed is of one environment, service, team or person")
				}
				body = client.CreateFeedRequest{Kind: client.CreateFeedRequestKind(kind), Of: *name}
			}
			return runFeedCreate(cmd.Context(), c, body)
		},
	}
	cmd.Flags().StringVar(of["environment"], "environment", "", "what concerns an environment")
	cmd.Flags().StringVar(of["service"], "service", "", "what concerns a service")
	cmd.Flags().StringVar(of["team"], "team", "", "what the members of a group asked for or carry out")
	cmd.Flags().StringVar(of["person"], "person", "", "what a person asked for or carries out")
	return cmd
}

func runFeedCreate(ctx context.Context, c *console, body client.CreateFeedRequest) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	f, err := decode[client.NewFeed](s.api.CreateFeed(ctx, body))
	if err != nil {
		return err
	}
	return c.show(f.Raw, func(w io.Writer) {
		c.say("feed %s of %s; its address is shown this once:", f.Value.Id, feedOf(f.Value.Kind, f.Value.Of))
		fmt.Fprintln(w, strings.TrimSuffix(s.URL, "/")+f.Value.Path)
	})
}

func feedOf(kind, of string) string {
	if of == "" {
		return "everything"
	}
	return kind + " " + of
}

func (c *console) feedList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List feeds, without their addresses", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runFeedList(cmd.Context(), c) },
	}
}

func runFeedList(ctx context.Context, c *console) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.Feed](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListFeeds(ctx, &client.ListFeedsParams{Cursor: cursor, Limit: limit})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("FEED", "OF", "STATE", "LAST USED", "CREATED", "BY")
		for _, one := range all.Items {
			state := "valid"
			if !one.RevokedAt.IsZero() {
				state = "revoked"
			}
			t.row(one.Id, feedOf(one.Kind, one.Of), c.outPaint.state(state), usedAt(one.UsedAt, c.Now()), clock(one.CreatedAt), one.CreatedBy.Name)
		}
		t.write(w, "there are no feeds; tranship feed create makes one")
	})
}

func (c *console) feedRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "End a feed at once", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return runFeedRevoke(cmd.Context(), c, args[0]) },
	}
}

func runFeedRevoke(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if _, err := decode[any](s.api.RevokeFeed(ctx, id)); err != nil {
		return err
	}
	return c.done("feed %s is gone", id)
}
