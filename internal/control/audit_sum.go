package control

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
)

// sumOf gives the digest of what never changes in a row, for the entry that
// tells of the row. "" when it cannot be written: then the row cannot be stored either.
func sumOf(v any) practice.Digest {
	digest, err := practice.CanonicalDigest(v)
	if err != nil {
		return ""
	}
	return digest
}

// versionSum is over all of a version but its state.
func versionSum(v library.Version) practice.Digest {
	v.State, v.StateBy, v.StateWhy, v.StateAt = "", practice.Actor{}, "", time.Time{}
	return sumOf(v)
}

// tokenSum is over all of a token, with the hash of its secret, but when it was revoked and used.
func tokenSum(t party.Token) practice.Digest {
	t.RevokedAt, t.UsedAt = time.Time{}, time.Time{}
	return sumOf(map[string]any{"token": t, "hash": t.Hash})
}

// enrolmentSum is over all of an enrolment, with the hash of its secret, but when it was used.
func enrolmentSum(e party.Enrolment) practice.Digest {
	e.UsedAt = time.Time{}
	return sumOf(map[string]any{"enrolment": e, "hash": e.Hash})
}

// requestSum is over what was asked for, but the header, which the plan's digest is over.
func requestSum(d deployment.Deployment) practice.Digest {
	return sumOf(deployment.Deployment{
		ID: d.ID, Plan: d.Plan, PlanDigest: d.PlanDigest, RequestedBy: d.RequestedBy, RequestedAt: d.RequestedAt,
		Reason: d.Reason, Ask: d.Ask, StartAfter: d.StartAfter, Remediates: d.Remediates, Journey: d.Journey,
		SkipFlow: d.SkipFlow, Round: d.Round, Subject: d.Subject, Risk: d.Risk,
	})
}

// voteSum is over all of a vote but when it was withdrawn.
func voteSum(v approval.Vote) practice.Digest {
	v.Withdrawn = time.Time{}
	return sumOf(v)
}

// unlike says in which fields a stored value differs from the one that the
// record tells of; "" for none.
func unlike(stored, told any) string {
	have, err := fields(stored)
	if err != nil {
		return err.Error()
	}
	want, err := fields(told)
	if err != nil {
		return err.Error()
	}
	var names, lines []string
	for name := range have {
		names = append(names, name)
	}
	for name := range want {
		if _, both := have[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if string(have[name]) != string(want[name]) {
			lines = append(lines, fmt.Sprintf("%s is %s, the record says %s", name, shown(have[name]), shown(want[name])))
		}
	}
	return strings.Join(lines, "; ")
}

func fields(v any) (map[string]json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("cannot be written: %w", err)
	}
	var found map[string]json.RawMessage
	return found, json.Unmarshal(raw, &found)
}

func shown(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "none"
	}
	return string(raw[:min(len(raw), 200)])
}
