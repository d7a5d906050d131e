package control

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// deploymentTold is what the entries say of a deployment.
type deploymentTold struct {
	header deployment.Deployment // the stored one, for its plan's header
	sum    practice.Digest
	moved  deployment.Deployment // state, result, and the counts of targets
	plan   string
	parts  map[string]bool // the components of its plan
	rows   map[string]deployment.Target
	said   map[reportKey]reportTold
	listed bool // its targets were compared once, none is unknown any more
}

// reportTold is what an entry says of a report.
type reportTold struct {
	sum     practice.Digest
	refused bool // the server may have refused it: then the row says less
}

// deploymentTold lets an entry about a deployment tell.
func (a *audit) deploymentTold(id string, e practice.Entry) error {
	told := a.deployments[id]
	if e.Kind == deployment.EntryRequested {
		return a.requested(id, e)
	}
	if told == nil {
		a.find("deployment "+id, "an entry tells of it before it was requested")
		return nil
	}
	switch e.Kind {
	case entryAskedAnew:
		told.sum = practice.Digest(text(e, "sum"))
		if text(e, "plan") != told.plan {
			return a.bound(id, told, e)
		}
	case deployment.EntryAuthorised:
		told.moved.Authority = e.Why
	case deployment.EntryCriterion:
		j, err := deployment.ReadJudgement(e)
		if err != nil {
			return err
		}
		told.moved.Criteria = deployment.WithJudgement(told.moved.Criteria, j)
	case deployment.EntryVoided:
		told.moved.Authority = ""
	case entryAccepted:
		told.moved.AcceptedBy = &deployment.Acceptance{By: e.Who, At: e.When, Why: e.Why}
	case deployment.EntryCancelAsked:
		if e.Data["now"] == true {
			told.moved.Interrupting = &deployment.Paused{By: e.Who, Why: e.Why, At: e.When}
		}
	case deployment.EntryStateChanged:
		told.moved.State, told.moved.Since = deployment.State(text(e, "to")), e.When
	case deployment.EntryClosed:
		told.moved.Result, told.moved.Cause, told.moved.Ended = deployment.Result(text(e, "result")), text(e, "cause"), e.When
		return a.over(id, told)
	}
	if e.Target != "" {
		return a.targetTold(id, told, e)
	}
	return nil
}

// requested begins a deployment with the rows of its plan.
func (a *audit) requested(id string, e practice.Entry) error {
	told := &deploymentTold{
		sum: practice.Digest(text(e, "sum")), said: map[reportKey]reportTold{},
		moved: deployment.Deployment{ID: id, State: deployment.Requested, Since: e.When},
	}
	a.deployments[id] = told
	return a.bound(id, told, e)
}

// bound gives a deployment the rows of the plan that an entry binds it to.
func (a *audit) bound(id string, told *deploymentTold, e practice.Entry) error {
	told.plan, told.rows = text(e, "plan"), map[string]deployment.Target{}
	planned, err := a.tx.Plan(text(e, "plan"))
	if practice.CodeOf(err) == practice.NotFound {
		a.find("deployment "+id, "its plan %s is not stored", text(e, "plan"))
		told.rows, err = nil, nil
	}
	if err != nil || told.rows == nil {
		return err
	}
	digest, err := planned.Header.Digest()
	if err != nil {
		return err
	}
	if string(digest) != text(e, "planDigest") {
		a.find("deployment "+id, "its plan %s has digest %s, the record says %s", planned.ID, digest, text(e, "planDigest"))
		told.rows = nil
		return nil
	}
	told.header, told.parts = deployment.Deployment{ID: id, Header: planned.Header}, map[string]bool{}
	for _, item := range planned.Header.Items {
		told.parts[item.Component] = true
	}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		targets, err := a.tx.PlanTargets(planned.ID, page)
		if err != nil {
			return err
		}
		for _, t := range targets {
			told.rows[t.Name] = deployment.NewTarget(id, t)
		}
		if len(targets) < page.Limit {
			return nil
		}
		page.After = targets[len(targets)-1].Name
	}
}

