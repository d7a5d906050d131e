package communication_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/record"
)

var (
	anna = practice.Actor{Kind: practice.Person, Name: "anna"}
	noon = time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
)

func entry(kind string, data map[string]any) practice.Entry {
	return practice.Entry{Kind: kind, Subject: record.DeploymentSubject("D-1"), Who: practice.Tranship, When: noon, Data: data}
}

func moved(from, to deployment.State) practice.Entry {
	return entry(deployment.EntryStateChanged, map[string]any{"from": string(from), "to": string(to)})
}

func closed(result deployment.Result) practice.Entry {
	return entry(deployment.EntryClosed, map[string]any{"result": string(result), "cause": "two targets failed"})
}

func judged(gate string, open bool) practice.Entry {
	return entry(deployment.EntryGateJudged, map[string]any{"gate": gate, "open": open, "reasons": []any{"operations have not agreed"}})
}

// R108, R112: before, during and after: what is told of each entry, by the words
// that the rooms really write.
func TestWhatIsWorthTelling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		entries []practice.Entry
		want    string
	}{
		{"planned, and waits for its approval", []practice.Entry{entry(deployment.EntryPlanned, nil), judged("authorisation", false), moved(deployment.Requested, deployment.Planned)}, "planned; waiting"},
		{"authorised", []practice.Entry{judged("authorisation", true), entry(deployment.EntryAuthorised, nil)}, "authorised"},
		{"its authorisation is voided", []practice.Entry{entry(deployment.EntryVoided, nil), judged("authorisation", false)}, "voided; waiting"},
		{"a freeze holds it", []practice.Entry{judged("start", false)}, "held"},
		{"votes and notices", []practice.Entry{entry("approval.given", nil), entry("approval.rejected", nil), entry("approval.lapsed", nil), entry("approval.reminded", nil), entry("approval.escalated", nil)}, "approved; rejected; lapsed; reminder; escalation"},
		{"it starts", []practice.Entry{moved(deployment.VerifyingTargets, deployment.Executing)}, "started"},
		{"it goes on after guidance", []practice.Entry{moved(deployment.AwaitingGuidance, deployment.Executing)}, ""},
		{"a wave fails", []practice.Entry{judged("wave 1", false), moved(deployment.Executing, deployment.AwaitingGuidance)}, "failed+waiting"},
		{"it is brought back", []practice.Entry{moved(deployment.Executing, deployment.Remediating)}, "failed"},
		{"a person lets it be brought back", []practice.Entry{moved(deployment.AwaitingGuidance, deployment.Remediating)}, ""},
		{"it succeeds", []practice.Entry{moved(deployment.Accepting, deployment.Closed), closed(deployment.Succeeded)}, "ended"},
		{"it ends as failed", []practice.Entry{closed(deployment.Failed)}, "failed+ended"},
		{"reports are not told", []practice.Entry{entry(deployment.EntryReported, nil), {Kind: deployment.EntryAuthorised, Subject: "document/Target/x"}}, ""},
	} {
		var got []string
		for _, h := range communication.FromEntries(c.entries, 40) {
			var words []string
			for _, e := range h.Events {
				words = append(words, string(e))
			}
			got = append(got, strings.Join(words, "+"))
			if h.Index < 40 || h.Index >= 40+int64(len(c.entries)) {
				t.Errorf("%s: index %d is not that of its entry", c.name, h.Index)
			}
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: told %q; want %q", c.name, strings.Join(got, "; "), c.want)
		}
	}
}

func matter() communication.Matter {
	return communication.Matter{
		Deployment: "D-1", Release: "web@1.4", Environment: "live", RequestedBy: anna, Reason: "ticket 7",
		Items: []communication.Item{{Component: "web", Version: "1.4", Digest: practice.DigestOf([]byte("4")),
			Before: &communication.Item{Component: "web", Version: "1.3", Digest: practice.DigestOf([]byte("3"))}}},
		Services: []string{"shop"}, Groups: []string{"operations"}, Waiting: practice.Pass(),
	}
}

