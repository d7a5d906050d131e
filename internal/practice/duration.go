package practice

import (
	"encoding/json"
	"fmt"
	"time"
)

// Duration is a length of time that documents write as "1m30s".
type Duration time.Duration

// Std gives d as the standard library's duration.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String gives "1m30s".
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalJSON writes "1m30s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads "1m30s"; negative lengths are refused.
func (d *Duration) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return fmt.Errorf("duration %s is not a text like \"1m30s\"", raw)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 {
		return fmt.Errorf("duration %q is not like \"1m30s\"", text)
	}
	*d = Duration(parsed)
	return nil
}
