package environment_test

import (
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
)

func TestCheckSpec(t *testing.T) {
	t.Parallel()
	expect(t, environment.CheckSpec(environment.Spec{}), "")
	expect(t, environment.CheckSpec(environment.Spec{Control: environment.Own}), "")
	expect(t, environment.CheckSpec(environment.Spec{Control: environment.Vendor, Party: "Acme"}), "")
	expect(t, environment.CheckSpec(environment.Spec{Control: environment.Consumer}),
		"spec.party: is needed where control is consumer (name the controlling party)")
	expect(t, environment.CheckSpec(environment.Spec{Party: "Acme"}),
		`spec.party: "Acme" controls nothing where control is own (set control to vendor or consumer, or leave party out)`)
	expect(t, environment.CheckSpec(environment.Spec{Inspection: environment.Inspection{Watch: environment.Watches()}}), "")
	expect(t, environment.CheckSpec(environment.Spec{Inspection: environment.Inspection{Watch: []environment.Watch{"users", "moods", "users"}}}),
		`spec.inspection.watch[1]: "moods" is nothing that hosts are watched for (use packages, services or users)`,
		`spec.inspection.watch[2]: users is named twice (leave one out)`)
}

func TestCheckTarget(t *testing.T) {
	t.Parallel()
	expect(t, environment.CheckTarget(environment.TargetSpec{Agent: "web-1", Address: "fe80::1", Parameters: map[string]string{"data.dir_2": ""}}), "")
	expect(t, environment.CheckTarget(environment.TargetSpec{Agent: "Web 1", Address: "http://x/", Parameters: map[string]string{"a b": ""}}),
		`spec.agent: "Web 1" is no name of an agent (use lower case letters, digits, '.', '-' or '_')`,
		`spec.address: "http://x/" is no host name or IP address (leave out scheme and path)`,
		`spec.parameters: parameter "a b" cannot be referred to (use letters, digits, '.', '-' or '_')`)
}

func expect(t *testing.T, got []practice.Problem, want ...string) {
	t.Helper()
	if len(want) == 1 && want[0] == "" {
		want = nil
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %q", got, want)
	}
	for i := range want {
		if got[i].String() != want[i] {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

// TestOnlyHostsAreWatched: a rack has no packages.
func TestOnlyHostsAreWatched(t *testing.T) {
	t.Parallel()
	e := environment.Environment{Spec: environment.Spec{Inspection: environment.Inspection{Watch: environment.Watches()}}}
	for kind, want := range map[string]int{environment.KindHost: 3, "rack": 0, "cluster": 0} {
		if got := e.Watched(environment.Target{Spec: environment.TargetSpec{Kind: kind}}); len(got) != want {
			t.Errorf("a %s is watched for %v", kind, got)
		}
	}
	for _, w := range environment.Watches() {
		if environment.WatchOf(w.Component()) != w || practice.CheckName("component", w.Component()) == nil {
			t.Errorf("%s could be a component", w.Component())
		}
	}
}
