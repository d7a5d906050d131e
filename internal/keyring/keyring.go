// Package keyring keeps the server's keys in files outside the database: the
// keys that sign orders (the present one and the next), the key that signs the
// record, and the epoch. Whoever steals the database cannot sign.
package keyring

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/signature"
)

const fileName = "keys.json"

// Ring is the server's keys. Safe for concurrent use.
type Ring struct {
	dir    string
	master []byte // never changes

	mu    sync.RWMutex
	state state
	drawn drawn
}

// drawn is what follows from the state. To work it out costs far more than to
// use it: every heartbeat of every agent is answered with the trust document.
type drawn struct {
	order, record ed25519.PrivateKey
	trust         signature.Envelope
}

func draw(s state) (d drawn, err error) {
	d.order, d.record = private(s.Order), private(s.Record)
	t := deployment.Trust{Serial: s.Serial, Epoch: s.Epoch, Keys: []signature.PublicKey{public(s.Order), public(s.Next)}}
	d.trust, err = t.Seal(func(payloadType string, payload []byte) signature.Envelope {
		return signature.Sign(d.order, payloadType, payload)
	})
	return d, err
}

// state is what the file holds.
type state struct {
	Serial   int64                 `json:"serial"`   // of the trust document
	Epoch    int64                 `json:"epoch"`    // from 1
	Order    string                `json:"order"`    // base64 seed of the key that signs orders
	Next     string                `json:"next"`     // base64 seed of the key that will
	Record   string                `json:"record"`   // base64 seed of the key that signs checkpoints
	Previous []signature.PublicKey `json:"previous"` // earlier record keys that are still trusted
	Replaced []replaced            `json:"replaced"` // earlier trust documents, oldest first
}

// replaced is a trust document that another followed. An executor that has
// missed some takes them in one after the other.
type replaced struct {
	Serial   int64              `json:"serial"`
	Envelope signature.Envelope `json:"envelope"`
}

// maxReplaced is how many changes of keys an executor may miss.
const maxReplaced = 256

// Open reads the keys of a directory, or makes them when there are none yet.
func Open(dir string) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of the keys: %w", err)
	}
	master, err := openMaster(dir)
	if err != nil {
		return nil, err
	}
	r := &Ring{dir: dir, master: master}
	raw, err := os.ReadFile(filepath.Join(dir, fileName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r, r.change(func(s *state) {
			*s = state{Serial: 1, Epoch: 1, Order: newSeed(), Next: newSeed(), Record: newSeed()}
		})
	case err != nil:
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	if err := json.Unmarshal(raw, &r.state); err != nil {
		return nil, damaged(dir, err)
	}
	for _, seed := range []string{r.state.Order, r.state.Next, r.state.Record} {
		if raw, err := base64.StdEncoding.DecodeString(seed); err != nil || len(raw) != ed25519.SeedSize {
			return nil, damaged(dir, errors.New("a key is not 32 bytes of base64"))
		}
	}
	r.drawn, err = draw(r.state)
	return r, err
}

func damaged(dir string, err error) error {
	return practice.Faultf(practice.Refused, "keys in %s cannot be read: %v", filepath.Join(dir, fileName), err).
		WithHint("restore the file from a backup; with new keys every agent must enrol again").Final()
}

func newSeed() string {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	return base64.StdEncoding.EncodeToString(seed)
}

func private(seed string) ed25519.PrivateKey {
	raw, _ := base64.StdEncoding.DecodeString(seed) // checked by Open
	return ed25519.NewKeyFromSeed(raw)
}

func public(seed string) signature.PublicKey {
	return signature.Encode(private(seed).Public().(ed25519.PublicKey))
}

// save replaces the file so that a crash leaves the old or the new one.
func (r *Ring) save() error {
	raw, err := json.MarshalIndent(r.state, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(r.dir, fileName, raw)
}

// replaceFile writes a file so that a crash leaves the old or the new one.
func replaceFile(dir, name string, raw []byte) error {
	temporary, err := os.CreateTemp(dir, name+".*")
	if err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.Write(raw)
	err = errors.Join(err, temporary.Chmod(0o600), temporary.Sync(), temporary.Close())
	if err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	if err := os.Rename(temporary.Name(), filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// SignOrder signs with the present order key.
func (r *Ring) SignOrder(payloadType string, payload []byte) signature.Envelope {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return signature.Sign(r.drawn.order, payloadType, payload)
}

// Trust gives the present trust document, signed by the present order key.
func (r *Ring) Trust() (signature.Envelope, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.drawn.trust, nil
}

// TrustSince gives the trust documents between the one with that serial and the
// present one, oldest first.
func (r *Ring) TrustSince(serial int64) []signature.Envelope {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var missed []signature.Envelope
	for _, old := range r.state.Replaced {
		if old.Serial > serial {
			missed = append(missed, old.Envelope)
		}
	}
	return missed
}

// RecordKey gives the key that signs checkpoints, and earlier ones that are still trusted.
func (r *Ring) RecordKey() (ed25519.PrivateKey, []signature.PublicKey) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.drawn.record, r.state.Previous
}

// Epoch gives the present epoch.
func (r *Ring) Epoch() int64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.state.Epoch
}

// OrderKeys gives the public keys that executors trust: the present one and the next.
func (r *Ring) OrderKeys() []signature.PublicKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return []signature.PublicKey{public(r.state.Order), public(r.state.Next)}
}

// RecordKeys gives the public keys of the record: the present one first.
func (r *Ring) RecordKeys() []signature.PublicKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return append([]signature.PublicKey{public(r.state.Record)}, r.state.Previous...)
}

// Rotate makes the next order key the present one and a new next one. Agents
// trust it already; they learn the new next one when they next say hello.
func (r *Ring) Rotate() error {
	return r.change(func(s *state) {
		s.Serial, s.Order, s.Next = s.Serial+1, s.Next, newSeed()
	})
}

// RotateRecord makes a new record key; what the old one signed stays trusted.
func (r *Ring) RotateRecord() error {
	return r.change(func(s *state) {
		s.Previous = append([]signature.PublicKey{public(s.Record)}, s.Previous...)
		s.Record = newSeed()
	})
}

// RaiseEpoch makes agents refuse every order that was signed before: after a
// restore, when the server may have forgotten what it ordered.
func (r *Ring) RaiseEpoch() error {
	return r.change(func(s *state) { s.Serial, s.Epoch = s.Serial+1, s.Epoch+1 })
}

func (r *Ring) change(f func(*state)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.state
	f(&r.state)
	if before.Serial > 0 && r.state.Serial > before.Serial {
		kept := append(slices.Clone(before.Replaced), replaced{before.Serial, r.drawn.trust})
		r.state.Replaced = kept[max(0, len(kept)-maxReplaced):]
	}
	after, err := draw(r.state)
	if err == nil {
		err = r.save()
	}
	if err != nil {
		r.state = before
		return err
	}
	r.drawn = after
	return nil
}
