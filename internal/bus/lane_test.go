package bus

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// Whoever is behind must not work for those who gave up: what they ask anew
// would wait behind it.
func TestGivenUpQuestionsAreNotWorkedOn(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	ask := func(subject string, came time.Time) question { return question{&nats.Msg{Subject: subject}, came} }
	older, newer, other := ask("a", now), ask("a", now.Add(time.Second)), ask("b", now)
	several := &wanted{}
	one := oneEach()
	for _, w := range []*wanted{several, one} {
		w.put(older)
		w.put(newer)
		w.put(other)
	}
	if one.take(older, now.Add(time.Second)) {
		t.Error("a question was worked on although its agent asked again")
	}
	if !one.take(newer, now.Add(time.Second)) || !one.take(other, now.Add(time.Second)) {
		t.Error("a question was dropped although its agent waits for the answer")
	}
	if len(one.newest) != 0 {
		t.Errorf("%d questions are remembered after all were taken", len(one.newest))
	}
	if !several.take(older, now.Add(time.Second)) || !several.take(newer, now.Add(time.Second)) {
		t.Error("one of several questions at once was dropped")
	}
	if several.take(other, now.Add(patience)) {
		t.Error("a question was worked on after its agent's patience ended")
	}
}
