package communication_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
)

// R112: other tools understand it: the types of CDEvents, with what they demand.
func TestCDEventTypes(t *testing.T) {
	t.Parallel()
	fresh := func(m *communication.Matter) { m.Items[0].Before = nil }
	removal := func(m *communication.Matter) { m.Removal = true }
	planned := entry(deployment.EntryPlanned, nil)
	own := func(word string) string { return "dev.cdeventsx.tranship-deployment." + word + ".0.1.0" }
	for _, c := range []struct {
		name   string
		last   practice.Entry
		before []practice.Entry
		change func(*communication.Matter)
		want   []string
	}{
		{"planned", planned, nil, nil, []string{own("planned")}},
		{"waits for approval", judged("authorisation", false), []practice.Entry{planned}, nil, []string{own("waiting"), "dev.cdevents.approval.created.0.1.0"}},
		{"waits for another reason", judged("authorisation", false), nil, nil, []string{own("waiting")}},
		{"authorised", entry(deployment.EntryAuthorised, nil), nil, nil, []string{own("authorised"), "dev.cdevents.approval.closed.0.1.0"}},
		{"approved", practice.Entry{Kind: "approval.given", Subject: "deployment/D-1", Who: anna, When: noon}, nil, nil, []string{own("approved"), "dev.cdevents.approval.updated.0.1.0"}},
		{"rejected", practice.Entry{Kind: "approval.rejected", Subject: "deployment/D-1", Who: anna, When: noon}, nil, nil, []string{own("rejected"), "dev.cdevents.approval.closed.0.1.0"}},
		{"held", judged("start", false), nil, nil, []string{own("held")}},
		{"started", moved(deployment.VerifyingTargets, deployment.Executing), nil, nil, []string{own("started")}},
		{"first there", closed(deployment.Succeeded), nil, fresh, []string{own("ended"), "dev.cdevents.service.deployed.0.3.0"}},
		{"replaced", closed(deployment.Succeeded), nil, nil, []string{own("ended"), "dev.cdevents.service.upgraded.0.3.0"}},
		{"taken out", closed(deployment.Succeeded), nil, removal, []string{own("ended"), "dev.cdevents.service.removed.0.3.0"}},
		{"brought back", closed(deployment.Remediated), nil, nil, []string{own("ended"), "dev.cdevents.service.rolledback.0.3.0"}},
		{"taken out again", closed(deployment.Remediated), nil, fresh, []string{own("ended"), "dev.cdevents.service.removed.0.3.0"}},
		{"cancelled", closed(deployment.Cancelled), nil, nil, []string{own("ended")}},
		{"failed", closed(deployment.Failed), nil, nil, []string{own("failed")}},
	} {
		happenings := communication.FromEntries(append(slices.Clone(c.before), c.last), 7)
		h := happenings[len(happenings)-1]
		h.Matter = matter()
		if c.change != nil {
			c.change(&h.Matter)
		}
		events := communication.CDEvents(h, "https://tranship.example:8470/", practice.DefaultScope)
		var types []string
		ids := map[string]bool{}
		for _, e := range events {
			types = append(types, e.Type)
			ids[e.ID] = true
			valid(t, c.name, e)
		}
		if !slices.Equal(types, c.want) || len(ids) != len(events) {
			t.Errorf("%s: types %v with %d ids; want %v, each with an id of its own", c.name, types, len(ids), c.want)
		}
		if again := communication.CDEvents(h, "https://tranship.example:8470/", practice.DefaultScope); again[0].ID != events[0].ID {
			t.Errorf("%s: told again, its id is %s, not %s", c.name, again[0].ID, events[0].ID)
		}
	}
}

// What came back is the artifact that was there before.
func TestRolledBackNamesTheArtifactBefore(t *testing.T) {
	t.Parallel()
	for result, want := range map[deployment.Result]string{
		deployment.Succeeded:  "pkg:oci/web@sha256%3A" + digestOf("4") + "?tag=1.4",
		deployment.Remediated: "pkg:oci/web@sha256%3A" + digestOf("3") + "?tag=1.3",
	} {
		events := communication.CDEvents(happening(closed(result), nil), "https://x", "default")
		if got := events[1].Data.Subject.Content["artifactId"]; got != want {
			t.Errorf("%s: artifact %v; want %s", result, got, want)
		}
	}
}

func digestOf(text string) string {
	_, hex, _ := strings.Cut(string(practice.DigestOf([]byte(text))), ":")
	return hex
}

