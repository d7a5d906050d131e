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

func (c *console) announcement() *cobra.Command {
	cmd := group("announcement", "What was told to whom, and whether it arrived", c.announcementList(), c.announcementShow(), c.announcementAgain())
	cmd.Aliases = []string{"announcements"}
	return cmd
}

func (c *console) announcementList() *cobra.Command {
	var in client.ListAnnouncementsParams
	var state string
	most := 30
	cmd := &cobra.Command{
		Use: "list", Short: "List announcements, newest first", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			in.State = client.ListAnnouncementsParamsState(state)
			if state != "" && !in.State.Valid() {
				return misuse("%q is no state of an announcement", state).WithHint("the states are pending, delivered, given-up")
			}
			return runAnnouncementList(cmd.Context(), c, in, most)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Deployment, "deployment", "", "only about this deployment")
	flags.StringVar(&in.Subscription, "subscription", "", "only for this subscription")
	flags.StringVar(&state, "state", "", "only in this state: pending, delivered, given-up")
	flags.IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runAnnouncementList(ctx context.Context, c *console, in client.ListAnnouncementsParams, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.CommunicationAnnouncement](most, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListAnnouncements(ctx, &in)
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) { c.announcements(w, all.Items) })
}

func (c *console) announcements(w io.Writer, items []client.CommunicationAnnouncement) {
	t := c.table("ANNOUNCEMENT", "AT", "EVENT", "DEPLOYMENT", "FOR", "BY", "TO", "STATE", "ANSWER")
	for _, a := range items {
		t.row(a.Id, clock(a.At), eventOf(a), a.Deployment, subscriberOf(a), a.Channel, a.To, c.outPaint.state(a.State), lastAnswer(a))
	}
	t.write(w, "there are no such announcements")
}

// eventOf gives the event in short: of CDEvents, without what all of them begin with.
func eventOf(a client.CommunicationAnnouncement) string {
	if kind, standard := strings.CutPrefix(a.Type, "dev.cdevents."); standard {
		return kind
	}
	return a.Event
}

func subscriberOf(a client.CommunicationAnnouncement) string {
	if a.Subscription == "" {
		return "who asked"
	}
	return a.Subscription
}

func lastAnswer(a client.CommunicationAnnouncement) string {
	if len(a.Tries) == 0 {
		return "not tried yet"
	}
	return a.Tries[len(a.Tries)-1].Answer
}

func (c *console) announcementShow() *cobra.Command {
	return &cobra.Command{
		Use: "show A-12", Short: "Show an announcement with its attempts", Args: exactly("ANNOUNCEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error { return runAnnouncementShow(cmd.Context(), c, args[0]) },
	}
}

func runAnnouncementShow(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	a, err := decode[client.CommunicationAnnouncement](s.api.GetAnnouncement(ctx, id))
	if err != nil {
		return err
	}
	return c.show(a.Raw, func(w io.Writer) { c.announcementSheet(w, a.Value) })
}

func (c *console) announcementSheet(w io.Writer, a client.CommunicationAnnouncement) {
	c.sheet(w, "announcement", c.outPaint.bold(a.Id), "event", a.Event, "type", a.Type, "deployment", a.Deployment,
		"for", subscriberOf(a), "by", a.Channel, "to", a.To, "state", c.outPaint.state(a.State),
		"made", clock(a.At), "tried next", clock(a.Next), "attempts", fmt.Sprint(a.Attempts))
	if len(a.Tries) > 0 {
		fmt.Fprintln(w)
		t := c.table("ATTEMPT", "TOOK", "ANSWER")
		for _, try := range a.Tries {
			t.row(clock(try.At), took(try.Took), try.Answer)
		}
		t.write(w, "")
	}
	fmt.Fprintf(w, "\n%s\n\n%s", c.outPaint.bold(a.Message.Subject), a.Message.Text)
}

func (c *console) announcementAgain() *cobra.Command {
	return &cobra.Command{
		Use: "again A-12", Short: "Send an announcement again", Args: exactly("ANNOUNCEMENT"),
		Long: `Send an announcement again, whatever became of it: to where its subscription leads now.
A system gets the event with the same id as before, so that it can drop a repeat.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runAnnouncementAgain(cmd.Context(), c, args[0]) },
	}
}

func runAnnouncementAgain(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	a, err := decode[client.CommunicationAnnouncement](s.api.RepeatAnnouncement(ctx, id, once()))
	if err != nil {
		return err
	}
	return c.show(a.Raw, func(w io.Writer) {
		fmt.Fprintf(w, "%s is sent again\nnext: tranship announcement show %s\n", a.Value.Id, a.Value.Id)
	})
}
