package approval_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/script"
)

var update = flag.Bool("update", false, "write what happened into testdata")

// TestScripts runs the scenarios of testdata: given, when, wait, why and then
// lines, each followed by what happened (indented; written with -update).
func TestScripts(t *testing.T) {
	t.Parallel()
	script.Run(t, *update, func() script.Line { return newStage().line })
}

// stage is one scenario: the documents by name, what is asked, and the votes.
type stage struct {
	persons     map[string]party.PersonSpec
	groups      map[string]party.GroupSpec
	accounts    map[string]party.ServiceAccountSpec
	delegations []party.Delegation
	policies    map[string]approval.PolicySpec
	ask         approval.Ask
	votes       []approval.Vote
	now, told   time.Time
	parts       approval.SubjectParts // as they were after the last line
}

func newStage() *stage {
	return &stage{
		persons: map[string]party.PersonSpec{}, groups: map[string]party.GroupSpec{}, accounts: map[string]party.ServiceAccountSpec{},
		policies: map[string]approval.PolicySpec{}, now: nine, told: nine,
		ask: approval.Ask{
			Deployment: "D-12", Plan: practice.DigestOf([]byte("plan 1")), Environment: "live", Model: "web-rolling",
			Components: []approval.Component{{Name: "shop", Kind: "software"}}, Direction: "install", Class: practice.ReleaseClass,
			Risk: practice.LowRisk, Requester: person("anna"), Round: 1, At: nine,
		},
	}
}

func (p *stage) input() approval.Input {
	in := approval.Input{Ask: p.ask, Votes: p.votes, Now: p.now, ToldUntil: p.told}
	for name, spec := range p.policies {
		digest, _ := practice.CanonicalDigest(spec)
		in.Policies = append(in.Policies, approval.Policy{Name: name, Digest: digest, Spec: spec})
	}
	var persons []party.Person
	for name, spec := range p.persons {
		persons = append(persons, party.Person{Name: name, Spec: spec})
	}
	var groups []party.Group
	for name, spec := range p.groups {
		groups = append(groups, party.Group{Name: name, Spec: spec})
	}
	var accounts []party.ServiceAccount
	for name, spec := range p.accounts {
		accounts = append(accounts, party.ServiceAccount{Name: name, Spec: spec})
	}
	in.People = party.NewPeople(persons, groups, accounts, p.delegations)
	return in
}

func (p *stage) line(verb string, words []string) ([]string, error) {
	if p.parts.Deployment == "" {
		p.parts = approval.Judge(p.input()).Parts
	}
	switch verb {
	case "given":
		p.parts = approval.SubjectParts{}
		return nil, p.given(words)
	case "why":
		return p.why(), nil
	case "then":
		return nil, p.then(strings.Join(words, " "))
	case "wait":
		d, err := time.ParseDuration(words[0])
		p.now = p.now.Add(d)
		return p.standing(), err
	case "when":
		told, err := p.when(words)
		return append(told, p.standing()...), err
	}
	return nil, fmt.Errorf("%q is not given, when, wait, why or then", verb)
}

// list reads "anna, ben, cara".
func list(words []string) []string {
	return strings.FieldsFunc(strings.Join(words, " "), func(r rune) bool { return r == ',' || r == ' ' })
}

// needs reads "2 of operations and 1 of security".
func needs(words []string) ([]approval.Need, error) {
	var all []approval.Need
	for i := 0; i+2 < len(words); i += 4 {
		count, err := strconv.Atoi(words[i])
		if err != nil || words[i+1] != "of" {
			return nil, fmt.Errorf("%q is not like: 2 of operations and 1 of security", strings.Join(words, " "))
		}
		all = append(all, approval.Need{Group: words[i+2], Count: count})
	}
	return all, nil
}

// clock reads "22:00" of the scenario's day, or "tomorrow-22:00".
func clock(word string) (time.Time, error) {
	day := nine
	if rest, found := strings.CutPrefix(word, "tomorrow-"); found {
		day, word = day.Add(24*time.Hour), rest
	}
	t, err := time.Parse("15:04", word)
	return time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC), err
}

