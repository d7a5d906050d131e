package wiring

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/feed"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
)

// writeFeed writes a feed as iCalendar.
func (s *Server) writeFeed(w io.Writer, content control.FeedContent) error {
	host := "tranship"
	if u, err := url.Parse(s.URL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	f := feed.Feed{
		Name: strings.TrimSpace("Tranship " + string(content.Feed.Kind) + " " + content.Feed.Of), Span: content.Span,
		Description: "Windows, freezes, bookings and deployments, by Tranship",
	}
	for _, e := range content.Entries {
		f.Events = append(f.Events, entryEvent(e, host))
	}
	for _, d := range content.Deployments {
		f.Events = append(f.Events, deploymentEvent(d, host))
	}
	return f.Write(w, time.LoadLocation)
}

func entryEvent(e control.FeedEntry, host string) feed.Event {
	kind := strings.ToLower(string(e.Kind))
	event := feed.Event{
		UID: kind + "-" + e.Name + "@" + host, Times: e.Times(), Sequence: int(e.Revision - 1), Modified: e.At, Categories: []string{kind}, Free: true,
	}
	switch {
	case e.Window != nil:
		event.Summary, event.Description = "Maintenance window "+e.Name, e.Window.Description
	case e.Freeze != nil:
		event.Summary, event.Description = fmt.Sprintf("Freeze %s (%s)", e.Name, e.Freeze.Kind), e.Freeze.Description
	case e.Booking != nil:
		b := e.Booking
		event.Summary, event.Description, event.Free = fmt.Sprintf("%s booked by %s for %s", b.Environment, b.By, b.Use), b.Description, false
		if b.State == calendar.Pending {
			event.Status = feed.Tentative
		}
	}
	if r := e.Reach(); len(r.Environments) > 0 {
		event.Location = strings.Join(r.Environments, ", ")
	}
	return event
}

// deploymentEvent tells of a deployment. Its sequence is its revision, which
// each change raises; calendar programs take the event with the highest.
func deploymentEvent(d deployment.Deployment, host string) feed.Event {
	at := d.Time()
	if !at.End.After(at.Start) {
		at.End = at.Start.Add(time.Second)
	}
	event := feed.Event{
		UID: d.ID + "@" + host, Span: calendar.Span{Start: at.Start, End: at.End}, Sequence: int(d.Revision), Created: d.RequestedAt, Modified: d.Since,
		Summary: fmt.Sprintf("%s: %s %s %s %s", d.ID, d.Header.Direction.Verb(), d.Header.Release, d.Header.Direction.Toward(), d.Header.Environment), Location: d.Header.Environment,
		Categories: []string{"deployment", string(d.State)}, Status: feed.Confirmed,
	}
	state := string(d.State)
	switch {
	case d.Result == deployment.Cancelled:
		event.Status = feed.Cancelled
	case d.Authority == "" && d.State != deployment.Closed:
		event.Status = feed.Tentative
	}
	if d.Result != "" {
		state = string(d.Result)
	}
	lines := []string{state, "asked for by " + d.RequestedBy.Name}
	if d.Reason != "" {
		lines = append(lines, d.Reason)
	}
	for _, r := range d.Waiting.Reasons {
		lines = append(lines, r.Gate+": "+r.Message)
	}
	event.Description = strings.Join(lines, "\n")
	return event
}
