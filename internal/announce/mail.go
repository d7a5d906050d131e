package announce

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/wneessen/go-mail"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// SMTP says how mail leaves.
type SMTP struct {
	Server   string // "mail.example.com:587"; empty: no mail. Port 465 is TLS from the beginning, any other STARTTLS; on a loopback address neither is demanded
	From     string // "tranship@example.com"
	User     string // empty: nobody signs in
	Password string
}

func (s SMTP) check() error {
	if s.Server == "" {
		return nil
	}
	if _, _, err := s.place(); err != nil {
		return practice.Faultf(practice.Invalid, "mail server %q is not HOST:PORT", s.Server).WithHint("give it like mail.example.com:587")
	}
	if err := mail.NewMsg().From(s.From); err != nil {
		return practice.Faultf(practice.Invalid, "sender of mail %q is no address", s.From).WithHint("give it with --smtp-from tranship@example.com")
	}
	if s.User != "" && s.Password == "" {
		return practice.Faultf(practice.Invalid, "the mail server's user %q has no password", s.User).WithHint("give it with --smtp-password-file or TRANSHIP_SMTP_PASSWORD")
	}
	return nil
}

func (s SMTP) place() (host string, port int, err error) {
	host, text, err := net.SplitHostPort(s.Server)
	if err != nil || host == "" {
		return "", 0, fmt.Errorf("no HOST:PORT: %w", err)
	}
	port, err = strconv.Atoi(text)
	return host, port, err
}

const implicitTLS = 465

func (s SMTP) client() (*mail.Client, error) {
	host, port, err := s.place()
	if err != nil {
		return nil, err
	}
	options := []mail.Option{mail.WithPort(port), mail.WithTimeout(timeout)}
	ip, err := netip.ParseAddr(host)
	switch {
	case port == implicitTLS:
		options = append(options, mail.WithSSL())
	case host == "localhost" || err == nil && ip.IsLoopback():
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User), mail.WithPassword(s.Password))
	}
	return mail.NewClient(host, options...)
}

// mail sends one message to one address.
func (s *Sender) mail(ctx context.Context, what control.Sending) (string, error) {
	if !s.Mails() {
		return "", unavailable("no mail server is set").WithHint("start the server with --smtp HOST:PORT --smtp-from ADDRESS")
	}
	m := mail.NewMsg()
	if err := errors.Join(m.From(s.options.SMTP.From), m.To(what.To)); err != nil {
		return "", practice.Faultf(practice.Invalid, "%q is no mail address", what.To).Final()
	}
	m.Subject(what.Message.Subject)
	m.SetMessageIDWithValue(what.ID + "@tranship")
	m.SetDateWithValue(what.At)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Tranship-Announcement", what.ID)
	m.SetBodyString(mail.TypeTextPlain, what.Message.Text)
	client, err := s.options.SMTP.client()
	if err != nil {
		return "", unavailable("mail server %s: %s", s.options.SMTP.Server, plainly(err))
	}
	if err := client.DialAndSendWithContext(ctx, m); err != nil {
		return "", refusedBy(s.options.SMTP.Server, what.To, err)
	}
	return "accepted by " + s.options.SMTP.Server, nil
}

// refusedBy says why mail was not taken: an address that does not exist will not
// exist the next time either.
func refusedBy(server, to string, err error) error {
	var send *mail.SendError
	if errors.As(err, &send) && send.Reason == mail.ErrSMTPRcptTo && send.ErrorCode() >= 500 {
		return practice.Faultf(practice.Refused, "%s refuses mail to %s: %s", server, to, plainly(err)).Final()
	}
	return unavailable("mail server %s: %s", server, plainly(err))
}
