package wiring

import (
	"context"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Agents come as soon as the bus listens, which is before there is anybody to
// say who they are.
func TestAgentsThatComeEarlyWait(t *testing.T) {
	t.Parallel()
	s := &Server{answering: make(chan struct{}), stopping: make(chan struct{})}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.agentOf(ctx, "key"); practice.CodeOf(err) != practice.Unavailable {
		t.Errorf("before the server is ready: %v", err)
	}
	answer := make(chan error, 1)
	go func() {
		_, err := s.agentOf(t.Context(), "key")
		answer <- err
	}()
	select {
	case err := <-answer:
		t.Fatalf("answered at once: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(s.stopping)
	if err := <-answer; practice.CodeOf(err) != practice.Unavailable {
		t.Errorf("when the server stops: %v", err)
	}
}
