// Package bus carries hints to agents and their questions and reports to the
// server, over core NATS: a server inside the process or an outside cluster.
// It may lose everything; the database is the truth. Who sent a message follows
// from its subject alone, which the bus lets only that agent use.
package bus

import (
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// The questions that an agent may ask.
const (
	askHello  = "hello"
	askSync   = "sync"
	askReport = "report"
	askOutput = "output"

	askInspect = "inspect"
	askFound   = "found"
	askHealth  = "health"
)

// lookHint is what a hint says that wants the targets looked at; one about orders says nothing.
const lookHint = "look"

// group is the queue group: of several servers, one answers.
const group = "tranship"

// token writes a name as one token of a subject: names hold dots, tokens cannot,
// and names cannot hold a tilde.
func token(name string) string { return strings.ReplaceAll(name, ".", "~") }

func untoken(text string) string { return strings.ReplaceAll(text, "~", ".") }

func askSubject(from deployment.Sender, ask string) string {
	return "tranship." + token(string(from.Scope)) + ".agent." + token(from.Agent) + "." + ask
}

func hintSubject(to deployment.Sender) string {
	return "tranship." + token(string(to.Scope)) + ".hint." + token(to.Agent)
}

// inboxPrefix is where answers to one agent go; no other agent may listen there.
func inboxPrefix(to deployment.Sender) string {
	return "tranship." + token(string(to.Scope)) + ".inbox." + token(to.Agent)
}

func recordedSubject(scope practice.Scope) string {
	return "tranship." + token(string(scope)) + ".recorded"
}

// senderOf reads the sender from a question's subject.
func senderOf(subject string) (from deployment.Sender, ok bool) {
	parts := strings.Split(subject, ".")
	if len(parts) != 5 || parts[0] != "tranship" || parts[2] != "agent" {
		return from, false
	}
	from = deployment.Sender{Scope: practice.Scope(untoken(parts[1])), Agent: untoken(parts[3])}
	return from, checkSender(from) == nil
}

func checkSender(s deployment.Sender) error {
	if err := practice.CheckName("scope", string(s.Scope)); err != nil {
		return err
	}
	return practice.CheckName("agent", s.Agent)
}

// login is the name of an agent's connection in the bus server.
func login(s deployment.Sender) string { return string(s.Scope) + "/" + s.Agent }
