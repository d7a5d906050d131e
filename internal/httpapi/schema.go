package httpapi

import (
	"path"
	"reflect"
	"strings"
)

// schemaName names a type in the description: Deployment, PlanTarget,
// DeploymentTarget, ListDeployment. The rooms' names tell apart what bears the
// same name in two of them.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "" {
		return joined(hint)
	}
	if outer, inner, generic := strings.Cut(t.Name(), "["); generic {
		return outer + qualified(strings.TrimSuffix(inner, "]"))
	}
	return qualified(t.PkgPath() + "." + t.Name())
}

// qualified gives the name of "path/to/room.Type".
func qualified(full string) string {
	room, name, found := strings.Cut(path.Base(full), ".")
	if !found {
		return strings.ToUpper(full[:1]) + full[1:]
	}
	switch {
	case room == "practice" && name == "Problem":
		return "Defect"
	case room == "practice", room == "httpapi", room == "control", room == "dsse":
		return name
	case strings.HasPrefix(strings.ToLower(name), room):
		return name
	}
	return strings.ToUpper(room[:1]) + room[1:] + name
}

// joined gives "create-tokenRequest" as "CreateTokenRequest".
func joined(hint string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(hint, func(r rune) bool { return r == '-' || r == '.' || r == ' ' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
