package record_test

import (
	"testing"

	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	recordtest.Run(t, func(*testing.T) record.Store { return recordtest.NewMemory() })
}
