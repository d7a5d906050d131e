package record

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"tranship.dev/tranship/internal/practice"
)

// StatementOf states a deployment from its rows, all that it has in the log of
// head, in their order. The same rows always give the same statement. Invalid
// when there are none, or when they are of different subjects or no deployment.
func StatementOf(rows []Row, head Head) (Statement, error) {
	if len(rows) == 0 || !strings.HasPrefix(rows[0].Subject, deploymentPrefix) {
		return Statement{}, practice.Faultf(practice.Invalid, "there is no entry of a deployment to state").Final()
	}
	s := statement{targets: map[string]bool{}, executors: map[string]bool{}}
	s.DeploymentID = strings.TrimPrefix(rows[0].Subject, deploymentPrefix)
	s.Authorisation, s.Gates, s.Steps, s.Evidence = []Authorisation{}, []Judgement{}, []StepDone{}, []Resource{}
	for _, row := range rows {
		leaf, err := openLeaf(row.Bytes)
		if err != nil {
			return Statement{}, practice.Faultf(practice.Invalid, "entry %d %v", row.Index, err).Final()
		}
		if leaf.Entry.Subject != rows[0].Subject {
			return Statement{}, practice.Faultf(practice.Invalid, "entry %d is of %s, not of %s", row.Index, leaf.Entry.Subject, rows[0].Subject).Final()
		}
		s.Record.Origin = Origin(leaf.Scope)
		s.read(leaf.Entry)
	}
	last := rows[len(rows)-1]
	s.Record.Size, s.Record.Root, s.Record.Entries, s.Record.Last = head.Size, head.Root, int64(len(rows)), tlog.RecordHash(last.Bytes)
	s.Targets = append([]string{}, slices.Sorted(maps.Keys(s.targets))...)
	s.Executors = append([]string{}, slices.Sorted(maps.Keys(s.executors))...)
	return Statement{Type: StatementType, Subject: s.subjects(rows[0]), PredicateType: PredicateType, Predicate: s.Deployment}, nil
}

// statement gathers a predicate entry by entry.
type statement struct {
	Deployment
	artifacts          []Resource
	targets, executors map[string]bool
}

func (s *statement) read(e practice.Entry) {
	d := data(e.Data)
	if e.Target != "" {
		s.targets[e.Target] = true
	}
	switch e.Kind {
	case Requested, Planned, Rescheduled:
		s.header(d)
	case Authorised:
		s.Authorisation = append(s.Authorisation, Authorisation{e.Who, e.When, e.Why, practice.Digest(d.text(DataPlanDigest))})
	case Voided:
		s.Authorisation = s.Authorisation[:0]
	case StateChanged:
		if d.text(DataTo) == Executing && s.StartedOn.IsZero() {
			s.StartedOn = e.When
		}
	case GateJudged:
		j := Judgement{d.text(DataGate), e.Target, d[DataOpen] == true, d.reasons(), e.Who, e.When}
		s.Gates = append(s.Gates, j)
		if j.Gate == AcceptanceGate && j.Target == "" {
			s.Acceptance = &j
		}
	case ReportReceived:
		s.executors[e.Who.String()] = true
		if d.text(DataStep) != "" && d.text(DataOutcome) != "" {
			s.Steps = append(s.Steps, StepDone{e.Target, d.text(DataPhase), d.text(DataStep), d.text(DataOutcome), d.text(DataMessage), e.Who, d.text(DataStarted), e.When})
		}
	case EvidenceAdded:
		if r := d.object(DataEvidence).resource(); len(r.Digest) > 0 {
			s.Evidence = append(s.Evidence, r)
		}
	case Ended:
		s.Result, s.FinishedOn = d.text(DataResult), e.When
	}
}

// header takes what a request or a plan says; what it leaves out stays.
func (s *statement) header(d data) {
	for key, field := range map[string]*string{
		DataEnvironment: &s.Environment, DataRelease: &s.Release, DataDirection: &s.Direction, DataPlan: &s.Plan,
		DataPlannedStart: &s.PlannedStart, DataPlannedEnd: &s.PlannedEnd, DataSupersedes: &s.Supersedes, DataRemediates: &s.Remediates,
	} {
		if text := d.text(key); text != "" {
			*field = text
		}
	}
	if digest := d.text(DataPlanDigest); digest != "" {
		s.PlanDigest = practice.Digest(digest)
	}
	if m := d.object(DataModel); m.text("name") != "" {
		revision, _ := m["revision"].(float64)
		s.Model = &Pinned{m.text("name"), int64(revision), practice.Digest(m.text("digest"))}
	}
	if _, given := d[DataArtifacts]; given {
		s.artifacts = nil
	}
	for _, a := range d.list(DataArtifacts) {
		object, _ := a.(map[string]any)
		if r := data(object).resource(); len(r.Digest) > 0 {
			s.artifacts = append(s.artifacts, r)
		}
	}
	for _, name := range d.list(DataTargets) {
		if text, ok := name.(string); ok {
			s.targets[text] = true
		}
	}
}

// subjects gives what was deployed. A statement needs at least one subject with
// a digest; before there is an artifact, the plan or the first entry is it.
func (s *statement) subjects(first Row) []Resource {
	if len(s.artifacts) > 0 {
		return s.artifacts
	}
	if s.PlanDigest.Check() == nil {
		return []Resource{{Name: "plan/" + s.Plan, Digest: map[string]string{"sha256": s.PlanDigest.Hex()}}}
	}
	return []Resource{{Name: first.Subject, Digest: map[string]string{"sha256": practice.DigestOf(first.Bytes).Hex()}}}
}

// data is an entry's data as it is read back from JSON; what is absent or of
// another type reads as empty, because other rooms and versions wrote it.
type data map[string]any

func (d data) text(key string) string {
	text, _ := d[key].(string)
	return text
}

func (d data) list(key string) []any {
	list, _ := d[key].([]any)
	return list
}

func (d data) object(key string) data {
	object, _ := d[key].(map[string]any)
	return object
}

func (d data) reasons() []string {
	var reasons []string
	for _, r := range d.list(DataReasons) {
		switch r := r.(type) {
		case string:
			reasons = append(reasons, r)
		case map[string]any:
			reasons = append(reasons, data(r).text("message"))
		}
	}
	return reasons
}

// resource reads {name, version, digest, reference, mediaType}; without a sha256 digest it is of no use.
func (d data) resource() Resource {
	r := Resource{Name: d.text("name"), URI: d.text("reference"), MediaType: d.text("mediaType")}
	if version := d.text("version"); version != "" {
		r.Name += "@" + version
	}
	if digest := practice.Digest(d.text("digest")); digest.Check() == nil {
		r.Digest = map[string]string{"sha256": digest.Hex()}
	}
	return r
}
