package library_test

import (
	"fmt"
	"testing"

	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/signature"
)

func TestCheckComponent(t *testing.T) {
	t.Parallel()
	_, anna := publisher("anna")
	rule := func(required bool, keys ...signature.PublicKey) library.ComponentSpec {
		return library.ComponentSpec{Signature: library.SignatureRule{Required: required, Publishers: keys}}
	}
	for _, c := range []struct {
		spec library.ComponentSpec
		want string
	}{
		{rule(false), "[]"},
		{rule(true, anna), "[]"},
		{rule(true), "[spec.signature.publishers: is needed where a signature is required (name the publisher's public key; tranship key create makes one)]"},
		{rule(false, anna, "abc", anna), `[spec.signature.publishers[1]: public key "abc" is not base64 of 32 bytes (tranship key create makes one) spec.signature.publishers[2]: is the same key as publishers[0]]`},
	} {
		if got := fmt.Sprint(library.CheckComponent(c.spec)); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestCheckRelease(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		items []library.Item
		want  string
	}{
		{nil, "[spec.items: is empty (name at least one component version)]"},
		{[]library.Item{{Component: "web", Version: "1"}, {Component: "db", Version: "1"}}, "[]"},
		{[]library.Item{{Component: "web", Version: "1"}, {Component: "db", Version: "1"}, {Component: "web", Version: "2"}},
			"[spec.items[2].component: web is in the release already: items[0] has version 1]"},
	} {
		if got := fmt.Sprint(library.CheckRelease(library.ReleaseSpec{Items: c.items})); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
