package deployment

import (
	"encoding/json"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// EntryOrdered is the entry of an order. Data: order, phase, stage, attempt,
// series: the first stage of the stage's series, from: the step that it begins at,
// and skip: true where that is after the step that the target was at.
const EntryOrdered = "order.issued"

// replayed is what Replay reads of an entry's data.
type replayed struct {
	Order   string        `json:"order"`
	Phase   Phase         `json:"phase"`
	Stage   int           `json:"stage"`
	Series  int           `json:"series"`
	Attempt int           `json:"attempt"`
	Seq     int           `json:"seq"`
	Report  ReportKind    `json:"report"`
	State   TargetState   `json:"state"`
	Step    string        `json:"step"`
	Index   int           `json:"stepIndex"`
	Outcome Outcome       `json:"outcome"`
	Did     Extent        `json:"did"`
	Message string        `json:"message"`
	Code    practice.Code `json:"code"`
	From    *int          `json:"from"`
	Skip    bool          `json:"skip"`
	Final   bool          `json:"abandoned"`
}

// Replay gives a target's row as it was after an entry about it, and what landed
// on the target: the same rules that made the entry say both again. The row is
// the one that the entry before left (NewTarget before the first). Grace and
// Deadline, which are not recorded, stay zero. An entry of another kind changes
// nothing. An error says that the entry does not follow from the row.
func (d Deployment) Replay(row Target, e practice.Entry) (Target, []Landing, error) {
	switch e.Kind {
	case EntryOrdered, EntryReported, EntryWithdrawn, EntrySilent, EntryGivenUp:
	default:
		return row, nil, nil
	}
	said, err := readReplayed(e)
	if err != nil {
		return row, nil, err
	}
	before, same := row, false
	switch e.Kind {
	case EntryOrdered:
		s := Stage{Number: said.Stage, First: said.Series, Phase: said.Phase, Skip: said.Skip, Only: []string{row.Name}}
		row = Issue(row, s, said.Order, 0, time.Time{})
		if said.From != nil {
			row.Step = min(row.Step, *said.From)
		}
		if row.Attempt != said.Attempt {
			return before, nil, fmt.Errorf("order %s is attempt %d, not %d", said.Order, said.Attempt, row.Attempt)
		}
		return row, nil, nil
	case EntryGivenUp:
		return row.giveUp(said.Final), nil, nil
	case EntryReported:
		var taken bool
		refusing := said.Report == OrderBegun && said.State == TargetStopped
		row, taken = row.take(said.report(d.ID, before), e.When, refusing)
		same = untouched(before, said.report(d.ID, before))
		if !taken || row.State != said.State {
			return before, nil, fmt.Errorf("report %d of order %s does not follow", said.Seq, said.Order)
		}
	case EntryWithdrawn:
		row = row.stop(withdrawnMessage, e.When)
	case EntrySilent:
		row = row.doubt(e.Why, e.When).leaves("")
	}
	row.Deadline, row.Grace = time.Time{}, 0
	if before.Order != said.Order {
		return before, nil, fmt.Errorf("order %s is not the present one, %s", said.Order, before.Order)
	}
	if same {
		return row, nil, nil
	}
	return row, d.landings(row), nil
}

func readReplayed(e practice.Entry) (replayed, error) {
	var said replayed
	raw, err := json.Marshal(e.Data)
	if err == nil {
		err = json.Unmarshal(raw, &said)
	}
	if err != nil {
		return said, fmt.Errorf("entry %s of %s cannot be read: %w", e.Kind, e.Target, err)
	}
	return said, nil
}

func (r replayed) report(deployment string, row Target) Report {
	return Report{
		Order: r.Order, Seq: r.Seq, Deployment: deployment, Target: row.On(), Part: row.Part(), Stage: r.Stage, Attempt: r.Attempt,
		Kind: r.Report, Step: r.Index, StepName: r.Step, Outcome: r.Outcome, Did: r.Did, Message: r.Message, Code: r.Code,
	}
}
