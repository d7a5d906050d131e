package library_test

import (
	"reflect"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

func TestCompareFiles(t *testing.T) {
	t.Parallel()
	file := func(path, digest string) library.ContentFile {
		return library.ContentFile{Path: path, Size: 1, Digest: practice.Digest(digest)}
	}
	a, b, c, d := file("a", "1"), file("b", "1"), file("b", "2"), file("c", "1")
	got := library.CompareFiles([]library.ContentFile{a, b}, []library.ContentFile{a, c, d})
	want := []library.FileChange{{Path: "b", Change: "changed", Before: &b, After: &c}, {Path: "c", Change: "added", After: &d}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	back := library.CompareFiles([]library.ContentFile{d}, nil)
	if !reflect.DeepEqual(back, []library.FileChange{{Path: "c", Change: "removed", Before: &d}}) {
		t.Errorf("a removed one: %+v", back)
	}
}

func TestReadPartsOfBothForms(t *testing.T) {
	t.Parallel()
	cyclone, err := library.ReadParts([]byte(`{"bomFormat":"CycloneDX","components":[
		{"name":"openssl","version":"3.5.4","licenses":[{"license":{"id":"Apache-2.0"}}],"components":[{"group":"org","name":"inner","version":"1"}]},
		{"name":"openssl","version":"3.5.4"}]}`))
	want := []library.Part{{Name: "openssl", Version: "3.5.4", Licence: "Apache-2.0"}, {Name: "org/inner", Version: "1"}}
	if err != nil || !reflect.DeepEqual(cyclone, want) {
		t.Errorf("CycloneDX: %+v, %v", cyclone, err)
	}
	spdx, err := library.ReadParts([]byte(`{"spdxVersion":"SPDX-2.3","packages":[{"name":"openssl","versionInfo":"3.5.3","licenseConcluded":"NOASSERTION",
		"licenseDeclared":"Apache-2.0","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:deb/openssl"}]},{"name":"gone","versionInfo":"1"}]}`))
	wantSPDX := []library.Part{{Name: "gone", Version: "1"}, {Name: "openssl", Version: "3.5.3", Licence: "Apache-2.0", PURL: "pkg:deb/openssl"}}
	if err != nil || !reflect.DeepEqual(spdx, wantSPDX) {
		t.Errorf("SPDX: %+v, %v", spdx, err)
	}
	changes := library.CompareParts(spdx, cyclone)
	wantChanges := []library.PartChange{
		{Name: "gone", Change: "removed", Before: "1"}, {Name: "openssl", Change: "changed", Before: "3.5.3", After: "3.5.4"}, {Name: "org/inner", Change: "added", After: "1"},
	}
	if !reflect.DeepEqual(changes, wantChanges) {
		t.Errorf("changes: %+v", changes)
	}
	for _, text := range []string{"no json", `{"name":"a lock file"}`} {
		if _, err := library.ReadParts([]byte(text)); practice.CodeOf(err) != practice.Invalid {
			t.Errorf("%s: %v", text, err)
		}
	}
}
