package journey_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"tranship.dev/tranship/test/house"
)

// TestOneKeyOneEffect asks for the same thing twice under one idempotency key:
// it is done once, and both times the answer is the same.
func TestOneKeyOneEffect(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	ask := func(key, release string) (int, string, http.Header) {
		t.Helper()
		body := `{"release":"` + release + `","environment":"test","direction":"install"}`
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/api/v1/plans", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+h.Token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", key)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		said, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(said), answer.Header
	}
	status, first, _ := ask("one", "shop@1.0.0")
	if status != http.StatusOK || !strings.Contains(first, `"P-1"`) {
		t.Fatalf("plan: %d %s", status, first)
	}
	again, second, header := ask("one", "shop@1.0.0")
	if again != status || second != first || header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the second answer is %d %s, want the first once more: %s", again, second, first)
	}
	if status, said, _ := ask("one", "shop@2.0.0"); status != http.StatusConflict || !strings.Contains(said, "another request") {
		t.Errorf("another request under the same key: %d %s", status, said)
	}
	refused, why, _ := ask("two", "shop@9.9.9")
	again, second, header = ask("two", "shop@9.9.9")
	if again != refused || second != why || header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a refusal, twice: %d %s, then %d %s as %s", refused, why, again, second, header.Get("Content-Type"))
	}
}
