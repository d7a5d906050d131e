package control

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/record"
)

// auditState replays the entries of a verified record and compares the present
// state with what must have become of it, row by row: documents, versions,
// tokens, accounts, sessions, enrolments, agents, plans, deployments, their targets, what executors
// reported, the inventory of now and of the past, votes with what they were given
// on, what was said of changes, reviews, drift, what was accepted of it and what counts as right on hosts, health, and the counts of deployments. It reports rows that
// differ, rows without an entry and entries without their row. What a row says
// twice, in a column and in its body, must agree in these tables.
//
// No entry tells of: when tokens and sessions were last used and agents last seen with their
// version, facts and clock; when targets were last looked at, and what exactly differs of what has drifted or was seen on hosts besides; how each target is; the deadlines of targets; what an open deployment
// waits for and the counts of its stage; reports that changed nothing; the
// output of steps that is not sealed yet; the marks of orders; the library's storage, whose content is
// named by digest; announcements; and what the server keeps for itself, such as jobs.
//
// Memory grows with what is documented, admitted, trusted and planned, with
// the sealed parts of logs, with the inventory and its past, and with the targets of deployments that are open
// or ended in doubt; not with the record or with deployments that are over.
func auditState(tx Tx, report *record.Report) error {
	a := &audit{
		tx: tx, report: report,
		documents: map[documentKey]practice.Document{}, last: map[documentKey]int64{},
		versions: map[string]versionTold{}, tokens: map[string]tokenTold{}, enrolments: map[string]enrolmentTold{},
		agents: map[string]environment.Agent{}, plans: map[string]planTold{}, deployments: map[string]*deploymentTold{},
		present: map[place]environment.Presence{}, past: map[environment.Presence]int{}, approvals: newApprovalTold(), timed: newTimedTold(), ways: newJourneyAudit(), drift: newDriftAudit(), health: newHealthAudit(),
		segments: map[string]practice.Digest{}, accounts: map[string]practice.Digest{}, sessions: map[string]sessionTold{}, standing: map[Standing]int64{},
	}
	if err := a.replay(); err != nil {
		return err
	}
	for _, compare := range []func() error{
		a.compareDocuments, a.compareVersions, a.compareTokens, a.compareEnrolments, a.compareAgents,
		a.comparePlans, a.comparePlanTargets, a.compareRest, a.compareDeployments, a.compareComponents, a.comparePresences, a.compareDrift, a.compareReferences, a.compareHealth, a.compareApprovals, a.compareJourneys, a.compareTimed, a.compareSegments, a.compareAccounts, a.compareSessions, a.compareCounts, a.agree,
	} {
		if err := compare(); err != nil {
			return err
		}
	}
	if report.OK() {
		report.Hold("the present state is what the entries tell: %d rows agree", a.rows)
	}
	return nil
}

// audit is the state of one auditState: what the entries told so far.
type audit struct {
	tx     Tx
	report *record.Report
	rows   int64 // compared

	documents   map[documentKey]practice.Document // every revision, without labels and spec
	last        map[documentKey]int64             // the last revision, by kind and name
	versions    map[string]versionTold            // by "component@version"
	tokens      map[string]tokenTold
	enrolments  map[string]enrolmentTold
	agents      map[string]environment.Agent
	plans       map[string]planTold
	deployments map[string]*deploymentTold
	present     map[place]environment.Presence
	past        map[environment.Presence]int
	timed       timedTold
	approvals   approvalTold
	ways        journeyAudit
	drift       driftAudit
	health      healthAudit
	accounts    map[string]practice.Digest // the sums, by person
	sessions    map[string]sessionTold
	standing    map[Standing]int64         // how many deployments are stored
	segments    map[string]practice.Digest // the sums of sealed parts of logs, by where they are
}

type documentKey struct {
	kind     practice.Kind
	name     string
	revision int64
}

func (a *audit) find(where, format string, args ...any) {
	a.report.Find(record.CheckState, where, format, args...)
}

// replay lets every entry tell.
func (a *audit) replay() error {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		rows, err := a.tx.RecordRows(record.Filter{}, page)
		if err != nil {
			return err
		}
		for _, row := range rows {
			var leaf record.Leaf
			if err := json.Unmarshal(row.Bytes, &leaf); err != nil {
				return fmt.Errorf("entry %d: %w", row.Index, err)
			}
			if err := a.entry(leaf.Entry); err != nil {
				return err
			}
		}
		if len(rows) == 0 {
			return nil
		}
		page.After = strconv.FormatInt(rows[len(rows)-1].Index, 10)
	}
}

