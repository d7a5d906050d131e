package httpapi

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
)

func hookFrom(address string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hooks/shop", nil)
	r.RemoteAddr = address
	return r
}

// Whoever opens webhooks and never ends them keeps only their own address busy,
// and only for a while.
func TestOneSlowSenderKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHooks(nil)
		var leaves []func()
		for range hookEach {
			leave, ok := h.enter(hookFrom("192.0.2.1:1000"))
			if !ok {
				t.Fatal("refused below the bound")
			}
			leaves = append(leaves, leave)
		}
		if _, ok := h.enter(hookFrom("192.0.2.1:1001")); ok {
			t.Error("one address has more under way than it may")
		}
		if leave, ok := h.enter(hookFrom("192.0.2.2:1000")); !ok {
			t.Error("another address is kept out")
		} else {
			leave()
		}
		waiting := make(chan bool)
		go func() {
			_, ok := h.enter(hookFrom("192.0.2.1:1002"))
			waiting <- ok
		}()
		synctest.Wait()
		leaves[0]()
		if !<-waiting {
			t.Error("who waited for their turn was refused")
		}
	})
}

func TestAddressOf(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"192.0.2.1:1000":            "192.0.2.1",
		"[::ffff:192.0.2.1]:1000":   "192.0.2.1",
		"[2001:db8:1:2::1]:1000":    "2001:db8:1:2::/64",
		"[2001:db8:1:2:ff::1]:1000": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:1000":       "fe80::/64",
		"@":                         "@",
	} {
		if got := addressOf(hookFrom(from)); got != want {
			t.Errorf("%s is %s; want %s", from, got, want)
		}
	}
}
