package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"tranship.dev/tranship/api/client"
)

// maxEvent bounds one line of the stream of events.
const maxEvent = 8 << 20

// listen reads the events of a subject from an index on, until the stream
// breaks off or ctx ends. It gives the index to go on from.
func (s *session) listen(ctx context.Context, subject string, from int64, hear func(client.SealedEntry)) (int64, error) {
	res, err := accepted(s.api.StreamEvents(ctx, &client.StreamEventsParams{Subject: subject, From: from}, func(_ context.Context, req *http.Request) error {
		req.Header.Set("Accept", "text/event-stream")
		if from > 0 {
			req.Header.Set("Last-Event-ID", fmt.Sprint(from-1))
		}
		return nil
	}))
	if err != nil {
		return from, err
	}
	defer res.Body.Close()
	err = events(res.Body, func(data string) error {
		var e client.SealedEntry
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return fmt.Errorf("the server sent an event that this command line does not understand: %w", err)
		}
		if e.Index >= from {
			from = e.Index + 1
			hear(e)
		}
		return nil
	})
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return from, brokenOff(res, err)
}

// events parts a stream of server-sent events into their data.
func events(stream io.Reader, take func(data string) error) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(make([]byte, 0, 64<<10), maxEvent)
	var data []string
	for lines.Scan() {
		line := lines.Text()
		if text, is := strings.CutPrefix(line, "data:"); is {
			data = append(data, strings.TrimPrefix(text, " "))
		}
		if line != "" || len(data) == 0 {
			continue
		}
		if err := take(strings.Join(data, "\n")); err != nil {
			return err
		}
		data = nil
	}
	return lines.Err()
}
