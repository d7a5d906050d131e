package bus

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"

	"tranship.dev/tranship/internal/practice"
)

// Recorded tells all servers that a scope's record has grown to size. It may be lost.
func (h *Hub) Recorded(scope practice.Scope, size int64) {
	if err := h.conn.Publish(recordedSubject(scope), strconv.AppendInt(nil, size, 10)); err != nil {
		h.log.Debug("bus: notice of the record is lost", "scope", scope, "error", err)
	}
}

// OnRecorded calls f whenever any server, this one too, says Recorded. f must not block.
func (h *Hub) OnRecorded(f func(scope practice.Scope, size int64)) error {
	_, err := h.conn.Subscribe("tranship.*.recorded", func(m *nats.Msg) {
		size, err := strconv.ParseInt(string(m.Data), 10, 64)
		parts := strings.Split(m.Subject, ".")
		if err == nil && len(parts) == 3 {
			f(practice.Scope(untoken(parts[1])), size)
		}
	})
	if err != nil {
		return fmt.Errorf("bus: listen for the record: %w", err)
	}
	return h.conn.Flush()
}
