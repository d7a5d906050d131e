package library_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/signature"
)

func publisher(name string) (ed25519.PrivateKey, signature.PublicKey) {
	seed := sha256.Sum256([]byte(name))
	key := ed25519.NewKeyFromSeed(seed[:])
	return key, signature.Encode(key.Public().(ed25519.PublicKey))
}

// Every way in which a version can be kept from being deployed has its own reason.
func TestAdmission(t *testing.T) {
	t.Parallel()
	key, anna := publisher("anna")
	stranger, _ := publisher("mallory")
	digest := practice.DigestOf([]byte("web 2"))
	sign := func(version string, d practice.Digest, by ed25519.PrivateKey) *signature.Envelope {
		e, err := library.NewStatement("web", version, d, library.Origin{}).Sign(by)
		if err != nil {
			t.Fatal(err)
		}
		return &e
	}
	demanding := library.Component{Name: "web", Spec: library.ComponentSpec{Signature: library.SignatureRule{Required: true, Publishers: []signature.PublicKey{anna}}}}
	open := library.Component{Name: "web"}
	good := library.Version{Component: "web", Version: "2", Digest: digest, State: library.Admitted}
	with := func(change func(*library.Version)) library.Version {
		v := good
		change(&v)
		return v
	}
	for name, c := range map[string]struct {
		component library.Component
		version   library.Version
		demand    library.Demand
		reasons   []string
	}{
		"admitted":        {component: open, version: good},
		"admitted signed": {component: demanding, version: with(func(v *library.Version) { v.Signature = sign("2", digest, key) }), demand: library.Demand{Signed: true}},
		"absent":          {component: demanding, version: library.Version{Component: "web", Version: "2"}, demand: library.Demand{Signed: true, Origin: true}, reasons: []string{"web@2 is not in the library"}},
		"quarantined":     {component: open, version: with(func(v *library.Version) { v.State = library.Quarantined }), reasons: []string{"web@2 is in quarantine"}},
		"withdrawn": {component: open, version: with(func(v *library.Version) {
			v.State, v.StateBy, v.StateWhy = library.Withdrawn, practice.Actor{Kind: practice.Person, Name: "anna"}, "leaks memory"
			v.StateAt = time.Date(2026, 11, 2, 23, 0, 0, 0, time.FixedZone("west", -5*3600))
		}), reasons: []string{"web@2 was withdrawn by anna on 2026-11-03: leaks memory"}},
		"unknown state": {component: open, version: with(func(v *library.Version) { v.State = "odd" }), reasons: []string{`web@2 is in state "odd", which is not known`}},
		"unsigned":      {component: demanding, version: good, reasons: []string{"web@2 is not signed, and a signature is demanded"}},
		"signed by a stranger": {component: demanding, version: with(func(v *library.Version) { v.Signature = sign("2", digest, stranger) }),
			reasons: []string{"signature of web@2: "}},
		"signed for another version": {component: demanding, version: with(func(v *library.Version) { v.Signature = sign("1", digest, key) }),
			reasons: []string{`signature of web@2: it was given for version "1"`}},
		"signed for other content": {component: demanding, version: with(func(v *library.Version) { v.Signature = sign("2", practice.DigestOf(nil), key) }),
			reasons: []string{"signature of web@2: it was given for other content than " + string(digest)}},
		"signature demanded, no publishers": {component: open, version: with(func(v *library.Version) { v.Signature = sign("2", digest, key) }), demand: library.Demand{Signed: true},
			reasons: []string{"signature of web@2: its component names no publisher that may sign"}},
		"origin demanded": {component: open, version: with(func(v *library.Version) { v.Origin.Source = "./web" }), demand: library.Demand{Origin: true},
			reasons: []string{"web@2 has no recorded origin: its commit is not known"}},
		"several": {component: demanding, version: with(func(v *library.Version) { v.State = library.Withdrawn }), demand: library.Demand{Origin: true},
			reasons: []string{"web@2 was withdrawn", "web@2 is not signed", "web@2 has no recorded origin: neither its source nor its commit is known"}},
	} {
		verdict := library.Admission(c.component, c.version, c.demand)
		err := library.Admit(c.component, c.version, c.demand)
		if verdict.Open != (len(c.reasons) == 0) || verdict.Open != (err == nil) || len(verdict.Reasons) != len(c.reasons) {
			t.Errorf("%s: verdict %+v, error %v, want reasons %q", name, verdict, err, c.reasons)
			continue
		}
		for i, want := range c.reasons {
			if !strings.HasPrefix(verdict.Reasons[i].Message, want) {
				t.Errorf("%s: got %q, want %q", name, verdict.Reasons[i].Message, want)
			}
		}
		var fault *practice.Error
		if len(c.reasons) > 0 && (!errors.As(err, &fault) || fault.Code != practice.Refused || fault.Message != verdict.Reasons[0].Message || len(fault.Problems) != len(c.reasons)-1) {
			t.Errorf("%s: the error %v does not say what the verdict says", name, err)
		}
	}
}
