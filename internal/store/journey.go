package store

import (
	"strconv"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
)

const journeyPrefix = "J-"

var (
	journeyBody  = scanBody[journey.Journey]
	pinBody      = scanBody[journey.Pin]
	deliveryBody = scanBody[journey.Delivery]
)

// AddJourney stores a new one; it begins with revision 1.
func (t *tx) AddJourney(j journey.Journey) (journey.Journey, error) {
	number, err := t.next("journey", 1)
	if err != nil {
		return j, err
	}
	j.ID, j.Revision = journeyPrefix+strconv.FormatInt(number, 10), 1
	body, err := encode(j)
	if err != nil {
		return j, err
	}
	if err := t.do(`INSERT INTO journey (scope, number, revision, launcher, release, open, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		t.scope, number, j.Revision, j.Trigger, j.Release, flag(j.Open()), body); err != nil {
		return j, err
	}
	return j, t.journeyComponents(number, j)
}

// journeyComponents keeps what the journey is found by; components never leave it.
func (t *tx) journeyComponents(number int64, j journey.Journey) error {
	var rows [][]any
	for _, c := range j.Components() {
		rows = append(rows, []any{t.scope, c, number})
	}
	return t.insert(`INSERT INTO journey_component (scope, component, journey)`, rows, `ON CONFLICT (scope, component, journey) DO NOTHING`)
}

// Journey gives one.
func (t *tx) Journey(id string) (journey.Journey, error) {
	return first(t, notFound("journey %s does not exist", id), journeyBody,
		`SELECT body FROM journey WHERE scope = ? AND number = ?`, t.scope, numbered(journeyPrefix, id))
}

// Journeys lists them newest first.
func (t *tx) Journeys(f journey.Filter, page practice.Page) ([]journey.Journey, error) {
	before := int64(1 << 62)
	if page.After != "" {
		if before = numbered(journeyPrefix, page.After); before == 0 {
			return nil, badPage(page.After, "a journey's id")
		}
	}
	sql, number := `SELECT j.body FROM journey AS j WHERE j.scope = ?`, `j.number`
	args := []any{t.scope}
	if f.Component != "" {
		sql, number = `SELECT j.body FROM journey_component AS c JOIN journey AS j ON j.scope = c.scope AND j.number = c.journey
			WHERE c.scope = ? AND c.component = ?`, `c.journey`
		args = append(args, f.Component)
	}
	for _, part := range []struct{ column, value string }{{"release", f.Release}, {"launcher", f.Trigger}} {
		if part.value != "" {
			sql, args = sql+` AND j.`+part.column+` = ?`, append(args, part.value)
		}
	}
	if f.Open {
		sql += ` AND j.open = 1`
	}
	return list(t, journeyBody, sql+` AND `+number+` < ? ORDER BY `+number+` DESC LIMIT ?`, append(args, before, page.Size())...)
}

// PutJourney stores j where the stored revision is j.Revision.
func (t *tx) PutJourney(j journey.Journey) error {
	before := j.Revision
	j.Revision++
	body, err := encode(j)
	if err != nil {
		return err
	}
	number := numbered(journeyPrefix, j.ID)
	n, err := t.run(`UPDATE journey SET revision = ?, release = ?, open = ?, body = ? WHERE scope = ? AND number = ? AND revision = ?`,
		j.Revision, j.Release, flag(j.Open()), body, t.scope, number, before)
	if err != nil {
		return err
	}
	if n == 1 {
		return t.journeyComponents(number, j)
	}
	present, err := t.Journey(j.ID)
	if err != nil {
		return err
	}
	return conflict("journey %s is at revision %d, not %d", j.ID, present.Revision, before)
}

// PutPin stores a pin.
func (t *tx) PutPin(p journey.Pin) error {
	body, err := encode(p)
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO pin (scope, component, environment, version, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (scope, component, environment, version) DO UPDATE SET body = excluded.body`, t.scope, p.Component, p.Environment, p.Version, body)
}

// LiftPin takes a pin away.
func (t *tx) LiftPin(component, environment, version string) error {
	n, err := t.run(`DELETE FROM pin WHERE scope = ? AND component = ? AND environment = ? AND version = ?`, t.scope, component, environment, version)
	if err == nil && n == 0 {
		return notFound("%s %s is not pinned in %s", component, version, environment)
	}
	return err
}

