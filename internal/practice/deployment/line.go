package deployment

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// lineBytes is how long a line may become; what is longer goes on in the next one.
const lineBytes = 16 << 10

// LogLine is a line that a step printed, put together from the pieces that it came in.
type LogLine struct {
	Target   string    `json:"target"`
	Step     int       `json:"step"`
	StepName string    `json:"stepName"`
	At       time.Time `json:"at" doc:"When its first piece was printed; the clock of the executor."`
	Text     string    `json:"text" doc:"Without its end."`

	Begun int64 `json:"-"` // place of the piece that it begins in
	Place int64 `json:"-"` // of the piece that it ends in; Unended of a line without an end
	Index int   `json:"-"` // among the lines that end there
}

// Unended is the place of lines whose end has not come: after all others.
const Unended = int64(1) << 62

// Lines puts lines together from the pieces of a log in order of arrival. It
// holds at most one unfinished line of each step that printed. The zero value is ready.
type Lines struct{ open map[printer]*LogLine }

// printer is whose lines do not mix.
type printer struct {
	order string
	step  int
}

// Take gives every line that the piece ends, until each gives false.
func (l *Lines) Take(o Output, each func(LogLine) bool) bool {
	key := printer{o.Order, o.Step}
	line := l.open[key]
	begin := func() {
		line = &LogLine{Target: o.Target, Step: o.Step, StepName: o.StepName, At: o.At, Begun: o.Place}
	}
	if line == nil {
		begin()
	}
	delete(l.open, key)
	more := true
	for text, index := o.Text, 0; text != ""; index++ {
		part, rest, ended := strings.Cut(text, "\n")
		if room := lineBytes - len(line.Text); len(part) > room {
			room = wholeCharacters(part, room)
			part, rest, ended = part[:room], text[room:], true
		}
		line.Text += part
		if text = rest; !ended {
			break
		}
		line.Text, line.Place, line.Index = strings.TrimSuffix(line.Text, "\r"), o.Place, index
		if more = more && each(*line); !more {
			break // what is left of the piece is not wanted
		}
		begin()
	}
	if line.Text != "" && more {
		if l.open == nil {
			l.open = map[printer]*LogLine{}
		}
		l.open[key] = line
	}
	return more
}

// wholeCharacters gives how many of the first room bytes are whole characters.
func wholeCharacters(text string, room int) int {
	for room > 0 && text[room]&0xC0 == 0x80 {
		room--
	}
	return room
}

// Rest gives the lines that nobody ended, in the order in which they began.
func (l *Lines) Rest(each func(LogLine) bool) {
	var rest []LogLine
	for _, line := range l.open {
		rest = append(rest, *line)
	}
	slices.SortFunc(rest, func(a, b LogLine) int {
		return cmp.Or(cmp.Compare(a.Begun, b.Begun), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Step, b.Step))
	})
	for i, line := range rest {
		line.Place, line.Index = Unended, i
		if !each(line) {
			return
		}
	}
}

// From gives the place from which on pieces must be read again to go on after the
// piece at that place: where the oldest unfinished line began.
func (l *Lines) From(place int64) int64 {
	for _, line := range l.open {
		place = min(place, line.Begun)
	}
	return place
}

// Search says which lines of a log are looked for.
type Search struct {
	Text   string // is in the line, in whatever case
	Regex  bool   // Text is a regular expression (RE2), which says itself whether case matters
	Target string // "": of any
	Step   string // name of the step; "": of any
}

// maxSearch bounds the text of a search.
const maxSearch = 1000

// Matcher gives what says whether a line's text is looked for.
func (s Search) Matcher() (func(string) bool, error) {
	if s.Text == "" || len(s.Text) > maxSearch {
		return nil, practice.Faultf(practice.Invalid, "a search has a text of 1 to %d bytes, not %d", maxSearch, len(s.Text))
	}
	pattern := s.Text
	if !s.Regex {
		pattern = "(?i)" + regexp.QuoteMeta(s.Text)
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, practice.Faultf(practice.Invalid, "%q is no regular expression: %v", s.Text, err).
			WithHint("the syntax is RE2; leave out --regex to look for the text as it stands")
	}
	return compiled.MatchString, nil
}
