package cli

import (
	"regexp"
	"time"
)

// serverMoment is how messages of the server write moments.
var serverMoment = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d+)?)? UTC`)

// localTimes writes a message of the server as people here read it: with its
// moments in local time, as everything beside it is.
func localTimes(message string) string {
	return serverMoment.ReplaceAllStringFunc(message, func(text string) string {
		for layout, shown := range map[string]string{"2006-01-02 15:04 MST": "2006-01-02 15:04", "2006-01-02 15:04:05 MST": "2006-01-02 15:04:05"} {
			if at, err := time.Parse(layout, text); err == nil {
				return at.Local().Format(shown)
			}
		}
		return text
	})
}
