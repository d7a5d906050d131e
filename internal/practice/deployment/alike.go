package deployment

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Failure is one cause of trouble, and the targets that it befell.
type Failure struct {
	Key     string    `json:"key" doc:"Names the cause, as long as it is the same."`
	Look    Look      `json:"look" doc:"failed, unknown or held."`
	Step    string    `json:"step,omitempty" doc:"The step at which they are."`
	Message string    `json:"message" doc:"As the first of the targets tells it."`
	Count   int       `json:"count" doc:"How many targets."`
	Since   time.Time `json:"since,omitzero" doc:"When the first of them ended so."`
	Targets []string  `json:"targets" doc:"By name: the first three, or when asked for at most 1,000."`
}

// The parts of a message that differ between targets with the same cause.
var changing = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?` + // moments
	`|\b\d\d:\d\d(:\d\d)?\b` +
	`|\b(sha256:)?[0-9a-f]{12,}\b` + // digests and ids
	`|\bpid \d+` +
	`|\b(\d+(\.\d+)? ?(ns|µs|ms|s|min|m|h|B|kB|KB|MB|GB|TB|KiB|MiB|GiB))+\b`) // lengths of time, such as 1m30s, and sizes

// printed is where what a command printed last begins; what is in it beside words
// (numbers, ports, addresses) mostly differs from target to target.
var printed = regexp.MustCompile(`\bexit code \d+: `)

// counted is a number in what a command printed.
var counted = regexp.MustCompile(`\d+`)

// Likeness is what the messages of targets with the same cause have in common:
// names of their own, times, lengths, sizes and digests may differ, and in what a
// command printed last all numbers.
func Likeness(message string, own ...string) string {
	for _, name := range own {
		if name != "" {
			message = strings.ReplaceAll(message, name, "@")
		}
	}
	message = changing.ReplaceAllString(message, "#")
	if at := printed.FindStringIndex(message); at != nil {
		message = message[:at[1]] + counted.ReplaceAllString(message[at[1]:], "#")
	}
	return message
}

// Alike groups troubled rows by cause, those that befell most first. Rows without
// trouble, and those that people gave up, are in no group. At most named names are kept of each.
func Alike(rows []Target, named int) []Failure {
	groups := map[string]*Failure{}
	for _, row := range rows {
		look := row.Look()
		if look != LookFailed && look != LookUnknown && look != LookHeld {
			continue
		}
		key := causeKey(row, look)
		group := groups[key]
		if group == nil {
			group = &Failure{Key: key, Look: look, Step: row.StepName, Message: row.Message, Since: row.EndedAt, Targets: []string{}}
			groups[key] = group
		}
		group.Count++
		if len(group.Targets) < named {
			group.Targets = append(group.Targets, row.Name)
		}
		if row.EndedAt.Before(group.Since) {
			group.Since = row.EndedAt
		}
	}
	found := make([]Failure, 0, len(groups))
	for _, group := range groups {
		found = append(found, *group)
	}
	slices.SortFunc(found, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Key, b.Key))
	})
	return found
}

func causeKey(row Target, look Look) string {
	said := strings.Join([]string{string(look), row.StepName, Likeness(row.Message, row.Name, row.Target, row.Agent)}, "\n")
	sum := sha256.Sum256([]byte(said))
	return hex.EncodeToString(sum[:6])
}
