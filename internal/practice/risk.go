package practice

// Risk is how dangerous a deployment is held to be, with everything that the
// number was made of. The same facts always give the same risk.
type Risk struct {
	Score   int          `json:"score"`   // 0 to 100
	Level   RiskLevel    `json:"level"`   // the band that the score falls into
	Version int          `json:"version"` // of the factors and weights
	Factors []RiskFactor `json:"factors"`
}

// RiskFactor is one part of a risk.
type RiskFactor struct {
	Name   string  `json:"name"`   // "novelty"
	Weight float64 `json:"weight"` // 0 to 1
	Value  float64 `json:"value"`  // 0 to 1
	Why    string  `json:"why"`    // the value in words, with its source: "never deployed into live with model web-rolling"
}

// RiskLevel is a band of risk.
type RiskLevel string

// The bands.
const (
	LowRisk    RiskLevel = "low"    // below 30
	MediumRisk RiskLevel = "medium" // below 60
	HighRisk   RiskLevel = "high"
)
