package environment

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
)

// measure says how the values of a parameter are compared.
type measure int

const (
	asText    measure = iota // letter by letter
	asNumber                 // whole or decimal numbers
	asBytes                  // amounts with units
	asVersion                // see version
	asAny                    // numbers or amounts where both sides are, else text
)

// parameter is one kind of thing that can be looked at. A name that ends in a
// dot or a colon needs something behind it.
type parameter struct {
	name    string
	measure measure
	rest    string   // what must stand behind the name, for people
	values  []string // the only values that there are; nil: any
	fits    func(rest string) bool
}

func parameters() []parameter {
	return []parameter{
		{name: "cpu.count", measure: asNumber},
		{name: "memory.total", measure: asBytes},
		{name: "disk.free:", measure: asBytes, rest: "an absolute path: disk.free:/var", fits: absolutePath},
		{name: "os.id", measure: asText},
		{name: "os.version", measure: asVersion},
		{name: "kernel", measure: asVersion},
		{name: "package.", measure: asVersion, rest: "the name of a package: package.openssl", fits: packageName.MatchString},
		{name: "port.", measure: asText, rest: "a number from 1 to 65535: port.8080", values: []string{"listening", "free"}, fits: portNumber},
		{name: "reach.", measure: asText, rest: "a host and a port: reach.db.example:5432", values: []string{"yes", "no"}, fits: hostAndPort},
		{name: "script.", measure: asAny, rest: "a name of letters, digits, '.', '-' and '_': script.java-home", fits: scriptName.MatchString},
	}
}

var (
	packageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+._-]*(:[a-z0-9]+)?$`)
	scriptName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	hostName    = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)
)

func absolutePath(rest string) bool {
	return strings.HasPrefix(rest, "/") && !strings.ContainsRune(rest, 0)
}

func portNumber(rest string) bool {
	n, err := strconv.ParseUint(rest, 10, 16)
	return err == nil && n > 0 && rest[0] != '0' && rest[0] != '+'
}

func hostAndPort(rest string) bool {
	if _, err := netip.ParseAddrPort(rest); err == nil {
		return true
	}
	host, port, found := strings.Cut(rest, ":")
	return found && hostName.MatchString(host) && portNumber(port)
}

// parameterOf gives the kind of a parameter, and what is wrong with its name.
func parameterOf(name string) (p parameter, message, hint string) {
	for _, p := range parameters() {
		rest, found := strings.CutPrefix(name, p.name)
		switch {
		case !found, p.fits == nil && rest != "":
			continue
		case p.fits != nil && !p.fits(rest):
			return p, "does not name what to look at", "it needs " + p.rest
		}
		return p, "", ""
	}
	if near := nearestParameter(name); near != "" {
		return p, "is not known", "did you mean " + near + "?"
	}
	return p, "is not known", "known are " + strings.Join(parameterNames(), ", ")
}

// Usual names the parameters that say what kind of host a target is: they are
// looked at everywhere.
func Usual() []string {
	return []string{"cpu.count", "memory.total", "os.id", "os.version", "kernel"}
}

func parameterNames() []string {
	var names []string
	for _, p := range parameters() {
		switch {
		case strings.HasSuffix(p.name, ":"):
			names = append(names, p.name+"/PATH")
		case p.fits != nil:
			names = append(names, p.name+"NAME")
		default:
			names = append(names, p.name)
		}
	}
	return names
}

// nearestParameter gives the parameter that name is most likely a misspelling of, with what stands behind it.
func nearestParameter(name string) string {
	best, least := "", max(2, len(name)/3)+1
	try := func(candidate string) {
		if d := levenshtein.ComputeDistance(name, candidate); d < least {
			best, least = candidate, d
		}
	}
	for _, p := range parameters() {
		if p.fits == nil {
			try(p.name)
			continue
		}
		if at := strings.IndexByte(name, p.name[len(p.name)-1]); at >= 0 && p.fits(name[at+1:]) {
			try(p.name + name[at+1:])
		}
		if colon := strings.IndexByte(name, '/'); p.name == "disk.free:" && colon >= 0 {
			try(p.name + name[colon:])
		}
	}
	return best
}
