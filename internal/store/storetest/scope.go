package storetest

import (
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
)

// testScopes writes the same keys with other content by every method into two
// scopes: what one scope shows never depends on the other.
func testScopes(s suite) {
	one, two, empty := s, s, s
	one.scope, two.scope, empty.scope = s.scope+"-one", s.scope+"-two", s.scope+"-empty"
	nothing := everything(empty)
	one.fill("one")
	alone := everything(one)
	if strings.Count(alone, "not-found") > 1 {
		s.Fatalf("the fixture leaves things unread:\n%s", alone)
	}
	two.fill("two")
	s.same("scope one after scope two was filled", everything(one), alone)
	both := everything(two)
	if strings.Contains(both, "-one") || both == alone {
		s.Errorf("scope two shows what is scope one's:\n%s", both)
	}
	two.alter()
	s.same("scope one after scope two was altered", everything(one), alone)
	if everything(two) == both {
		s.Error("altering changed nothing: the test proves nothing")
	}
	s.same("the empty scope", everything(empty), nothing)
}

// fill writes by every method that adds something; mark tells scopes apart.
func (s suite) fill(mark string) {
	s.Helper()
	d := s.deploy(planned(5), func(d *deployment.Deployment) {
		d.Reason, d.State, d.WakeAt = "for-"+mark, deployment.Executing, at(5)
	})
	done := s.deploy(planned(1), nil)
	done.State, done.Result, done.Cause = deployment.Closed, deployment.Succeeded, "by-"+mark
	o := order("o1", d.ID, "agent-1", 1, 1)
	o.Target = "t-" + mark
	landed := presence("web", "api", "1-"+mark, 10)
	v := version("api", "1", 1)
	v.Reference = "ref-" + mark
	m, blob := manifest("api", 1, "", "app-"+mark), digest(50)
	s.update(func(tx control.Tx) error {
		_, errCounter := tx.NextOrderCounter(map[string]int{"agent-1": len(mark)})
		_, errTold := tx.AddAnnouncement(announcement(0, mark))
		_, errChange := tx.NextDocumentChange()
		_, errWaiver := tx.AddWaiver(waiver(d.ID, "freeze-"+mark))
		_, errReports := tx.AddReports([]deployment.Report{{Order: "o1", Seq: 1, Deployment: d.ID, Target: "host-000", Message: "m-" + mark}})
		for i, err := range []error{errCounter, errTold, errReports, errChange, errWaiver,
			tx.AddFeed(control.Feed{ID: "feed", Of: "o-" + mark}),
			fillJourneys(tx, mark), fillDrift(tx, mark), fillHealth(tx, mark),
			tx.PutDeployment(done),
			tx.PutDocument(document("web", "p-"+mark, 0, 1)), tx.NoteDocumentChange(practice.KindTarget, "web", 1),
			tx.Land([]environment.Presence{landed}),
			tx.PutAgent(environment.Agent{Name: "web", Key: "key", Version: "v-" + mark}),
			tx.AddVersion(v),
			tx.AddMediaManifest(m, []practice.Digest{blob}), tx.AddMediaManifest(manifest("api", 2, m.Digest, "ref-"+mark), nil),
			tx.AddMediaTag("api", "v1", m.Digest), tx.AddMediaBlob("api", blob, at(1)),
			tx.AddOrders([]deployment.OrderRow{o}),
			tx.AddOutput([]deployment.Output{{Order: "o1", Seq: 1, Deployment: d.ID, Target: "host-000", Text: "x-" + mark}}),
			tx.PutLog(deployment.Log{Deployment: d.ID, Segments: 1, Bytes: int64(len(mark))}), tx.AddSegment(deployment.Segment{Deployment: d.ID, Number: 1, Last: 7, Targets: []string{mark}}),
			tx.PutAccount(party.Account{Person: "anna", Password: "p-" + mark}), tx.AddSession(party.Session{ID: "ses", Person: "anna", Agent: "b-" + mark, UsedAt: at(1)}),
			tx.AddToken(party.Token{ID: "tok", Name: "n-" + mark}), tx.AddEnrolment(party.Enrolment{ID: "enr", Agent: "a-" + mark}),
			tx.Remember(control.Remembered{Key: "k", Body: []byte(mark), At: at(1)}),
		} {
			if err != nil {
				return fmt.Errorf("fill, call %d: %w", i, err)
			}
		}
		if err := fillApprovals(tx, d.ID, mark); err != nil {
			return err
		}
		entries := recordtest.Entries(0, 3)
		entries[0].Why = mark
		_, err := record.Enter(tx, s.scope, entries, recordtest.Key())
		return err
	})
}

