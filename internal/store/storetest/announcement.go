package storetest

import (
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
)

// announcement is one about the n-th deployment.
func announcement(n int, subscription string) communication.Announcement {
	return communication.Announcement{
		Event: communication.Started, Deployment: []string{"D-1", "D-2"}[n%2], Subscription: subscription,
		Channel: communication.ByWebhook, To: "ci.example", Type: "dev.cdeventsx.tranship-deployment.started.0.1.0",
		Message: communication.Message{Subject: "s", Text: "t"}, Content: communication.Content(`{"specversion":"1.0"}`),
		State: communication.Pending, Next: at(n), At: at(n), Since: at(n),
	}
}

func testAnnouncements(s suite) {
	var added []communication.Announcement
	s.update(func(tx control.Tx) error {
		for n := range 6 {
			a, err := tx.AddAnnouncement(announcement(n, []string{"", "site", "site"}[n%3]))
			if err != nil {
				return err
			}
			added = append(added, a)
		}
		return nil
	})
	get := func(id string) communication.Announcement {
		return read(s, func(tx control.Tx) (communication.Announcement, error) { return tx.Announcement(id) })
	}
	s.same("the third", get("A-3"), added[2])
	s.refused(practice.NotFound, "no such announcement", func(tx control.Tx) error { _, err := tx.Announcement("A-7"); return err })
	s.refused(practice.NotFound, "no such id", func(tx control.Tx) error { _, err := tx.Announcement("D-1"); return err })

	told := added[2].Told(communication.Attempt{At: at(9), OK: true, Answer: "200"}, false, communication.DefaultBackoff())
	s.update(func(tx control.Tx) error { return tx.PutAnnouncement(told) })
	s.refused(practice.Conflict, "the same change again", func(tx control.Tx) error { return tx.PutAnnouncement(told) })
	told.Revision = 2
	s.same("the third as told", get("A-3"), told)

	for _, c := range []struct {
		filter communication.Filter
		want   []string
	}{
		{communication.Filter{}, []string{"A-6", "A-5", "A-4", "A-3", "A-2", "A-1"}},
		{communication.Filter{Deployment: "D-1"}, []string{"A-5", "A-3", "A-1"}},
		{communication.Filter{Subscription: "site"}, []string{"A-6", "A-5", "A-3", "A-2"}},
		{communication.Filter{State: communication.Delivered}, []string{"A-3"}},
		{communication.Filter{Deployment: "D-2", Subscription: "site", State: communication.Pending}, []string{"A-6", "A-2"}},
	} {
		var ids []string
		for _, a := range pages(s, 2, func(tx control.Tx, page practice.Page) ([]communication.Announcement, error) {
			return tx.Announcements(c.filter, page)
		}, func(a communication.Announcement) string { return a.ID }) {
			ids = append(ids, a.ID)
		}
		s.same("list", ids, c.want)
	}
	s.refused(practice.Invalid, "a page after nothing known", func(tx control.Tx) error {
		_, err := tx.Announcements(communication.Filter{}, practice.Page{After: "x"})
		return err
	})
}
