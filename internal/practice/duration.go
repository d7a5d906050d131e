package practice

import (
	"fmt"
	"time"
)

// Duration is a length of time that documents write as "1m30s".
type Duration time.Duration

// Std gives d as the standard library's duration.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String gives "1m30s".
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "1m30s"; negative lengths are refused.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil || parsed < 0 {
		return fmt.Errorf("duration %q is not like \"1m30s\"", text)
	}
	*d = Duration(parsed)
	return nil
}
