package announce

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// newClient gives a client that reaches only what it may (threat 28). The
// address is checked where the connection is made, after the name was resolved:
// a name server that changes its answer between a check and the use gains
// nothing, nor does one that answers with several addresses. No redirect is
// followed, no proxy of the environment is used. resolver nil is the system's.
func newClient(inside bool, resolver *net.Resolver) *http.Client {
	dialer := &net.Dialer{
		Timeout:  5 * time.Second,
		Resolver: resolver,
		Control:  func(_, address string, _ syscall.RawConn) error { return mayReach(address, inside) },
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       timeout,
	}
}

// never lists what nothing may be sent to, whatever the settings: this network
// itself, link-local addresses, where clouds keep their metadata and with it
// credentials, metadata services elsewhere, and groups of hosts.
var never = prefixes(
	"0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32",
	"100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32",
	"::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::/32", "fd20:ce::/32",
)

// home lists what is reachable only where the server's settings allow it.
var home = prefixes(
	"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
	"192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "::1/128", "fc00::/7",
)

// embedding lists IPv6 ranges that carry an IPv4 address, with the byte at which it begins.
var embedding = []struct {
	in    netip.Prefix
	first int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12}, // NAT64
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12},
	{netip.MustParsePrefix("2002::/16"), 2}, // 6to4
	{netip.MustParsePrefix("::/96"), 12},    // IPv4-compatible
}

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// mayReach says whether an address "IP:PORT" may be connected to.
func mayReach(address string, inside bool) error {
	whole, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	ip := whole.Addr().WithZone("").Unmap()
	if !within(never, ip) {
		for _, e := range embedding {
			if e.in.Contains(ip) && ip != netip.IPv6Loopback() {
				raw := ip.As16()
				ip = netip.AddrFrom4([4]byte(raw[e.first : e.first+4]))
				break
			}
		}
	}
	switch {
	case within(never, ip) || within(teredo, ip):
		return practice.Faultf(practice.Refused, "%s may never be sent to", ip).Final()
	case within(home, ip) && !inside:
		return practice.Faultf(practice.Refused, "%s is an address inside; this server sends only outside", ip).
			WithHint("if receivers inside are meant to be told, start the server with --announce-inside")
	}
	return nil
}

// teredo hides an IPv4 address and a way around firewalls.
var teredo = prefixes("2001::/32")

func within(list []netip.Prefix, ip netip.Addr) bool {
	for _, p := range list {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
