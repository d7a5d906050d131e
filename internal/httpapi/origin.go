package httpapi

import (
	"net/http"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// sameOrigin refuses what browsers send to the API on behalf of other sites.
// Programs, which send no origin, are not touched.
func sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			if err := protection.Check(r); err != nil {
				writeProblem(w, problemOf(practice.Faultf(practice.Forbidden, "the request comes from another site").Final()))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
