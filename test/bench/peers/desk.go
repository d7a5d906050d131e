package peers

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// A desk is where pullers come for orders, fetch the artifact, and say how it
// went.
type desk struct {
	address  string
	outcomes chan outcome
	complete chan struct{} // closed when every host has come for an order
	server   *http.Server
	ended    chan error

	mutex   sync.Mutex
	seen    map[string]bool
	hosts   int
	current Artifact
	changed chan struct{} // closed, and replaced, when current changes
}

// An outcome is what a host says at the end: "done", or what went wrong.
type outcome struct{ host, text string }

func openDesk(address string, hosts int) (*desk, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	d := &desk{
		address:  listener.Addr().String(),
		outcomes: make(chan outcome, hosts),
		complete: make(chan struct{}),
		ended:    make(chan error, 1),
		seen:     map[string]bool{},
		hosts:    hosts,
		changed:  make(chan struct{}),
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /order/{host}", d.giveOrder)
	routes.HandleFunc("GET /artifact/{version}", d.giveArtifact)
	routes.HandleFunc("POST /done/{host}", d.takeOutcome)
	d.server = &http.Server{Handler: routes, ReadHeaderTimeout: 10 * time.Second}
	go func() { d.ended <- d.server.Serve(listener) }()
	return d, nil
}

func (d *desk) close() error {
	err := d.server.Close()
	if ended := <-d.ended; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// order tells every host, now, to deploy the artifact.
func (d *desk) order(artifact Artifact) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if artifact.Version == d.current.Version {
		return fmt.Errorf("version %s has been deployed already", artifact.Version)
	}
	d.current = artifact
	close(d.changed)
	d.changed = make(chan struct{})
	return nil
}

func (d *desk) giveOrder(response http.ResponseWriter, request *http.Request) {
	for after := request.URL.Query().Get("after"); ; {
		d.mutex.Lock()
		current, changed := d.current, d.changed
		if host := request.PathValue("host"); !d.seen[host] {
			d.seen[host] = true
			if len(d.seen) == d.hosts {
				close(d.complete)
			}
		}
		d.mutex.Unlock()
		if current.Version != "" && current.Version != after {
			_, _ = io.WriteString(response, current.Version)
			return
		}
		select {
		case <-changed:
		case <-request.Context().Done():
			return
		}
	}
}

func (d *desk) giveArtifact(response http.ResponseWriter, request *http.Request) {
	d.mutex.Lock()
	current := d.current
	d.mutex.Unlock()
	if request.PathValue("version") != current.Version {
		http.NotFound(response, request)
		return
	}
	http.ServeFile(response, request, current.Tar)
}

func (d *desk) takeOutcome(_ http.ResponseWriter, request *http.Request) {
	text, err := io.ReadAll(request.Body)
	if err != nil {
		text = []byte(err.Error())
	}
	select {
	case d.outcomes <- outcome{request.PathValue("host"), string(text)}:
	case <-request.Context().Done():
	}
}
