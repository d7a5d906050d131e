package crash

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// Judge says what of the evidence breaks a promise of the product; nothing
// when all were kept. It is asked after everything has come to rest.
func Judge(e Evidence) ([]string, Tally) {
	j := &judge{Evidence: e, tally: Tally{Deployments: map[deployment.Result]int{}}}
	j.read()
	j.commands()
	j.rest()
	j.effects()
	j.doneSteps()
	j.success()
	j.counters()
	j.inventory()
	slices.Sort(j.broken)
	return j.broken, j.tally
}

// judge is one judgement. The maps are the evidence in another order.
type judge struct {
	Evidence
	broken []string
	tally  Tally

	deployments map[string]deployment.Deployment
	issued      map[string]practice.Entry // order -> its order.issued
	stepEnds    map[ticket]deployment.Report
	stepBegins  map[string]bool // orders of which a step began
	ends        map[string]bool // orders with a last report
	told        map[ticket]bool // steps that the record says began
	silent      map[string]bool // orders that the record says fell silent
}

func (j *judge) breaks(promise, format string, args ...any) {
	j.broken = append(j.broken, promise+": "+fmt.Sprintf(format, args...))
}

func text(e practice.Entry, key string) string {
	s, _ := e.Data[key].(string)
	return s
}

func number(e practice.Entry, key string) int64 {
	switch n := e.Data[key].(type) {
	case float64:
		return int64(n)
	case int64:
		return n
	case int:
		return int64(n)
	}
	return -1
}

func (j *judge) read() {
	j.deployments = map[string]deployment.Deployment{}
	for _, d := range j.Deployments {
		j.deployments[d.ID] = d
	}
	j.stepEnds, j.stepBegins, j.ends = map[ticket]deployment.Report{}, map[string]bool{}, map[string]bool{}
	for _, r := range j.Reports {
		switch r.Kind {
		case deployment.StepBegun:
			j.stepBegins[r.Order] = true
		case deployment.StepEnded:
			j.stepEnds[ticket{r.Order, r.StepName}] = r
			if r.Outcome == deployment.OutcomeDoubt {
				j.tally.Doubts++
			}
		case deployment.OrderEnded, deployment.OrderRefused:
			j.ends[r.Order] = true
		case deployment.OrderBegun:
		}
	}
	j.issued, j.told, j.silent = map[string]practice.Entry{}, map[ticket]bool{}, map[string]bool{}
	for _, entry := range j.Entries {
		order := text(entry, "order")
		switch entry.Kind {
		case "order.issued":
			j.issued[order] = entry
		case deployment.EntrySilent:
			j.silent[order] = true
		case deployment.EntryReported:
			if text(entry, "report") == string(deployment.StepBegun) {
				j.told[ticket{order, text(entry, "step")}] = true
			}
		}
	}
	j.tally.Orders = len(j.issued)
}

// commands: none that was answered is lost, none is done twice, none comes from nowhere.
func (j *judge) commands() {
	made := map[string][]string{}
	for _, d := range j.Deployments {
		made[d.Change] = append(made[d.Change], d.ID)
	}
	for _, a := range j.Asked {
		ids := made[a.Key]
		if len(ids) > 1 {
			j.breaks("no command twice", "%s made %v", a.Key, ids)
		}
		if a.ID != "" && !slices.Contains(ids, a.ID) {
			j.breaks("no command lost", "%s was answered with %s, and there is %v", a.Key, a.ID, ids)
		}
		delete(made, a.Key)
	}
	for key, ids := range made {
		j.breaks("no command from nowhere", "nobody asked for %v (%q)", ids, key)
	}
}

// rest: everything came to an end, or says what it waits for.
func (j *judge) rest() {
	for _, d := range j.Deployments {
		switch {
		case d.State == deployment.Closed:
			j.tally.Deployments[d.Result]++
		case d.State == deployment.AwaitingGuidance && len(d.Waiting.Reasons) > 0 && d.Waiting.Reasons[0].Message != "":
			j.tally.Waiting++
		default:
			j.breaks("everything comes to rest", "%s is %s: %+v", d.ID, d.State, d.Waiting)
		}
	}
	for order := range j.stepBegins {
		if !j.ends[order] {
			j.breaks("everything comes to rest", "order %s began and never ended", order)
		}
	}
}

