package bus

import (
	"fmt"
	"testing"
	"time"
)

func TestWarningsOfOneKindAreCounted(t *testing.T) {
	t.Parallel()
	var l logger
	now := time.Unix(1_700_000_000, 0)
	written := 0
	for i := range 1000 {
		// The bus server writes the connection into the format.
		if _, due := l.due(fmt.Sprintf("127.0.0.1:1 - cid:%d - \"agent\" - slow for %%v", i), now); due {
			written++
		}
	}
	if written != 1 {
		t.Errorf("%d warnings of one kind were written at once; want 1", written)
	}
	if _, due := l.due("another", now); !due {
		t.Error("a warning of another kind was not written")
	}
	if silent, due := l.due("127.0.0.1:1 - cid:7 - slow for %v", now.Add(warnEvery)); !due || silent != 999 {
		t.Errorf("the next is written: %v, after %d; want after 999", due, silent)
	}
}
