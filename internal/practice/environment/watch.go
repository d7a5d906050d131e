package environment

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Watch names something that hosts are watched for as a whole, whoever put it
// there (R92).
type Watch string

// What hosts can be watched for.
const (
	Packages Watch = "packages" // every installed package, in its version
	Services Watch = "services" // every enabled unit of systemd
	Users    Watch = "users"    // every local user
)

// Watches lists what hosts can be watched for.
func Watches() []Watch { return []Watch{Packages, Services, Users} }

const hostPrefix = "host:"

// Component gives what stands in the place of a component's name where it is the
// host itself that is other than recorded: "host:packages". No component has such a name.
func (w Watch) Component() string { return hostPrefix + string(w) }

// WatchOf gives what a component's place stands for, or "" where it is a component.
func WatchOf(component string) Watch {
	w, is := strings.CutPrefix(component, hostPrefix)
	if !is {
		return ""
	}
	return Watch(w)
}

// Watched gives what a target of the environment is watched for, each once: only
// hosts have packages, services and users of their own.
func (e Environment) Watched(t Target) []Watch {
	if t.Spec.Kind != KindHost {
		return nil
	}
	return e.Spec.Inspection.Watch
}

// KindHost is the kind of a target that is a host.
const KindHost = "host"

func checkWatch(list []Watch) (problems []practice.Problem) {
	for i, w := range list {
		path := fmt.Sprintf("spec.inspection.watch[%d]", i)
		switch {
		case !slices.Contains(Watches(), w):
			problems = append(problems, practice.Problem{Path: path, Message: fmt.Sprintf("%q is nothing that hosts are watched for", w), Hint: "use packages, services or users"})
		case slices.Contains(list[:i], w):
			problems = append(problems, practice.Problem{Path: path, Message: fmt.Sprintf("%s is named twice", w), Hint: "leave one out"})
		}
	}
	return problems
}