// alter calls every method that changes or removes something.
func (s suite) alter() {
	s.Helper()
	removed := document("web", "", 1, 9)
	removed.Removed = true
	moved := version("api", "1", 1)
	moved.State = library.Admitted
	rows := read(s, func(tx control.Tx) ([]deployment.Target, error) {
		return tx.DeploymentTargets("D-1", deployment.TargetFilter{}, practice.Page{})
	})
	for i := range rows {
		rows[i].State, rows[i].Deadline = deployment.Running, at(1)
	}
	d := s.deployment("D-1")
	d.Reason = "altered"
	s.update(func(tx control.Tx) error {
		_, errForget := tx.ForgetMedia([]practice.Digest{digest(50), digest(51)}, at(99))
		_, errCounter := tx.NextOrderCounter(map[string]int{"agent-1": 100})
		for i, err := range []error{errForget, errCounter,
			tx.PutDocument(removed), tx.Doubt([]environment.Presence{presence("web", "api", "9", 20)}),
			tx.SawAgents([]environment.Agent{{Name: "web", Version: "altered"}}), tx.MoveVersion(moved, library.Quarantined),
			tx.PutAnnouncement(communication.Announcement{ID: "A-1", Revision: 1, Deployment: "altered"}),
			tx.PutDeployment(d), tx.PutDeploymentTargets(rows), tx.BeginOrders([]string{"o1"}),
			tx.PutFeed(control.Feed{ID: "feed", RevokedAt: at(9)}), tx.PutWaiver(control.Waiver{ID: "W-1", RevokedAt: at(9)}), tx.NoteDocumentChange(practice.KindTarget, "web", 7),
			tx.PutAccount(party.Account{Person: "anna", Closed: true}), tx.PutSession(party.Session{ID: "ses", EndedAt: at(9)}),
			tx.PutToken(party.Token{ID: "tok", RevokedAt: at(9)}), tx.UseEnrolment("enr", at(9)), tx.ForgetBefore(at(99)),
			tx.PutLog(deployment.Log{Deployment: "D-1", Dropped: 9}), tx.DeleteOutput("D-1", 1<<40),
			alterJourneys(tx), alterDrift(tx), alterHealth(tx),
		} {
			if err != nil {
				return fmt.Errorf("alter, call %d: %w", i, err)
			}
		}
		if err := alterApprovals(tx, "D-1"); err != nil {
			return err
		}
		if err := tx.EndOrders([]string{"o1"}); err != nil {
			return err
		}
		if _, err := tx.WithdrawOrders("D-1", 1); err != nil {
			return err
		}
		return tx.Land([]environment.Presence{presence("web", "api", "", 30)})
	})
}