func happening(e practice.Entry, change func(*communication.Matter)) communication.Happening {
	h := communication.FromEntries([]practice.Entry{e}, 7)[0]
	h.Matter = matter()
	if change != nil {
		change(&h.Matter)
	}
	return h
}

// R112: each audience is told of its own deployments only.
func TestSubscriptionsChoose(t *testing.T) {
	t.Parallel()
	failed := happening(closed(deployment.Failed), nil)
	for _, c := range []struct {
		spec communication.SubscriptionSpec
		want bool
	}{
		{communication.SubscriptionSpec{}, true},
		{communication.SubscriptionSpec{Events: []communication.Event{communication.Ended}}, true},
		{communication.SubscriptionSpec{Events: []communication.Event{communication.Failed}}, true},
		{communication.SubscriptionSpec{Events: []communication.Event{communication.Started}}, false},
		{communication.SubscriptionSpec{Environments: []string{"test", "live"}, Services: []string{"shop"}, Components: []string{"web"}, Groups: []string{"operations"}}, true},
		{communication.SubscriptionSpec{Environments: []string{"test"}}, false},
		{communication.SubscriptionSpec{Services: []string{"other"}}, false},
		{communication.SubscriptionSpec{Components: []string{"db"}}, false},
		{communication.SubscriptionSpec{Groups: []string{"security"}}, false},
	} {
		if got := c.spec.Wants(failed); got != c.want {
			t.Errorf("%+v wants it: %v; want %v", c.spec, got, c.want)
		}
	}
}

// R108: the message says what, where, why it waits, who can act and how.
func TestWordsSayWhatToDo(t *testing.T) {
	t.Parallel()
	h := happening(judged("authorisation", false), func(m *communication.Matter) {
		m.Waiting = practice.Hold(practice.Reason{Gate: "approval", Message: "operations has 1 of 2 votes", Who: "bert, carla", How: "tranship approve D-1", Until: noon.Add(time.Hour)})
	})
	m := communication.Words([]communication.Happening{h})
	if m.Subject != "D-1: web@1.4 into live waits for approval" {
		t.Errorf("subject %q", m.Subject)
	}
	for _, part := range []string{"operations has 1 of 2 votes", "until 2026-03-29 13:00 UTC", "Who can act: bert, carla", "How: tranship approve D-1", "Asked for by anna: ticket 7", "tranship deployment why D-1"} {
		if !strings.Contains(m.Text, part) {
			t.Errorf("the text lacks %q:\n%s", part, m.Text)
		}
	}
	evil := happening(closed(deployment.Failed), func(m *communication.Matter) { m.Release = "web@1\r\nBcc: all@example.com" })
	if s := communication.Words([]communication.Happening{evil}).Subject; strings.ContainsAny(s, "\r\n") {
		t.Errorf("a subject of two lines: %q", s)
	}
	for _, result := range []deployment.Result{deployment.Succeeded, deployment.Remediated, deployment.Cancelled, deployment.Failed} {
		s := communication.Words([]communication.Happening{happening(closed(result), nil)}).Subject
		want := map[deployment.Result]string{deployment.Succeeded: "has succeeded", deployment.Remediated: "has been remediated", deployment.Cancelled: "has been cancelled", deployment.Failed: "has failed"}[result]
		if !strings.HasSuffix(s, want) {
			t.Errorf("%s: subject %q; want it to end with %q", result, s, want)
		}
	}
}

