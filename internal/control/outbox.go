package control

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/party"
)

// outbox stores what is worth telling of a transaction's entries together with
// them: whatever happens to the process, it is told if and only if it happened.
// The entries are sealed already, so that each happening knows its place.
func (c *Control) outbox(w *work) error {
	if c.Announce == nil {
		return nil
	}
	happenings := communication.FromEntries(w.entries, w.sealed.Before.Size)
	if len(happenings) == 0 {
		return nil
	}
	o, err := c.newOutbox(w)
	if err != nil {
		return err
	}
	for len(happenings) > 0 {
		id := happenings[0].Deployment
		var told []communication.Happening
		happenings = slices.DeleteFunc(happenings, func(h communication.Happening) bool {
			if h.Deployment == id {
				told = append(told, h)
			}
			return h.Deployment == id
		})
		if err := o.tell(id, told); err != nil {
			return fmt.Errorf("announce %s: %w", id, err)
		}
	}
	return nil
}

// outbox is one transaction's telling.
type outbox struct {
	control       *Control
	work          *work
	subscriptions []communication.Subscription
	told          map[string]bool              // people who are told of the deployment at hand
	earlier       []communication.Announcement // about it, newest first
}

func (c *Control) newOutbox(w *work) (*outbox, error) {
	o := &outbox{control: c, work: w}
	err := eachDocument(w, practice.KindSubscription, func(d practice.Document) {
		s, err := communication.DecodeSubscription(d)
		if err != nil { // it must not hold deployments up
			c.Log.Error("a subscription is left out", "subscription", d.Name, "error", err)
			return
		}
		o.subscriptions = append(o.subscriptions, s)
	})
	return o, err
}

// eachDocument gives the present documents of a kind, by name.
func eachDocument(tx Tx, kind practice.Kind, each func(practice.Document)) error {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := tx.Documents(kind, "", page)
		if err != nil {
			return err
		}
		for _, d := range list {
			each(d)
		}
		if len(list) < page.Limit {
			return nil
		}
		page.After = list[len(list)-1].Name
	}
}

// tell stores what everybody is told of what happened to one deployment.
func (o *outbox) tell(id string, told []communication.Happening) error {
	matter, err := o.matter(id, told)
	if err != nil {
		return err
	}
	for i := range told {
		told[i].Matter = matter
		if told[i].First && o.control.Announce.Mails() {
			if told[i].To, err = o.approvers(id); err != nil {
				return err
			}
		}
	}
	o.told = map[string]bool{}
	o.earlier, err = o.work.Announcements(communication.Filter{Deployment: id}, practice.Page{Limit: practice.DefaultLimit})
	if err != nil {
		return err
	}
	if err := o.tellNamed(told); err != nil {
		return err
	}
	for _, s := range o.subscriptions {
		if err := o.tellSubscriber(s, told); err != nil {
			return err
		}
	}
	return nil
}

// tellNamed tells by mail who is concerned without a subscription: who must act,
// by the happenings that name them, and the person who asked of all but those (R108).
func (o *outbox) tellNamed(told []communication.Happening) error {
	if !o.control.Announce.Mails() {
		return nil
	}
	var rest []communication.Happening
	for _, h := range told {
		for _, name := range h.To {
			if err := o.mailTo(name, []communication.Happening{h}); err != nil {
				return err
			}
		}
		if h.Event() != communication.Reminder && h.Event() != communication.Approved {
			rest = append(rest, h)
		}
	}
	by := told[0].Matter.RequestedBy
	if by.Kind != practice.Person || len(rest) == 0 || o.told[by.Name] {
		return nil
	}
	return o.mailTo(by.Name, rest)
}

// approvers gives the members whose approval a deployment misses, without who asked for it.
func (o *outbox) approvers(id string) ([]string, error) {
	d, err := o.work.Deployment(id)
	if err != nil {
		return nil, err
	}
	k, err := o.work.desk()
	if err != nil {
		return nil, err
	}
	in, err := k.input(d, o.work.now)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range approval.Judge(in).Groups {
		if s.Missing == 0 {
			continue
		}
		for _, seat := range in.People.Seats(s.Group, o.work.now) {
			if seat.By == seat.Member && seat.By != d.RequestedBy.Name && !slices.Contains(names, seat.By) {
				names = append(names, seat.By)
			}
		}
	}
	return names, nil
}

