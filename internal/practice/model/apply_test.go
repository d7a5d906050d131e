package model_test

import (
	"testing"

	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
)

func TestAppliesToCovers(t *testing.T) {
	t.Parallel()
	web := library.Component{Name: "web", Labels: map[string]string{"tier": "front"}, Spec: library.ComponentSpec{Kind: library.Software}}
	for _, c := range []struct {
		rule model.AppliesTo
		want bool
	}{
		{model.AppliesTo{}, true},
		{model.AppliesTo{Components: []string{"db", "web"}, Kinds: []library.ComponentKind{library.Software}, Labels: map[string]string{"tier": "front"}}, true},
		{model.AppliesTo{Components: []string{"db"}}, false},
		{model.AppliesTo{Kinds: []library.ComponentKind{library.Data}}, false},
		{model.AppliesTo{Labels: map[string]string{"tier": "back"}}, false},
		{model.AppliesTo{Labels: map[string]string{"zone": ""}}, false},
	} {
		if got := c.rule.Covers(web); got != c.want {
			t.Errorf("%+v covers web: %v, want %v", c.rule, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"stagin": "staging", "live": "live", "lve": "live", "production": "", "": ""} {
		if got := model.Nearest(name, []string{"test", "staging", "live"}); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
}