// effects: none twice where that was not allowed, none that nobody ordered,
// none that the executor and the record do not tell of.
func (j *judge) effects() {
	for key, e := range j.Effects {
		j.tally.Effects += e.Begun
		once, known := j.Once[key.step]
		switch {
		case !known:
			j.breaks("no effect from nowhere", "step %q is in no model", key.step)
		case once && e.Begun > 1:
			j.breaks("no effect twice", "step %s of order %s (%s, %s) ran %d times", key.step, key.order, e.Deployment, e.Target, e.Begun)
		case !once:
			j.tally.Repeated += e.Begun - 1
		}
		if order, issued := j.issued[key.order]; !issued || order.Target != e.Target {
			j.breaks("no effect from nowhere", "step %s ran on %s for order %s, which the record does not have", key.step, e.Target, key.order)
		}
		if _, ended := j.stepEnds[key]; !ended {
			j.breaks("no effect untold", "step %s of order %s (%s, %s) ran, and no report says how it ended", key.step, key.order, e.Deployment, e.Target)
		}
		if !j.told[key] && !j.silent[key.order] {
			j.breaks("no effect unrecorded", "step %s of order %s (%s, %s) ran, and the record does not have it", key.step, key.order, e.Deployment, e.Target)
		}
	}
}

// doneSteps: nothing is called done, in reports or in the record, that is not in the ledger.
func (j *judge) doneSteps() {
	whole := func(key ticket) bool {
		e := j.Effects[key]
		return e != nil && e.Ended > 0
	}
	for key, r := range j.stepEnds {
		if _, writes := j.Once[key.step]; writes && r.Outcome == deployment.Done && !whole(key) {
			j.breaks("no done without effect", "step %s of order %s (%s, %s) is reported done", key.step, key.order, r.Deployment, r.Target)
		}
	}
	for _, entry := range j.Entries {
		key := ticket{text(entry, "order"), text(entry, "step")}
		if _, writes := j.Once[key.step]; writes && entry.Kind == deployment.EntryReported && text(entry, "outcome") == string(deployment.Done) && !whole(key) {
			j.breaks("no done without effect", "the record says that step %s of order %s (%s) is done", key.step, key.order, entry.Target)
		}
	}
}

// success: a deployment that succeeded has every effect on every target that it ordered.
func (j *judge) success() {
	type landed struct{ deployment, target, step string }
	there := map[landed]bool{}
	for key, e := range j.Effects {
		if e.Ended > 0 {
			there[landed{e.Deployment, e.Target, key.step}] = true
		}
	}
	for _, entry := range j.issued {
		id := entry.Subject[len("deployment/"):]
		if j.deployments[id].Result != deployment.Succeeded || text(entry, "phase") != string(deployment.Execute) {
			continue
		}
		for step := range j.Once {
			if !there[landed{id, entry.Target, step}] {
				j.breaks("no success without effect", "%s succeeded, and step %s never ran to its end on %s", id, step, entry.Target)
			}
		}
	}
}

// counters: epochs, counters and the record only grow.
func (j *judge) counters() {
	type place struct{ epoch, counter int64 }
	older := func(a, b place) bool {
		return cmp.Or(cmp.Compare(a.epoch, b.epoch), cmp.Compare(a.counter, b.counter)) < 0
	}
	last := map[string]place{}
	for _, entry := range j.Entries {
		if entry.Kind != "order.issued" {
			continue
		}
		name, now := text(entry, "agent"), place{number(entry, "epoch"), number(entry, "counter")}
		if before, has := last[name]; has && !older(before, now) {
			j.breaks("counters grow", "an order for %s has number %v after %v", name, now, before)
		}
		last[name] = now
	}
	for _, name := range slices.Sorted(maps.Keys(j.Standings)) {
		list := j.Standings[name]
		for i := 1; i < len(list); i++ {
			before, now := place{list[i-1].Epoch, list[i-1].Counter}, place{list[i].Epoch, list[i].Counter}
			if older(now, before) || list[i].Serial < list[i-1].Serial {
				j.breaks("counters grow", "agent %s stands at %+v after %+v", name, now, before)
			}
		}
	}
	if !slices.IsSorted(j.Heads) {
		j.breaks("counters grow", "the record had these sizes: %v", j.Heads)
	}
}

// inventory: what is said to be there for certain is there, and nothing else is.
func (j *judge) inventory() {
	said := map[Place]string{}
	unsure := map[Place]bool{}
	for _, p := range j.Inventory {
		place := Place{p.Target, p.Component}
		said[place], unsure[place] = p.Version, p.Uncertain
		if !p.Uncertain && j.Disk[place] != p.Version {
			j.breaks("the inventory is true", "%s of %s is said to be %q, and is %q", place.Component, place.Target, p.Version, j.Disk[place])
		}
	}
	for place, version := range j.Disk {
		if _, has := said[place]; !has && !unsure[place] {
			j.breaks("the inventory is true", "%s %s is on %s, and the inventory does not have it", place.Component, version, place.Target)
		}
	}
}
