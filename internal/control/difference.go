package control

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// flattenInto gives every leaf of a JSON value its path.
func flattenInto(flat map[string]any, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			flattenInto(flat, path+"."+key, inner)
		}
	case []any:
		for i, inner := range v {
			flattenInto(flat, fmt.Sprintf("%s[%d]", path, i), inner)
		}
	default:
		flat[path] = value
	}
}

// fieldChanges lists what differs between two flat documents, by path.
func fieldChanges(old, now map[string]any) []FieldChange {
	var changes []FieldChange
	for path, after := range now {
		before, was := old[path]
		switch {
		case !was:
			changes = append(changes, FieldChange{Path: path, After: after, Change: "added"})
		case !reflect.DeepEqual(before, after):
			changes = append(changes, FieldChange{Path: path, Before: before, After: after, Change: "changed"})
		}
	}
	for path, before := range old {
		if _, is := now[path]; !is {
			changes = append(changes, FieldChange{Path: path, Before: before, Change: "removed"})
		}
	}
	slices.SortFunc(changes, func(a, b FieldChange) int { return strings.Compare(a.Path, b.Path) })
	return changes
}
