package storetest

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

func vote(deployment, by string, subject int) approval.Vote {
	return approval.Vote{Deployment: deployment, Subject: digest(subject), Round: 1, By: by, Group: "operations", Decision: approval.Approve, At: at(3)}
}

func testVotes(s suite) {
	d, other := s.deploy(planned(0), nil), s.deploy(planned(0), nil)
	var given []approval.Vote
	for i, by := range []string{"ben", "carla", "ben"} {
		s.update(func(tx control.Tx) error {
			v, err := tx.AddVote(vote(d.ID, by, i))
			given = append(given, v)
			return err
		})
	}
	s.update(func(tx control.Tx) error { _, err := tx.AddVote(vote(other.ID, "ben", 1)); return err })
	s.same("ids", []string{given[0].ID, given[1].ID, given[2].ID}, []string{"V-1", "V-2", "V-3"})
	votes := func() []approval.Vote {
		return read(s, func(tx control.Tx) ([]approval.Vote, error) { return tx.VotesOf(d.ID) })
	}
	s.same("votes", votes(), given)
	altered := given[1]
	altered.Withdrawn, altered.By, altered.Decision = at(9), "eve", approval.Reject
	s.update(func(tx control.Tx) error { return tx.PutVote(altered) })
	given[1].Withdrawn = at(9)
	s.same("only withdrawn is stored", votes(), given)
	s.refused("not-found", "putting none", func(tx control.Tx) error { return tx.PutVote(approval.Vote{ID: "V-9"}) })
	s.same("of none", read(s, func(tx control.Tx) ([]approval.Vote, error) { return tx.VotesOf("D-9") }), []approval.Vote{})
}

func asked(deployment string, subject int, second int) approval.Asked {
	return approval.Asked{Subject: digest(subject), Parts: approval.SubjectParts{Deployment: deployment, Round: subject}, At: at(second)}
}

func testAsked(s suite) {
	d := s.deploy(planned(0), nil)
	s.update(func(tx control.Tx) error { return tx.AddAsked(d.ID, asked(d.ID, 1, 4)) })
	s.update(func(tx control.Tx) error { return tx.AddAsked(d.ID, asked(d.ID, 1, 9)) })
	s.same("what is known stays", read(s, func(tx control.Tx) (approval.Asked, error) { return tx.AskedOf(d.ID, digest(1)) }), asked(d.ID, 1, 4))
	s.refused("not-found", "never asked", func(tx control.Tx) error { _, err := tx.AskedOf(d.ID, digest(2)); return err })

	notices := func(keys ...string) []string {
		var fresh []string
		s.update(func(tx control.Tx) (err error) {
			fresh, err = tx.AddNotices(d.ID, at(5), keys)
			return err
		})
		return fresh
	}
	s.same("new notices", notices("a", "b"), []string{"a", "b"})
	s.same("one is new", notices("b", "c"), []string{"c"})
	s.same("none is new", notices("a", "c"), []string{})
	s.same("no notice", notices(), []string{})
}

func confirmation(change, deployment string, state approval.ChangeState) approval.Confirmation {
	return approval.Confirmation{Change: change, Deployment: deployment, State: state, Subject: digest(1), By: anna, At: at(6)}
}

func testConfirmations(s suite) {
	var want []approval.Confirmation
	for range 3 {
		d := s.deploy(planned(0), nil)
		for _, change := range []string{"CHG-1", "CHG-2"} {
			c := confirmation(change, d.ID, approval.ConfirmedChange)
			want = append(want, c)
			s.update(func(tx control.Tx) error { return tx.PutConfirmation(c) })
		}
	}
	want[1].State, want[1].Why = approval.RefusedChange, "too late"
	s.update(func(tx control.Tx) error { return tx.PutConfirmation(want[1]) })
	s.same("one", read(s, func(tx control.Tx) (approval.Confirmation, error) { return tx.Confirmation("CHG-2", "D-1") }), want[1])
	s.refused("not-found", "another", func(tx control.Tx) error { _, err := tx.Confirmation("CHG-3", "D-1"); return err })
	listed := func(change string) []approval.Confirmation {
		return pages(s, 2, func(tx control.Tx, p practice.Page) ([]approval.Confirmation, error) {
			return tx.Confirmations(change, p)
		},
			func(c approval.Confirmation) string { return c.Deployment + "/" + c.Change })
	}
	s.same("all", listed(""), want)
	s.same("of one change", listed("CHG-2"), []approval.Confirmation{want[1], want[3], want[5]})
	s.refused("invalid", "a page after nothing", func(tx control.Tx) error {
		_, err := tx.Confirmations("", practice.Page{After: "x"})
		return err
	})
}

func review(deployment, policy string) approval.Review {
	return approval.Review{Deployment: deployment, Policy: policy, Group: "board", Within: practice.Duration(time.Hour), State: approval.ReviewWaiting, OpenedAt: at(7)}
}

