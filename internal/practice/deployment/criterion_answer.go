package deployment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// criterionAnswered takes a person's answer to a criterion that is judged by
// hand, once it is asked for; one of the start may be answered before.
func (c *course) criterionAnswered(e CriterionAnswered) error {
	if c.state(AwaitingGuidance) {
		c.meetEnd()
	}
	i := slices.IndexFunc(c.d.Header.Criteria, func(k model.Criterion) bool { return k.Name == e.Criterion })
	if i < 0 {
		return practice.Faultf(practice.NotFound, "deployment %s has no criterion %s", c.d.ID, e.Criterion).WithHint("it has %s", c.d.questions())
	}
	k := c.d.Header.Criteria[i]
	if k.Question == "" {
		return practice.Faultf(practice.Refused, "criterion %s is not judged by hand: %s", k.Name, boundOf(k)).
			WithHint("see how it stands: %s", c.command("show")).Final()
	}
	at := checkpointOf(k)
	early := at == AtStart && c.state(Planned, Authorised, Scheduled)
	here := c.state(AwaitingGuidance) && c.d.Stage.Held == at && (k.Wave == 0 || k.Wave == c.d.waveAt(at))
	if !early && !here {
		return practice.Faultf(practice.Refused, "criterion %s is not asked for now: deployment %s is %s", k.Name, c.d.ID, c.d.State).
			WithHint("see what it waits for: %s", c.command("why"))
	}
	standing, found := CriterionMet, "confirmed"
	if !e.Met {
		standing, found = CriterionUnmet, "refused"
	}
	c.keep(k, Judgement{Standing: standing, Found: found, By: e.By, Why: e.Why})
	switch {
	case here:
		c.recheck(e.By, e.Why)
	case !c.state(Planned):
		c.judgeStart()
	}
	return nil
}

// questions names the criteria that people judge.
func (d Deployment) questions() string {
	var names []string
	for _, k := range d.Header.Criteria {
		if k.Question != "" {
			names = append(names, k.Name)
		}
	}
	if len(names) == 0 {
		return "none that is judged by hand"
	}
	return strings.Join(names, ", ")
}

// CriterionGroup gives the group whose members may answer a criterion of the
// deployment; empty: whoever may answer for the deployment.
func (d Deployment) CriterionGroup(name string) string {
	for _, k := range d.Header.Criteria {
		if k.Name == name {
			return k.Group
		}
	}
	return ""
}

// forgetAnswers has the criteria of the start asked for again: what is asked has changed.
func (c *course) forgetAnswers() {
	for _, k := range c.d.CriteriaAt(AtStart) {
		if j, known := c.d.judgement(k); known && k.Question != "" && j.Standing != CriterionOpen {
			c.keep(k, Judgement{Standing: CriterionOpen, By: practice.Tranship})
		}
	}
}

// unmet gives the criteria of the checkpoint where the deployment stands that do
// not let it go on, with how they stand.
func (d Deployment) unmet() ([]model.Criterion, []Judgement) {
	var list []model.Criterion
	var how []Judgement
	for _, k := range d.CriteriaAt(d.Stage.Held) {
		if j, _ := d.judgement(k); !j.Standing.passes() {
			list, how = append(list, k), append(how, j)
		}
	}
	return list, how
}

// criterionReasons gives a reason for each criterion that is not met, and when
// the first answer must have come; zero: never.
func (d Deployment) criterionReasons() ([]practice.Reason, time.Time) {
	var reasons []practice.Reason
	first := time.Time{}
	list, how := d.unmet()
	for i, k := range list {
		reasons = append(reasons, d.criterionReason(k, how[i]))
		if until := how[i].due(); !until.IsZero() && (first.IsZero() || until.Before(first)) {
			first = until
		}
	}
	return reasons, first
}

// due gives until when the answer to an open criterion must have come; zero: any time.
func (j Judgement) due() time.Time {
	if j.Standing != CriterionOpen {
		return time.Time{}
	}
	return j.Until
}

// criterionReason says what a criterion that is not met waits for.
func (d Deployment) criterionReason(k model.Criterion, j Judgement) practice.Reason {
	r := practice.Reason{Gate: GateCriterion, Message: d.nameOf(k), Since: j.At, Until: j.due(), Who: operators(d)}
	if k.Group != "" {
		r.Who = "a member of group " + k.Group
	}
	told := j.told()
	switch {
	case k.Question != "":
		r.Message += ": " + k.Question
		r.How = fmt.Sprintf("tranship deployment confirm %s %s --reason WHY, or tranship deployment refuse %s %s --reason WHY", d.ID, k.Name, d.ID, k.Name)
	case k.Evidence != nil:
		r.Who = "whoever tests it"
		if len(d.Header.Items) > 0 {
			item := d.Header.Items[0]
			r.How = fmt.Sprintf("tranship evidence add %s %s --suite %s --environment %s --junit RESULT.xml", item.Component, item.Version, k.Evidence.Suite, d.Header.Environment)
		}
		if told == "" {
			told = "no result yet, wanted is " + boundOf(k)
		}
	default:
		r.How = d.answers()
	}
	if told != "" {
		r.Message += ": " + told
	}
	return r
}

// told says in words what was found; empty: nothing yet.
func (j Judgement) told() string {
	text := j.Found
	if j.By != practice.Tranship && j.By.Name != "" {
		text += " by " + j.By.Called()
	} else if strings.HasPrefix(j.Bound, "at most ") && text != "" {
		text += ", allowed are " + j.Bound
	}
	if j.Why != "" {
		text += ": " + j.Why
	}
	return text
}

// criteriaStanding says in one sentence which criteria are not met.
func (d Deployment) criteriaStanding() string {
	reasons, _ := d.criterionReasons()
	if len(reasons) == 0 {
		return "every criterion is met"
	}
	messages := make([]string, len(reasons))
	for i, r := range reasons {
		messages[i] = r.Message
	}
	return strings.Join(messages, "; ")
}
