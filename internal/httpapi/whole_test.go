package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

func registered(mux *http.ServeMux) *server {
	s := &server{Options: Options{Version: "v1", Log: slog.New(slog.DiscardHandler)}}
	s.api = humago.New(mux, apiConfig("v1"))
	s.register()
	return s
}

// Whatever a route answers, a list that the description names is a list: of every
// kind of answer one that nobody has filled is written, and looked through.
func TestNoListOfAnAnswerIsNull(t *testing.T) {
	t.Parallel()
	registry := registered(http.NewServeMux()).api.OpenAPI().Components.Schemas
	lists := 0
	for name, schema := range registry.Map() {
		made := registry.TypeFromRef("#/components/schemas/" + name)
		if made == nil || schema.Type != huma.TypeObject {
			continue
		}
		var out bytes.Buffer
		if err := writeJSON(&out, reflect.New(made).Elem().Interface()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var told map[string]any
		if err := json.Unmarshal(out.Bytes(), &told); err != nil {
			t.Errorf("%s: %v: %s", name, err, out.String())
			continue
		}
		for property, of := range schema.Properties {
			if value, there := told[property]; there && of.Type == huma.TypeArray {
				lists++
				if value == nil {
					t.Errorf("%s.%s is null in %s", name, property, out.String())
				}
			}
		}
	}
	if lists < 50 {
		t.Errorf("only %d lists were looked at", lists)
	}
}

type inner struct {
	List  []string `json:"list"`
	Left  []string `json:"left,omitempty"`
	Zero  inZero   `json:"zero,omitzero"`
	Raw   []byte   `json:"raw"`
	ready bool
}

type inZero struct {
	List []string `json:"list"`
}

type outer struct {
	inner
	At   *inner           `json:"at"`
	None *inner           `json:"none"`
	Map  map[string]inner `json:"map"`
	Any  any              `json:"any"`
	Said json.RawMessage  `json:"said"`
}

// What is nil within anything is written as a list, nothing else is changed, and
// the value stays as it was: others may be reading it.
func TestListsWithinAreFilled(t *testing.T) {
	t.Parallel()
	v := outer{At: &inner{ready: true}, Map: map[string]inner{"a": {}}, Any: []inner{{}}, Said: json.RawMessage(`{"a":null}`)}
	before := v.At
	var out bytes.Buffer
	if err := writeJSON(&out, &v); err != nil {
		t.Fatal(err)
	}
	const one = `{"list":[],"raw":""}`
	want := `{"list":[],"raw":"","at":` + one + `,"none":null,"map":{"a":` + one + `},"any":[` + one + `],"said":{"a":null}}`
	if got := strings.TrimSpace(out.String()); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if v.At != before || v.At.List != nil || v.Map["a"].List != nil {
		t.Error("the value was changed")
	}
}

// state=a&state=b and state=a,b are the same, for every list of every route.
func TestEveryValueOfAFilterCounts(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	api := humago.New(mux, apiConfig("v1"))
	api.UseMiddleware(everyValue)
	type asked struct {
		State []string `query:"state" enum:"a,b,c"`
		Wave  []int    `query:"wave"`
		Name  string   `query:"name"`
	}
	huma.Register(api, operation("ask", http.MethodGet, "/ask", "x", "x"), func(_ context.Context, in *asked) (*output[asked], error) {
		return answer(*in), nil
	})
	for query, want := range map[string]string{
		"":                            `{"State":[],"Wave":[],"Name":""}`,
		"state=a":                     `{"State":["a"],"Wave":[],"Name":""}`,
		"state=a,b&name=x":            `{"State":["a","b"],"Wave":[],"Name":"x"}`,
		"state=a&state=b&name=x":      `{"State":["a","b"],"Wave":[],"Name":"x"}`,
		"state=a,b&wave=1&state=c":    `{"State":["a","b","c"],"Wave":[1],"Name":""}`,
		"wave=1&wave=2":               `{"State":[],"Wave":[1,2],"Name":""}`,
		"state=a&state=d":             `422`,
		"name=x&name=y":               `422 name is given 2 times, but takes one value`,
		"wave=1&wave=two&name=nobody": `422`,
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ask?"+query, nil))
		got := strings.TrimSpace(w.Body.String())
		if status, said, refused := strings.Cut(want, " "); strings.HasPrefix(want, "422") {
			if w.Code != http.StatusUnprocessableEntity || status != "422" || (refused && !strings.Contains(got, said)) {
				t.Errorf("%s: %d %s", query, w.Code, got)
			}
			continue
		}
		if got != want {
			t.Errorf("%s: %d %s, want %s", query, w.Code, got, want)
		}
	}
}

// The description says how several values are sent.
func TestTheDescriptionSaysHowSeveralAreSent(t *testing.T) {
	t.Parallel()
	said := 0
	for path, item := range registered(http.NewServeMux()).api.OpenAPI().Paths {
		for _, op := range operations(item) {
			for _, p := range op.Parameters {
				if lists(p) {
					said++
					if !strings.Contains(p.Description, "the same parameter again") {
						t.Errorf("%s: %s: %s", path, p.Name, p.Description)
					}
				}
			}
		}
	}
	if said < 10 {
		t.Errorf("only %d parameters take several values", said)
	}
}
