package driver_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
)

type sample struct {
	Path   string            `json:"path" minLength:"1" doc:"Where."`
	Keep   int               `json:"keep,omitempty" minimum:"1" default:"3" doc:"How many."`
	Signal string            `json:"signal,omitempty" enum:"TERM,INT" doc:"Which."`
	Wait   practice.Duration `json:"wait,omitempty" doc:"How long."`
	Argv   []string          `json:"argv,omitempty" minItems:"1" doc:"What."`
	Env    map[string]string `json:"env,omitempty" doc:"With."`
	Header []struct {
		Name string `json:"name" minLength:"1"`
	} `json:"header,omitempty"`
}

func TestDecodeKeepsDefaultsAndReadsAllKinds(t *testing.T) {
	t.Parallel()
	got := sample{Keep: 3, Wait: practice.Duration(10 * time.Second)}
	err := driver.Decode(map[string]any{
		"path": "a", "argv": []string{"x"}, "env": map[string]any{"A": "b"}, "header": []any{map[string]any{"name": "n"}},
	}, &got)
	if err != nil || got.Path != "a" || got.Keep != 3 || got.Wait.Std() != 10*time.Second || got.Argv[0] != "x" || got.Env["A"] != "b" || got.Header[0].Name != "n" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if err := driver.Decode(map[string]any{"path": "a", "keep": 7, "wait": "1m30s"}, &got); err != nil || got.Keep != 7 || got.Wait.Std() != 90*time.Second {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestDecodeNamesTheFieldAndNeverTheValue(t *testing.T) {
	t.Parallel()
	const canary = "hunter2canary"
	for name, c := range map[string]struct {
		with  map[string]any
		wants []string
	}{
		"missing":     {map[string]any{}, []string{"with.path: is missing"}},
		"nil":         {nil, []string{"with.path: is missing"}},
		"misspelt":    {map[string]any{"path": "a", "kep": canary}, []string{"with.kep: is not an input", `did you mean "keep"?`}},
		"unknown":     {map[string]any{"path": "a", "zzzzzzzzz": canary}, []string{"with.zzzzzzzzz", "it takes argv, env"}},
		"nested":      {map[string]any{"path": "a", "header": []any{map[string]any{"nam": canary}}}, []string{"with.header[0].nam", `"name"`}},
		"wrong type":  {map[string]any{"path": "a", "keep": canary}, []string{"with.keep", "integer"}},
		"too small":   {map[string]any{"path": "a", "keep": 0}, []string{"with.keep", ">= 1"}},
		"not in enum": {map[string]any{"path": "a", "signal": canary}, []string{"with.signal", "TERM, INT"}},
		"duration":    {map[string]any{"path": "a", "wait": canary}, []string{"with.wait: is not a duration"}},
		"empty":       {map[string]any{"path": ""}, []string{"with.path"}},
		"all at once": {map[string]any{"keep": 0, "wait": 5}, []string{"with.path", "with.keep", "with.wait"}},
		"dotted":      {map[string]any{"path": "a", "env": map[string]any{"x.y[0]": 5}, "nobody": 1}, []string{"with.env.x.y[0]", "with.nobody: is not"}},
		"element":     {map[string]any{"path": "a", "argv": []any{1}}, []string{"with.argv[0]", "string"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := driver.Decode(c.with, &sample{})
			var fault *practice.Error
			if !errors.As(err, &fault) || fault.Code != practice.Invalid || !fault.Terminal {
				t.Fatalf("want a terminal invalid error, got %v", err)
			}
			for _, want := range c.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error does not say %q:\n%v", want, err)
				}
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("error tells the value:\n%v", err)
			}
		})
	}
}

func TestSchemaSpeaksOfDurationsAsTexts(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(driver.Schema(&sample{}))
	if err != nil || !strings.Contains(string(raw), `"wait":{"description":"How long.","pattern":`) || !strings.Contains(string(raw), `"additionalProperties":false`) {
		t.Fatalf("schema: %s, %v", raw, err)
	}
}
