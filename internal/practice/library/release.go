package library

import (
	"encoding/json"
	"fmt"

	"tranship.dev/tranship/internal/practice"
)

// Item is one component version of a release.
type Item struct {
	Component string `json:"component" minLength:"1" doc:"The component's name."`
	Version   string `json:"version" minLength:"1" doc:"The version of it."`
}

// ReleaseSpec is what a Release document says: versions that belong together.
type ReleaseSpec struct {
	Description string `json:"description,omitempty" doc:"What people should know about it."`
	Items       []Item `json:"items" minItems:"1" doc:"The component versions, in the order in which they are installed."`
}

// Release is a set of component versions that moves as one.
type Release struct {
	Name     string
	Revision int64
	Spec     ReleaseSpec
}

// DecodeRelease gives the release of its document.
func DecodeRelease(d practice.Document) (Release, error) {
	r := Release{Name: d.Name, Revision: d.Revision}
	if err := json.Unmarshal(d.Spec, &r.Spec); err != nil {
		return r, fmt.Errorf("release %s: %w", d.Name, err)
	}
	return r, nil
}

// ServiceSpec is what a Service or Product document says (R18).
type ServiceSpec struct {
	Description string   `json:"description,omitempty" doc:"What people should know about it."`
	Owner       string   `json:"owner" minLength:"1" doc:"The person or team that answers for it."`
	Product     string   `json:"product,omitempty" doc:"The product that the service belongs to."`
	DependsOn   []string `json:"dependsOn,omitempty" doc:"The services that it needs."`
	Criticality string   `json:"criticality,omitempty" enum:"low,medium,high,vital" doc:"How much depends on it: low, medium, high or vital."`
}

// DecodeService gives what a Service document says.
func DecodeService(d practice.Document) (ServiceSpec, error) {
	var s ServiceSpec
	if err := json.Unmarshal(d.Spec, &s); err != nil {
		return s, fmt.Errorf("service %s: %w", d.Name, err)
	}
	return s, nil
}
