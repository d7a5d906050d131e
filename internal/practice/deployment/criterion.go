package deployment

import (
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// holds says whether the criteria of a checkpoint keep the deployment from going
// on, and does then what follows: it waits for what is asked, or does as for a
// failed check. What was passed since the present stage ended is not asked again.
func (c *course) holds(at Checkpoint) bool {
	s := &c.d.Stage
	if s.Cleared != "" && s.Cleared.reached(at) {
		return false
	}
	due := c.d.CriteriaAt(at)
	if len(due) == 0 {
		return false
	}
	passed := s.Passed
	s.Held, s.Passed = at, true
	if c.state(Remediating) { // some targets were brought back: somebody answered
		c.answered(practice.Tranship, "")
		return true
	}
	if c.asksEvidence(due) || !c.judgeCriteria(due) {
		return true
	}
	s.Held, s.Cleared, s.Passed = "", at, passed
	return false
}

// asksEvidence has evidence looked at anew where a criterion is judged by it: no
// earlier look counts at the moment of going on.
func (c *course) asksEvidence(due []model.Criterion) bool {
	for _, k := range due {
		if j, _ := c.d.judgement(k); k.Evidence != nil && j.Standing != CriterionWaived {
			c.d.WakeAt = c.now.Add(lookAtStart) // should the answer get lost
			c.effect(JudgeCriteria{At: c.d.Stage.Held})
			return true
		}
	}
	return false
}

// judgeCriteria judges what is due as far as that is known, and says whether all
// of it lets the deployment go on. Otherwise what follows has followed.
func (c *course) judgeCriteria(due []model.Criterion) bool {
	verdict, failed := c.verdict(due)
	if verdict.Open {
		return true
	}
	messages := make([]string, 0, len(failed))
	for _, k := range failed {
		j, _ := c.d.judgement(k)
		messages = append(messages, fmt.Sprintf("%s is not met: %s", c.d.nameOf(k), j.told()))
	}
	cause := strings.Join(messages, "; ")
	switch {
	case len(failed) == 0 || c.d.Touched == 0 || c.d.Stage.Unknown > 0 || c.d.Pausing != nil:
		c.ask(c.d.standing())
	case c.d.Header.OnFailure == model.Remediate:
		c.remediate(cause, practice.Tranship)
	case c.d.Header.OnFailure == model.Fail:
		c.close(Failed, cause, practice.Tranship)
	default:
		c.ask(c.d.standing())
	}
	return false
}

// verdict judges each criterion, and gives the joined verdict with those that
// decide that a stage is not done: exit and acceptance criteria that are not met.
func (c *course) verdict(due []model.Criterion) (practice.Verdict, []model.Criterion) {
	verdict := practice.Pass()
	var failed []model.Criterion
	for _, k := range due {
		j := c.judgeCriterion(k)
		if j.Standing.passes() {
			continue
		}
		verdict = practice.And(verdict, practice.Hold(c.d.criterionReason(k, j)))
		if j.Standing == CriterionUnmet && k.Kind != model.EntryCriterion {
			failed = append(failed, k)
		}
	}
	return verdict, failed
}

// judgeCriterion judges one criterion now; the record gets what is new about it.
func (c *course) judgeCriterion(k model.Criterion) Judgement {
	j, known := c.d.judgement(k)
	switch {
	case k.Bound != nil && j.Standing != CriterionWaived:
		n, found := c.d.measure(k.Bound.Of, c.now)
		standing := CriterionMet
		if n > k.Bound.Max {
			standing = CriterionUnmet
		}
		return c.keep(k, Judgement{Standing: standing, Found: found, By: practice.Tranship})
	case !known:
		until := time.Time{}
		if k.Within > 0 {
			until = c.now.Add(k.Within.Std())
		}
		return c.keep(k, Judgement{Standing: CriterionOpen, By: practice.Tranship, Until: until})
	case j.Standing == CriterionOpen && !j.Until.IsZero() && !c.now.Before(j.Until):
		return c.keep(k, Judgement{Standing: CriterionUnmet, Found: fmt.Sprintf("nothing came until %s", clock(j.Until)), By: practice.Tranship})
	}
	return j
}

// keep stores a judgement, and adds its entry where it says something new.
func (c *course) keep(k model.Criterion, j Judgement) Judgement {
	j.Criterion, j.Wave, j.Bound, j.At = k.Name, c.d.waveAt(checkpointOf(k)), boundOf(k), c.now
	for _, old := range c.d.Criteria {
		same := old
		same.At = j.At
		if same == j {
			return old
		}
	}
	c.d.Criteria = WithJudgement(c.d.Criteria, j)
	data := map[string]any{
		"criterion": k.Name, "kind": string(k.Kind), "standing": string(j.Standing), "found": j.Found, "bound": j.Bound,
	}
	if k.Stage != "" {
		data["lifecycle"] = string(k.Stage)
	}
	if j.Wave > 0 {
		data["wave"] = j.Wave
	}
	if !j.Until.IsZero() {
		data["until"] = moment(j.Until)
	}
	c.note(EntryCriterion, j.By, j.Why, data)
	return j
}

// found takes in what was found out about the criteria of a checkpoint that
// evidence judges.
func (c *course) found(at Checkpoint, findings []Finding) {
	for _, k := range c.d.CriteriaAt(at) {
		for _, f := range findings {
			j, known := c.d.judgement(k)
			switch {
			case k.Name != f.Criterion || k.Evidence == nil || j.Standing == CriterionWaived:
			case f.Standing != CriterionOpen:
				c.keep(k, Judgement{Standing: f.Standing, Found: f.Found, By: practice.Tranship})
			case !known || j.Standing == CriterionMet:
				until := time.Time{}
				if k.Within > 0 {
					until = c.now.Add(k.Within.Std())
				}
				c.keep(k, Judgement{Standing: CriterionOpen, Found: f.Found, By: practice.Tranship, Until: until})
			}
		}
	}
}

// criteriaJudged: the evidence was looked at for the checkpoint where it waits.
func (c *course) criteriaJudged(e CriteriaJudged) {
	if !c.atCheckpoint() || c.d.Stage.Held != e.At || c.meetEnd() && c.d.Stage.Held != e.At {
		return
	}
	c.found(e.At, e.Found)
	if c.judgeCriteria(c.d.CriteriaAt(e.At)) {
		c.pass(practice.Tranship, "")
	}
}

// atCheckpoint says whether the deployment stands at a checkpoint.
func (c *course) atCheckpoint() bool { return c.d.Stage.Held != "" }

// recheck judges the criteria of the checkpoint where the deployment stands once
// more: something happened that may change what they say.
func (c *course) recheck(who practice.Actor, why string) {
	if !c.atCheckpoint() {
		return
	}
	if due := c.d.CriteriaAt(c.d.Stage.Held); !c.asksEvidence(due) && c.judgeCriteria(due) {
		c.pass(who, why)
	}
}

// answered is recheck after an answer about single targets: nothing follows by
// itself but that it goes on where every criterion is met now.
func (c *course) answered(who practice.Actor, why string) {
	due := c.d.CriteriaAt(c.d.Stage.Held)
	met, _ := c.verdict(due)
	asked := c.asksEvidence(due)
	if !asked && met.Open {
		c.pass(who, why)
		return
	}
	again := c.d.WakeAt
	if c.ask(c.d.standing()); asked {
		c.d.WakeAt = again
	}
}

// pass goes on from the checkpoint where the deployment stands.
func (c *course) pass(who practice.Actor, why string) {
	at := c.d.Stage.Held
	c.d.Stage.Held, c.d.Stage.Cleared = "", at
	switch at {
	case BeforeTargets:
		c.verifyTargets(who, why)
	case AfterTargets, AfterWave, BeforeWave:
		c.nextWave(who, why)
	case BeforeAcceptance:
		c.acceptAll(who, why)
	case AtEnd:
		c.finish(who)
	case AtStart: // not a stage that is held: see startJudged
	}
}

// waive has the deployment go on although criteria are not met; whoever may is
// asked before. Each one that is waived is told in the record.
func (c *course) waive(who practice.Actor, why string) {
	for _, k := range c.d.CriteriaAt(c.d.Stage.Held) {
		if j, _ := c.d.judgement(k); !j.Standing.passes() {
			c.keep(k, Judgement{Standing: CriterionWaived, Found: j.Found, By: who, Why: why})
		}
	}
	c.pass(who, why)
}

// forget has the criteria of the checkpoint where the deployment stands judged
// anew when it comes there again.
func (c *course) forget() {
	for _, k := range c.d.CriteriaAt(c.d.Stage.Held) {
		if j, known := c.d.judgement(k); known && k.Bound == nil && j.Standing != CriterionOpen {
			c.keep(k, Judgement{Standing: CriterionOpen, By: practice.Tranship})
		}
	}
	c.d.Stage.Held = ""
}

// judgeChecks judges the criteria that the checks of the present stage decide,
// which is over. They hold nothing up by themselves: a failed check does.
func (c *course) judgeChecks() {
	for _, k := range c.d.Header.Criteria {
		if k.Check != "" && c.d.decides(k) {
			standing, found := c.d.checked(k.Check)
			c.keep(k, Judgement{Standing: standing, Found: found, By: practice.Tranship})
		}
	}
}

// waiveChecks tells of the criteria that the present stage's checks do not show,
// and that somebody had the deployment go on without.
func (c *course) waiveChecks(who practice.Actor, why string) {
	for _, k := range c.d.Header.Criteria {
		if j, known := c.d.judgement(k); k.Check != "" && known && j.Standing == CriterionUnmet && c.d.decides(k) {
			c.keep(k, Judgement{Standing: CriterionWaived, Found: j.Found, By: who, Why: why})
		}
	}
}

// decides says whether the checks of the present stage decide a criterion.
func (d Deployment) decides(k model.Criterion) bool {
	s, at := d.Stage, checkpointOf(k)
	switch s.Phase {
	case Verify:
		return at == AfterTargets
	case Accept:
		wave := s.Wave
		if wave == 0 {
			wave = len(d.Header.Waves)
		}
		return at == AfterWave && (k.Wave == 0 || k.Wave == wave) || at == AtEnd && s.Wave == 0
	case Execute, Remediate:
	}
	return false
}

// checked says what the targets of the present stage show of one of its checks.
func (d Deployment) checked(check string) (Standing, string) {
	s := d.Stage
	switch failed := s.FailedAt[check]; {
	case failed > 0:
		return CriterionUnmet, fmt.Sprintf("failed on %d of %s", failed, d.rows(s.Total))
	case d.bad() > 0:
		return CriterionUnmet, fmt.Sprintf("not shown on %d of %s", d.bad(), d.rows(s.Total))
	default:
		return CriterionMet, "passed on " + d.rows(s.Done)
	}
}
