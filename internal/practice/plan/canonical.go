package plan

import (
	"encoding/json"

	"tranship.dev/tranship/internal/practice"
)

// sortedTarget is a Target with its fields in the order of canonical JSON.
// Encoding it costs a fifth of transforming a Target, which counts at 100,000
// targets; canonicalTarget falls back where the two could differ.
type sortedTarget struct {
	Address    string            `json:"address,omitempty"`
	Agent      string            `json:"agent"`
	Before     []sortedBefore    `json:"before"`
	Goal       []sortedBefore    `json:"goal,omitempty"`
	Items      []int             `json:"items,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Level      int               `json:"level,omitempty"`
	Name       string            `json:"name"`
	Parameters map[string]string `json:"parameters,omitempty"`
	Target     string            `json:"target,omitempty"`
	Wave       int               `json:"wave"`
}

type sortedBefore struct {
	Artifact  json.RawMessage `json:"artifact,omitempty"`
	Slot      string          `json:"slot,omitempty"`
	Uncertain bool            `json:"uncertain,omitempty"`
	Version   string          `json:"version,omitempty"`
}

// artifactTexts keeps the canonical JSON of artifacts: most targets share one.
type artifactTexts map[*Artifact]json.RawMessage

// shared is how many artifacts are kept; a fleet rarely has more versions of a component at once.
const shared = 1000

func (c artifactTexts) of(a *Artifact) (json.RawMessage, error) {
	if a == nil {
		return nil, nil
	}
	if text, found := c[a]; found {
		return text, nil
	}
	text, err := practice.Canonical(a)
	if err == nil && len(c) < shared {
		c[a] = text
	}
	return text, err
}

// canonicalTarget gives exactly what practice.Canonical gives of the target.
func (c artifactTexts) canonicalTarget(t *Target) ([]byte, error) {
	if t.Before == nil {
		return practice.Canonical(t)
	}
	s := sortedTarget{
		Address: t.Address, Agent: t.Agent, Items: t.Items, Labels: t.Labels, Level: t.Level,
		Name: t.Name, Parameters: t.Parameters, Target: t.Target, Wave: t.Wave,
	}
	var err error
	if s.Before, err = c.sorted(t.Before); err != nil {
		return nil, err
	}
	if s.Goal, err = c.sorted(t.Goal); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(s)
	if err != nil || !plainASCII(raw) {
		return practice.Canonical(t)
	}
	return raw, nil
}

func (c artifactTexts) sorted(list []Before) ([]sortedBefore, error) {
	sorted := make([]sortedBefore, len(list))
	for i, b := range list {
		text, err := c.of(b.Artifact)
		if err != nil {
			return nil, err
		}
		sorted[i] = sortedBefore{Artifact: text, Slot: b.Slot, Uncertain: b.Uncertain, Version: b.Version}
	}
	return sorted, nil
}

// plainASCII says that JSON holds no escape and nothing beyond ASCII: then
// sorted fields are all that canonical JSON asks for.
func plainASCII(raw []byte) bool {
	for _, b := range raw {
		if b == '\\' || b >= 0x7f {
			return false
		}
	}
	return true
}