// Every event says something of its own.
func TestEveryEventHasWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range append(communication.Events(), communication.Trial) {
		h := communication.Happening{Events: []communication.Event{e}, Deployment: "D-1", When: noon, Matter: matter()}
		if e == communication.DriftFound || e == communication.DriftEnded {
			h = communication.NewDrift(e, communication.DriftNews{Environment: "live", Component: "web"}, noon)
		}
		if strings.HasPrefix(string(e), "health.") {
			h = communication.NewHealth(e, communication.HealthNews{Environment: "live", Component: "web"}, noon)
		}
		s := communication.Words([]communication.Happening{h}).Subject
		if seen[s] || strings.HasSuffix(s, " is "+string(e)) && e != communication.Planned && e != communication.Authorised {
			t.Errorf("%s: subject %q", e, s)
		}
		seen[s] = true
	}
}

// R108: people are told once of what it waits for, and again when that is
// something else: not at each vote, nor each time that a queue moves.
func TestPeopleAreToldOfNewsOnly(t *testing.T) {
	t.Parallel()
	held := func(gate, message string) (communication.Announcement, []communication.Happening) {
		told := []communication.Happening{happening(judged("start", false), func(m *communication.Matter) {
			m.Waiting = practice.Hold(practice.Reason{Gate: gate, Message: message})
		})}
		return communication.ForPeople(told, "", communication.ByMail, "anna"), told
	}
	first, told := held("concurrency", "third in the queue")
	if !communication.News(first, told, nil) {
		t.Error("the first time is no news")
	}
	moved, told := held("concurrency", "second in the queue")
	if communication.News(moved, told, []communication.Announcement{first}) {
		t.Error("a queue that moves is news")
	}
	frozen, told := held("freeze", "the year's end")
	if !communication.News(frozen, told, []communication.Announcement{first}) {
		t.Error("a freeze is no news")
	}
	other := first
	other.To = "bert"
	if !communication.News(moved, told, []communication.Announcement{other}) {
		t.Error("what another was told counts")
	}
	ended := []communication.Happening{happening(closed(deployment.Cancelled), nil)}
	if a := communication.ForPeople(ended, "", communication.ByMail, "anna"); !communication.News(a, ended, []communication.Announcement{first, a}) {
		t.Error("the end is no news")
	}
}

// A day at most, further and further apart; trying again by hand begins anew.
func TestBackoffGivesUpAfterADay(t *testing.T) {
	t.Parallel()
	a := communication.Announcement{State: communication.Pending, Since: noon, At: noon, Next: noon}
	var waits []time.Duration
	for a.State == communication.Pending {
		before := a.Next
		a = a.Told(communication.Attempt{At: a.Next, Answer: "503"}, false, communication.DefaultBackoff())
		if a.State == communication.Pending {
			waits = append(waits, a.Next.Sub(before))
		}
	}
	want := []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 6 * time.Hour, 6 * time.Hour}
	if !slices.Equal(waits, want) || a.State != communication.GivenUp || a.Attempts != 8 || !a.Next.IsZero() {
		t.Errorf("waited %v, then %s after %d attempts; want %v, then given up", waits, a.State, a.Attempts, want)
	}
	a = a.Again(noon.Add(48*time.Hour)).Told(communication.Attempt{At: noon.Add(48 * time.Hour)}, false, communication.DefaultBackoff())
	if a.State != communication.Pending || !a.Next.Equal(noon.Add(48*time.Hour+time.Minute)) {
		t.Errorf("again: %s, next %s; want pending, a minute later", a.State, a.Next)
	}
	if a = a.Told(communication.Attempt{At: noon}, true, communication.DefaultBackoff()); a.State != communication.GivenUp {
		t.Errorf("a final refusal leaves it %s", a.State)
	}
}

