package deployment

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"tranship.dev/tranship/internal/practice"
)

// Log is what is known of what the steps of a deployment printed, as a whole.
type Log struct {
	Deployment   string `json:"deployment"`
	Bytes        int64  `json:"bytes"`                  // of text that was taken
	Hot          int64  `json:"hot"`                    // of text and its marks that are not sealed yet
	Segments     int    `json:"segments"`               // that were sealed
	Closed       bool   `json:"closed"`                 // the deployment is: what still comes is sealed at once
	Dropped      int64  `json:"dropped,omitempty"`      // pieces that came when the log had reached its bound
	DroppedBytes int64  `json:"droppedBytes,omitempty"` // of their text
}

// Segment is a sealed part of a log: pieces in their order of arrival, packed
// and kept under the digest of the packed bytes.
type Segment struct {
	Deployment string          `json:"deployment"`
	Number     int             `json:"number"` // from 1 within the deployment
	First      int64           `json:"first"`  // the place of its first piece
	Last       int64           `json:"last"`   // the place of its last piece
	Pieces     int             `json:"pieces"`
	Bytes      int64           `json:"bytes"` // before they were packed
	Digest     practice.Digest `json:"digest"`
	Targets    []string        `json:"targets"` // whose output it holds, by name
}

// Where names the segment for people.
func (s Segment) Where() string { return fmt.Sprintf("log of %s segment %d", s.Deployment, s.Number) }

// pieceMarks is about what the marks of a piece take beside its text.
const pieceMarks = 256

// Weight gives about how many bytes a piece takes where it is stored.
func (o Output) Weight() int64 { return int64(len(o.Text)) + pieceMarks }

// Seal packs pieces, which are in the order of their places and at least one,
// as the segment of that number: lines of JSON, compressed.
func Seal(deployment string, number int, pieces []Output) (Segment, []byte, error) {
	s := Segment{Deployment: deployment, Number: number, First: pieces[0].Place, Last: pieces[len(pieces)-1].Place, Pieces: len(pieces)}
	var packed bytes.Buffer
	compressed := gzip.NewWriter(&packed)
	for _, p := range pieces {
		line, err := json.Marshal(p)
		if err != nil {
			return s, nil, fmt.Errorf("pack the output of %s: %w", deployment, err)
		}
		s.Bytes += int64(len(line)) + 1
		if _, err := compressed.Write(append(line, '\n')); err != nil {
			return s, nil, fmt.Errorf("pack the output of %s: %w", deployment, err)
		}
		s.Targets = append(s.Targets, p.Target)
	}
	if err := compressed.Close(); err != nil {
		return s, nil, fmt.Errorf("pack the output of %s: %w", deployment, err)
	}
	slices.Sort(s.Targets)
	s.Targets, s.Digest = slices.Compact(s.Targets), practice.DigestOf(packed.Bytes())
	return s, packed.Bytes(), nil
}

// Unseal gives the pieces of a segment one after the other until each gives
// false or an error. Refused when the packed bytes are not those that were sealed.
func (s Segment) Unseal(packed []byte, each func(Output) (bool, error)) error {
	if found := practice.DigestOf(packed); found != s.Digest {
		return practice.Faultf(practice.Refused, "%s was altered: it has digest %s, not %s", s.Where(), found, s.Digest).Final()
	}
	compressed, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("%s, digest %s: %w", s.Where(), s.Digest, err)
	}
	lines := json.NewDecoder(io.LimitReader(compressed, s.Bytes))
	for {
		var piece Output
		if err := lines.Decode(&piece); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s, digest %s: %w", s.Where(), s.Digest, err)
		}
		if more, err := each(piece); err != nil || !more {
			return err
		}
	}
}

// LogStore keeps what is known of logs, and where their sealed parts lie.
type LogStore interface {
	// LogOf gives the log of a deployment; one of which nothing is known is empty.
	LogOf(deployment string) (Log, error)
	// PutLog stores it.
	PutLog(l Log) error
	// AddSegment stores the next segment of a log.
	AddSegment(s Segment) error
	// Segments lists segments whose last place is after a place, in their order.
	Segments(deployment string, after int64, limit int) ([]Segment, error)
	// DeleteOutput deletes the pieces up to and with a place: they were sealed.
	DeleteOutput(deployment string, last int64) error
}
