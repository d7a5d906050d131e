package bus

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// warnEvery is how often the bus server's warnings of one kind are written: on a
// machine with too much to do it warns about each connection.
const warnEvery = 10 * time.Second

// maxWarnings bounds the kinds that are known, should the bus server make up new ones.
const maxWarnings = 1000

// logger writes what the bus server says into the product's log.
type logger struct {
	log *slog.Logger

	mu     sync.Mutex
	warned map[string]*warning // by kind
}

// warning is what was said of one kind.
type warning struct {
	at     time.Time
	silent int // how often it was not written since
}

// Warnf writes a warning, or counts it when one of its kind was written just now.
func (l *logger) Warnf(format string, v ...any) {
	silent, due := l.due(format, time.Now())
	switch {
	case !due:
		l.log.Debug("bus: " + fmt.Sprintf(format, v...))
	case silent == 0:
		l.log.Warn("bus: " + fmt.Sprintf(format, v...))
	default:
		l.log.Warn("bus: "+fmt.Sprintf(format, v...), "like_it_before", silent)
	}
}

// due says whether a warning is to be written, and how many of its kind were
// not since the last one.
func (l *logger) due(format string, now time.Time) (silent int, due bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.warned == nil || len(l.warned) >= maxWarnings {
		l.warned = map[string]*warning{}
	}
	kind := format[strings.LastIndex(format, " - ")+1:] // what stands before it names the connection
	last := l.warned[kind]
	if last != nil && now.Sub(last.at) < warnEvery {
		last.silent++
		return 0, false
	}
	if last != nil {
		silent = last.silent
	}
	l.warned[kind] = &warning{at: now}
	return silent, true
}

// The rest is the bus server's daily business.

func (l *logger) Noticef(format string, v ...any) { l.log.Debug("bus: " + fmt.Sprintf(format, v...)) }
func (l *logger) Errorf(format string, v ...any)  { l.log.Debug("bus: " + fmt.Sprintf(format, v...)) }
func (l *logger) Fatalf(format string, v ...any)  { l.log.Error("bus: " + fmt.Sprintf(format, v...)) }
func (l *logger) Debugf(string, ...any)           {}
func (l *logger) Tracef(string, ...any)           {}
