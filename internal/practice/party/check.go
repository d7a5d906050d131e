package party

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are known whatever the host knows

	"tranship.dev/tranship/internal/practice"
)

// CheckPerson gives what is wrong with a person beyond its structure.
func CheckPerson(s PersonSpec) []practice.Problem {
	var problems []practice.Problem
	if s.Mail != "" && !isMail(s.Mail) {
		problems = append(problems, practice.Problem{
			Path: "spec.mail", Message: fmt.Sprintf("%q is no mail address", s.Mail), Hint: "write it like anna@example.org",
		})
	}
	if _, err := time.LoadLocation(s.Zone); err != nil || s.Zone == "Local" {
		problems = append(problems, practice.Problem{
			Path: "spec.zone", Message: fmt.Sprintf("%q is no time zone", s.Zone), Hint: "use an IANA name such as Europe/Berlin, or leave it out for UTC",
		})
	}
	return problems
}

func isMail(text string) bool {
	user, host, found := strings.Cut(text, "@")
	return found && user != "" && host != "" && !strings.ContainsAny(text, " \t\r\n,;<>") && !strings.Contains(host, "@")
}

// CheckGroup gives what is wrong with a group beyond its structure.
func CheckGroup(s GroupSpec) []practice.Problem {
	problems := practice.Repeated("spec.members", s.Members)
	for i, d := range s.Deputies {
		path := fmt.Sprintf("spec.deputies[%d]", i)
		add := func(field, message, hint string) {
			problems = append(problems, practice.Problem{Path: path + field, Message: message, Hint: hint})
		}
		switch {
		case !slices.Contains(s.Members, d.For):
			add(".for", fmt.Sprintf("%s is not a member", d.For), "a deputy acts for a member: add it to members, or name another")
		case d.For == d.Person:
			add(".person", fmt.Sprintf("%s cannot be the deputy of %s", d.Person, d.For), "name somebody else")
		case slices.Index(s.Deputies, d) < i:
			add("", fmt.Sprintf("%s is the deputy of %s already", d.Person, d.For), "leave one of them out")
		}
	}
	return problems
}

// CheckDelegation gives what is wrong with a delegation beyond its structure.
func CheckDelegation(s DelegationSpec) []practice.Problem {
	problems := practice.Repeated("spec.groups", s.Groups)
	if s.From == s.To {
		problems = append(problems, practice.Problem{
			Path: "spec.to", Message: fmt.Sprintf("%s cannot act for %s", s.To, s.From), Hint: "name somebody else",
		})
	}
	if !s.Begins.Before(s.Ends) {
		problems = append(problems, practice.Problem{
			Path:    "spec.ends",
			Message: fmt.Sprintf("%s is not after begins, %s", s.Ends.UTC().Format(time.RFC3339), s.Begins.UTC().Format(time.RFC3339)),
			Hint:    "every delegation ends after it began",
		})
	}
	return problems
}