// targetTold lets an entry about a target of a deployment tell.
func (a *audit) targetTold(id string, told *deploymentTold, e practice.Entry) error {
	if e.Kind == deployment.EntryReported {
		if err := told.report(e); err != nil {
			return err
		}
	}
	if told.rows == nil {
		return nil
	}
	name := deployment.RowOf(e)
	where := "deployment " + id + " target " + name
	before, known := told.rows[name]
	if !known {
		a.find(where, "an entry tells of it, but its plan has no such target or it was over")
		return nil
	}
	after, landings, err := told.header.Replay(before, e)
	if err != nil {
		a.find(where, "its entries do not follow from each other: %v", err)
		return nil
	}
	told.rows[name] = after
	told.moved.GivenUp = told.moved.GivenUp.Count(before, after)
	told.moved.Left = told.moved.Left.Count(before, after)
	told.moved.Touched += count(after.Touched) - count(before.Touched)
	told.moved.Executed += count(after.Executed) - count(before.Executed)
	told.moved.Failures += count(after.Troubled) - count(before.Troubled)
	a.land(told.header, landings, e.When)
	return nil
}

func count(mark bool) int {
	if mark {
		return 1
	}
	return 0
}

// over compares what cannot change any more when a deployment is closed, and forgets it.
func (a *audit) over(id string, told *deploymentTold) error {
	if err := a.compareTargets(id, told, false); err != nil {
		return err
	}
	if len(told.rows) == 0 {
		told.header = deployment.Deployment{} // nothing can land any more
	}
	return a.compareReports(id, told)
}

