package journey_test

import (
	"encoding/json"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

// What waits for somebody's teams is apart from what waits for them, and from what
// is no matter of theirs: a group that is asked, or that owns the environment.
func TestWhatWaitsForMyTeams(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne, "apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: viktor}\nspec: {}\n",
		"apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: olga}\nspec: {}\n---\napiVersion: tranship.dev/v1\nkind: Group\nmetadata: {name: team}\nspec: {members: [olga]}\n")
	d := request(t, h, anna, control.AskRequest{})
	for name, want := range map[string][2]bool{ // mine, team
		"ben": {true, true}, "dora": {true, true}, "emil": {false, true}, "anna": {false, true}, "viktor": {false, false}, "olga": {false, true},
	} {
		for view, listed := range map[control.TaskView]bool{"": true, control.TasksTeam: want[1], control.TasksMine: want[0]} {
			tasks, _, err := h.Control.Tasks(t.Context(), practice.DefaultScope, person(name), party.Approver, view, practice.Page{})
			if err != nil {
				t.Fatal(err)
			}
			if (len(tasks) == 1) != listed {
				t.Errorf("%s, %q: %+v", name, view, tasks)
				continue
			}
			if listed && (tasks[0].ID != d.ID || tasks[0].Mine != want[0] || tasks[0].Team != want[1]) {
				t.Errorf("%s, %q: mine %t, team %t, want %v", name, view, tasks[0].Mine, tasks[0].Team, want)
			}
		}
	}
	b := invited(t, h, "viktor", party.Viewer)
	if text := b.want(200, "GET", "/api/v1/tasks?team=true", ""); !strings.Contains(text, `"items":[]`) {
		t.Error(text)
	}
	if code, out, errs := typed(t, h, h.Token, "tasks", "--team"); code != 0 || !strings.Contains(out+errs, "nothing waits for you or your groups") && !strings.Contains(out, d.ID) {
		t.Errorf("%d %s %s", code, out, errs)
	}
}

// People are found by the server, in the name and in what their document says.
func TestDocumentsAreFoundByWords(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(people)
	for words, want := range map[string]string{
		"lund": "anna anna-2", "ANNA+org": "anna anna-2", "ben@": "ben", "anna-2": "anna-2", "nobody": "", "": "anna anna-2 ben carla dora emil",
	} {
		var found struct{ Items []struct{ Name string } }
		code, text := asToken(t, h, "GET", "/api/v1/documents/Person?text="+words, "")
		if err := json.Unmarshal([]byte(text), &found); err != nil || code != 200 {
			t.Fatal(code, text)
		}
		var names []string
		for _, one := range found.Items {
			names = append(names, one.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q finds %q, not %q", words, got, want)
		}
	}
	var page struct {
		Items []struct{ Name string }
		Next  string
	}
	_, text := asToken(t, h, "GET", "/api/v1/documents/Person?text=lund&limit=1", "")
	decodeInto(t, text, &page)
	_, text = asToken(t, h, "GET", "/api/v1/documents/Person?text=lund&limit=1&cursor="+page.Next, "")
	decodeInto(t, text, &page)
	if len(page.Items) != 1 || page.Items[0].Name != "anna-2" {
		t.Errorf("the second page: %s", text)
	}
}
