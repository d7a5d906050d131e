package plan

import (
	"testing"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
)

// The short way to a target's canonical JSON gives the same bytes as the long one.
func TestCanonicalTarget(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.StringMatching(`[a-z<>&"\\/é𝄞\x{2028}]{0,4}`), rapid.StringMatching(`[a-z0-9.-]{0,8}`), rapid.String())
	artifact := rapid.Custom(func(t *rapid.T) *Artifact {
		return &Artifact{Component: text.Draw(t, "component"), Version: text.Draw(t, "version"), Size: rapid.Int64Range(0, 1<<53).Draw(t, "size"), Signed: rapid.Bool().Draw(t, "signed")}
	})
	texts := rapid.MapOfN(text, text, 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		target := Target{
			Name: text.Draw(t, "name"), Agent: text.Draw(t, "agent"), Address: text.Draw(t, "address"),
			Labels: texts.Draw(t, "labels"), Parameters: texts.Draw(t, "parameters"), Wave: rapid.IntRange(0, 1e6).Draw(t, "wave"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			b := Before{Version: text.Draw(t, "before"), Uncertain: rapid.Bool().Draw(t, "uncertain")}
			if rapid.Bool().Draw(t, "artifact?") {
				b.Artifact = artifact.Draw(t, "artifact")
			}
			target.Before = append(target.Before, b)
		}
		want, err := practice.Canonical(target)
		if err != nil {
			t.Fatal(err)
		}
		got, err := artifactTexts{}.canonicalTarget(&target)
		if err != nil || string(got) != string(want) {
			t.Fatalf("got  %s\nwant %s\n%v", got, want, err)
		}
	})
}
