// Package announce sends what is told: signed webhooks, mail, messages in
// chats. It remembers nothing and decides nothing; whoever calls it tries again.
package announce

import (
	"context"
	"net/http"
	"strings"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
)

// Options say how things are sent.
type Options struct {
	SMTP    SMTP             // how mail leaves; without a server, none does
	Inside  bool             // webhooks may lead to loopback and private addresses
	Version string           // for the user agent
	Now     func() time.Time `json:"-"`
}

// Sender sends. Safe for concurrent use.
type Sender struct {
	options Options
	client  *http.Client
}

var _ control.Announce = (*Sender)(nil)

// timeout is how long one attempt may take in all.
const timeout = 15 * time.Second

// New gives a sender, or Invalid where the settings of mail make no sense.
func New(o Options) (*Sender, error) {
	if err := o.SMTP.check(); err != nil {
		return nil, err
	}
	return &Sender{options: o, client: newClient(o.Inside, nil)}, nil
}

// Mails says whether mail can be sent.
func (s *Sender) Mails() bool { return s.options.SMTP.Server != "" }

// Send tries once.
func (s *Sender) Send(ctx context.Context, what control.Sending) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	switch what.Channel {
	case communication.ByWebhook:
		return s.webhook(ctx, what)
	case communication.ByChat:
		body, err := chatBody(what.Style, what.Message)
		if err != nil {
			return "", err
		}
		return s.post(ctx, what.URL, "application/json", body, nil)
	case communication.ByMail:
		return s.mail(ctx, what)
	}
	return "", practice.Faultf(practice.Invalid, "nothing is sent by %q", what.Channel).Final()
}

// plainly gives the text of an error in one line, as valid UTF-8.
func plainly(err error) string {
	return strings.ToValidUTF8(strings.Join(strings.Fields(err.Error()), " "), "?")
}

func unavailable(format string, args ...any) *practice.Error {
	return practice.Faultf(practice.Unavailable, format, args...)
}
