// Package announcetest receives what is sent, for tests: mail and webhooks.
package announcetest

import (
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

// Mail is a message that arrived.
type Mail struct {
	From, To string
	Text     string // headers and body
}

// Mailbox is an SMTP server on a loopback address.
type Mailbox struct {
	Address string
	// Refuse answers RCPT TO; "" takes the address. Nil takes all.
	Refuse func(to string) string

	mu      sync.Mutex
	mails   []Mail
	arrived chan Mail
}

// NewMailbox starts one that ends with the test; refuse may be nil.
func NewMailbox(t testing.TB, refuse func(to string) string) *Mailbox {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &Mailbox{Address: listener.Addr().String(), Refuse: refuse, arrived: make(chan Mail, 100)}
	var serving sync.WaitGroup
	t.Cleanup(func() { listener.Close(); serving.Wait() })
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { defer conn.Close(); m.converse(conn) })
		}
	})
	return m
}

// Mails gives what has arrived.
func (m *Mailbox) Mails() []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Mail(nil), m.mails...)
}

// Next waits for a mail that holds a text, dropping others.
func (m *Mailbox) Next(t testing.TB, text string) Mail {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case mail := <-m.arrived:
			if strings.Contains(mail.Text, text) {
				return mail
			}
		case <-timeout:
			t.Fatalf("no mail with %q has arrived; there are %d others", text, len(m.Mails()))
		}
	}
}

// converse speaks one session of SMTP.
func (m *Mailbox) converse(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	c := textproto.NewConn(conn)
	var mail Mail
	say := func(line string) bool { return c.PrintfLine("%s", line) == nil }
	for ok := say("220 mailbox"); ok; {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO", "HELO":
			ok = say("250 mailbox")
		case "MAIL":
			mail = Mail{From: bracketed(rest)}
			ok = say("250 ok")
		case "RCPT":
			mail.To = bracketed(rest)
			answer := ""
			if m.Refuse != nil {
				answer = m.Refuse(mail.To)
			}
			if answer == "" {
				answer = "250 ok"
			}
			ok = say(answer)
		case "DATA":
			if !say("354 go on") {
				return
			}
			raw, err := c.ReadDotBytes()
			if err != nil {
				return
			}
			mail.Text = string(raw)
			m.keep(mail)
			ok = say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			ok = say("250 ok")
		}
	}
}

func (m *Mailbox) keep(mail Mail) {
	m.mu.Lock()
	m.mails = append(m.mails, mail)
	m.mu.Unlock()
	m.arrived <- mail
}

func bracketed(text string) string {
	_, rest, _ := strings.Cut(text, "<")
	inside, _, _ := strings.Cut(rest, ">")
	return inside
}
