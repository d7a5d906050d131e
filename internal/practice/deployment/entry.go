package deployment

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// The kinds of entry that a deployment leaves in the record.
const (
	EntryRequested    = "deployment.requested" // data: what is to be done where, and the plan
	EntryPlanned      = "deployment.planned"   // data: plan, planDigest, model, artifacts, targetCount, waves
	EntryAuthorised   = "deployment.authorised"
	EntryVoided       = "authorisation.voided"     // data: subject
	EntryEndMoved     = "end.moved"                // data: mustEnd, overrun
	EntryWindowEnded  = "window.ended"             // data: at, overrun
	EntryStateChanged = "deployment.state-changed" // data: from, to
	EntryGateJudged   = "gate.judged"              // data: gate, open, and the reasons or the counts
	EntryStageBegun   = "stage.begun"              // data: stage, phase, wave, and the targets of a retry
	EntryOrdersIssued = "orders.issued"            // data: stage, count, last
	EntryReported     = "report.received"          // data: order, seq, attempt, stage, report, and what it says
	EntryWithdrawn    = "order.withdrawn"          // data: order, stage, attempt
	EntrySilent       = "target.silent"            // data: order, stage, attempt, begun
	EntryGivenUp      = "target.given-up"          // data: stage, and abandoned where bringing it back was given up
	EntryGuidance     = "guidance.given"           // data: advice, targets
	EntryCancelAsked  = "cancel.asked"             // data: now
	EntryInterrupted  = "order.interrupted"        // data: order, stage, attempt, step
	EntryPauseAsked   = "pause.asked"
	EntryResumed      = "pause.ended"
	EntryClosed       = "deployment.closed" // data: result, cause, executed, touched, failures, new, halfWay, unknown
)

// PlanData says which plan, model and artifacts a deployment is bound to, as far
// as that is known yet: data of the entries of its request and of its plan.
func PlanData(d Deployment) map[string]any {
	h := d.Header
	artifacts := make([]any, 0, len(h.Items))
	for _, item := range h.Items {
		artifact := map[string]any{"name": item.Component, "version": item.Version}
		if item.Artifact != nil {
			artifact["digest"], artifact["reference"] = string(item.Artifact.Digest), item.Artifact.Reference
		}
		artifacts = append(artifacts, artifact)
	}
	return map[string]any{
		"plan":        d.Plan,
		"planDigest":  string(d.PlanDigest),
		"model":       map[string]any{"name": h.Model.Name, "revision": h.Model.Revision, "digest": string(h.Model.Digest)},
		"artifacts":   artifacts,
		"targetCount": h.TargetCount,
		"waves":       len(h.Waves),
	}
}

// note adds an entry about the deployment.
func (c *course) note(kind string, who practice.Actor, why string, data map[string]any) {
	c.entry("", kind, who, why, data)
}

// noteOn adds an entry about one row of the deployment. The record goes by targets;
// the entry about a part of one names the part as well: see RowOf.
func (c *course) noteOn(row Target, kind string, who practice.Actor, why string, data map[string]any) {
	if part := row.Part(); part != "" {
		data[dataPart] = part
	}
	c.entry(row.On(), kind, who, why, data)
}

func (c *course) entry(target, kind string, who practice.Actor, why string, data map[string]any) {
	c.change.Entries = append(c.change.Entries, practice.Entry{
		Kind:    kind,
		Subject: "deployment/" + c.d.ID,
		Target:  target,
		Who:     who,
		When:    c.now,
		Why:     why,
		Data:    data,
	})
}

// noteGate adds the entry of a verdict with the reasons of a closed one.
func (c *course) noteGate(gate string, verdict practice.Verdict, data map[string]any) {
	if data == nil {
		data = map[string]any{}
	}
	data["gate"], data["open"] = gate, verdict.Open
	reasons := make([]any, 0, len(verdict.Reasons))
	for _, r := range verdict.Reasons {
		reasons = append(reasons, r.Message)
	}
	if len(reasons) > 0 {
		data["reasons"] = reasons
	}
	c.note(EntryGateJudged, practice.Tranship, "", data)
}

// TimeFormat is how the record writes moments.
const TimeFormat = time.RFC3339Nano

// clock writes a moment as people read it in a sentence.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
