package control

import (
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// teamed says of tasks whether they are a matter of the teams of whoever asks: of
// a group in which they sit that is asked, or that owns the environment or the
// component; or of what they own themselves.
func (c *Control) teamed(tx Tx, by practice.Actor, tasks []Task) error {
	others := 0
	for i := range tasks {
		if tasks[i].Team = tasks[i].Mine; !tasks[i].Mine {
			others++
		}
	}
	if by.Kind != practice.Person || others == 0 {
		return nil
	}
	sits, err := c.groupsOf(tx, by.Name)
	if err != nil {
		return err
	}
	teams := map[string]bool{by.Name: true}
	for _, s := range sits {
		teams[s.Group] = true
	}
	owners := map[string]string{}
	owner := func(kind practice.Kind, name string) (string, error) {
		key := string(kind) + "/" + name
		if found, known := owners[key]; known || name == "" {
			return found, nil
		}
		var spec struct {
			Owner string `json:"owner"`
		}
		err := specOf(tx, kind, name, &spec)
		owners[key] = spec.Owner
		return spec.Owner, err
	}
	for i := range tasks {
		t := &tasks[i]
		component, _, _ := strings.Cut(t.Release, "@")
		ofPlace, err := owner(practice.KindEnvironment, t.Environment)
		if err != nil {
			return err
		}
		ofThing, err := owner(practice.KindComponent, component)
		if err != nil {
			return err
		}
		t.Team = t.Mine || teams[t.Group] || teams[ofPlace] || teams[ofThing] ||
			slices.ContainsFunc(t.asked, func(group string) bool { return teams[group] })
	}
	return nil
}