// mailTo tells a person by mail, unless they do not want it or cannot be reached.
func (o *outbox) mailTo(name string, told []communication.Happening) error {
	p, err := personOf(o.work, name)
	if practice.CodeOf(err) == practice.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	asked := len(told[0].To) > 0 // they must act: quiet or not
	if p.Spec.Left || p.Spec.Mail == "" || p.Spec.Quiet && !asked {
		return nil
	}
	o.told[name] = true
	return o.people(communication.ForPeople(told, "", communication.ByMail, name), told)
}

// people stores an announcement to people, unless it says nothing new to them.
func (o *outbox) people(a communication.Announcement, told []communication.Happening) error {
	if !communication.News(a, told, o.earlier) {
		return nil
	}
	return o.add(a)
}

// tellSubscriber tells the receivers of one subscription of what they want to know.
func (o *outbox) tellSubscriber(s communication.Subscription, told []communication.Happening) error {
	told = slices.DeleteFunc(slices.Clone(told), func(h communication.Happening) bool { return !s.Spec.Wants(h) })
	if len(told) == 0 {
		return nil
	}
	switch via := s.Spec.Via; {
	case via.Webhook != nil:
		for _, h := range told {
			if err := o.tellSystem(s, h); err != nil {
				return err
			}
		}
	case via.Chat != nil:
		return o.people(communication.ForPeople(told, s.Name, communication.ByChat, hostOf(via.Chat.URL)), told)
	case via.Mail != nil:
		receivers, err := receivers(o.work, via.Mail.To)
		if err != nil {
			return err
		}
		for _, to := range receivers {
			if o.told[to] {
				continue
			}
			o.told[to] = true
			if err := o.people(communication.ForPeople(told, s.Name, communication.ByMail, to), told); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellSystem tells a webhook of one happening: one announcement for each of its events.
func (o *outbox) tellSystem(s communication.Subscription, h communication.Happening) error {
	for _, event := range communication.CDEvents(h, o.control.Server.RegistryURL, o.work.scope) {
		content, err := json.Marshal(event)
		if err != nil {
			return err
		}
		a := communication.ForPeople([]communication.Happening{h}, s.Name, communication.ByWebhook, hostOf(s.Spec.Via.Webhook.URL))
		a.Type, a.Content = event.Type, content
		if err := o.add(a); err != nil {
			return err
		}
	}
	return nil
}

// add stores an announcement and the job that delivers it.
func (o *outbox) add(a communication.Announcement) error {
	now := o.work.now
	a.State, a.At, a.Since, a.Next = communication.Pending, now, now, now
	a, err := o.work.AddAnnouncement(a)
	if err != nil {
		return err
	}
	o.work.announced = append(o.work.announced, a)
	return deliverAt(o.work, a)
}

// deliverAt stores the job of an announcement's next attempt.
func deliverAt(w *work, a communication.Announcement) error {
	job := Job{Kind: JobDeliver, Scope: w.scope, Subject: a.ID}
	if a.Next.After(w.now) {
		job.Due = a.Next.Unix()
		return w.Enqueue(job, a.Next)
	}
	return w.Enqueue(job, w.now)
}

// receivers gives the addresses and persons of a list, groups as their members,
// each once. Who is neither a person nor a group stays: the delivery says so.
func receivers(tx Tx, to []string) ([]string, error) {
	var all []string
	add := func(names ...string) {
		for _, name := range names {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	for _, name := range to {
		if communication.Address(name) {
			add(name)
			continue
		}
		d, err := tx.Document(practice.KindGroup, name)
		switch {
		case practice.CodeOf(err) == practice.NotFound:
			add(name)
		case err != nil:
			return nil, err
		default:
			g, err := party.DecodeGroup(d)
			if err != nil {
				return nil, err
			}
			add(g.Spec.Members...)
		}
	}
	return all, nil
}

func personOf(tx Tx, name string) (party.Person, error) {
	d, err := tx.Document(practice.KindPerson, name)
	if err != nil {
		return party.Person{}, err
	}
	return party.DecodePerson(d)
}

// hostOf names where a URL leads, without what may be secret in it.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "?"
	}
	return u.Host
}
