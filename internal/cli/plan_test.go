package cli_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// planOf gives a plan of web 2.0 for n targets in two waves.
func planOf(n int) string {
	var targets []string
	for i := range n {
		before := `{"version":"1.0"}`
		switch i {
		case 0:
			before = `{}`
		case 1:
			before = `{"version":"1.0","uncertain":true}`
		}
		targets = append(targets, fmt.Sprintf(`{"name":"t-%02d","agent":"t","wave":%d,"before":[%s]}`, i, 1+min(i, 1), before))
	}
	return fmt.Sprintf(`{"id":"P-12","digest":"sha256:abc","by":{"kind":"person","name":"a"},"at":"2026-11-17T12:00:00Z","lastTook":"1m12s","targets":[%s],
	"header":{"scope":"default","release":"web@2.0","direction":"install","environment":"live","environmentRevision":1,"model":{"name":"web","revision":4,"digest":"d"},
	"items":[{"component":"web","kind":"software","version":"2.0","install":[{"name":"place","uses":"files"},{"name":"run","uses":"systemd"}],"remove":[]}],
	"checks":[{"name":"room","uses":"script"}],"acceptance":[{"name":"answers","uses":"http"}],
	"onFailure":"remediate","silent":"2m0s","waves":[{"number":1,"size":1,"soak":"10m0s"},{"number":2,"size":%d,"soak":"0s"}],
	"maxFailures":1,"targetCount":%d,"unchanged":2,"targetsDigest":"d"}}`, strings.Join(targets, ","), n-1, n)
}

const againstPlan = `{"of":"P-12","environment":"live","start":"2026-11-17T12:00:00Z","end":"2026-11-17T12:01:12Z","estimate":"1m12s","open":false,
	"conflicts":[{"rule":"freeze","severity":"block","holds":true,"ref":"freeze/year-end","message":"live is frozen by year-end","path":"t-00 -> environment live","targets":["t-00"],"with":{"kind":"Freeze","name":"year-end","revision":1},"span":{"start":"2026-11-17T00:00:00Z","end":"2026-11-18T00:00:00Z"},"until":"2026-11-18T00:00:00Z"}]}`

func TestPlanIsReadable(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{"POST /api/v1/plans": answer(planOf(3)), "GET /api/v1/plans/P-12/conflicts": answer(againstPlan)})
	r := run(t, s.URL, "plan", "web@2.0", "--to", "live", "--only", "a,b", "--redeploy")
	r.want(t, 0)
	want := `plan P-12: install web@2.0 into live
model web, revision 4; digest sha256:abc

3 targets of live change; 2 stay, because they are so already
  t-00  wave 1  web + 2.0
  t-01  wave 2  web 1.0 (not certain) -> 2.0
  t-02  wave 2  web 1.0 -> 2.0

in 2 waves: 1 target, wait 10m; 2 targets
it stops when 2 targets fail; then what was before is brought back

on each target:
  verify   -    room     script
  install  web  place    files
  install  web  run      systemd
  accept   -    answers  http

last time it took 1m12s

P-12 into live, beginning 2026-11-17 12:00:00:

blocks freeze/year-end: live is frozen by year-end
  rule     freeze
  way      t-00 -> environment live
  until    2026-11-18 00:00:00
  targets  t-00

times that fit: tranship calendar free P-12

next: tranship deploy --plan P-12
`
	if r.out != want {
		t.Errorf("printed\n%s\nwant\n%s", r.out, want)
	}
	if body := s.requests("POST", "/api/v1/plans")[0].body; !strings.Contains(body, `"only":["a","b"]`) || !strings.Contains(body, `"redeploy":true`) {
		t.Errorf("asked with %s", body)
	}
}

func TestPlanOfManyTargetsIsShort(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{"POST /api/v1/plans": answer(planOf(50)), "GET /api/v1/plans/P-12/conflicts": answer(nothingAgainst)})
	r := run(t, s.URL, "plan", "web@2.0", "--to", "live")
	r.want(t, 0, "t-19", "and 30 more; --all shows them")
	if strings.Contains(r.out, "t-20") {
		t.Error("the 21st target is shown")
	}
	run(t, s.URL, "plan", "web@2.0", "--to", "live", "--all").want(t, 0, "t-49")
}

// What people approve includes whom the waves wait for, where, and every bound (R104).
func TestPlanShowsDomainsPausesAndBounds(t *testing.T) {
	t.Parallel()
	body := planOf(3)
	body = strings.Replace(body, `{"number":1,"size":1,"soak":"10m0s"}`, `{"number":1,"size":1,"soak":"10m0s","domain":"zone a","maxFailures":0,"pause":{"message":"look at it","group":"night"}}`, 1)
	body = strings.Replace(body, `"maxFailures":1,`, `"maxFailures":1,"maxFailuresTotal":0,"pause":{"message":"is everybody told?"},`, 1)
	s := serve(t, map[string]http.HandlerFunc{"POST /api/v1/plans": answer(body), "GET /api/v1/plans/P-12/conflicts": answer(nothingAgainst)})
	r := run(t, s.URL, "plan", "web@2.0", "--to", "live")
	r.want(t, 0)
	want := `first ask a person: is everybody told?
in 2 waves:
  wave 1  zone a  1 target   stops when 1 target fails; wait 10m; ask one of night: look at it
  wave 2  -       2 targets
it stops when 2 targets fail in a wave, or 1 in all; then what was before is brought back
`
	if !strings.Contains(strings.ReplaceAll(r.out, "  -\n", "\n"), want) {
		t.Errorf("printed\n%s\nwithout\n%s", r.out, want)
	}
}
