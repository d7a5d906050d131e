package drift

import "tranship.dev/tranship/internal/practice"

// maxTold bounds how many differences an entry tells one by one.
const maxTold = 20

// Data gives what an entry tells of a drift.
func (d Drift) Data() map[string]any {
	data := map[string]any{"environment": d.Environment, "component": d.Component, "state": string(d.State), "since": d.Since.Format("2006-01-02T15:04:05.000000Z07:00")}
	for key, value := range map[string]string{
		"recorded": d.Recorded.Version, "deployment": d.Recorded.Deployment, "found": d.Found.Version, "digest": string(d.Found.Digest),
		"end": string(d.End), "repair": d.Repair, "like": d.Like, "watch": string(d.Watch),
	} {
		if value != "" {
			data[key] = value
		}
	}
	if differences := d.Found.Differences; len(differences) > 0 {
		data["differences"], data["count"] = told(differences), len(differences)+d.Found.More
	}
	return data
}

// told gives the first differences as an entry tells them.
func told(differences []Difference) []any {
	list := make([]any, 0, min(len(differences), maxTold))
	for _, one := range differences[:min(len(differences), maxTold)] {
		list = append(list, map[string]any{"step": one.Step, "what": one.What, "recorded": one.Recorded, "found": one.Found})
	}
	return list
}

// Subject gives what the entries of a reference are about.
func (r Reference) Subject() string { return "reference/" + r.Target + "/" + string(r.Of) }

// Data gives what an entry tells of a reference that was made or changed.
func (c Change) Data() map[string]any {
	r := c.Reference
	data := map[string]any{"watch": string(r.Of), "digest": string(r.Digest), "things": len(r.Things)}
	if r.By != "" {
		data["by"] = r.By
	}
	if len(c.Differences) > 0 {
		data["differences"], data["count"] = told(c.Differences), len(c.Differences)
	}
	return data
}

// Said is what an entry says of a drift: what the stored row must say too.
type Said struct {
	Environment, Target, Component string
	State                          State
	End                            End
	Repair                         string
}

// SaidOf gives what the row says.
func SaidOf(d Drift) Said {
	return Said{Environment: d.Environment, Target: d.Target, Component: d.Component, State: d.State, End: d.End, Repair: d.Repair}
}

// SaidBy gives what an entry says.
func SaidBy(e practice.Entry) Said {
	text := func(key string) string { value, _ := e.Data[key].(string); return value }
	return Said{
		Environment: text("environment"), Target: e.Target, Component: text("component"),
		State: State(text("state")), End: End(text("end")), Repair: text("repair"),
	}
}
