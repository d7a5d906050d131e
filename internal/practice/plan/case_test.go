package plan_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
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
	Redeploy   bool                     `json:"redeploy"`
	Only       []string                 `json:"only"`
	Closed     string                   `json:"closed"` // why nothing may be deployed into the environment
	Components map[string]caseComponent `json:"components"`
	Items      []caseVersion            `json:"items"`
	Model      model.Spec               `json:"model"`
	Targets    []caseTarget             `json:"targets"`
}

type caseComponent struct {
	Kind       library.ComponentKind `json:"kind"`
	Labels     map[string]string     `json:"labels"`
	Signed     bool                  `json:"signed"`
	Publishers []string              `json:"publishers"` // names; each has a key
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
	Before     []string          `json:"before"` // COMPONENT@VERSION; "?" at the end: uncertain; "!" at the end: not in the library
}

func readCase(t *testing.T, raw []byte) plan.Input {
	t.Helper()
	var c caseInput
	decode(t, raw, &c)
	in := plan.Input{
		Scope: practice.DefaultScope, Release: c.Release, Direction: plan.Install, Model: modelOf(c.Model),
		Environment: plan.EnvironmentInput{Name: c.To, Revision: 1, Verdict: practice.Pass()},
		Redeploy:    c.Redeploy, Only: c.Only,
	}
	if c.Remove {
		in.Direction = plan.Remove
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
	built.Spec.Signature.Required = c.Signed
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
	before := make([]plan.Before, len(items))
	for _, text := range c.Before {
		name, version, found := strings.Cut(strings.TrimRight(text, "?!"), "@")
		for i, item := range items {
			if item.Component.Name != name {
				continue
			}
			before[i] = plan.Before{Version: version, Uncertain: strings.HasSuffix(text, "?")}
			if found && !strings.HasSuffix(text, "!") {
				artifact := plan.ArtifactOf(item.Component, library.Version{
					Component: name, Version: version, Digest: practice.DigestOf([]byte(name + "@" + version)), Reference: name,
				})
				before[i].Artifact = &artifact
			}
		}
	}
	var targets []plan.TargetInput
	for name := range strings.FieldsSeq(c.Names) {
		targets = append(targets, plan.TargetInput{
			Name: name, Agent: name, Address: c.Address, Labels: c.Labels, Parameters: c.Parameters, Before: before,
		})
	}
	if len(targets) == 0 {
		t.Fatal(fmt.Errorf("a target of the case has no name"))
	}
	return targets
}

func keyOf(publisher string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(publisher))
	return ed25519.NewKeyFromSeed(seed[:])
}
