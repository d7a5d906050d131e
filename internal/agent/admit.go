package agent

import (
	"encoding/base64"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/signature"
)

// maxJump is how far a counter may leap: a stolen key must not be able to use
// up all numbers, which only a new epoch could give back.
const maxJump = 1 << 20

// authentic gives the order of an envelope when a trusted key signed it for
// this agent. Everything else is not answered at all: nobody who cannot sign
// can make the agent talk.
func authentic(e signature.Envelope, keys []signature.PublicKey, scope practice.Scope, agent string) (deployment.Order, error) {
	if err := exact(e); err != nil {
		return deployment.Order{}, err
	}
	o, err := deployment.OpenOrder(e, keys...)
	if err != nil {
		return o, err
	}
	if o.Scope != scope || o.Agent != agent {
		return o, practice.Faultf(practice.Refused, "order %s is for %s in scope %s", o.ID, o.Agent, o.Scope).Final()
	}
	if o.ID == "" || len(o.ID) > 128 {
		return o, practice.Faultf(practice.Refused, "order has an identifier of %d bytes", len(o.ID)).Final()
	}
	return o, nil
}

// exact refuses a second way of writing the same envelope.
func exact(e signature.Envelope) error {
	texts := []string{e.Payload}
	for _, s := range e.Signatures {
		texts = append(texts, s.Sig)
	}
	for _, text := range texts {
		raw, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || base64.StdEncoding.EncodeToString(raw) != text {
			return practice.Faultf(practice.Refused, "envelope is not written exactly").Final()
		}
	}
	if len(e.Signatures) != 1 {
		return practice.Faultf(practice.Refused, "envelope has %d signatures, not 1", len(e.Signatures)).Final()
	}
	return nil
}

// admit says why an authentic order that is not in the journal may not begin,
// or nil. now is the server's time.
func admit(o deployment.Order, s Standing, now time.Time) *practice.Error {
	refuse := func(format string, args ...any) *practice.Error {
		return practice.Faultf(practice.Refused, format, args...).Final()
	}
	switch {
	case o.Epoch < s.Epoch:
		return refuse("order is of epoch %d, and epoch %d has begun", o.Epoch, s.Epoch)
	case o.Epoch == s.Epoch && o.Counter <= s.Counter:
		return refuse("order has number %d, and number %d was seen already", o.Counter, s.Counter)
	case o.Counter < 1:
		return refuse("order has number %d", o.Counter)
	case o.Epoch == s.Epoch && o.Counter-s.Counter > maxJump, o.Epoch > s.Epoch && o.Counter > maxJump, o.Epoch-s.Epoch > maxJump:
		return refuse("order has number %d in epoch %d, too far ahead of number %d in epoch %d", o.Counter, o.Epoch, s.Counter, s.Epoch)
	case !now.Before(o.Expires):
		return refuse("order expired at %s, and it is %s", o.Expires.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return sound(o)
}

// sound refuses an order that does not fit together.
func sound(o deployment.Order) *practice.Error {
	refuse := func(format string, args ...any) *practice.Error {
		return practice.Faultf(practice.Invalid, format, args...).Final()
	}
	if err := practice.CheckName("target", o.Target); err != nil {
		return refuse("%v", err)
	}
	nothing := len(o.Steps) == 0 && o.Phase == deployment.Accept              // what was taken off may have no check, where what is back has
	if o.From < 0 || o.From > len(o.Steps) || len(o.Steps) == 0 && !nothing { // From the number of steps: nothing is left to do
		return refuse("order begins at step %d of %d", o.From, len(o.Steps))
	}
	for i, s := range o.Steps {
		if s.Artifact < -1 || s.Artifact >= len(o.Artifacts) {
			return refuse("step %s uses artifact %d of %d", s.Name, s.Artifact, len(o.Artifacts))
		}
		if s.Timeout <= 0 {
			return refuse("step %d, %s, has no timeout", i, s.Name)
		}
		if s.StopWithin < 0 || s.StopWithin > model.MaxStopWithin {
			return refuse("step %d, %s, may take %s to end, and at most %s is allowed", i, s.Name, s.StopWithin, model.MaxStopWithin)
		}
		if s.Watch != nil && (s.Watch.For <= 0 || s.Watch.Every <= 0) {
			return refuse("step %d, %s, is watched every %s for %s", i, s.Name, s.Watch.Every, s.Watch.For)
		}
		if err := practice.CheckName("driver", s.Uses); err != nil {
			return refuse("%v", err)
		}
	}
	return nil
}

// raised gives the standing after an authentic order. An order that was
// refused for its age raises nothing, and one from too far ahead neither.
func raised(s Standing, o deployment.Order) Standing {
	if o.Epoch-s.Epoch > maxJump || o.Epoch < s.Epoch || o.Counter > maxJump && o.Epoch > s.Epoch {
		return s
	}
	if o.Epoch == s.Epoch && o.Counter-s.Counter > maxJump {
		return s
	}
	if o.Epoch > s.Epoch {
		s.Epoch, s.Counter = o.Epoch, 0
	}
	s.Counter = max(s.Counter, o.Counter)
	return s
}

// adopt gives the standing after a newer trust document, signed by a key that
// is trusted now; the same standing when the document is not newer.
func adopt(s Standing, e signature.Envelope) (Standing, error) {
	t, err := deployment.OpenTrust(e, s.Keys...)
	if err != nil || t.Serial <= s.Serial {
		return s, err
	}
	if t.Epoch < s.Epoch || t.Epoch-s.Epoch > maxJump {
		return s, practice.Faultf(practice.Refused, "trust document %d is of epoch %d, and epoch %d has begun", t.Serial, t.Epoch, s.Epoch).Final()
	}
	if t.Epoch > s.Epoch {
		s.Epoch, s.Counter = t.Epoch, 0
	}
	s.Serial, s.Keys = t.Serial, t.Keys
	return s, nil
}
