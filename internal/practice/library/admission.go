package library

import (
	"errors"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Demand is what a deployment asks of a version beyond what its component asks.
type Demand struct {
	Signed bool // signed by one of the component's publishers, whatever the component says
	Origin bool // its source and commit are recorded
}

// gateAdmission is the gate that admission's reasons name.
const gateAdmission = "component verification"

// Admission says whether a version may be deployed: it is there, it is admitted,
// and it has the signature and the origin that are demanded. Every reason
// against it is given. A version with an empty state is one that the library
// does not hold. Planning, the issue of orders and the registry all ask here.
func Admission(c Component, v Version, d Demand) practice.Verdict {
	name := v.Component + "@" + v.Version
	if v.State == "" {
		return practice.Hold(practice.Reason{
			Gate: gateAdmission, Message: name + " is not in the library",
			How: fmt.Sprintf("add it: tranship library add %s %s PATH", v.Component, v.Version),
		})
	}
	var reasons []practice.Reason
	if reason, held := judgeState(name, v); held {
		reasons = append(reasons, reason)
	}
	if c.Spec.Signature.Required || d.Signed {
		if reason, held := judgeSignature(name, c, v); held {
			reasons = append(reasons, reason)
		}
	}
	if d.Origin && (v.Origin.Commit == "" || v.Origin.URI == "" && v.Origin.Source == "") {
		reasons = append(reasons, practice.Reason{
			Gate: gateAdmission, Message: fmt.Sprintf("%s has no recorded origin: %s", name, lackingOrigin(v.Origin)),
			How: "add a new version with its source and commit",
		})
	}
	if len(reasons) > 0 {
		return practice.Hold(reasons...)
	}
	return practice.Pass()
}

// Admit gives Admission's verdict as an error: nil when open, otherwise Refused
// with the first reason as message and the others as problems.
func Admit(c Component, v Version, d Demand) error {
	verdict := Admission(c, v, d)
	if verdict.Open {
		return nil
	}
	first := verdict.Reasons[0]
	refused := practice.Faultf(practice.Refused, "%s", first.Message).WithHint("%s", first.How)
	for _, r := range verdict.Reasons[1:] {
		refused.Problems = append(refused.Problems, practice.Problem{Message: r.Message, Hint: r.How})
	}
	return refused
}

func judgeState(name string, v Version) (practice.Reason, bool) {
	reason := practice.Reason{Gate: gateAdmission, Since: v.StateAt}
	switch v.State {
	case Admitted:
		return practice.Reason{}, false
	case Quarantined:
		reason.Message = name + " is in quarantine" + whoWhy(v)
		reason.How = fmt.Sprintf("admit it: tranship library admit %s %s", v.Component, v.Version)
	case Withdrawn:
		reason.Message = name + " was withdrawn" + whoWhy(v)
		reason.How = "deploy another version"
	default:
		reason.Message = fmt.Sprintf("%s is in state %q, which is not known", name, v.State)
	}
	return reason, true
}

// whoWhy gives " by person:anna on 2026-11-02: leaks memory", as far as it is known.
func whoWhy(v Version) string {
	text := ""
	if v.StateBy.Name != "" {
		text += " by " + v.StateBy.Called()
	}
	if !v.StateAt.IsZero() {
		text += " on " + v.StateAt.UTC().Format(time.DateOnly)
	}
	if v.StateWhy != "" {
		text += ": " + v.StateWhy
	}
	return text
}

func judgeSignature(name string, c Component, v Version) (practice.Reason, bool) {
	if v.Signature == nil {
		return practice.Reason{
			Gate: gateAdmission, Message: name + " is not signed, and a signature is demanded",
			How: "add it signed: tranship library add --key FILE",
		}, true
	}
	_, err := VerifyStatement(v.Signature, v.Component, v.Version, v.Digest, c.Spec.Signature.Publishers...)
	if err == nil {
		return practice.Reason{}, false
	}
	reason := practice.Reason{Gate: gateAdmission, Message: err.Error()}
	if fault, ok := errors.AsType[*practice.Error](err); ok {
		reason.Message, reason.How = fault.Message, fault.Hint
	}
	return reason, true
}

func lackingOrigin(o Origin) string {
	switch {
	case o.Commit != "":
		return "its source is not known"
	case o.URI == "" && o.Source == "":
		return "neither its source nor its commit is known"
	}
	return "its commit is not known"
}
