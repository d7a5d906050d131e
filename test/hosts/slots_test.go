//go:build lab

package hosts

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tranship.dev/tranship/api/client"
)

// TestBlueGreenHosts (R37, pain 12) has visitors of two real hosts ask all the time
// while releases take turns in two slots. Nobody is refused, nobody meets a release that
// cannot serve, and the way back starts no process.
func TestBlueGreenHosts(t *testing.T) {
	t.Parallel()
	s := newSite(t, "slots", []string{"live-1", "live-2"})
	s.slots(t)
	bare := map[string][]string{}
	for name, h := range s.hosts {
		bare[name] = h.everything(t)
	}
	s.run(t, exitOK, "deploy", "shop@1.0.0", "--to", "live", "--yes", "--wait")
	s.inSlot(t, "1.0.0", "blue")
	blue := s.pids(t, "blue")
	visits := s.visit(t)

	s.run(t, exitOK, "deploy", "shop@2.0.0", "--to", "live", "--yes", "--wait")
	s.inSlot(t, "2.0.0", "green")
	visits.next(t, "shop 2.0.0")
	green := s.pids(t, "green")
	if now := s.pids(t, "blue"); fmt.Sprint(now) != fmt.Sprint(blue) {
		t.Errorf("the old slot was touched: its processes were %v and are %v", blue, now)
	}

	s.run(t, exitOK, "rollback", "D-2", "--yes", "--wait", "--reason", "orders are lost")
	s.inSlot(t, "1.0.0", "blue")
	visits.next(t, "shop 1.0.0")
	if nowBlue, nowGreen := s.pids(t, "blue"), s.pids(t, "green"); fmt.Sprint(nowBlue, nowGreen) != fmt.Sprint(blue, green) {
		t.Errorf("the way back did more than switch: processes %v %v became %v %v", blue, green, nowBlue, nowGreen)
	}

	said := s.run(t, exitRemediated, "deploy", "shop@3.0.0-sick", "--to", "live", "--yes", "--wait")
	holds(t, said, "live-1", "what was before is back")
	s.inSlot(t, "1.0.0", "blue")
	if now := s.pids(t, "blue"); fmt.Sprint(now) != fmt.Sprint(blue) {
		t.Errorf("a release that never came into use touched the one that is: %v became %v", blue, now)
	}
	visits.end(t, "shop 1.0.0", "shop 2.0.0", "shop 1.0.0")

	s.run(t, exitOK, "deploy", "shop@1.0.0", "--to", "live", "--remove", "--yes", "--wait", "--reason", "the shop closes")
	for name, h := range s.hosts {
		if left := beyond(bare[name], h.everything(t)); len(left) > 0 {
			t.Errorf("%s: the removal left %q", name, left)
		}
	}
	s.run(t, exitOK, "verify", "--log")
}

// slots enrols the hosts, puts a front on each, and adds the releases.
func (s *site) slots(t *testing.T) {
	t.Helper()
	type target struct{ Name, Address string }
	var targets []target
	for name, h := range s.hosts {
		s.enrol(t, h)
		h.copy(t, "testdata/front.py", "/usr/local/sbin/front.py", 0o644)
		h.sh(t, "systemd-run --quiet --unit=front python3 /usr/local/sbin/front.py")
		targets = append(targets, target{name, h.Address.String()})
	}
	s.fill(t, "testdata/slots", map[string]any{"Targets": targets})
	s.run(t, exitOK, "apply", "-f", "documents", "--yes")
	for _, version := range []string{"1.0.0", "2.0.0", "3.0.0-sick"} {
		dir := filepath.Join(s.dir, "shops", version)
		if err := os.CopyFS(dir, os.DirFS("testdata/shop")); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "version"), version+"\n")
		s.run(t, exitOK, "library", "add", "shop", version, dir, "--admit")
	}
}

// inSlot demands that every host serves a version out of a slot, seen from outside, on
// its disk, and in the inventory.
func (s *site) inSlot(t *testing.T, version, slot string) {
	t.Helper()
	for name, h := range s.hosts {
		if got, err := visitOnce(t.Context(), h); err != nil || got != "shop "+version {
			t.Errorf("%s answers %q, %v; want shop %s", name, got, err, version)
		}
		if got := h.says(t, "readlink -f /var/lib/shop-live"); got != "/var/lib/shop-"+slot {
			t.Errorf("%s: the link leads to %s, want slot %s", name, got, slot)
		}
	}
	for _, p := range read[[]client.EnvironmentPresence](t, s.user, "inventory", "--environment", "live") {
		if p.Version != version || p.Slot != slot {
			t.Errorf("the inventory has %s in %s on %s, want %s in %s", p.Version, p.Slot, p.Target, version, slot)
		}
	}
}

// pids gives the process of a slot on each host.
func (s *site) pids(t *testing.T, slot string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for name, h := range s.hosts {
		found[name] = h.sh(t, "systemctl show --property=MainPID,ExecMainStartTimestampMonotonic shop-"+slot)
		if strings.Contains(found[name], "MainPID=0") {
			t.Errorf("%s: nothing runs in slot %s", name, slot)
		}
	}
	return found
}

func visitOnce(ctx context.Context, h *host) (string, error) {
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.Address.String()+":8080/", nil)
	if err != nil {
		return "", err
	}
	request.Close = true // each visitor comes anew
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("answered %s", response.Status)
	}
	return strings.TrimSpace(string(body)), err
}

// visits are the answers that visitors of each host get, one after the other.
type visits struct {
	mu    sync.Mutex
	met   map[string][]string // by host: each answer that differs from the one before
	count map[string]int
	wrong []string
	stop  context.CancelFunc
	over  sync.WaitGroup
}

// visit begins to ask every host all the time.
func (s *site) visit(t *testing.T) *visits {
	ctx, stop := context.WithCancel(t.Context())
	v := &visits{met: map[string][]string{}, count: map[string]int{}, stop: stop}
	for name, h := range s.hosts {
		v.over.Go(func() {
			for ctx.Err() == nil {
				got, err := visitOnce(ctx, h)
				if ctx.Err() != nil {
					return
				}
				v.note(name, got, err)
				time.Sleep(5 * time.Millisecond) // it is one machine that plays all
			}
		})
	}
	return v
}

func (v *visits) note(name, got string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count[name]++
	if err != nil {
		v.wrong = append(v.wrong, fmt.Sprintf("visit %d of %s: %v", v.count[name], name, err))
		return
	}
	if met := v.met[name]; len(met) == 0 || met[len(met)-1] != got {
		v.met[name] = append(met, got)
	}
}

// next waits until the visitors of every host meet a release.
func (v *visits) next(t *testing.T, want string) {
	t.Helper()
	until(t, "visitors meet "+want, 20*time.Second, func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, met := range v.met {
			if met[len(met)-1] != want {
				return false
			}
		}
		return true
	})
}

// end sends no more visitors, and demands what they have met, in this order.
func (v *visits) end(t *testing.T, want ...string) {
	t.Helper()
	v.stop()
	v.over.Wait()
	if len(v.wrong) > 0 {
		t.Errorf("%d visits went wrong: %s", len(v.wrong), strings.Join(v.wrong[:min(5, len(v.wrong))], "; "))
	}
	for name, met := range v.met {
		t.Logf("%d visits of %s", v.count[name], name)
		if !slices.Equal(met, want) {
			t.Errorf("visitors of %s met %q, want %q", name, met, want)
		}
	}
}
