package bus

import (
	"encoding/json"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
)

const (
	// MaxSightings is how many targets one message may tell of.
	MaxSightings = 50

	maxParts   = 1000 // components of one target
	maxLooks   = 200  // steps of one component, and differences of one step
	maxSaid    = 2 << 10
	maxMeasure = 500 // values of one target
	maxStocks  = 20  // that one host is watched for
)

// inspectQuestion asks what to look at.
type inspectQuestion struct {
	After string `json:"after,omitempty"`
	Asked bool   `json:"asked,omitempty"` // somebody wants it now
}

func decodeInspect(raw []byte) (inspectQuestion, error) {
	var q inspectQuestion
	if err := json.Unmarshal(raw, &q); err != nil {
		return q, unreadable("inspect", err)
	}
	return q, checkTexts("inspect", maxName, q.After)
}

// decodeSightings reads and bounds what an agent saw.
func decodeSightings(raw []byte) ([]drift.Sighting, error) {
	var seen []drift.Sighting
	if err := json.Unmarshal(raw, &seen); err != nil {
		return nil, unreadable("sightings", err)
	}
	if len(seen) == 0 || len(seen) > MaxSightings {
		return nil, practice.Faultf(practice.Invalid, "%d sightings in one message, not 1 to %d", len(seen), MaxSightings).Final()
	}
	for _, s := range seen {
		if err := checkSighting(s); err != nil {
			return nil, err
		}
	}
	return seen, nil
}

func checkSighting(s drift.Sighting) error {
	if len(s.Parts) > maxParts || len(s.Values) > maxMeasure || len(s.Unread) > maxMeasure || s.At.Year() < 1970 || s.At.Year() > 9999 {
		return practice.Faultf(practice.Invalid, "sighting of %.80q is out of its bounds", s.Target).Final()
	}
	texts := []string{s.Target}
	for _, values := range []map[string]string{s.Values, s.Unread} {
		for name, value := range values {
			texts = append(texts, name, value)
		}
	}
	for _, one := range s.Stocks {
		if err := one.Things.Check(); err != nil || len(s.Stocks) > maxStocks || one.Digest != "" && one.Digest.Check() != nil {
			return practice.Faultf(practice.Invalid, "sighting of %.80q is out of its bounds in %.80q", s.Target, one.Of).Final()
		}
		texts = append(texts, string(one.Of), one.Order, one.CannotSay)
		for name, is := range one.Things {
			texts = append(texts, name, is)
		}
	}
	for _, part := range s.Parts {
		if len(part.Steps) > maxLooks {
			return practice.Faultf(practice.Invalid, "sighting of %.80q has %d steps", s.Target, len(part.Steps)).Final()
		}
		texts = append(texts, part.Component, part.Mark, part.Like)
		for _, step := range part.Steps {
			if len(step.Differs) > maxLooks || step.Digest != "" && step.Digest.Check() != nil {
				return practice.Faultf(practice.Invalid, "sighting of %.80q is out of its bounds in step %.80q", s.Target, step.Step).Final()
			}
			texts = append(texts, step.Step, step.Uses, step.Version, step.Of, step.Detail, step.CannotSay)
			for _, d := range step.Differs {
				texts = append(texts, d.Step, d.What, d.Recorded, d.Found)
			}
		}
	}
	return checkTexts("sighting", maxSaid, texts...)
}
