package baseline

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"tranship.dev/tranship/internal/practice/environment"
)

// The bounds of one look.
const (
	reachTime = 3 * time.Second // to connect
	maxValue  = 4 << 10         // bytes of what a command prints
)

// errAbsent says that what was looked for is not there: there is no value.
var errAbsent = errors.New("is not there")

// sight is what was seen: values, and of those that could not be read, why.
type sight struct {
	values, unread map[string]string
}

// look reads each parameter once, those that take time at the same time.
func look(ctx context.Context, h host, requirements []environment.Requirement) sight {
	seen := sight{values: map[string]string{}, unread: map[string]string{}}
	var mu sync.Mutex
	var all sync.WaitGroup
	begun := map[string]bool{}
	for _, r := range requirements {
		if begun[r.Parameter] {
			continue
		}
		begun[r.Parameter] = true
		all.Go(func() {
			value, err := h.read(ctx, r)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, errAbsent):
			case err != nil:
				seen.unread[r.Parameter] = err.Error()
			default:
				seen.values[r.Parameter] = value
			}
		})
	}
	all.Wait()
	return seen
}

// read gives the value of one parameter.
func (h host) read(ctx context.Context, r environment.Requirement) (string, error) {
	kind, rest, _ := cutKind(r.Parameter)
	switch kind {
	case "cpu.count":
		return h.cpus()
	case "memory.total":
		return h.memory()
	case "disk.free:":
		return h.free(rest)
	case "os.id":
		return h.release("ID")
	case "os.version":
		return h.release("VERSION_ID")
	case "kernel":
		return h.kernel()
	case "package.":
		return h.pack(ctx, rest)
	case "port.":
		return h.port(rest)
	case "reach.":
		return reach(ctx, rest), nil
	case "script.":
		return h.script(ctx, r.Run)
	}
	return "", errors.New("nobody knows how to look at it")
}

// cutKind parts a parameter into its kind and what stands behind it.
func cutKind(name string) (kind, rest string, known bool) {
	for _, kind := range []string{"cpu.count", "memory.total", "os.id", "os.version", "kernel"} {
		if name == kind {
			return kind, "", true
		}
	}
	for _, kind := range []string{"disk.free:", "package.", "port.", "reach.", "script."} {
		if rest, found := strings.CutPrefix(name, kind); found {
			return kind, rest, true
		}
	}
	return "", "", false
}

// reach says whether something takes a connection there.
func reach(ctx context.Context, address string) string {
	dialer := net.Dialer{Timeout: reachTime}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return "no"
	}
	_ = connection.Close()
	return "yes"
}
