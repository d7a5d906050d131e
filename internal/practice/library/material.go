package library

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Part is something that a version is made of, as its bill of materials says.
type Part struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Licence string `json:"licence,omitempty"`
	PURL    string `json:"purl,omitempty"` // package URL
}

// PartChange is a part that two versions have differently.
type PartChange struct {
	Name   string `json:"name"`
	Change string `json:"change" enum:"added,changed,removed"`
	Before string `json:"before,omitempty"` // the part's version before
	After  string `json:"after,omitempty"`
}

// IsMaterials says whether something of this media type is a bill of materials
// that ReadParts understands.
func IsMaterials(mediaType string) bool {
	return strings.Contains(mediaType, "cyclonedx") || strings.Contains(mediaType, "spdx")
}

// ReadParts gives the parts that a bill of materials names, by name and version:
// CycloneDX or SPDX 2, as JSON. Invalid when it is neither.
func ReadParts(raw []byte) ([]Part, error) {
	var body struct {
		BomFormat   string            `json:"bomFormat"`
		Components  []cycloneDXPart   `json:"components"`
		SPDXVersion string            `json:"spdxVersion"`
		Packages    []json.RawMessage `json:"packages"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, practice.Faultf(practice.Invalid, "the bill of materials is no JSON: %v", err).Final()
	}
	parts := []Part{}
	switch {
	case body.BomFormat == "CycloneDX":
		parts = cycloneDX(parts, body.Components)
	case strings.HasPrefix(body.SPDXVersion, "SPDX-2"):
		for _, one := range body.Packages {
			if part, ok := spdxPart(one); ok {
				parts = append(parts, part)
			}
		}
	default:
		return nil, practice.Faultf(practice.Invalid, "the bill of materials is neither CycloneDX nor SPDX 2").Final()
	}
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) })
	return slices.CompactFunc(parts, func(a, b Part) bool { return a.Name == b.Name && a.Version == b.Version }), nil
}

type cycloneDXPart struct {
	Group    string `json:"group"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	PURL     string `json:"purl"`
	Licenses []struct {
		Expression string `json:"expression"`
		License    struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"license"`
	} `json:"licenses"`
	Components []cycloneDXPart `json:"components"`
}

// cycloneDX adds the parts, and those within them: JSON cannot nest deeper
// than the decoder allows.
func cycloneDX(parts []Part, all []cycloneDXPart) []Part {
	for _, c := range all {
		p := Part{Name: c.Name, Version: c.Version, PURL: c.PURL}
		if c.Group != "" {
			p.Name = c.Group + "/" + c.Name
		}
		var licences []string
		for _, l := range c.Licenses {
			if word := cmp.Or(l.Expression, l.License.ID, l.License.Name); word != "" {
				licences = append(licences, word)
			}
		}
		p.Licence = strings.Join(licences, ", ")
		if p.Name != "" {
			parts = append(parts, p)
		}
		parts = cycloneDX(parts, c.Components)
	}
	return parts
}

func spdxPart(raw json.RawMessage) (Part, bool) {
	var p struct {
		Name      string `json:"name"`
		Version   string `json:"versionInfo"`
		Concluded string `json:"licenseConcluded"`
		Declared  string `json:"licenseDeclared"`
		Refs      []struct {
			Type    string `json:"referenceType"`
			Locator string `json:"referenceLocator"`
		} `json:"externalRefs"`
	}
	if json.Unmarshal(raw, &p) != nil || p.Name == "" {
		return Part{}, false
	}
	part := Part{Name: p.Name, Version: p.Version}
	for _, word := range []string{p.Concluded, p.Declared} {
		if part.Licence == "" && word != "NOASSERTION" && word != "NONE" {
			part.Licence = word
		}
	}
	for _, ref := range p.Refs {
		if ref.Type == "purl" {
			part.PURL = ref.Locator
		}
	}
	return part, true
}

// CompareParts gives what differs between the parts of two versions, by name. A
// part that stands there in several versions is told with all of them.
func CompareParts(before, after []Part) []PartChange {
	old, now := byName(before), byName(after)
	changes := []PartChange{}
	for name, versions := range now {
		was, there := old[name]
		switch {
		case !there:
			changes = append(changes, PartChange{Name: name, Change: contentAdded, After: versions})
		case was != versions:
			changes = append(changes, PartChange{Name: name, Change: contentChanged, Before: was, After: versions})
		}
	}
	for name, versions := range old {
		if _, there := now[name]; !there {
			changes = append(changes, PartChange{Name: name, Change: contentRemoved, Before: versions})
		}
	}
	slices.SortFunc(changes, func(a, b PartChange) int { return cmp.Compare(a.Name, b.Name) })
	return changes
}

func byName(parts []Part) map[string]string {
	found := map[string]string{}
	for _, p := range parts {
		if present, there := found[p.Name]; there {
			found[p.Name] = present + ", " + p.Version
		} else {
			found[p.Name] = p.Version
		}
	}
	return found
}
