package cli_test

import (
	"net/http"
	"net/url"
	"testing"
)

// Where the API answers with nothing, programs still get JSON.
func TestNothingToGiveIsStillJSON(t *testing.T) {
	t.Parallel()
	nothing := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	s := serve(t, map[string]http.HandlerFunc{
		"POST /api/v1/pins/lift":           nothing,
		"DELETE /api/v1/tokens/1":          nothing,
		"DELETE /api/v1/feeds/1":           nothing,
		"POST /api/v1/agents/a/revoke":     nothing,
		"DELETE /api/v1/documents/Model/m": nothing,
		"GET /api/v1/documents/Model/m": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"kind":"Model","name":"m","revision":1,"spec":{}}`))
		},
	})
	for _, line := range [][]string{
		{"unpin", "shop", "1.0.0", "--in", "live", "--reason", "mended"},
		{"token", "revoke", "1"},
		{"feed", "revoke", "1"},
		{"agents", "revoke", "a", "--reason", "gone"},
		{"delete", "model", "m", "--yes"},
	} {
		r := run(t, s.URL, append(line, "--output", "json")...)
		if r.code != 0 || r.out != "{}\n" {
			t.Errorf("%v: exit code %d, printed %q, %q", line, r.code, r.out, r.err)
		}
	}
}

// TestDeleteSendsItsReason: the reason goes into the record, with the revision that was shown.
func TestDeleteSendsItsReason(t *testing.T) {
	t.Parallel()
	var asked url.Values
	s := serve(t, map[string]http.HandlerFunc{
		"GET /api/v1/documents/Model/m": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"kind":"Model","name":"m","revision":7,"spec":{}}`))
		},
		"DELETE /api/v1/documents/Model/m": func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.Query()
			w.WriteHeader(http.StatusNoContent)
		},
	})
	if r := run(t, s.URL, "delete", "model", "m", "--yes", "--reason", "nobody uses it"); r.code != 0 || asked.Get("reason") != "nobody uses it" || asked.Get("revision") != "7" {
		t.Errorf("exit code %d, %q; asked with %q", r.code, r.err, asked)
	}
}
