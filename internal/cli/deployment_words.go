package cli

import (
	"fmt"
	"strings"

	"tranship.dev/tranship/api/client"
)

// closed is the state of a deployment that has ended.
const (
	closed           = "closed"
	cancelled        = "cancelled"
	awaitingGuidance = "awaiting-guidance"
)

// stateOf gives the result of a deployment that has ended, else its state.
func stateOf(d client.Deployment) string {
	if d.State == closed && d.Result != "" {
		return d.Result
	}
	return d.State
}

func releaseOf(d client.Deployment) string {
	if d.Header.Direction == "remove" {
		return d.Header.Release + " (removal)"
	}
	if d.Header.Direction == "restore" {
		return d.Header.Release + " (rollback)"
	}
	return d.Header.Release
}

// progressOf gives "3/20", and what went wrong.
func progressOf(d client.Deployment) string {
	text := fmt.Sprintf("%d/%d", d.Executed, rows(d.Header))
	if d.Failures > 0 {
		text += fmt.Sprintf(", %d failed", d.Failures)
	}
	return text
}

func tookOf(d client.Deployment) string {
	if d.Started.IsZero() || d.Ended.IsZero() {
		return ""
	}
	return span(d.Ended.Sub(d.Started))
}

// results maps how a deployment ended to the exit code of who waited for it.
var results = map[string]outcome{
	"failed":     exitFailed,
	"remediated": exitRemediated,
	"cancelled":  exitCancelled,
}

// verdictOf gives nil for a deployment that succeeded, or what its wait ends with.
func verdictOf(d client.Deployment) error {
	switch {
	case d.State == awaitingGuidance:
		return outcome(exitGuidance)
	case d.State == closed && d.Result == "succeeded":
		return nil
	}
	if code, known := results[d.Result]; known {
		return code
	}
	return outcome(exitError)
}

// stageOf says what the deployment is doing: "execute, wave 2 of 4: 3 of 10 targets done, 1 failed".
func stageOf(d client.Deployment) string {
	s := d.Stage
	if s.Phase == "" {
		return ""
	}
	text := s.Phase
	if s.Wave > 0 {
		text += fmt.Sprintf(", wave %d of %d", s.Wave, len(d.Header.Waves))
	}
	if s.Level > 0 {
		text += fmt.Sprintf(", level %d", s.Level)
	}
	counts := []string{fmt.Sprintf("%d of %d done", s.Done, s.Total)}
	for _, part := range []struct {
		n    int64
		what string
	}{{s.Running, "running"}, {s.Failed, "failed"}, {s.Unknown, "unknown"}, {s.Stopped, "stopped"}} {
		if part.n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return text + ": " + strings.Join(counts, ", ")
}

// deed says in a word what a deployment does with its release.
func deed(direction string) string {
	if direction == "restore" {
		return "rollback"
	}
	return direction
}

// toward says which way a release goes: into an environment, or from it.
func toward(direction string) string {
	if direction == "remove" {
		return "from"
	}
	if direction == "restore" {
		return "in"
	}
	return "into"
}
