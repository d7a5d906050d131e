package environment

// Requirement is one thing that must hold on a target before a release is
// brought there: one line of an environment's baseline (R91, R97).
type Requirement struct {
	Parameter string            `json:"parameter" minLength:"1" doc:"What is looked at: cpu.count, memory.total, disk.free:/PATH, os.id, os.version, kernel, package.NAME, port.NUMBER, reach.HOST:PORT or script.NAME."`
	Operator  Operator          `json:"operator" enum:"=,!=,<,<=,>,>=,in,not-in,matches,version,present,absent" doc:"How it is compared."`
	Value     string            `json:"value,omitempty" doc:"With what: a text, a number, an amount like 4GiB, a list like \"debian, ubuntu\", a regular expression (RE2), or versions like \">=1.2 <2\"."`
	Run       []string          `json:"run,omitempty" doc:"Of script.NAME: the command and its arguments; what it prints is the value. It must change nothing."`
	On        map[string]string `json:"on,omitempty" doc:"Labels of the targets that it is for; all of them by default."`
	Why       string            `json:"why,omitempty" doc:"What it is needed for, for those who read that it does not hold."`
}

// Operator compares what is there with what is needed.
type Operator string

// The operators.
const (
	Equal     Operator = "="
	NotEqual  Operator = "!="
	Less      Operator = "<"
	AtMost    Operator = "<="
	More      Operator = ">"
	AtLeast   Operator = ">="
	In        Operator = "in"
	NotIn     Operator = "not-in"
	Matches   Operator = "matches" // a regular expression (RE2) matches somewhere within
	OfVersion Operator = "version" // a constraint of versions holds
	IsPresent Operator = "present"
	IsAbsent  Operator = "absent"
)

func operators() []Operator {
	return []Operator{Equal, NotEqual, Less, AtMost, More, AtLeast, In, NotIn, Matches, OfVersion, IsPresent, IsAbsent}
}

// Concerns says whether the requirement is for a target with these labels.
func (r Requirement) Concerns(labels map[string]string) bool {
	for name, value := range r.On {
		if has, found := labels[name]; !found || has != value {
			return false
		}
	}
	return true
}

// needed says in words what must hold.
func (r Requirement) needed() string {
	switch r.Operator {
	case IsPresent:
		return "it must be present"
	case IsAbsent:
		return "it must be absent"
	case In:
		return "one of " + r.Value + " is needed"
	case NotIn:
		return "none of " + r.Value + " is allowed"
	case Matches:
		return "a match of " + r.Value + " is needed"
	case OfVersion:
		return "version " + r.Value + " is needed"
	case Equal:
		return r.Value + " is needed"
	case NotEqual:
		return r.Value + " is not allowed"
	case Less, AtMost, More, AtLeast:
	}
	return string(r.Operator) + " " + r.Value + " is needed"
}