// entry lets one entry tell.
func (a *audit) entry(e practice.Entry) error {
	about, id, _ := strings.Cut(e.Subject, "/")
	switch about {
	case "document":
		a.documentTold(id, e)
	case "version":
		a.versionTold(id, e)
	case "token":
		a.tokenTold(id, e)
	case "account":
		if sum := text(e, "sum"); sum != "" {
			a.accounts[id] = practice.Digest(sum)
		}
	case "session":
		a.sessionTold(id, e)
	case "agent":
		a.agentTold(id, e)
	case "plan":
		a.plans[id] = planTold{digest: practice.Digest(text(e, "digest")), by: e.Who, at: e.When}
	case "feed":
		a.feedTold(id, e)
	case "drift":
		a.driftTold(id, e)
	case "reference":
		a.referenceTold(id, e)
	case "health":
		a.healthTold(id, e)
	case "deployment":
		a.waiverTold(e)
		a.approvalTold(id, e)
		a.segmentTold(id, e)
		return a.deploymentTold(id, e)
	default:
		if complaint := a.ways.told(about, id, e); complaint != "" {
			a.find(about+" "+id, "%s", complaint)
		}
	}
	return nil
}

// text gives a text of an entry's data.
func text(e practice.Entry, key string) string {
	value, _ := e.Data[key].(string)
	return value
}

func (a *audit) documentTold(id string, e practice.Entry) {
	kind, name, _ := strings.Cut(id, "/")
	revision, _ := e.Data["revision"].(float64)
	key := documentKey{practice.Kind(kind), name, int64(revision)}
	a.documents[key] = practice.Document{
		Kind: key.kind, Name: name, Parent: text(e, "parent"), Revision: key.revision, Digest: practice.Digest(text(e, "digest")),
		By: e.Who, At: e.When, Removed: e.Kind == "document."+string(Removed),
	}
	a.last[documentKey{key.kind, name, 0}] = key.revision
}

func (a *audit) compareDocuments() error {
	err := a.each(StoredDocument, func(s Stored) {
		d, readable := s.Value.(practice.Document)
		key := documentKey{d.Kind, d.Name, d.Revision}
		told, known := a.documents[key]
		delete(a.documents, key)
		if !a.known(s, known && readable) {
			return
		}
		fresh, err := practice.NewDocument(d.Kind, d.Name, d.Parent, d.Labels, d.Spec)
		if err != nil || fresh.Digest != told.Digest {
			a.find(s.Where, "its content has digest %s, the record says %s", fresh.Digest, told.Digest)
		}
		if last := a.last[documentKey{d.Kind, d.Name, 0}] == d.Revision; last != s.Last {
			a.find(s.Where, "is marked as the present one: %t, the record says %t", s.Last, last)
		}
		d.Labels, d.Spec = nil, nil
		a.compare(s.Where, d, told)
	})
	if err == nil {
		for key := range a.documents {
			a.missing(fmt.Sprintf("document %s/%s revision %d", key.kind, key.name, key.revision))
		}
	}
	return err
}

// each gives the rows of a kind and reports those that contradict themselves.
func (a *audit) each(kind StoredKind, f func(Stored)) error {
	return a.tx.EachStored(kind, func(s Stored) error {
		a.rows++
		if s.Defect != "" {
			a.find(s.Where, "%s", s.Defect)
		}
		f(s)
		return nil
	})
}

// known reports a row that no entry tells of, unless it was reported as unreadable.
func (a *audit) known(s Stored, known bool) bool {
	if !known && s.Value != nil {
		a.find(s.Where, "is stored, but no entry tells of it")
	}
	return known
}

func (a *audit) missing(where string) { a.find(where, "is not stored, but an entry tells of it") }

// missed reports all that no row was found for.
func missed[T any](a *audit, what string, rest map[string]T) {
	for _, id := range slices.Sorted(maps.Keys(rest)) {
		a.missing(what + " " + id)
	}
}

// matched compares the rows of a kind with what the entries told of them under
// the same key, uses up what was told, and reports what no row was found for.
func matched[V, T any](a *audit, kind StoredKind, what string, told map[string]T, key func(under string, v V) string, same func(where string, v V, told T)) error {
	err := a.each(kind, func(s Stored) {
		v, readable := s.Value.(V)
		id := key(s.Under, v)
		want, known := told[id]
		delete(told, id)
		if a.known(s, known && readable) {
			same(s.Where, v, want)
		}
	})
	missed(a, what, told)
	return err
}

func (a *audit) compare(where string, stored, told any) {
	if difference := unlike(stored, told); difference != "" {
		a.find(where, "%s", difference)
	}
}

// agree reads the tables whose rows were compared through their bodies alone.
func (a *audit) agree() error {
	for _, kind := range []StoredKind{StoredTarget, StoredReport, StoredOrder} {
		if err := a.each(kind, func(s Stored) {
			if s.Under == "" || a.deployments[s.Under] != nil {
				return
			}
			a.find(s.Where, "is stored, but no entry tells of deployment %s", s.Under)
		}); err != nil {
			return err
		}
	}
	return nil
}