func testReviews(s suite) {
	var ids []string
	for i := range 5 {
		d := s.deploy(planned(0), nil)
		s.update(func(tx control.Tx) error {
			r, err := tx.AddReview(review(d.ID, "live"))
			ids = append([]string{r.ID}, ids...)
			if err != nil || i%2 == 0 {
				return err
			}
			r.State, r.Due = approval.ReviewOpen, at(50)
			return tx.PutReview(r)
		})
	}
	listed := func(f approval.ReviewFilter) []string {
		got := []string{}
		for _, r := range pages(s, 2, func(tx control.Tx, p practice.Page) ([]approval.Review, error) { return tx.Reviews(f, p) },
			func(r approval.Review) string { return r.ID }) {
			got = append(got, r.ID)
		}
		return got
	}
	s.same("all", listed(approval.ReviewFilter{}), ids)
	s.same("open", listed(approval.ReviewFilter{State: approval.ReviewOpen}), []string{"R-4", "R-2"})
	s.same("of one deployment", listed(approval.ReviewFilter{Deployment: "D-3"}), []string{"R-3"})
	s.same("of one deployment, open", listed(approval.ReviewFilter{Deployment: "D-3", State: approval.ReviewOpen}), []string{})
	s.same("one", fmt.Sprint(read(s, func(tx control.Tx) (approval.Review, error) { return tx.Review("R-2") }).Due), fmt.Sprint(at(50)))
	s.refused("conflict", "a second of the same policy", func(tx control.Tx) error { _, err := tx.AddReview(review("D-1", "live")); return err })
	s.refused("not-found", "none", func(tx control.Tx) error { _, err := tx.Review("R-99"); return err })
	s.refused("not-found", "putting none", func(tx control.Tx) error { return tx.PutReview(approval.Review{ID: "R-99"}) })
	s.refused("invalid", "a page after nothing", func(tx control.Tx) error {
		_, err := tx.Reviews(approval.ReviewFilter{}, practice.Page{After: "x"})
		return err
	})
}

func testRuns(s suite) {
	for i, result := range []deployment.Result{deployment.Succeeded, deployment.Failed, deployment.Cancelled, deployment.Remediated, ""} {
		for _, component := range []string{"api", "db"} {
			p := planned(0)
			p.Header.Model.Name, p.Header.Environment = "web", []string{"live", "test"}[i%2]
			p.Header.Items = []plan.Item{{Component: component}}
			d := s.deploy(p, nil)
			if d.Result = result; result != "" {
				d.State = deployment.Closed
			}
			s.update(func(tx control.Tx) error { return tx.PutDeployment(d) })
		}
	}
	runs := func(f func(control.Tx) ([]deployment.Run, error)) string {
		s.Helper()
		return fmt.Sprint(read(s, f))
	}
	s.same("of a model", runs(func(tx control.Tx) ([]deployment.Run, error) { return tx.RunsOf("web", 10) }),
		"[{D-8 remediated} {D-7 remediated} {D-4 failed} {D-3 failed} {D-2 succeeded} {D-1 succeeded}]")
	s.same("a part", runs(func(tx control.Tx) ([]deployment.Run, error) { return tx.RunsOf("web", 2) }), "[{D-8 remediated} {D-7 remediated}]")
	ended := read(s, func(tx control.Tx) ([]deployment.Deployment, error) { return tx.EndedWith("web", 2) })
	if len(ended) != 2 || ended[0].State != deployment.Closed || ended[1].State != deployment.Closed || ended[0].Header.Model.Name != "web" {
		s.Errorf("what ended with a model: %+v", ended)
	}
	s.same("of another", runs(func(tx control.Tx) ([]deployment.Run, error) { return tx.RunsOf("db", 10) }), "[]")
	s.same("of a component there", runs(func(tx control.Tx) ([]deployment.Run, error) { return tx.RunsInto("test", "api", "web", 10) }),
		"[{D-7 remediated} {D-3 failed}]")
	s.same("elsewhere", runs(func(tx control.Tx) ([]deployment.Run, error) { return tx.RunsInto("live", "db", "web", 10) }), "[{D-2 succeeded}]")
}

// fillApprovals writes one of everything that approvals keep.
func fillApprovals(tx control.Tx, deployment, mark string) error {
	given := vote(deployment, "v-"+mark, 1)
	_, errVote := tx.AddVote(given)
	_, errNotice := tx.AddNotices(deployment, at(5), []string{"n-" + mark})
	_, errReview := tx.AddReview(review(deployment, "p-"+mark))
	said := confirmation("CHG-1", deployment, approval.ConfirmedChange)
	said.Why = "c-" + mark
	question := asked(deployment, 1, len(mark))
	question.Parts.Class = practice.Class("k-" + mark)
	for i, err := range []error{errVote, errNotice, errReview, tx.PutConfirmation(said), tx.AddAsked(deployment, question)} {
		if err != nil {
			return fmt.Errorf("fill approvals, call %d: %w", i, err)
		}
	}
	return nil
}

// alterApprovals calls every method that changes something of approvals.
func alterApprovals(tx control.Tx, deployment string) error {
	_, errNotice := tx.AddNotices(deployment, at(5), []string{"altered"})
	r := review(deployment, "altered")
	r.ID = "R-1"
	for i, err := range []error{
		errNotice, tx.PutVote(approval.Vote{ID: "V-1", Withdrawn: at(9)}), tx.PutReview(r),
		tx.PutConfirmation(confirmation("CHG-1", deployment, approval.RefusedChange)), tx.AddAsked(deployment, asked(deployment, 2, 9)),
	} {
		if err != nil {
			return fmt.Errorf("alter approvals, call %d: %w", i, err)
		}
	}
	return nil
}

// everyApproval calls every reading method of approvals.
func everyApproval(tx control.Tx) []func() (any, error) {
	all := practice.Page{Limit: practice.MaxLimit}
	return []func() (any, error){
		func() (any, error) { return tx.RunsOf("", 9) },
		func() (any, error) { return tx.RunsInto("live", "api", "", 9) },
		func() (any, error) { return tx.VotesOf("D-1") },
		func() (any, error) { return tx.AskedOf("D-1", digest(1)) },
		func() (any, error) { return tx.Confirmation("CHG-1", "D-1") },
		func() (any, error) { return tx.Confirmations("", all) },
		func() (any, error) { return tx.Confirmations("CHG-1", all) },
		func() (any, error) { return tx.Review("R-1") },
		func() (any, error) { return tx.Reviews(approval.ReviewFilter{}, all) },
		func() (any, error) { return tx.Reviews(approval.ReviewFilter{Deployment: "D-1"}, all) },
	}
}
