package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/signature"
)

func order(id, deploymentID, agent string, stage int, counter int64) deployment.OrderRow {
	return deployment.OrderRow{ID: id, Deployment: deploymentID, Target: "t-" + id, Agent: agent, Stage: stage, Counter: counter, Open: true, IssuedAt: at(3),
		Envelope: signature.Envelope{PayloadType: deployment.OrderType, Payload: "e30=", Signatures: []dsse.Signature{{KeyID: "k", Sig: "s"}}}}
}

func testOrders(s suite) {
	rows := []deployment.OrderRow{order("a", "D-1", "web", 1, 2), order("b", "D-1", "web", 1, 1), order("c", "D-1", "db", 1, 1), order("d", "D-1", "web", 2, 10), order("e", "D-2", "web", 1, 9)}
	s.update(func(tx control.Tx) error { return tx.AddOrders(rows) })
	open := func(agent string, limit int) []deployment.OrderRow {
		s.Helper()
		return read(s, func(tx control.Tx) ([]deployment.OrderRow, error) { return tx.OpenOrders(agent, limit) })
	}
	s.same("by counter", open("web", 10), []deployment.OrderRow{rows[1], rows[0], rows[4], rows[3]})
	s.same("at most two", open("web", 2), []deployment.OrderRow{rows[1], rows[0]})
	s.refused("conflict", "the same id again", func(tx control.Tx) error { return tx.AddOrders(rows[:1]) })
	s.update(func(tx control.Tx) error { return tx.BeginOrders([]string{"a", "nobody"}) })
	s.update(func(tx control.Tx) error { return tx.EndOrders([]string{"d"}) })
	rows[0].Begun, rows[3].Open = true, false
	s.same("named", read(s, func(tx control.Tx) ([]deployment.OrderRow, error) { return tx.OrdersNamed([]string{"d", "a", "x"}) }),
		[]deployment.OrderRow{rows[0], rows[3]})
	var targets []string
	s.update(func(tx control.Tx) (err error) {
		targets, err = tx.WithdrawOrders("D-1", 1)
		return err
	})
	slices.Sort(targets)
	s.same("withdrawn: neither begun nor ended", targets, []string{"t-b", "t-c"})
	s.same("still open", open("web", 10), []deployment.OrderRow{rows[0], rows[4]})
	s.same("of nobody", open("nobody", 10), []deployment.OrderRow{})
}

func report(order string, seq int, deploymentID, target string) deployment.Report {
	return deployment.Report{Order: order, Seq: seq, Deployment: deploymentID, Target: target, Kind: deployment.StepEnded, Message: fmt.Sprintf("zero \x00 %d", seq), At: at(seq)}
}

func testReports(s suite) {
	add := func(reports ...deployment.Report) []deployment.Report {
		var fresh []deployment.Report
		s.update(func(tx control.Tx) (err error) {
			fresh, err = tx.AddReports(reports)
			return err
		})
		return fresh
	}
	placeless := func(reports []deployment.Report) []deployment.Report {
		out := slices.Clone(reports)
		for i := range out {
			out[i].Place = 0
		}
		return out
	}
	a1, a2, b1, c1 := report("a", 1, "D-1", "web"), report("a", 2, "D-1", "web"), report("b", 1, "D-1", "db"), report("c", 1, "D-2", "web")
	s.same("two new, one twice", placeless(add(b1, a1, b1)), []deployment.Report{b1, a1})
	s.same("some known", placeless(add(a1, a2, b1, c1)), []deployment.Report{a2, c1})
	s.same("all known", add(a1, a2), []deployment.Report{})
	s.same("none", add(), []deployment.Report{})
	list := func(target string) []deployment.Report {
		return pages(s, 2, func(tx control.Tx, p practice.Page) ([]deployment.Report, error) {
			return tx.Reports("D-1", target, p)
		},
			func(r deployment.Report) string { return strconv.FormatInt(r.Place, 10) })
	}
	s.same("of a deployment", placeless(list("")), []deployment.Report{b1, a1, a2})
	s.same("of a target", placeless(list("web")), []deployment.Report{a1, a2})
	for i, r := range list("")[1:] {
		if r.Place <= list("")[i].Place {
			s.Errorf("places do not grow: %d after %d", r.Place, list("")[i].Place)
		}
	}

	piece := func(seq int) deployment.Output {
		return deployment.Output{Order: "a", Deployment: "D-1", Target: "web", StepName: "unpack", Seq: seq, At: at(seq), Text: fmt.Sprintf("line %d\x00 ✓\n", seq)}
	}
	s.update(func(tx control.Tx) error { return tx.AddOutput([]deployment.Output{piece(1), piece(2), piece(1)}) })
	s.update(func(tx control.Tx) error { return tx.AddOutput([]deployment.Output{piece(2), piece(3)}) })
	output := func(target string) []deployment.Output {
		all := pages(s, 2, func(tx control.Tx, p practice.Page) ([]deployment.Output, error) {
			return tx.OutputOf("D-1", target, p)
		},
			func(o deployment.Output) string { return strconv.FormatInt(o.Place, 10) })
		for i := range all {
			all[i].Place = 0
		}
		return all
	}
	s.same("output", output(""), []deployment.Output{piece(1), piece(2), piece(3)})
	s.same("output of a target", output("web"), []deployment.Output{piece(1), piece(2), piece(3)})
	s.same("output of another", output("db"), []deployment.Output{})
	s.sealed()
}

// sealed: what is known of a log, and the pieces that its segments took the place of.
func (s suite) sealed() {
	s.Helper()
	log := func() deployment.Log {
		return read(s, func(tx control.Tx) (deployment.Log, error) { return tx.LogOf("D-1") })
	}
	s.same("no log", log(), deployment.Log{Deployment: "D-1"})
	want := deployment.Log{Deployment: "D-1", Bytes: 1 << 40, Hot: 7, Segments: 2, Closed: true, Dropped: 3}
	s.update(func(tx control.Tx) error {
		return errors.Join(tx.PutLog(deployment.Log{Deployment: "D-1"}), tx.PutLog(want))
	})
	s.same("log", log(), want)
	pieces := read(s, func(tx control.Tx) ([]deployment.Output, error) { return tx.OutputOf("D-1", "", practice.Page{}) })
	segment := func(number int, last int64) deployment.Segment {
		return deployment.Segment{Deployment: "D-1", Number: number, First: 1, Last: last, Pieces: 1, Bytes: 9, Digest: digest(number), Targets: []string{"web"}}
	}
	first, second := segment(1, pieces[0].Place), segment(2, pieces[1].Place)
	s.update(func(tx control.Tx) error {
		return errors.Join(tx.AddSegment(first), tx.AddSegment(second), tx.DeleteOutput("D-1", second.Last))
	})
	after := func(place int64, limit int) []deployment.Segment {
		return read(s, func(tx control.Tx) ([]deployment.Segment, error) { return tx.Segments("D-1", place, limit) })
	}
	s.same("segments", after(0, 9), []deployment.Segment{first, second})
	s.same("first segment", after(0, 1), []deployment.Segment{first})
	s.same("later segments", after(first.Last, 9), []deployment.Segment{second})
	s.same("no segments", after(second.Last, 9), []deployment.Segment(nil))
	s.same("pieces that are left", read(s, func(tx control.Tx) ([]deployment.Output, error) { return tx.OutputOf("D-1", "", practice.Page{}) }), pieces[2:])
}
