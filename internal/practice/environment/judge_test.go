package environment_test

import (
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice/environment"
)

// TestJudge: each line is a parameter, an operator and a value as needed, what
// is there, and what is said; nothing said means that it holds (R97).
func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ parameter, operator, needed, there, says string }{
		{"cpu.count", ">=", "4", "4", ""},
		{"cpu.count", ">=", "10", "9", "cpu.count is 9; >= 10 is needed"},
		{"cpu.count", "in", "2, 4,8", "8", ""},
		{"cpu.count", "not-in", "2,4", "4", "cpu.count is 4; none of 2,4 is allowed"},
		{"memory.total", ">=", "4GiB", "4294967296", ""},
		{"memory.total", ">=", "4GiB", "4294967295", "memory.total is 4GiB; >= 4GiB is needed"},
		{"memory.total", ">", "4GB", "4294967296", ""},
		{"memory.total", "=", "1.5 KiB", "1536", ""},
		{"disk.free:/var", ">=", "500MB", "104857600", "disk.free:/var is 100MiB; >= 500MB is needed"},
		{"os.id", "in", "debian, ubuntu", "alpine", "os.id is alpine; one of debian, ubuntu is needed"},
		{"os.id", "=", "debian", "debian", ""},
		{"os.version", ">=", "12", "9", "os.version is 9; >= 12 is needed"},
		{"os.version", "<", "22.10", "22.04", ""},
		{"kernel", ">=", "5.15", "6.1.0-18-amd64", ""},
		{"package.openssl", "version", ">=3.0.9 <4", "3.0.15-1~deb12u1", ""},
		{"package.openssl", "version", ">=3.0.9 <4", "1.1.1w-0+deb11u1", "package.openssl is 1.1.1w-0+deb11u1; version >=3.0.9 <4 is needed"},
		{"package.openssl", "version", ">=8.2", "2:8.2.4919-1", ""},
		{"package.openssl", "version", ">=2", "2~rc1-1", "package.openssl is 2~rc1-1; version >=2 is needed"},
		{"package.openssl", "version", ">=1", "2~rc1-1", ""},
		{"package.openssl", "version", ">=1", "unknown", "package.openssl is unknown, which cannot be compared; version >=1 is needed"},
		{"package.openssl", ">=", "1.10", "1.9.7", "package.openssl is 1.9.7; >= 1.10 is needed"},
		{"package.openssl", "=", "1.2-1", "1.2-2", "package.openssl is 1.2-2; 1.2-1 is needed"},
		{"package.openssl", "present", "", "-", "package.openssl is not there; it must be present"},
		{"package.openssl", "absent", "", "-", ""},
		{"package.openssl", "absent", "", "1.2", "package.openssl is 1.2; it must be absent"},
		{"package.openssl", ">=", "1", "-", "package.openssl is not there; >= 1 is needed"},
		{"port.8080", "=", "free", "listening", "port.8080 is listening; free is needed"},
		{"reach.db:5432", "=", "yes", "no", "reach.db:5432 is no; yes is needed"},
		{"script.java", "matches", `"17\.`, `openjdk version "17.0.2"`, ""},
		{"script.java", "matches", `^17`, "", "script.java is empty; a match of ^17 is needed"},
		{"script.files", ">=", "1024", "65536", ""},
		{"script.cache", "<", "1GiB", "900MiB", ""},
		{"script.files", ">=", "1024", "unlimited", "script.files is unlimited, which cannot be compared; >= 1024 is needed"},
		{"script.files", "!=", "1.0", "1", "script.files is 1; 1.0 is not allowed"},
	} {
		r := environment.Requirement{Parameter: c.parameter, Operator: environment.Operator(c.operator), Value: c.needed}
		if strings.HasPrefix(c.parameter, "script.") {
			r.Run = []string{"true"}
		}
		if problems := environment.CheckRequirements("b", []environment.Requirement{r}); len(problems) > 0 {
			t.Errorf("%s %s %s is not allowed: %v", c.parameter, c.operator, c.needed, problems)
		}
		values := map[string]string{c.parameter: c.there}
		if c.there == "-" {
			values = nil
		}
		says := ""
		for _, m := range environment.Judge([]environment.Requirement{r}, values, nil) {
			says += m.Message
		}
		if says != c.says {
			t.Errorf("%s %s %q where it is %q:\ngot  %q\nwant %q", c.parameter, c.operator, c.needed, c.there, says, c.says)
		}
	}
}

