package store

import (
	"strconv"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
)

func inspectJourney(r row) (control.Stored, error) {
	var number, revision, open int64
	var launcher, release, body string
	if err := r.Scan(&number, &revision, &launcher, &release, &open, &body); err != nil {
		return control.Stored{}, err
	}
	id := journeyPrefix + strconv.FormatInt(number, 10)
	var j journey.Journey
	return inspected("journey "+id, body, &j, func() []pair {
		return []pair{{"number", id, j.ID}, {"revision", revision, j.Revision}, {"launcher", launcher, j.Trigger},
			{"release", release, j.Release}, {"open", open, flag(j.Open())}}
	}), nil
}

func inspectEvidence(r row) (control.Stored, error) {
	var number int64
	var component, version, body string
	if err := r.Scan(&number, &component, &version, &body); err != nil {
		return control.Stored{}, err
	}
	id := evidencePrefix + strconv.FormatInt(number, 10)
	var e library.Evidence
	return inspected("evidence "+id, body, &e, func() []pair {
		return []pair{{"number", id, e.ID}, {"component", component, e.Component}, {"version", version, e.Version}}
	}), nil
}

func inspectPin(r row) (control.Stored, error) {
	var component, environment, version, body string
	if err := r.Scan(&component, &environment, &version, &body); err != nil {
		return control.Stored{}, err
	}
	var p journey.Pin
	return inspected("pin "+component+"/"+environment+"/"+version, body, &p, func() []pair {
		return []pair{{"component", component, p.Component}, {"environment", environment, p.Environment}, {"version", version, p.Version}}
	}), nil
}

func inspectPost(r row) (control.Stored, error) {
	var launcher, body string
	if err := r.Scan(&launcher, &body); err != nil {
		return control.Stored{}, err
	}
	var p journey.Post
	return inspected("trigger "+launcher, body, &p, func() []pair { return []pair{{"launcher", launcher, p.Trigger}} }), nil
}
