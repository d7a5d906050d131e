package announce_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"tranship.dev/tranship/internal/announce"
	"tranship.dev/tranship/internal/announce/announcetest"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
)

// Threat 28: whatever an address looks like, what lies behind it is what counts.
func TestAddressesThatAreNeverReached(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		address         string
		outside, inside bool // whether it is reached, without and with --announce-inside
	}{
		{"93.184.216.34", true, true},
		{"2606:2800:220:1::1", true, true},
		{"127.0.0.1", false, true},
		{"::1", false, true},
		{"10.1.2.3", false, true},
		{"172.31.0.1", false, true},
		{"192.168.0.1", false, true},
		{"100.64.0.1", false, true},
		{"fd12:3456::1", false, true},
		{"::ffff:10.0.0.1", false, true},
		{"::ffff:127.0.0.1", false, true},
		{"64:ff9b::10.0.0.1", false, true},
		{"2002:0a00:0001::1", false, true},
		{"169.254.169.254", false, false},
		{"::ffff:169.254.169.254", false, false},
		{"64:ff9b::169.254.169.254", false, false},
		{"64:ff9b:1::169.254.169.254", false, false},
		{"2002:a9fe:a9fe::1", false, false},
		{"::169.254.169.254", false, false},
		{"2001:0:a9fe:a9fe::1", false, false},
		{"fe80::1", false, false},
		{"fe80::1%eth0", false, false},
		{"fd00:ec2::254", false, false},
		{"100.100.100.200", false, false},
		{"168.63.129.16", false, false},
		{"0.0.0.0", false, false},
		{"::", false, false},
		{"224.0.0.1", false, false},
		{"ff02::1", false, false},
		{"255.255.255.255", false, false},
	} {
		address := net.JoinHostPort(c.address, "80")
		for inside, want := range map[bool]bool{false: c.outside, true: c.inside} {
			if err := announce.MayReach(address, inside); (err == nil) != want {
				t.Errorf("%s with inside %v: %v; want reached %v", address, inside, err, want)
			}
		}
	}
}

// A name is held against what it leads to at the moment of the connection: a name
// server that answers anew each time, or with several addresses, gains nothing.
func TestNamesThatTurnInside(t *testing.T) {
	t.Parallel()
	hook := announcetest.NewHook(t, nil)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(hook.URL, "http://"))
	for _, c := range []struct {
		name    string
		inside  bool
		answers [][]string // the first request, the second...; the last is repeated
		want    string
	}{
		{"leads inside", false, [][]string{{"127.0.0.1"}}, "is an address inside"},
		{"leads to the metadata of the cloud", true, [][]string{{"169.254.169.254"}}, "may never be sent to"},
		{"several answers", true, [][]string{{"169.254.169.254", "169.254.0.1"}}, "may never be sent to"},
		{"turns after the first time", true, [][]string{{"127.0.0.1"}, {"169.254.169.254"}}, "may never be sent to"},
	} {
		sender := sender(t, announce.Options{Inside: c.inside})
		sender.Resolve(nameServer(t, c.answers))
		var err error
		for range c.answers {
			_, err = sender.Send(t.Context(), control.Sending{ID: "x", Channel: communication.ByWebhook, URL: "http://hook.example:" + port + "/", Content: []byte("{}")})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
	if n := len(hook.Calls()); n != 1 {
		t.Errorf("the receiver inside got %d requests; want the one that was allowed", n)
	}
}

func sender(t *testing.T, o announce.Options) *announce.Sender {
	t.Helper()
	o.Version = "test"
	if o.Now == nil {
		o.Now = time.Now
	}
	s, err := announce.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// nameServer answers questions for IPv4 addresses, each time with the next answer.
func nameServer(t *testing.T, answers [][]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	t.Cleanup(func() { _ = conn.Close(); serving.Wait() })
	serving.Go(func() {
		raw, asked := make([]byte, 1500), 0
		for {
			n, from, err := conn.ReadFrom(raw)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(raw[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Answers, m.Additionals = true, nil, nil
			if m.Questions[0].Type == dnsmessage.TypeA {
				for _, text := range answers[min(asked, len(answers)-1)] {
					m.Answers = append(m.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
						Body:   &dnsmessage.AResource{A: netip.MustParseAddr(text).As4()},
					})
				}
				asked++
			}
			if packed, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func isFinal(err error) bool {
	e, ok := err.(*practice.Error) //nolint:errorlint // senders give it unwrapped
	return ok && e.Terminal
}
