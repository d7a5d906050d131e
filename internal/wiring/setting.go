package wiring

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/httpapi"
)

// facts says what the server is started with and where it is reached.
func (s *Server) facts() (httpapi.Running, error) {
	o := s.options
	data, err := dataFacts(o.Dir)
	if err != nil {
		return httpapi.Running{}, err
	}
	options := o.Started
	if options == nil {
		options = []httpapi.StartOption{}
	}
	now := s.time()
	return httpapi.Running{
		Version: o.Version, StartedAt: s.begun, Now: now, Zone: zoneName(now), URL: s.URL, BusURL: s.BusURL,
		TLS: s.secured, Data: data, Mail: o.Announce.SMTP.Server != "", Options: options,
	}, nil
}

// time is the practice's clock.
func (s *Server) time() time.Time {
	if s.options.Now != nil {
		return s.options.Now().UTC()
	}
	return time.Now().UTC()
}

// zoneName gives the name of the host's time zone; where the host does not say
// it, what the zone is called at a moment.
func zoneName(at time.Time) string {
	name := time.Local.String()
	if name == "Local" {
		name, _ = at.Local().Zone()
	}
	return name
}

// dataFacts says how large the database of a directory is, and what is free there.
func dataFacts(dir string) (httpapi.DataDirectory, error) {
	facts := httpapi.DataDirectory{Path: dir, Database: "sqlite"}
	if whole, err := filepath.Abs(dir); err == nil {
		facts.Path = whole
	}
	files, err := filepath.Glob(filepath.Join(dir, "tranship.db*"))
	if err != nil {
		return facts, fmt.Errorf("data directory: %w", err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil { // the log of writes comes and goes
			facts.Bytes += info.Size()
		}
	}
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return facts, fmt.Errorf("data directory %s: %w", dir, err)
	}
	facts.Free = int64(stat.Bavail) * stat.Bsize //nolint:gosec // no disk has so many blocks
	return facts, nil
}
