package journey_test

import (
	"bufio"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tranship.dev/tranship/internal/announce/announcetest"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// killedEnv makes this binary a server on the directory that it names.
const killedEnv = "TRANSHIP_JOURNEY_SERVER"

// TestServerThatIsKilled is that server, in a process of its own.
func TestServerThatIsKilled(t *testing.T) {
	t.Parallel()
	dir := os.Getenv(killedEnv)
	if dir == "" {
		return // TestKilledBeforeItWasTold starts it
	}
	o := wiring.ServerOptions{Dir: dir, Listen: "127.0.0.1:0", BusListen: "127.0.0.1:0", Version: "test", Log: slog.New(slog.DiscardHandler)}
	o.Announce.Inside = true
	s, err := wiring.StartServer(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Control.TrySubscription(t.Context(), practice.DefaultScope, house.Admin, "ci"); err != nil {
		t.Fatal(err)
	}
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // until it is killed, or nobody is there any more
}

// R108: kill -9 between the commit and the answer of the receiver loses nothing:
// the next server tells it at once, under the same id.
func TestKilledBeforeItWasTold(t *testing.T) {
	t.Parallel()
	hook := announcetest.NewHook(t, func(n int, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			<-r.Context().Done() // the server dies meanwhile
		}
	})
	h := house.Start(t, func(o *wiring.ServerOptions) { o.Announce.Inside = true })
	put(t, h, practice.KindSubscription, "ci", hookTo(hook.URL))
	h.Close()

	killed := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestServerThatIsKilled$")
	killed.Env = append(os.Environ(), killedEnv+"="+filepath.Join(h.Dir, "server"))
	if _, err := killed.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	first := hook.Next(t, func(announcetest.Call) bool { return true })
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait() // it was killed

	h.Open()
	again := hook.Next(t, func(announcetest.Call) bool { return true })
	if id := again.Header.Get("Webhook-Id"); id == "" || id != first.Header.Get("Webhook-Id") {
		t.Errorf("told again as %q, before as %q; want the same id", id, first.Header.Get("Webhook-Id"))
	}
	list := announced(t, h, communication.Filter{Subscription: "ci"})
	if len(list) != 1 || list[0].State != communication.Delivered || list[0].Attempts != 1 {
		t.Errorf("the log says %+v; want one announcement, delivered at the attempt that was not cut off", list)
	}
	recordHolds(t, h)
}
