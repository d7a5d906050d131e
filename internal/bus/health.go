package bus

import (
	"encoding/json"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/health"
)

const (
	// MaxHealth is how many components on targets one message may tell the health of.
	MaxHealth = 50

	maxAnswers = 100 // checks of one component
)

// decodeHealth reads and bounds what an agent says of health.
func decodeHealth(raw []byte) ([]health.Report, error) {
	var told []health.Report
	if err := json.Unmarshal(raw, &told); err != nil {
		return nil, unreadable("health", err)
	}
	if len(told) == 0 || len(told) > MaxHealth {
		return nil, practice.Faultf(practice.Invalid, "%d reports of health in one message, not 1 to %d", len(told), MaxHealth).Final()
	}
	for _, r := range told {
		if len(r.Answers) > maxAnswers || r.Checks < 0 || r.Checks > maxAnswers || r.At.Year() < 1970 || r.At.Year() > 9999 {
			return nil, practice.Faultf(practice.Invalid, "health of %.80q on %.80q is out of its bounds", r.Component, r.Target).Final()
		}
		texts := []string{r.Target, r.Component, r.Mark, r.Like}
		for _, a := range r.Answers {
			if !slices.Contains(health.States(), a.State) || a.Since.Year() < 1970 || a.Since.Year() > 9999 {
				return nil, practice.Faultf(practice.Invalid, "health of %.80q on %.80q is %.40q, which is no state", r.Component, r.Target, a.State).Final()
			}
			texts = append(texts, a.Check, a.Says)
		}
		if err := checkTexts("health", maxSaid, texts...); err != nil {
			return nil, err
		}
	}
	return told, nil
}