// everything calls every reading method and writes down what it answers.
func everything(s suite) string {
	s.Helper()
	var b strings.Builder
	all := practice.Page{Limit: practice.MaxLimit}
	s.view(func(tx control.Tx) error {
		for _, call := range append(append(append(everyApproval(tx), everyDrift(tx)...), everyHealth(tx)...), []func() (any, error){
			func() (any, error) { return tx.Document(practice.KindTarget, "web") },
			func() (any, error) { return tx.DocumentAt(practice.KindTarget, "web", 1) },
			func() (any, error) { return tx.Documents(practice.KindTarget, "", all) },
			func() (any, error) { return tx.DocumentHistory(practice.KindTarget, "web", all) },
			func() (any, error) { return tx.Presences("", time.Time{}, all) },
			func() (any, error) { return tx.Presences("live", at(15), all) },
			func() (any, error) { return tx.PresencesOf([]string{"web"}, []string{"api"}) },
			func() (any, error) { return tx.Standing("live") },
			func() (any, error) { return tx.AgentByName("web") },
			func() (any, error) { return tx.AgentByKey("key") },
			func() (any, error) { return tx.Agents(all) },
			func() (any, error) { return tx.Version("api", "1") },
			func() (any, error) { return tx.VersionByDigest(digest(1)) },
			func() (any, error) { return tx.VersionsWithDigest(string(digest(1))[:14], 9) },
			func() (any, error) { return tx.Versions("", all) },
			func() (any, error) { return tx.Versions("api", all) },
			func() (any, error) { return tx.HasMedia("api") },
			func() (any, error) { return tx.MediaRepositories(all) },
			func() (any, error) { return tx.MediaManifest("api", digest(1)) },
			func() (any, error) { return tx.MediaReferrers("api", digest(1), "", all) },
			func() (any, error) { return tx.MediaTag("api", "v1") },
			func() (any, error) { return tx.MediaTags("api", all) },
			func() (any, error) { return tx.HasMediaBlob("api", digest(50)) },
			func() (any, error) { return tx.Plan("P-1") },
			func() (any, error) { return tx.PlanTargets("P-1", all) },
			func() (any, error) { return tx.PlanTargetsNamed("P-1", []string{"host-000"}) },
			func() (any, error) { return tx.PlanTargetNames("P-1", all) },
			func() (any, error) { return tx.DocumentChange() },
			func() (any, error) { return tx.DocumentsChanged(0, all) },
			func() (any, error) { return tx.Waiver("W-1") },
			func() (any, error) { return tx.Waivers("D-1") },
			func() (any, error) { return tx.Feed("feed") },
			func() (any, error) { return tx.Feeds(all) },
			func() (any, error) { return tx.BegunDeployments(all) },
			func() (any, error) { return tx.Backlog("live", all) },
			func() (any, error) { return tx.WaitingInLine(9) },
			func() (any, error) { return tx.OpenBetween(at(0), at(9), 9) },
			func() (any, error) { return tx.RanBetween(at(0), at(9), 9) },
			func() (any, error) { return tx.Arrived(at(0), at(9)) },
			func() (any, error) { return tx.Completed(at(0), at(9)) },
			func() (any, error) { return tx.Deployment("D-1") },
			func() (any, error) { return tx.Deployments(deployment.Filter{}, all) },
			func() (any, error) { return tx.Deployments(deployment.Filter{Component: "api"}, all) },
			func() (any, error) { return tx.DueDeployments(at(9), 9) },
			func() (any, error) { return tx.LastSucceeded("live", []string{"api"}) },
			func() (any, error) { return tx.DeploymentTargets("D-1", deployment.TargetFilter{}, all) },
			func() (any, error) { return tx.DeploymentTargetsNamed("D-1", []string{"host-000"}) },
			func() (any, error) {
				return tx.TargetsToOrder("D-1", deployment.Stage{Number: 1, First: 1, Phase: deployment.Verify}, 9)
			},
			func() (any, error) { return tx.SilentTargets("D-1", at(9), 9) },
			func() (any, error) { return tx.NextDeadline("D-1") },
			func() (any, error) { return tx.OpenOrders("agent-1", 9) },
			func() (any, error) { return tx.OrdersNamed([]string{"o1"}) },
			func() (any, error) { return tx.Reports("D-1", "", all) },
			func() (any, error) { return tx.Reports("D-1", "host-000", all) },
			func() (any, error) { return tx.OutputOf("D-1", "", all) },
			func() (any, error) { return tx.OutputOf("D-1", "host-000", all) },
			func() (any, error) { return tx.LogOf("D-1") },
			func() (any, error) { return tx.Segments("D-1", 0, 9) },
			func() (any, error) { return tx.Journey("J-1") },
			func() (any, error) { return tx.Journeys(journey.Filter{Component: "api", Open: true}, all) },
			func() (any, error) { return tx.EvidenceOf(library.EvidenceFilter{}, all) },
			func() (any, error) { return tx.Pins("", "", all) },
			func() (any, error) { return tx.Post("web") },
			func() (any, error) { return tx.Deliveries("web", all) },
			func() (any, error) { return tx.KnownDelivery("web", "h", digest(1)) },
			func() (any, error) { return tx.TokenByID("tok") },
			func() (any, error) { return tx.Tokens(all) },
			func() (any, error) { return tx.Stands([]string{"live"}, []string{"api"}, time.Time{}) },
			func() (any, error) { return tx.Stands([]string{"live"}, []string{"api"}, at(15)) },
			func() (any, error) { return tx.StandsOn("api", "live", time.Time{}, 9) },
			func() (any, error) { return tx.StandsOn("api", "live", at(15), 9) },
			func() (any, error) { return tx.StandsByDigest("live") },
			func() (any, error) { return tx.SomeOfEach("live", []string{"api"}, 9) },
			func() (any, error) { return tx.TargetsIn("live", all) },
			func() (any, error) { return tx.DriftPlaces() },
			func() (any, error) { return tx.DriftPlacesAt(at(15)) },
			func() (any, error) { return tx.SilentPlaces(at(1000)) },
			func() (any, error) { return tx.Revisions(practice.KindTarget, all) },
			func() (any, error) { return tx.DoubtedPlaces() },
			func() (any, error) { return tx.OpenPlaces() },
			func() (any, error) { return tx.VersionNumbers([]string{"api"}) },
			func() (any, error) { return tx.CountDeployments("") },
			func() (any, error) { return tx.CountDeployments("live") },
			func() (any, error) { return tx.DeploymentStrip("", at(0), at(1000), time.Second) },
			func() (any, error) { return tx.DeploymentStrip("live", at(0), at(1000), time.Second) },
			func() (any, error) { return tx.TargetMarks("D-1") },
			func() (any, error) { return tx.TargetNames("D-1", 0, 9) },
			func() (any, error) { return tx.NamesLike(practice.KindTarget, "we", 9) },
			func() (any, error) { return tx.Account("anna") },
			func() (any, error) { return tx.Accounts(all) },
			func() (any, error) { return tx.SessionByID("ses") },
			func() (any, error) { return tx.OpenSessions("", all) },
			func() (any, error) { return tx.OpenSessions("anna", all) },
			func() (any, error) { return tx.EnrolmentByID("enr") },
			func() (any, error) { return tx.Announcement("A-1") },
			func() (any, error) { return tx.Announcements(communication.Filter{}, all) },
			func() (any, error) { return tx.Remembered("k") },
			func() (any, error) { head, signed, err := tx.RecordHead(); return []any{head, signed}, err },
			func() (any, error) { return tx.RecordRow(0) },
			func() (any, error) { return tx.RecordRows(record.Filter{}, all) },
			func() (any, error) { rows, tiles, err := tx.RecordCounts(); return []int64{rows, tiles}, err },
			func() (any, error) {
				tiles, err := tx.RecordTiles([]record.TileID{{}})
				return tiles[record.TileID{}], err
			},
			func() (any, error) { return tx.RecordLinks([]string{"deployment/D-1"}) },
		}...) {
			answer, err := call()
			if err != nil && practice.CodeOf(err) != practice.NotFound {
				return err
			}
			fmt.Fprintln(&b, written(answer), practice.CodeOf(err))
		}
		return nil
	})
	return b.String()
}