// compareRest compares what is left: of open deployments, and of targets that were in doubt.
func (a *audit) compareRest() error {
	for _, id := range slices.Sorted(maps.Keys(a.deployments)) {
		told := a.deployments[id]
		if !told.listed || len(told.rows) > 0 {
			if err := a.compareTargets(id, told, true); err != nil {
				return err
			}
		}
		if len(told.said) > 0 {
			if err := a.compareReports(id, told); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareTargets compares the stored rows of a deployment with the told ones,
// but for those that may still change unless all is set.
func (a *audit) compareTargets(id string, told *deploymentTold, all bool) error {
	if told.rows == nil {
		return nil
	}
	doubtful := map[string]deployment.Target{}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		rows, err := a.tx.DeploymentTargets(id, deployment.TargetFilter{}, page)
		if err != nil {
			return err
		}
		for _, row := range rows {
			want, known := told.rows[row.Name]
			delete(told.rows, row.Name)
			where := "deployment " + id + " target " + row.Name
			switch {
			case !known && !told.listed:
				a.find(where, "is stored, but its plan has no such target")
			case known && !all && want.State != deployment.TargetDone && want.State != deployment.TargetFailed &&
				want.State != deployment.TargetStopped && want.State != deployment.Waiting:
				doubtful[row.Name] = want
			case known:
				a.rows++
				a.compare(where, recorded(row), recorded(want))
			}
		}
		if len(rows) < page.Limit {
			break
		}
		page.After = rows[len(rows)-1].Name
	}
	missed(a, "deployment "+id+" target", told.rows)
	told.rows, told.listed = doubtful, true
	return nil
}

// recorded gives of a row what the entries tell of.
func recorded(row deployment.Target) deployment.Target {
	row.Grace, row.Deadline = 0, time.Time{}
	return row
}

// compareDeployments compares the deployments themselves.
func (a *audit) compareDeployments() error {
	seen := map[string]bool{}
	err := a.each(StoredDeployment, func(s Stored) {
		d, readable := s.Value.(deployment.Deployment)
		if readable {
			a.standing[Standing{Environment: d.Header.Environment, State: d.State, Result: d.Result}]++
		}
		told, known := a.deployments[d.ID]
		if !a.known(s, known && readable) {
			return
		}
		seen[d.ID] = true
		a.compareSum(s.Where, requestSum(d), told.sum)
		if digest, err := d.Header.Digest(); err != nil || digest != d.PlanDigest {
			a.find(s.Where, "its header has digest %s, not that of its plan, %s", digest, d.PlanDigest)
		}
		a.compare(s.Where, deployment.Deployment{
			ID: d.ID, State: d.State, Since: d.Since, Result: d.Result, Cause: d.Cause, Ended: d.Ended,
			Touched: d.Touched, Executed: d.Executed, Failures: d.Failures, Authority: d.Authority, AcceptedBy: d.AcceptedBy,
			GivenUp: d.GivenUp, Left: d.Left, Interrupting: d.Interrupting, Criteria: d.Criteria,
		}, told.moved)
	})
	for _, id := range slices.Sorted(maps.Keys(a.deployments)) {
		if !seen[id] {
			a.missing("deployment " + id)
		}
	}
	return err
}

// compareComponents compares the list by which deployments of a component are found.
func (a *audit) compareComponents() error {
	err := a.each(StoredComponent, func(s Stored) {
		component, _ := s.Value.(string)
		told := a.deployments[s.Under]
		if told == nil || told.parts != nil && !told.parts[component] {
			a.find(s.Where, "is stored, but the plan of that deployment has no such component")
			return
		}
		delete(told.parts, component)
	})
	for _, id := range slices.Sorted(maps.Keys(a.deployments)) {
		missed(a, "deployment "+id+" component", a.deployments[id].parts)
	}
	return err
}

// tellable is what an entry says of a report. The server may say more of a
// report that it took for a refusal.
type tellable struct {
	Kind     string `json:"report"`
	Target   string `json:"target"`
	Stage    int    `json:"stage"`
	Attempt  int    `json:"attempt"`
	At       string `json:"at"`
	Step     string `json:"step"`
	Index    int    `json:"stepIndex"`
	Outcome  string `json:"outcome"`
	Did      string `json:"did"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
	Code     string `json:"code"`
	Tries    int    `json:"tries"`
	Took     string `json:"took"`
	Order    string `json:"order"`
	Sequence int    `json:"seq"`
}

// report keeps what an entry says of a report.
func (told *deploymentTold) report(e practice.Entry) error {
	raw, err := json.Marshal(e.Data)
	if err != nil {
		return fmt.Errorf("entry %s: %w", e.Kind, err)
	}
	said := tellable{}
	if err := json.Unmarshal(raw, &said); err != nil {
		return fmt.Errorf("entry %s: %w", e.Kind, err)
	}
	said.Target = deployment.RowOf(e)
	told.said[reportKey{said.Order, said.Sequence}] = reportTold{sum: sumOf(said), refused: said.Kind == string(deployment.OrderRefused)}
	return nil
}

func tell(r deployment.Report) tellable {
	said := tellable{
		Kind: string(r.Kind), Target: r.Row(), Stage: r.Stage, Attempt: r.Attempt, At: r.At.UTC().Format(deployment.TimeFormat),
		Outcome: string(r.Outcome), Did: string(r.Did), Message: r.Message, Hint: r.Hint, Code: string(r.Code), Order: r.Order, Sequence: r.Seq,
	}
	if r.Kind == deployment.StepBegun || r.Kind == deployment.StepEnded {
		said.Step, said.Index = r.StepName, r.Step
	}
	if r.Tries > 0 {
		said.Tries = r.Tries
	}
	if r.Took > 0 {
		said.Took = r.Took.String()
	}
	return said
}

// compareReports compares the stored reports of a deployment with those that were told since the last time.
func (a *audit) compareReports(id string, told *deploymentTold) error {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := a.tx.Reports(id, "", page)
		if err != nil {
			return err
		}
		for _, r := range list {
			key := reportKey{r.Order, r.Seq}
			want, known := told.said[key]
			if !known {
				continue // told before, or it changed nothing
			}
			delete(told.said, key)
			a.rows++
			judged := want.refused && r.Kind == deployment.OrderBegun
			if !judged && sumOf(tell(r)) != want.sum {
				a.find(fmt.Sprintf("deployment %s report %d of order %s", id, r.Seq, r.Order), "differs from its entry")
			}
		}
		if len(list) < page.Limit {
			break
		}
		page.After = strconv.FormatInt(list[len(list)-1].Place, 10)
	}
	for key := range told.said {
		a.missing(fmt.Sprintf("deployment %s report %d of order %s", id, key.seq, key.order))
	}
	told.said = map[reportKey]reportTold{}
	return nil
}
