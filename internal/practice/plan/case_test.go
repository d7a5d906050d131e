package plan_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// caseInput is the input.yaml of a case.
type caseInput struct {
	Release    string                   `json:"release"`
	To         string                   `json:"to"`
	Remove     bool                     `json:"remove"`
	Restores   string                   `json:"restores"` // the deployment that is rolled back
	Goals      []caseVersion            `json:"goals"`
	Levels     []int                    `json:"levels"` // of the items in the deployment that is rolled back
	Did        []plan.Irreversible      `json:"did"`    // what the deployment that is rolled back did that cannot be undone
	Redeploy   bool                     `json:"redeploy"`
	Only       []string                 `json:"only"`
	Closed     string                   `json:"closed"` // why nothing may be deployed into the environment
	Components map[string]caseComponent `json:"components"`
	Items      []caseVersion            `json:"items"`
	Model      model.Spec               `json:"model"`
	Targets    []caseTarget             `json:"targets"`

	Parameters map[string]string         `json:"environmentParameters"`
	Baseline   []environment.Requirement `json:"baseline"`
}

type caseComponent struct {
	Kind       library.ComponentKind `json:"kind"`
	Labels     map[string]string     `json:"labels"`
	Signed     bool                  `json:"signed"`
	Publishers []string              `json:"publishers"` // names; each has a key

	DependsOn []library.Dependency `json:"dependsOn"`
	RunsOn    map[string]string    `json:"runsOn"`
}

type caseVersion struct {
	Name     string         `json:"name"` // COMPONENT@VERSION
	State    library.State  `json:"state"`
	By       string         `json:"by"`
	Why      string         `json:"why"`
	SignedBy string         `json:"signedBy"`
	SignedAs string         `json:"signedAs"` // another COMPONENT@VERSION that the signature is for
	Origin   library.Origin `json:"origin"`
}

type caseTarget struct {
	Names      string            `json:"names"` // blank-separated
	Address    string            `json:"address"`
	Labels     map[string]string `json:"labels"`
	Parameters map[string]string `json:"parameters"`
	Redundant  []string          `json:"redundantWith"`
	Goal       []string          `json:"goal"`    // as before, of what is rolled back
	Touched    bool              `json:"touched"` // by the deployment that is rolled back
	By         string            `json:"by"`      // the deployment that put there what is present
	Before     []string          `json:"before"`  // COMPONENT@VERSION, and " in SLOT" behind it; "?" at the end: uncertain; "!" at the end: not in the library
}

func readCase(t *testing.T, raw []byte) plan.Input {
	t.Helper()
	var c caseInput
	decode(t, raw, &c)
	in := plan.Input{
		Scope: practice.DefaultScope, Release: c.Release, Direction: plan.Install, Model: modelOf(c.Model),
		Environment: plan.EnvironmentInput{Name: c.To, Revision: 1, Verdict: practice.Pass(), Parameters: c.Parameters, Baseline: c.Baseline},
		Redeploy:    c.Redeploy, Only: c.Only,
	}
	if c.Remove {
		in.Direction = plan.Remove
	}
	if c.Restores != "" {
		in.Direction, in.Restores, in.Levels, in.Irreversible = plan.Restore, c.Restores, c.Levels, c.Did
	}
	for _, v := range c.Goals {
		name, _, _ := strings.Cut(v.Name, "@")
		in.Goals = append(in.Goals, plan.ItemInput{Component: c.Components[name].build(name), Version: v.build(t)})
	}
	if c.Closed != "" {
		in.Environment.Verdict = practice.Hold(practice.Reason{Gate: "control", Message: c.Closed})
	}
	for _, v := range c.Items {
		name, _, _ := strings.Cut(v.Name, "@")
		in.Items = append(in.Items, plan.ItemInput{Component: c.Components[name].build(name), Version: v.build(t)})
	}
	for _, target := range c.Targets {
		in.Targets = append(in.Targets, target.build(t, in.Items)...)
	}
	return in
}

func (c caseComponent) build(name string) library.Component {
	built := library.Component{Name: name, Revision: 1, Labels: c.Labels, Spec: library.ComponentSpec{Kind: c.Kind}}
	built.Spec.Signature.Required, built.Spec.DependsOn, built.Spec.RunsOn = c.Signed, c.DependsOn, c.RunsOn
	for _, p := range c.Publishers {
		built.Spec.Signature.Publishers = append(built.Spec.Signature.Publishers, signature.Encode(keyOf(p).Public().(ed25519.PublicKey)))
	}
	return built
}

func (v caseVersion) build(t *testing.T) library.Version {
	t.Helper()
	component, version, _ := strings.Cut(v.Name, "@")
	built := library.Version{Component: component, Version: version, State: v.State, StateWhy: v.Why}
	if v.State == "absent" {
		built.State = ""
		return built
	}
	built.Digest = practice.DigestOf([]byte(v.Name))
	built.Size, built.Reference, built.Origin = 1000, component, v.Origin
	if v.By != "" {
		built.StateBy, built.StateAt = practice.Actor{Kind: practice.Person, Name: v.By}, time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	}
	if v.SignedBy != "" {
		as := v.SignedAs
		if as == "" {
			as = v.Name
		}
		signedComponent, signedVersion, _ := strings.Cut(as, "@")
		e, err := library.NewStatement(signedComponent, signedVersion, practice.DigestOf([]byte(as)), v.Origin).Sign(keyOf(v.SignedBy))
		if err != nil {
			t.Fatal(err)
		}
		built.Signature = &e
	}
	return built
}

func (c caseTarget) build(t *testing.T, items []plan.ItemInput) []plan.TargetInput {
	t.Helper()
	before := c.present(items, c.Before)
	var goal []plan.Before
	var left []plan.Left
	if c.Touched {
		goal = c.present(items, c.Goal)
		for _, item := range items {
			left = append(left, plan.Left{Version: item.Version.Version, By: c.By, Apart: !carried(c.Labels, item.Component.Spec.RunsOn)})
		}
	}
	var targets []plan.TargetInput
	for name := range strings.FieldsSeq(c.Names) {
		targets = append(targets, plan.TargetInput{
			Name: name, Agent: name, Address: c.Address, Labels: c.Labels, Parameters: c.Parameters, Redundant: c.Redundant, Before: before, Goal: goal, Left: left,
		})
	}
	if len(targets) == 0 {
		t.Fatal(fmt.Errorf("a target of the case has no name"))
	}
	return targets
}

func (c caseTarget) present(items []plan.ItemInput, texts []string) []plan.Before {
	before := make([]plan.Before, len(items))
	for _, text := range texts {
		place, slot, _ := strings.Cut(text, " in ")
		name, version, found := strings.Cut(strings.TrimRight(place, "?!"), "@")
		text = place
		for i, item := range items {
			if item.Component.Name != name {
				continue
			}
			before[i] = plan.Before{Version: version, Uncertain: strings.HasSuffix(text, "?"), Slot: slot}
			if found && !strings.HasSuffix(text, "!") {
				artifact := plan.ArtifactOf(item.Component, library.Version{
					Component: name, Version: version, Digest: practice.DigestOf([]byte(name + "@" + version)), Reference: name,
				})
				before[i].Artifact = &artifact
			}
		}
	}
	return before
}

func carried(labels, wanted map[string]string) bool {
	for label, value := range wanted {
		if labels[label] != value {
			return false
		}
	}
	return true
}

func keyOf(publisher string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(publisher))
	return ed25519.NewKeyFromSeed(seed[:])
}
