package cli

import (
	"regexp"
	"time"
)

// serverMoment is how messages of the server write moments.
var serverMoment = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`)

// localTimes writes a message of the server as people here read it: with its moments in
// local time, as everything beside it is.
func localTimes(message string) string {
	return serverMoment.ReplaceAllStringFunc(message, func(text string) string {
		at, err := time.Parse("2006-01-02 15:04:05 MST", text)
		if err != nil {
			return text
		}
		return clock(at)
	})
}
