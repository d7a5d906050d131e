package record_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
)

var update = flag.Bool("update", false, "rewrite the files of testdata")

type facts = map[string]any

// journey gives the entries of a deployment from request to end.
func journey(id string) []practice.Entry {
	anna, agent := practice.Actor{Kind: practice.Person, Name: "anna"}, practice.Actor{Kind: practice.Machine, Name: "web-01"}
	digest := practice.DigestOf([]byte("api 2.0.0"))
	at := time.Date(2025, 3, 1, 9, 0, 0, 123_456_789, time.UTC)
	var entries []practice.Entry
	add := func(kind, target string, who practice.Actor, why string, data facts) {
		at = at.Add(1500 * time.Millisecond)
		entries = append(entries, practice.Entry{Kind: kind, Subject: record.DeploymentSubject(id), Target: target, Who: who, When: at, Why: why, Data: data})
	}
	add(record.Requested, "", anna, "release 2.0.0 to live", facts{record.DataEnvironment: "live", record.DataRelease: "api@2.0.0", record.DataSupersedes: "D-1"})
	add(record.Planned, "", practice.Tranship, "", facts{
		record.DataPlan: "P-7", record.DataPlanDigest: practice.DigestOf([]byte("plan")), record.DataTargets: []string{"web-02", "web-01"},
		record.DataModel:        facts{"name": "standard", "revision": 4, "digest": practice.DigestOf([]byte("model"))},
		record.DataArtifacts:    []facts{{"name": "api", "version": "2.0.0", "digest": digest, "reference": "oci://library/api@" + string(digest)}},
		record.DataPlannedStart: "2025-03-01T10:00:00Z", record.DataPlannedEnd: "2025-03-01T11:00:00Z",
	})
	add(record.GateJudged, "", practice.Tranship, "", facts{record.DataGate: "window", record.DataOpen: false, record.DataReasons: []practice.Reason{{Gate: "window", Message: "opens at 10:00"}}})
	add(record.Authorised, "", anna, "change C-9 <approved>", facts{record.DataPlanDigest: practice.DigestOf([]byte("plan"))})
	add(record.StateChanged, "", practice.Tranship, "", facts{record.DataFrom: "verifying-targets", record.DataTo: record.Executing})
	add(record.OrderIssued, "web-01", practice.Tranship, "", facts{record.DataOrder: "o-1", record.DataPhase: "execute", record.DataWave: 1})
	add(record.ReportReceived, "web-01", agent, "", facts{record.DataOrder: "o-1", record.DataStep: "unpack", record.DataOutcome: "done", record.DataStarted: "2025-03-01T09:00:07Z"})
	add(record.EvidenceAdded, "web-01", agent, "", facts{record.DataEvidence: facts{"name": "journal", "digest": practice.DigestOf([]byte("log")), "mediaType": "text/plain"}})
	add(record.GateJudged, "", practice.Tranship, "", facts{record.DataGate: record.AcceptanceGate, record.DataOpen: true})
	add(record.Ended, "", practice.Tranship, "accepted", facts{record.DataResult: "succeeded"})
	return entries
}

// live gives a store where the journey of D-12 stands among other entries.
func live(t testing.TB) *recordtest.Memory {
	t.Helper()
	store := recordtest.NewMemory()
	others := recordtest.Entries(0, 400)
	for i, e := range journey("D-12") {
		enter(t, store, append(others[i*40:i*40+40:i*40+40], e), 7)
	}
	return store
}

func export(t testing.TB, store record.Store) []byte {
	t.Helper()
	bundle, err := record.Export(store, "default", "D-12", oldKey)
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

func TestBundleIsAsPublished(t *testing.T) {
	t.Parallel()
	bundle := export(t, live(t))
	golden(t, "bundle.jsonl", bundle)
	report := record.VerifyBundle(bundle, public(nextKey), public(oldKey))
	golden(t, "report.txt", []byte(report.String()))
	if report.Err() != nil || report.Entries != 10 || report.Subject != "deployment/D-12" {
		t.Errorf("report: %+v", report)
	}
}

func TestStatementIsAsPublishedAndInToto(t *testing.T) {
	t.Parallel()
	payload := statementOf(t, export(t, live(t)))
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, payload, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "statement.json", append(pretty.Bytes(), '\n'))
	var statement intoto.Statement
	if err := protojson.Unmarshal(payload, &statement); err != nil {
		t.Fatal(err)
	}
	if err := statement.Validate(); err != nil {
		t.Errorf("in-toto's own check: %v", err)
	}
}

