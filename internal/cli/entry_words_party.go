package cli

import (
	"fmt"
	"strings"

	"tranship.dev/tranship/api/client"
)

// partyWords says what an entry about signing in means, whole; "" for any other.
func partyWords(e client.Entry, data dataOf) string {
	from := ""
	if address := data.text("address"); address != "" {
		from = " from " + address
	}
	person := strings.TrimPrefix(e.Subject, "account/")
	switch e.Kind {
	case "session.begun":
		if data.text("way") == "code" {
			from += ", with a code"
		}
		return e.Who.Name + " signed in" + from
	case "session.ended":
		return sessionEndWords(e, data.text("person"))
	case "account.refused":
		if person == "" {
			return "a sign-in failed" + from
		}
		return "a sign-in as " + person + " failed" + from
	case "account.invited":
		return strings.TrimSuffix(fmt.Sprintf("%s gave %s a code to sign in with, as %s", e.Who.Name, person, data.text("role")), ", as ")
	case "account.code-used":
		return person + " used the code" + from
	case "account.password-set":
		return person + " chose a password" + from
	case "account.changed":
		if closed, _ := data["closed"].(bool); closed {
			return withWhy("the account of "+person+" was closed", e.Why)
		}
		return withWhy(strings.TrimSuffix("the account of "+person+" was changed, to "+data.text("role"), ", to "), e.Why)
	}
	return ""
}

// sessionEndWords says whose session ended; entries of older servers do not say whose it was.
func sessionEndWords(e client.Entry, person string) string {
	switch {
	case e.Why == "signed out":
		return e.Who.Name + " signed out"
	case person == "":
		return withWhy("a session ended", e.Why)
	}
	return withWhy("a session of "+person+" ended", e.Why)
}

func withWhy(text, why string) string {
	if why == "" {
		return text
	}
	return text + ": " + why
}
