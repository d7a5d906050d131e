package control

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
)

// rulers gives who changed what decides on a deployment after it was asked for:
// the policies that apply, their groups, delegations, and the documents of who
// voted and of service accounts that asked. Nobody makes themselves an approver of what waits already.
func (k *desk) rulers(in approval.Input, since time.Time) ([]practice.Actor, error) {
	var about []documentKey
	for _, p := range approval.Applying(in.Policies, in.Ask) {
		about = append(about, documentKey{kind: practice.KindApprovalPolicy, name: p.Name})
	}
	for _, name := range concernedGroups(in) {
		about = append(about, documentKey{kind: practice.KindGroup, name: name})
	}
	for _, g := range k.delegations {
		about = append(about, documentKey{kind: practice.KindDelegation, name: g.Name})
	}
	for _, v := range in.Votes {
		about = append(about, documentKey{kind: practice.KindPerson, name: v.By})
	}
	for _, asker := range append(slices.Clone(in.Ask.Authors), in.Ask.Requester) {
		if asker.Kind == practice.Account {
			about = append(about, documentKey{kind: practice.KindServiceAccount, name: asker.Name})
		}
	}
	var found []practice.Actor
	for _, key := range about {
		revisions, err := k.revisions(key)
		if err != nil {
			return nil, err
		}
		for _, d := range revisions {
			if d.At.After(since) && !slices.Contains(found, d.By) {
				found = append(found, d.By)
			}
		}
	}
	return found, nil
}

// revisions gives the newest revisions of a document. Who changed it more often
// than a page holds within one deployment's wait is found among the newest.
func (k *desk) revisions(key documentKey) ([]practice.Document, error) {
	if known, read := k.changed[key]; read {
		return known, nil
	}
	list, err := k.tx.DocumentHistory(key.kind, key.name, practice.Page{Limit: practice.DefaultLimit})
	k.changed[key] = list
	return list, err
}