func statementOf(t *testing.T, bundle []byte) []byte {
	t.Helper()
	var cover struct{ Statement struct{ Payload string } }
	line, _, _ := bytes.Cut(bundle, []byte("\n"))
	if err := json.Unmarshal(line, &cover); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(cover.Statement.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; rewrite with -update if that is meant. Got:\n%s", path, got)
	}
}

func TestTamperedBundles(t *testing.T) {
	t.Parallel()
	good := export(t, live(t))
	replace := func(old, other string) []byte { return bytes.Replace(good, []byte(old), []byte(other), 1) }
	lines := bytes.SplitAfter(good, []byte("\n"))
	without := func(i int) []byte { return bytes.Join(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), nil) }
	swapped := append([][]byte{}, lines...)
	swapped[4], swapped[5] = swapped[5], swapped[4]
	for name, c := range map[string]struct {
		bundle []byte
		want   []string
	}{
		"another reason": {replace("<approved>", "<declined>"), []string{
			"line 5, entry 163: is not proven to be in the log: it, its proof or the checkpoint was altered",
			"line 6, entry 204: is number 5 of deployment/D-12, but does not follow the number 4 that is here",
			"statement: predicate.authorisation is not what the entries say"}},
		"an entry left out": {without(5), []string{
			"line 6, entry 245: is number 6 of deployment/D-12, but number 5 was expected: an entry was left out or added",
			"line 1: announces 10 entries, 9 follow",
			"statement: predicate.record is not what the entries say",
			"statement: predicate.startedOn is not what the entries say"}},
		"the end left out": {without(10), []string{
			"line 1: announces 10 entries, 9 follow",
			"statement: predicate.finishedOn is not what the entries say",
			"statement: predicate.record is not what the entries say",
			"statement: predicate.result is not what the entries say"}},
		"entries exchanged": {bytes.Join(swapped, nil), []string{
			"line 5, entry 204: is number 5 of deployment/D-12, but number 4 was expected: an entry was left out or added",
			"line 6, entry 163: stands after entry 204"}},
		"a space":            {replace(`{"leaf":`, `{"leaf": `), []string{"line 2: is not canonical JSON of this format"}},
		"an altered size":    {replace(`record/default\n410\n`, `record/default\n411\n`), []string{"checkpoint: checkpoint was altered: the signature of key"}},
		"an altered proof":   {replace(`"proof":["`, `"proof":["AAAA`), []string{"line 2: cannot be read: cannot decode hash"}},
		"another key's hint": {replace(string(public(oldKey)), string(public(nextKey))), []string{"line 1: names the keys"}},
		"nothing":            {nil, []string{"line 1: is not the cover of a bundle tranship.dev/record-bundle/v1"}},
		"an extra line":      {append(bytes.Clone(good), "{}\n"...), []string{"line 12: is not canonical JSON of this format"}},
	} {
		report := record.VerifyBundle(c.bundle, public(oldKey))
		for _, want := range c.want {
			if !strings.Contains(report.String(), "  "+want) {
				t.Errorf("%s: %q is not in\n%s", name, want, report)
			}
		}
	}
}

func TestBundleNeedsATrustedKey(t *testing.T) {
	t.Parallel()
	report := record.VerifyBundle(export(t, live(t)), public(nextKey))
	if len(report.Findings) != 2 || report.Findings[0].Check != record.CheckCheckpoint || report.Findings[1].Check != record.CheckStatement {
		t.Errorf("checkpoint and statement, and nothing else, should be found:\n%s", report)
	}
	if hint := public(oldKey).ID(); !strings.Contains(report.String(), hint) {
		t.Errorf("the key that signed, %s, is not named:\n%s", hint, report)
	}
}