// demands is what CDEvents 0.5 asks of the content of its types, by the
// specification's tables; Tranship's own types are free.
var demands = map[string]string{
	"service.deployed":   `{"required":["environment","artifactId"],"additionalProperties":false,"properties":{"environment":{"$ref":"#/$defs/environment"},"artifactId":{"type":"string","pattern":"^pkg:[a-z]+/.+"}}}`,
	"service.upgraded":   `{"required":["environment","artifactId"],"additionalProperties":false,"properties":{"environment":{"$ref":"#/$defs/environment"},"artifactId":{"type":"string","pattern":"^pkg:[a-z]+/.+"}}}`,
	"service.rolledback": `{"required":["environment","artifactId"],"additionalProperties":false,"properties":{"environment":{"$ref":"#/$defs/environment"},"artifactId":{"type":"string","pattern":"^pkg:[a-z]+/.+"}}}`,
	"service.removed":    `{"required":["environment"],"additionalProperties":false,"properties":{"environment":{"$ref":"#/$defs/environment"}}}`,
	"approval.created":   `{"required":["approvalDetailsUrl","resourceTargetUrl","requestor"],"additionalProperties":false,"properties":{"approvalDetailsUrl":{"format":"uri"},"resourceTargetUrl":{"format":"uri"},"requestor":{"type":"string","format":"uri"}}}`,
	"approval.updated":   `{"required":["approvalDetailsUrl","resourceTargetUrl","responder","decision"],"additionalProperties":false,"properties":{"approvalDetailsUrl":{"format":"uri"},"resourceTargetUrl":{"format":"uri"},"responder":{"type":"string","format":"uri"},"decision":{"enum":["approved","rejected","requestChanges","deferred","delegate","escalated"]}}}`,
	"approval.closed":    `{"required":["approvalDetailsUrl","resourceTargetUrl","responder","decision","status"],"additionalProperties":false,"properties":{"approvalDetailsUrl":{"format":"uri"},"resourceTargetUrl":{"format":"uri"},"responder":{"type":"string","format":"uri"},"decision":{"enum":["approved","rejected","requestChanges","deferred","delegate","escalated"]},"status":{"enum":["approved","rejected","cancelled","expired"]}}}`,
}

const envelope = `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"required":["context","subject"],
"$defs":{"environment":{"type":"object","required":["id"],"additionalProperties":false,"properties":{"id":{"type":"string","minLength":1},"source":{"type":"string","format":"uri-reference"}}}},
"properties":{
 "context":{"type":"object","additionalProperties":false,"required":["specversion","id","source","type","timestamp"],"properties":{
  "specversion":{"const":"0.5.1"},"id":{"type":"string","minLength":1},"chainId":{"type":"string","minLength":1},"source":{"type":"string","minLength":1,"format":"uri-reference"},
  "type":{"type":"string"},"timestamp":{"type":"string","format":"date-time"}}},
 "subject":{"type":"object","additionalProperties":false,"required":["id","content"],"properties":{"id":{"type":"string","minLength":1},"source":{"type":"string","minLength":1,"format":"uri-reference"},"content":CONTENT}}}}`

var (
	ownType   = regexp.MustCompile(`^dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]$`)
	knownType = regexp.MustCompile(`^dev\.cdevents\.([a-z]+\.[a-z]+)\.[0-9]\.[0-9]\.[0-9]$`)
)

// valid holds an event against CloudEvents 1.0 and CDEvents.
func valid(t *testing.T, name string, e communication.CloudEvent) {
	t.Helper()
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var cloud struct {
		SpecVersion     string          `json:"specversion"`
		ID              string          `json:"id"`
		Source          string          `json:"source"`
		Type            string          `json:"type"`
		Subject         string          `json:"subject"`
		Time            time.Time       `json:"time"`
		DataContentType string          `json:"datacontenttype"`
		Data            json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(raw, &cloud); err != nil {
		t.Fatal(err)
	}
	if _, err := url.Parse(cloud.Source); err != nil || cloud.SpecVersion != "1.0" || cloud.ID == "" || cloud.Source == "" || cloud.DataContentType != "application/json" ||
		cloud.Type != e.Data.Context.Type || cloud.ID != e.Data.Context.ID || cloud.Source != e.Data.Context.Source || cloud.Subject != e.Data.Subject.ID || cloud.Time.IsZero() {
		t.Errorf("%s: no CloudEvent, or not that of its CDEvent: %s", name, raw)
	}
	content := `{"type":"object"}`
	if known := knownType.FindStringSubmatch(e.Type); known != nil {
		content = demands[known[1]]
	} else if !ownType.MatchString(e.Type) {
		t.Errorf("%s: %s is no type of CDEvents", name, e.Type)
	}
	if err := against(strings.Replace(envelope, "CONTENT", content, 1), cloud.Data); err != nil {
		t.Errorf("%s: %v in %s", name, err, cloud.Data)
	}
}

func against(schema string, raw []byte) error {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		return err
	}
	if err := compiler.AddResource("cdevent.json", document); err != nil {
		return err
	}
	compiled, err := compiler.Compile("cdevent.json")
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}
