package party_test

import (
	"slices"
	"testing"

	"tranship.dev/tranship/internal/practice/party"
)

// What people read of a role is what the role allows: each has words, each of its
// actions has words, and nobody may what the administrator may not.
func TestRolesHaveWords(t *testing.T) {
	t.Parallel()
	for _, role := range append(party.Roles(), party.Executor) {
		if role.About() == "" {
			t.Errorf("role %s has no words", role)
		}
		if !role.Within(party.Administrator) {
			t.Errorf("role %s may what an administrator may not", role)
		}
		for _, action := range role.Actions() {
			if action.About() == "" {
				t.Errorf("action %s has no words", action)
			}
			if !role.May(action) {
				t.Errorf("role %s lists %s, which it may not", role, action)
			}
		}
	}
	if granting := slices.DeleteFunc(party.Roles(), func(r party.Role) bool { return !r.May(party.Administer) }); !slices.Equal(granting, []party.Role{party.Administrator}) {
		t.Errorf("roles %v give roles; only the administrator does", granting)
	}
	if party.Role("emperor").About() != "" || party.Action("reign").About() != "" {
		t.Error("what is not known has words")
	}
}
