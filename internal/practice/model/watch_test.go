package model_test

import (
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

func TestWatchIsCompleted(t *testing.T) {
	t.Parallel()
	for lasts, c := range map[time.Duration]struct {
		every time.Duration
		looks int
	}{time.Minute: {10 * time.Second, 7}, 65 * time.Second: {10 * time.Second, 7}, 4 * time.Second: {4 * time.Second, 2}} {
		given := model.Step{Watch: &model.Watch{For: practice.Duration(lasts), Failures: 1}}
		s := given.Complete(model.Check, model.TimeoutRules{})
		if s.Watch.Every.Std() != c.every || s.Watch.Looks() != c.looks || s.Watch.Failures != 1 || given.Watch.Every != 0 {
			t.Errorf("watched for %s: completed to %+v with %d looks, the document's became %+v", lasts, s.Watch, s.Watch.Looks(), given.Watch)
		}
	}
}
