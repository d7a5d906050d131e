package storetest

import (
	"tranship.dev/tranship/internal/control"
)

func testInstallation(s suite) {
	name := "setting of " + string(s.scope)
	if got := read(s, func(tx control.Tx) ([]byte, error) { return tx.Setting(name) }); got != nil {
		s.Errorf("setting before it was set: %q, want nil", got)
	}
	for _, value := range []string{"a", "b\x00\xff", ""} {
		s.update(func(tx control.Tx) error { return tx.PutSetting(name, []byte(value)) })
		if got := read(s, func(tx control.Tx) ([]byte, error) { return tx.Setting(name) }); got == nil || string(got) != value {
			s.Errorf("setting: %q, want %q", got, value)
		}
	}
	begun := control.Remembered{Key: "anna:k1", Request: digest(1), Body: []byte("none yet"), At: at(4)}
	s.update(func(tx control.Tx) error { return tx.Remember(begun) })
	s.refused("conflict", "the same key while its request is under way", func(tx control.Tx) error { return tx.Remember(begun) })
	s.refused("conflict", "the answer to another request", func(tx control.Tx) error {
		return tx.Remember(control.Remembered{Key: "anna:k1", Request: digest(2), Status: 201, At: at(5)})
	})
	s.same("under way", read(s, func(tx control.Tx) (*control.Remembered, error) { return tx.Remembered("anna:k1") }), &begun)
	answer := control.Remembered{Key: "anna:k1", Request: digest(1), Status: 201, Body: []byte("{}\x00"), At: at(5)}
	s.update(func(tx control.Tx) error { return tx.Remember(answer) })
	s.same("remembered", read(s, func(tx control.Tx) (*control.Remembered, error) { return tx.Remembered("anna:k1") }), &answer)
	s.refused("conflict", "the same key again", func(tx control.Tx) error { return tx.Remember(answer) })
	s.update(func(tx control.Tx) error { return tx.ForgetBefore(at(5)) })
	s.same("remembered, not older", read(s, func(tx control.Tx) (*control.Remembered, error) { return tx.Remembered("anna:k1") }), &answer)
	s.update(func(tx control.Tx) error { return tx.ForgetBefore(at(6)) })
	if got := read(s, func(tx control.Tx) (*control.Remembered, error) { return tx.Remembered("anna:k1") }); got != nil {
		s.Errorf("forgotten answer: %v, want nil", got)
	}
}