func TestExportRefuses(t *testing.T) {
	t.Parallel()
	store := live(t)
	if _, err := record.Export(store, "default", "D-99", oldKey); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("an unknown deployment: %v", err)
	}
	if _, err := record.Export(store, "default", "D-12", nextKey); practice.CodeOf(err) != practice.Refused {
		t.Errorf("a checkpoint of an unknown key: %v", err)
	}
	bundle, err := record.Export(store, "default", "D-12", nextKey, public(oldKey))
	if err != nil {
		t.Fatal(err)
	}
	if report := record.VerifyBundle(bundle, public(oldKey), public(nextKey)); !report.OK() || len(report.SignedBy) != 2 {
		t.Errorf("while one key replaces the other: %v", report)
	}
	row := store.Rows[163]
	row.Bytes = bytes.Replace(row.Bytes, []byte("<approved>"), []byte("<declined>"), 1)
	store.Rows[163] = row
	if _, err := record.Export(store, "default", "D-12", oldKey); practice.CodeOf(err) != practice.Refused {
		t.Errorf("an altered entry: %v", err)
	}
}

// TestEveryAlteredByteOfABundleIsFound flips, removes and doubles bytes.
func TestEveryAlteredByteOfABundleIsFound(t *testing.T) {
	t.Parallel()
	good := export(t, live(t))
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(good)-1).Draw(t, "at")
		altered := bytes.Clone(good)
		switch rapid.SampledFrom([]string{"bit", "byte", "drop", "double", "cut"}).Draw(t, "how") {
		case "bit":
			altered[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case "byte":
			altered[at] = rapid.SampledFrom([]byte("AZaz09+/=\" \n{}")).Draw(t, "byte")
		case "drop":
			altered = append(altered[:at], altered[at+1:]...)
		case "double":
			altered = append(altered[:at:at], append([]byte{good[at]}, good[at:]...)...)
		case "cut":
			altered = altered[:at]
		}
		if report := record.VerifyBundle(altered, public(oldKey)); report.OK() && !bytes.Equal(altered, good) {
			t.Fatalf("not found: byte %d, %q became %q", at, around(good, at), around(altered, at))
		}
	})
}

func around(b []byte, at int) []byte { return b[max(0, at-20):min(len(b), at+20)] }

// TestEveryByteOfACoverIsFound goes through the parts that are not hashed into
// the log, of a deployment that was only just asked for.
func TestEveryByteOfACoverIsFound(t *testing.T) {
	t.Parallel()
	store := recordtest.NewMemory()
	enter(t, store, journey("D-12")[:1], 1)
	good := export(t, store)
	if report := record.VerifyBundle(good, public(oldKey)); !report.OK() {
		t.Fatal(report)
	}
	for at := range bytes.IndexByte(good, '\n') + 1 {
		altered := bytes.Clone(good)
		altered[at] ^= 1 << (at % 8)
		if record.VerifyBundle(altered, public(oldKey)).OK() {
			t.Errorf("not found: byte %d, %q became %q", at, around(good, at), around(altered, at))
		}
	}
}

func FuzzVerifyBundle(f *testing.F) {
	good := export(f, live(f))
	f.Add(good)
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"format":"tranship.dev/record-bundle/v1"}` + "\n"))
	f.Add(bytes.Replace(good, []byte("410"), []byte("9223372036854775807"), 1))
	f.Add(bytes.Replace(good, []byte(`"index":`), []byte(`"index":-`), 1))
	f.Fuzz(func(t *testing.T, bundle []byte) {
		if report := record.VerifyBundle(bundle, public(oldKey)); report.OK() && !bytes.Equal(bundle, good) {
			// Fuzzing cannot sign; only what was signed may pass.
			t.Fatalf("verified:\n%s", bundle)
		}
	})
}