// TestJudgeTellsAllThatIsWrong: one look names every mismatch, with what it is
// needed for; what could not be read is not held to be absent.
func TestJudgeTellsAllThatIsWrong(t *testing.T) {
	t.Parallel()
	found := environment.Judge([]environment.Requirement{
		{Parameter: "cpu.count", Operator: environment.AtLeast, Value: "8", Why: "the index is built by 8 workers"},
		{Parameter: "os.id", Operator: environment.Equal, Value: "debian"},
		{Parameter: "package.nginx", Operator: environment.IsAbsent},
	}, map[string]string{"cpu.count": "2", "os.id": "debian"}, map[string]string{"package.nginx": "neither dpkg-query nor rpm is there"})
	var says []string
	for _, m := range found {
		says = append(says, m.Message)
	}
	want := []string{
		"cpu.count is 2; >= 8 is needed (the index is built by 8 workers)",
		"package.nginx could not be read: neither dpkg-query nor rpm is there; it must be absent",
	}
	if strings.Join(says, "\n") != strings.Join(want, "\n") {
		t.Errorf("got  %q\nwant %q", says, want)
	}
}

// TestCheckBaseline: what no target can ever fulfil, or nobody can look at, is
// told when the environment is written, with what was meant.
func TestCheckBaseline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ parameter, operator, value, says string }{
		{"cpu.cuont", ">=", "4", `spec.baseline[0].parameter: "cpu.cuont" is not known (did you mean cpu.count?)`},
		{"packge.openssl", "present", "", `spec.baseline[0].parameter: "packge.openssl" is not known (did you mean package.openssl?)`},
		{"disk.fre:/var", ">=", "1GiB", `spec.baseline[0].parameter: "disk.fre:/var" is not known (did you mean disk.free:/var?)`},
		{"disk.free:var", ">=", "1GiB", `spec.baseline[0].parameter: "disk.free:var" does not name what to look at (it needs an absolute path: disk.free:/var)`},
		{"port.0", "=", "free", `spec.baseline[0].parameter: "port.0" does not name what to look at (it needs a number from 1 to 65535: port.8080)`},
		{"port.80", "=", "open", `spec.baseline[0].value: "open" is never the value of port.NAME (it is listening or free)`},
		{"package.--root=x", "present", "", `spec.baseline[0].parameter: "package.--root=x" does not name what to look at (it needs the name of a package: package.openssl)`},
		{"memory.total", ">=", "4 gigs", `spec.baseline[0].value: "4 gigs" is no amount (write it like 4GiB or 500MB)`},
		{"cpu.count", ">=", "", `spec.baseline[0].value: is missing (say what is needed)`},
		{"os.id", ">=", "debian", `spec.baseline[0].value: os.id cannot be compared by >= (use =, !=, in, not-in or matches)`},
		{"os.id", "present", "debian", `spec.baseline[0].value: "debian" is not compared with anything by present (leave it out)`},
		{"kernel", "matches", "6.(", `spec.baseline[0].value: "6.(" is no regular expression (see github.com/google/re2/wiki/Syntax)`},
		{"kernel", "version", "at least 6", `spec.baseline[0].value: "at least 6" does not say which versions (write it like ">=1.2 <2")`},
		{"script.java", "=", "17", `spec.baseline[0].run: is missing for script.java (name the command and its arguments: [java, -version])`},
	} {
		s := environment.Spec{Baseline: []environment.Requirement{{Parameter: c.parameter, Operator: environment.Operator(c.operator), Value: c.value}}}
		expect(t, environment.CheckSpec(s), c.says)
	}
	expect(t, environment.CheckSpec(environment.Spec{Parameters: map[string]string{"a b": ""}}),
		`spec.parameters: parameter "a b" cannot be referred to (use letters, digits, '.', '-' or '_')`)
}

func TestConcerns(t *testing.T) {
	t.Parallel()
	r := environment.Requirement{On: map[string]string{"role": "db", "zone": "a"}}
	for _, c := range []struct {
		labels map[string]string
		want   bool
	}{
		{map[string]string{"role": "db", "zone": "a", "rack": "7"}, true},
		{map[string]string{"role": "db", "zone": "b"}, false},
		{map[string]string{"role": "db"}, false},
		{nil, false},
	} {
		if got := r.Concerns(c.labels); got != c.want {
			t.Errorf("%v: %v, want %v", c.labels, got, c.want)
		}
	}
	if !(environment.Requirement{}).Concerns(nil) {
		t.Error("one without labels is not for every target")
	}
}