// Pins lists pins by component, environment and version.
func (t *tx) Pins(component, environment string, page practice.Page) ([]journey.Pin, error) {
	after, err := pinKey(page.After)
	if err != nil {
		return nil, err
	}
	sql, args := `SELECT body FROM pin WHERE scope = ?`, []any{t.scope}
	if component != "" {
		sql, args = sql+` AND component = ?`, append(args, component)
	}
	if environment != "" {
		sql, args = sql+` AND environment = ?`, append(args, environment)
	}
	return list(t, pinBody, sql+` AND (component, environment, version) > (?, ?, ?) ORDER BY component, environment, version LIMIT ?`,
		append(args, after[0], after[1], after[2], page.Size())...)
}

// pinKey reads "component/environment/version".
func pinKey(after string) (key [3]any, err error) {
	for i := range key {
		key[i] = ""
	}
	if after == "" {
		return key, nil
	}
	parts := splitThree(after)
	if len(parts) != 3 {
		return key, badPage(after, "component/environment/version")
	}
	for i, part := range parts {
		key[i] = part
	}
	return key, nil
}

// Post gives what is kept of a trigger.
func (t *tx) Post(trigger string) (journey.Post, error) {
	found, err := list(t, scanBody[journey.Post], `SELECT body FROM launcher_post WHERE scope = ? AND launcher = ?`, t.scope, trigger)
	if err != nil || len(found) == 0 {
		return journey.Post{Trigger: trigger, Generation: 1}, err
	}
	return found[0], nil
}

// PutPost stores what is kept of a trigger.
func (t *tx) PutPost(p journey.Post) error {
	body, err := encode(p)
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO launcher_post (scope, launcher, body) VALUES (?, ?, ?) ON CONFLICT (scope, launcher) DO UPDATE SET body = excluded.body`,
		t.scope, p.Trigger, body)
}

// AddDelivery stores one that came.
func (t *tx) AddDelivery(d journey.Delivery) (journey.Delivery, error) {
	number, err := t.next("delivery", 1)
	if err != nil {
		return d, err
	}
	d.Number = number
	body, err := encode(d)
	if err != nil {
		return d, err
	}
	n, err := t.run(`INSERT INTO hook_delivery (scope, launcher, number, id, digest, refused, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		t.scope, d.Trigger, number, d.ID, string(d.Digest), flag(d.Outcome == journey.Refused), micros(d.At), body)
	if err == nil && n == 0 {
		return d, conflict("delivery %s of trigger %s came before", d.ID, d.Trigger).Final()
	}
	return d, err
}

// KnownDelivery gives an earlier one with the same id or digest.
func (t *tx) KnownDelivery(trigger, id string, digest practice.Digest) (journey.Delivery, error) {
	missing := notFound("delivery %s of trigger %s did not come before", id, trigger)
	known, err := first(t, missing, deliveryBody, `SELECT body FROM hook_delivery WHERE scope = ? AND launcher = ? AND id = ? AND refused = 0`, t.scope, trigger, id)
	if practice.CodeOf(err) != practice.NotFound {
		return known, err
	}
	return first(t, missing, deliveryBody, `SELECT body FROM hook_delivery WHERE scope = ? AND launcher = ? AND digest = ? AND refused = 0`, t.scope, trigger, string(digest))
}

// Deliveries lists those of a trigger, newest first.
func (t *tx) Deliveries(trigger string, page practice.Page) ([]journey.Delivery, error) {
	before := int64(1 << 62)
	if page.After != "" {
		var err error
		if before, err = strconv.ParseInt(page.After, 10, 64); err != nil {
			return nil, badPage(page.After, "a delivery's number")
		}
	}
	return list(t, deliveryBody, `SELECT body FROM hook_delivery WHERE scope = ? AND launcher = ? AND number < ? ORDER BY number DESC LIMIT ?`,
		t.scope, trigger, before, page.Size())
}

// ForgetDeliveries deletes old ones.
func (t *tx) ForgetDeliveries(at, refused time.Time) error {
	for i, before := range []time.Time{at, refused} {
		if err := t.do(`DELETE FROM hook_delivery WHERE scope = ? AND refused = ? AND at < ?`, t.scope, int64(i), micros(before)); err != nil {
			return err
		}
	}
	return nil
}
