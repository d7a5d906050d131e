package cli_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func deploymentIn(state, result string, revision int) string {
	return fmt.Sprintf(`{"id":"D-1","revision":%d,"plan":"P-1","planDigest":"sha256:a","state":%q,"result":%q,"cause":"one failed",
	"header":{"release":"web@2.0","direction":"install","environment":"live","model":{"name":"m","revision":1,"digest":"d"},"items":[],"waves":[{"number":1,"size":2,"soak":"0s"}],"targetCount":2,
	"scope":"default","environmentRevision":1,"onFailure":"fail","silent":"2m","maxFailures":0,"unchanged":0,"targetsDigest":"d"},
	"requestedBy":{"kind":"person","name":"anna"},"requestedAt":"2026-11-17T11:59:00Z","since":"2026-11-17T11:59:00Z",
	"stage":{"number":1,"first":1,"wave":1,"phase":"execute","issued":true,"total":2,"running":0,"done":1,"failed":1,"unknown":0,"stopped":0,"trouble":[{"target":"t-1","state":"failed","message":"disk is full"}]},
	"wave":1,"waiting":{"open":false,"reasons":[{"gate":"guidance","message":"1 of 2 targets failed","who":"anna","how":"tranship deployment retry D-1","since":"2026-11-17T11:58:00Z","until":"2026-11-17T12:30:00Z"}]},
	"touched":2,"executed":1,"failures":1}`, revision, state, result)
}

func event(index int, kind, target, data string) string {
	return fmt.Sprintf("id: %d\nevent: %s\ndata: {\"index\":%d,\"hash\":\"aa\",\"entry\":{\"kind\":%q,\"subject\":\"deployment/D-1\",\"target\":%q,\"who\":{\"kind\":\"system\",\"name\":\"tranship\"},\"when\":\"2026-11-17T12:00:00Z\",\"data\":%s}}\n\n",
		index, kind, index, kind, target, data)
}

// The stream breaks off in the middle; nothing is told twice or left out, and
// the result is the exit code.
func TestWatchGoesOnAfterABrokenStream(t *testing.T) {
	t.Parallel()
	for result, code := range map[string]int{"succeeded": 0, "failed": 3, "remediated": 4, "cancelled": 5} {
		t.Run(result, func(t *testing.T) {
			t.Parallel()
			var closed atomic.Bool
			first := event(7, "deployment.requested", "", `{"release":"web@2.0","environment":"live","direction":"install"}`) +
				event(9, "report.received", "t-0", `{"report":"step-end","step":"place","outcome":"done","took":"1.2s"}`)
			second := event(9, "report.received", "t-0", `{"report":"step-end","step":"place","outcome":"done"}`) +
				event(12, "report.received", "t-1", `{"report":"step-end","step":"place","outcome":"failed","hint":"its journal ends:\nno space left"}`) +
				event(13, "report.received", "t-1", `{"report":"ended","outcome":"failed","hint":"its journal ends:\nno space left"}`) +
				event(14, "gate.judged", "", `{"gate":"health of wave 1","open":false,"reasons":[{"gate":"health of wave 1","message":"health of wave 1: 1 failed"}]}`) +
				strings.Replace(event(16, "stage.begun", "", `{"phase":"remediate"}`), `"kind":"stage.begun"`, `"why":"health of wave 1: 1 failed","kind":"stage.begun"`, 1) +
				event(18, "deployment.closed", "", `{"result":"`+result+`"}`)
			s := serve(t, map[string]http.HandlerFunc{
				"GET /api/v1/deployments/D-1": func(w http.ResponseWriter, r *http.Request) {
					if closed.Load() {
						answer(deploymentIn("closed", result, 9))(w, r)
						return
					}
					answer(deploymentIn("executing", "", 3))(w, r)
				},
				"GET /api/v1/events": func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "text/event-stream")
					if r.Header.Get("Last-Event-ID") == "" {
						fmt.Fprint(w, ": tranship\n\n"+first+"id: 12\nevent: cut in the mid")
						return
					}
					closed.Store(true)
					fmt.Fprint(w, second)
					w.(http.Flusher).Flush()
					<-r.Context().Done()
				},
			})
			r := run(t, s.URL, "deployment", "watch", "D-1")
			r.want(t, code, "install of web@2.0 into live requested", "t-0  place: done in 1.2s", "t-1  place: failed", "\n          no space left\n",
				"gate health of wave 1 closed: 1 failed\n", "remediate begins\n", "trying again", result)
			if n := strings.Count(r.out, "no space left"); n != 1 {
				t.Errorf("a hint was told %d times\n%s", n, r.out)
			}
			if n := strings.Count(r.out, "place: done"); n != 1 {
				t.Errorf("an event was told %d times\n%s", n, r.out)
			}
			streams := s.requests("GET", "/api/v1/events")
			if len(streams) != 2 || !strings.Contains(streams[0].query, "from=0") || streams[1].lastEvent != "9" {
				t.Errorf("streams %+v; want one from 0, then one after event 9", streams)
			}
		})
	}
}

func TestWaitEndsWhenAPersonMustAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{
		"POST /api/v1/plans":          answer(emptyPlan),
		"POST /api/v1/deployments":    answer(deploymentIn("authorised", "", 1)),
		"GET /api/v1/deployments/D-1": answer(deploymentIn("awaiting-guidance", "", 4)),
		"GET /api/v1/events": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	})
	r := run(t, s.URL, "deploy", "web@2.0", "--to", "live", "--wait", "--reason", "why not")
	r.want(t, 6, "D-1 requested", "t-1  failed  disk is full", "guidance: 1 of 2 targets failed", "tranship deployment retry D-1", "in 30m", "2m ago")
	if asked := s.requests("POST", "/api/v1/deployments"); len(asked) != 1 || asked[0].key == "" || !strings.Contains(asked[0].body, `"digest":"sha256:aa"`) {
		t.Errorf("asked %+v; want one request with a key and the digest that was shown", asked)
	}
}