func (p *stage) given(words []string) error {
	switch words[0] {
	case "persons":
		for _, name := range list(words[1:]) {
			p.persons[name] = party.PersonSpec{}
		}
	case "mail": // given mail anna@example.org of anna and anna-admin
		for _, name := range []string{words[3], words[5]} {
			p.persons[name] = party.PersonSpec{Mail: words[1]}
		}
	case "group": // given group operations anna, ben
		p.groups[words[1]] = party.GroupSpec{Members: list(words[2:])}
	case "deputy": // given deputy dora of ben in operations
		spec := p.groups[words[5]]
		spec.Deputies = append(spec.Deputies, party.Deputy{For: words[3], Person: words[1]})
		p.groups[words[5]] = spec
	case "delegation": // given delegation holiday from ben to dora until 13:00
		ends, err := clock(words[7])
		p.delegations = append(p.delegations, party.Delegation{Name: words[1], Spec: party.DelegationSpec{From: words[3], To: words[5], Begins: nine, Ends: ends}})
		return err
	case "account": // given account delivery of anna
		p.accounts[words[1]] = party.ServiceAccountSpec{Owner: words[3]}
	case "policy":
		spec := p.policies[words[1]]
		err := policyLine(&spec, words[2:])
		p.policies[words[1]] = spec
		return err
	default:
		return p.asked(words)
	}
	return nil
}

// asked reads what is asked for.
func (p *stage) asked(words []string) error {
	switch words[0] {
	case "request": // given request by anna, or: given request by account delivery
		p.ask.Requester = person(words[2])
		if words[2] == "account" {
			p.ask.Requester = practice.Actor{Kind: practice.Account, Name: words[3]}
		}
	case "implementer":
		p.ask.Implementers = append(p.ask.Implementers, words[1])
	case "change":
		p.ask.Change = approval.Change{Reference: words[1]}
	case "urgency":
		p.ask.Urgency = practice.Urgency(words[1])
	case "risk":
		p.ask.Risk = practice.RiskLevel(words[1])
	case "environment":
		p.ask.Environment = words[1]
	case "window": // given window 22:00 to 23:30
		start, err := clock(words[1])
		end, other := clock(words[3])
		p.ask.Window = practice.Window{Start: start, End: end}
		return errors.Join(err, other)
	default:
		return fmt.Errorf("given what?")
	}
	return nil
}

// policyLine reads one thing that a policy says.
func policyLine(s *approval.PolicySpec, words []string) (err error) {
	var d time.Duration
	if slices.Contains([]string{"expires", "reminds", "escalates"}, words[0]) {
		d, err = time.ParseDuration(words[2])
	}
	switch words[0] {
	case "needs":
		s.Needs, err = needs(words[1:])
	case "expires":
		s.Expires = practice.Duration(d)
	case "reminds":
		s.RemindAfter = practice.Duration(d)
	case "escalates": // escalates after 8h to duty
		s.EscalateAfter, s.EscalateTo = practice.Duration(d), words[4]
	case "reasons":
		s.ReasonRequired = true
	case "change":
		s.Change = approval.ChangeRule(words[1])
	case "for":
		switch words[1] {
		case "risk":
			s.AppliesTo.Risks = []practice.RiskLevel{practice.RiskLevel(words[2])}
		case "environment":
			s.AppliesTo.Environments = words[2:]
		}
	case "emergency": // emergency reviewed by security within 48h [needs 1 of duty]
		var within time.Duration
		within, err = time.ParseDuration(words[5])
		s.Emergency = &approval.Emergency{Review: approval.ReviewRule{Group: words[3], Within: practice.Duration(within)}}
		if len(words) > 6 {
			s.Emergency.Needs, err = needs(words[7:])
		}
	default:
		err = fmt.Errorf("a policy does not say %q", words[0])
	}
	return err
}

// when lets one thing happen.
func (p *stage) when(words []string) ([]string, error) {
	why := ""
	if i := slices.Index(words, "because"); i >= 0 {
		why, words = strings.Join(words[i+1:], " "), words[:i]
	}
	switch words[1] {
	case "approves", "rejects":
		return p.vote(words, why), nil
	case "withdraws":
		return p.withdraw(words[0])
	case "leaves":
		p.persons[words[0]] = party.PersonSpec{Left: true}
		return nil, nil
	case "becomes": // when operations becomes anna, ben
		spec := p.groups[words[0]]
		spec.Members = list(words[2:])
		p.groups[words[0]] = spec
		return nil, nil
	}
	switch strings.Join(words[:min(3, len(words))], " ") {
	case "the plan changes":
		p.ask.Plan = practice.DigestOf([]byte(words[len(words)-1]))
	case "the start moves": // when the start moves to 22:30
		start, err := clock(words[4])
		if err != nil || !p.ask.Window.Holds(start) {
			return []string{"refused: that is outside the window: ask for another"}, err
		}
	case "the window moves", "the class becomes", "the implementer becomes", "the policy changes", "it is asked":
		return p.changed(words)
	case "the change is":
		r := approval.Judge(p.input())
		p.ask.Change.State, p.ask.Change.By, p.ask.Change.At, p.ask.Change.Why = approval.ChangeState(words[3]), person(words[5]), p.now, why
		p.ask.Change.Subject = r.Subject
	case "the delegation ends":
		p.delegations[0].Spec.Ends = p.now
	default:
		return nil, fmt.Errorf("that cannot happen")
	}
	return p.voided(), nil
}

