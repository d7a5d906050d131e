package cli_test

import (
	"net/http"
	"strings"
	"testing"
)

// Every class of problem has its exit code, and is told as message, defects, hint.
func TestProblemsEndWithTheirCode(t *testing.T) {
	t.Parallel()
	for code, exit := range map[string]int{
		"invalid": 2, "not-found": 11, "conflict": 7, "refused": 7, "unauthorised": 9, "forbidden": 9, "unavailable": 10,
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := serve(t, map[string]http.HandlerFunc{"GET /api/v1/whoami": problem(499,
				`{"title":"T","status":499,"code":"`+code+`","detail":"it is so","hint":"do that","errors":[{"file":"a.yaml","line":3,"column":5,"path":"spec.kind","message":"wrong","hint":"software?"},{"message":"also wrong"}]}`)})
			r := run(t, s.URL, "whoami")
			r.want(t, exit)
			want := "error: it is so\n  a.yaml:3:5: spec.kind: wrong (software?)\n  also wrong\nhint: do that\n"
			if r.err != want {
				t.Errorf("told\n%s\nwant\n%s", r.err, want)
			}
		})
	}
}

func TestStrangeAnswersAreNoRawText(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{
		"GET /api/v1/whoami": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			http.Error(w, "<html>proxy</html>", http.StatusBadGateway)
		},
		"GET /api/v1/record/head": answer("<html>"),
	})
	r := run(t, s.URL, "whoami")
	r.want(t, 10, "502")
	if strings.Contains(r.err, "<html>") {
		t.Errorf("raw HTML was printed: %s", r.err)
	}
	run(t, s.URL, "record", "head").want(t, 1, "does not understand")
}

func TestUnreachableServer(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	s.Close()
	run(t, s.URL, "whoami").want(t, 10, "cannot be reached", "hint:")
	run(t, "http://tranship.example", "whoami").want(t, 2, "no TLS")
}

func TestUsageIsExplained(t *testing.T) {
	t.Parallel()
	for line, wants := range map[string][]string{
		"deployment shwo D-1":                   {"did you mean: tranship deployment show"},
		"aply":                                  {"did you mean: tranship apply"},
		"get enviroment":                        {"did you mean environment?"},
		"get env":                               {"did you mean environment?"},
		"get x":                                 {"the kinds are product", "approvalpolicy", "subscription"},
		"library add web -- --help .":           {`version "--help" is not allowed`},
		"library add ../web 1.0 .":              {`component name "../web" is not allowed`},
		"review list --state overdue":           {`"overdue" is no state of a review`, "what is overdue is open"},
		"library show web":                      {"VERSION is missing", "usage: tranship library show COMPONENT VERSION"},
		"whoami now":                            {`"now" is one argument too many`},
		"plan web@1":                            {"--to ENVIRONMENT"},
		"plan web@1 --too live":                 {"unknown flag", "tranship plan --help"},
		"deploy":                                {"neither RELEASE nor --plan"},
		"deploy --plan P-1 --redeploy":          {"a plan is deployed as it is"},
		"deploy web@1 --to t --skip-flow":       {"needs a reason"},
		"inventory --at yesterdayish":           {"is no time"},
		"verify":                                {"either a BUNDLE or --log"},
		"verify x":                              {"whom do you trust"},
		"deployment retry D-1":                  {"--reason WHY"},
		"token create x --role king --person a": {"no role"},
		"whoami -o xml":                         {"table, yaml, json"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			run(t, "http://127.0.0.1:1", strings.Fields(line)...).want(t, 2, wants...)
		})
	}
}

func TestExitCodesAreDocumented(t *testing.T) {
	t.Parallel()
	run(t, "", "help", "exit-codes").want(t, 0, "   10  the server cannot be reached", "  130  interrupted")
}
