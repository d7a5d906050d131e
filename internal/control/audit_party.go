package control

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// versionTold is what the entries say of a version.
type versionTold struct {
	sum   practice.Digest
	moved library.Version // only its state, and who set it when and why
}

func (a *audit) versionTold(id string, e practice.Entry) {
	told := a.versions[id]
	if e.Kind == "library.version-added" {
		told.sum = practice.Digest(text(e, "sum"))
		told.moved = library.Version{State: library.Quarantined, StateWhy: "new"}
	} else {
		told.moved = library.Version{State: library.State(text(e, "to")), StateWhy: e.Why}
	}
	told.moved.StateBy, told.moved.StateAt = e.Who, e.When
	a.versions[id] = told
}

func (a *audit) compareVersions() error {
	return matched(a, StoredVersion, "version", a.versions,
		func(_ string, v library.Version) string { return v.Component + "@" + v.Version },
		func(where string, v library.Version, told versionTold) {
			a.compareSum(where, versionSum(v), told.sum)
			a.compare(where, library.Version{State: v.State, StateBy: v.StateBy, StateWhy: v.StateWhy, StateAt: v.StateAt}, told.moved)
		})
}

func (a *audit) compareSum(where string, stored, told practice.Digest) {
	if stored != told {
		a.find(where, "was altered: what never changes in it has digest %s, the record says %s", stored, told)
	}
}

// tokenTold is what the entries say of a token.
type tokenTold struct {
	sum     practice.Digest
	actor   string
	revoked time.Time
}

func (a *audit) tokenTold(id string, e practice.Entry) {
	told := a.tokens[id]
	switch e.Kind {
	case "token.created":
		told = tokenTold{sum: practice.Digest(text(e, "sum")), actor: text(e, "actor")}
	case "token.revoked":
		told.revoked = e.When
	}
	a.tokens[id] = told
}

func (a *audit) compareTokens() error {
	return matched(a, StoredToken, "token", a.tokens,
		func(_ string, t party.Token) string { return t.ID },
		func(where string, t party.Token, told tokenTold) {
			a.compareSum(where, tokenSum(t), told.sum)
			a.compare(where, party.Token{RevokedAt: t.RevokedAt}, party.Token{RevokedAt: told.revoked})
		})
}

// enrolmentTold is what the entries say of an enrolment.
type enrolmentTold struct {
	sum  practice.Digest
	by   practice.Actor
	used time.Time
}

func (a *audit) agentTold(name string, e practice.Entry) {
	id := text(e, "enrolment")
	switch e.Kind {
	case "agent.enrolment-allowed":
		a.enrolments[id] = enrolmentTold{sum: practice.Digest(text(e, "sum")), by: e.Who}
	case "agent.enrolled":
		told := a.enrolments[id]
		told.used = e.When
		a.enrolments[id] = told
		a.agents[name] = environment.Agent{Name: name, Key: signature.PublicKey(text(e, "key")), EnrolledAt: e.When, EnrolledBy: told.by}
		a.tokens[text(e, "token")] = tokenTold{sum: practice.Digest(text(e, "sum")), actor: e.Who.String()}
	case "agent.revoked":
		agent := a.agents[name]
		agent.RevokedAt = e.When
		a.agents[name] = agent
		actor := practice.Actor{Kind: practice.Machine, Name: name}.String()
		for id, token := range a.tokens {
			if token.actor == actor && token.revoked.IsZero() {
				token.revoked = e.When
				a.tokens[id] = token
			}
		}
	}
}

func (a *audit) compareEnrolments() error {
	return matched(a, StoredEnrolment, "enrolment", a.enrolments,
		func(_ string, e party.Enrolment) string { return e.ID },
		func(where string, e party.Enrolment, told enrolmentTold) {
			a.compareSum(where, enrolmentSum(e), told.sum)
			a.compare(where, party.Enrolment{UsedAt: e.UsedAt}, party.Enrolment{UsedAt: told.used})
		})
}

func (a *audit) compareAgents() error {
	return matched(a, StoredAgent, "agent", a.agents,
		func(_ string, g environment.Agent) string { return g.Name },
		func(where string, g, told environment.Agent) {
			a.compare(where, environment.Agent{Name: g.Name, Key: g.Key, EnrolledAt: g.EnrolledAt, EnrolledBy: g.EnrolledBy, RevokedAt: g.RevokedAt}, told)
		})
}

// planTold is what the entries say of a plan, and then what its header says of its targets.
type planTold struct {
	digest practice.Digest
	by     practice.Actor
	at     time.Time
	seen   bool
	sum    practice.Digest
}

func (a *audit) comparePlans() error {
	err := a.each(StoredPlan, func(s Stored) {
		p, readable := s.Value.(plan.Record)
		told, known := a.plans[p.ID]
		if !a.known(s, known && readable) {
			return
		}
		told.seen, told.sum = true, p.Header.TargetsSum
		a.plans[p.ID] = told
		digest, err := p.Header.Digest()
		if err != nil || digest != told.digest {
			a.find(s.Where, "its header has digest %s, the record says %s", digest, told.digest)
		}
		p.Header = plan.Header{}
		a.compare(s.Where, p, plan.Record{ID: p.ID, Digest: told.digest, By: told.by, At: told.at})
	})
	for id, told := range a.plans {
		if !told.seen {
			a.missing("plan " + id)
		}
	}
	return err
}

func (a *audit) comparePlanTargets() error {
	sums := map[string]practice.Digest{}
	id, sum := "", plan.NewSum()
	end := func() {
		if id != "" && sum != nil {
			sums[id] = sum.Digest()
		}
	}
	err := a.each(StoredPlanTarget, func(s Stored) {
		if s.Under != id {
			end()
			id, sum = s.Under, plan.NewSum()
		}
		t, readable := s.Value.(plan.Target)
		if !readable || sum == nil || sum.Add(t) != nil {
			sum = nil
		}
	})
	end()
	none := plan.NewSum().Digest()
	for id, told := range a.plans {
		found, has := sums[id]
		delete(sums, id)
		if told.seen && found != told.sum && (has || told.sum != none) {
			a.find("plan "+id, "its targets have digest %s, its header says %s", found, told.sum)
		}
	}
	for id := range sums {
		a.find("plan "+id, "its targets are stored, but no entry tells of it")
	}
	return err
}