func (p *stage) changed(words []string) ([]string, error) {
	var err error
	switch words[1] {
	case "window":
		err = p.asked(append([]string{"window"}, words[4:]...))
	case "class":
		p.ask.Class = practice.Class(words[3])
	case "implementer":
		p.ask.Implementers = words[3:]
	case "policy": // when the policy changes live needs 1 of operations
		err = p.given(append([]string{"policy"}, words[3:]...))
	case "is": // when it is asked again
		p.ask.Round++
	}
	return p.voided(), err
}

// voided says what changed of what votes are bound to, and asks anew if something did.
func (p *stage) voided() []string {
	after := approval.Judge(p.input()).Parts
	told := approval.Changed(p.parts, after)
	if len(told) > 0 {
		p.ask.At = p.now
	}
	p.parts = after
	return told
}

// vote reads: ben approves [for cara] [in security].
func (p *stage) vote(words []string, why string) []string {
	v := approval.Vote{By: words[0], Decision: approval.Approve, Reason: why, Subject: approval.Judge(p.input()).Subject}
	if words[1] == "rejects" {
		v.Decision = approval.Reject
	}
	for i := 2; i+1 < len(words); i += 2 {
		switch words[i] {
		case "for":
			v.For = words[i+1]
		case "in":
			v.Group = words[i+1]
		case "what": // approves what was before
			v.Subject = practice.DigestOf([]byte("what was before"))
		}
	}
	kept, err := approval.MayVote(p.input(), v)
	if err != nil {
		return []string{fmt.Sprintf("refused (%s): %v", practice.CodeOf(err), err)}
	}
	kept.ID = fmt.Sprintf("V-%d", len(p.votes)+1)
	p.votes = append(p.votes, kept)
	return nil
}

func (p *stage) withdraw(by string) ([]string, error) {
	for i, v := range p.votes {
		if (v.By == by || v.For == by) && v.Withdrawn.IsZero() {
			if err := approval.MayWithdraw(v, by); err != nil {
				return nil, err
			}
			p.votes[i].Withdrawn = p.now
			return nil, nil
		}
	}
	return nil, fmt.Errorf("%s has no vote", by)
}

// standing says how far everything is, and what people are told.
func (p *stage) standing() []string {
	r := approval.Judge(p.input())
	state := "held"
	if r.Verdict.Open {
		state = "OPEN"
	}
	var parts []string
	for _, s := range r.Groups {
		text := fmt.Sprintf("%s %d/%d", s.Group, s.Have, s.Needed)
		if len(s.By) > 0 {
			text += " (" + strings.Join(s.By, ", ") + ")"
		}
		parts = append(parts, text)
	}
	if r.Rejected != nil {
		parts = append(parts, "rejected by "+r.Rejected.By)
	}
	line := fmt.Sprintf("%s %s: %s", p.now.Format("15:04"), state, strings.Join(parts, "; "))
	if !r.Next.IsZero() {
		line += fmt.Sprintf("; looks again %s", r.Next.Format("2 Jan 15:04"))
	}
	told := []string{line}
	for _, v := range r.Votes {
		if !v.Counts {
			told = append(told, fmt.Sprintf("the vote of %s does not count: %s", v.Vote.By, v.Why))
		}
	}
	for _, n := range r.Due {
		told = append(told, fmt.Sprintf("%s of %s to %s: %s", n.Kind, n.At.Format("15:04"), strings.Join(n.To, ", "), n.Message))
	}
	for _, d := range r.Reviews {
		told = append(told, fmt.Sprintf("must be reviewed by %s within %s of its end", d.Group, d.Within))
	}
	p.told = p.now
	return told
}

func (p *stage) why() []string {
	r := approval.Judge(p.input())
	told := []string{r.Why}
	for _, reason := range r.Verdict.Reasons {
		told = append(told, "gate:  "+reason.Gate, "why:   "+reason.Message, "since: "+reason.Since.Format("2 Jan 15:04"), "who:   "+reason.Who, "how:   "+reason.How)
	}
	return told
}

func (p *stage) then(want string) error {
	got := "held"
	if approval.Judge(p.input()).Verdict.Open {
		got = "open"
	}
	if got != want {
		return fmt.Errorf("it is %s: %s", got, approval.Judge(p.input()).Why)
	}
	return nil
}