func TestSubscriptionsAreChecked(t *testing.T) {
	t.Parallel()
	hook := func(url string) communication.Via {
		return communication.Via{Webhook: &communication.Webhook{URL: url}}
	}
	for _, c := range []struct {
		via  communication.Via
		want string
	}{
		{hook("https://ci.example.com/hook"), ""},
		{communication.Via{Mail: &communication.Mail{To: []string{"anna", "operations", "a.b@example.com"}}}, ""},
		{communication.Via{}, "spec.via"},
		{communication.Via{Webhook: &communication.Webhook{URL: "https://x"}, Mail: &communication.Mail{To: []string{"anna"}}}, "spec.via"},
		{hook("file:///etc/passwd"), "spec.via.webhook.url"},
		{hook("https://"), "spec.via.webhook.url"},
		{hook("https://user:secret@example.com/"), "spec.via.webhook.url"},
		{communication.Via{Chat: &communication.Chat{URL: "gopher://x", Style: communication.Slack}}, "spec.via.chat.url"},
		{communication.Via{Mail: &communication.Mail{To: []string{"Anna <a@example.com>"}}}, "spec.via.mail.to[0]"},
		{communication.Via{Mail: &communication.Mail{To: []string{"a@example.com", "x@y\r\nBcc: z@z"}}}, "spec.via.mail.to[1]"},
	} {
		got := ""
		for _, p := range communication.CheckSubscription(communication.SubscriptionSpec{Via: c.via}) {
			got = p.Path
			if strings.Contains(p.Message, "secret") {
				t.Errorf("a problem tells a secret: %s", p.Message)
			}
		}
		if got != c.want {
			raw, _ := json.Marshal(c.via)
			t.Errorf("%s: problem at %q; want %q", raw, got, c.want)
		}
	}
}

// R92: however much has drifted, it is one message that names the first of it,
// and one event for systems whose id is the same when it is told again.
func TestWordsOfDrift(t *testing.T) {
	t.Parallel()
	news := communication.DriftNews{Environment: "live", Component: "web", Number: 10_000, Some: []communication.DriftItem{
		{Drift: "DR-7", Target: "web-1", Says: "drifted: file etc/web.conf"}, {Drift: "DR-8", Target: "web-2", Says: "missing"},
	}}
	found := communication.NewDrift(communication.DriftFound, news, noon)
	one := communication.NewDrift(communication.DriftEnded, communication.DriftNews{Environment: "live", Component: "db", Number: 1, Some: []communication.DriftItem{{Drift: "DR-3", Target: "db-1", Says: "repaired"}}}, noon)
	m := communication.Words([]communication.Happening{found, one})
	if m.Subject != "live: web is not as recorded on 10000 targets, and 1 more" {
		t.Errorf("subject %q", m.Subject)
	}
	for _, part := range []string{"web-1: drifted: file etc/web.conf (DR-7)", "and 9998 more", "the drift of db on db-1 has ended", "tranship drift list --environment live"} {
		if !strings.Contains(m.Text, part) {
			t.Errorf("the text lacks %q:\n%s", part, m.Text)
		}
	}
	if m.Text = communication.Words([]communication.Happening{one}).Text; !strings.Contains(m.Text, "Who can act: whoever may deploy there.") {
		t.Errorf("where nobody is named, whoever may deploy can act:\n%s", m.Text)
	}
	one.Drift.AcceptedBy = []string{"operations", "security"}
	if m.Text = communication.Words([]communication.Happening{one}).Text; !strings.Contains(m.Text, "Who can act: the members of operations, security accept what was found; whoever may deploy there puts it right.") {
		t.Errorf("who accepts is not told:\n%s", m.Text)
	}
	events := communication.CDEvents(found, "https://tranship.example", practice.DefaultScope)
	if len(events) != 1 || events[0].Type != "dev.cdeventsx.tranship-drift.found.0.1.0" || events[0].ID != "default-0-drift-DR-7-found" || events[0].Data.Subject.Content["count"] != 10_000 {
		t.Errorf("events %+v", events)
	}
	spec := communication.SubscriptionSpec{Events: []communication.Event{communication.DriftFound}, Environments: []string{"live"}, Components: []string{"web"}}
	if !spec.Wants(found) || spec.Wants(one) {
		t.Error("a subscription to the drift of one component in one environment gets something else")
	}
}
