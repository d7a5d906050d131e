package journey_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"tranship.dev/tranship/internal/driver/process"
)

// TestMain lets this binary be what agents keep processes running by, and such a
// process: a service that is well.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 2 && os.Args[1] == "supervise":
		os.Exit(process.Supervise(os.Args[2:]...))
	case len(os.Args) == 2 && os.Args[1] == "be-well":
		well := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "well") })
		fmt.Fprintln(os.Stderr, http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), well))
		os.Exit(1)
	}
	os.Exit(m.Run())
}
