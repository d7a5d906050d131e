package record

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// Origin names the log of a scope: the first line of its checkpoints and the
// name of their key.
func Origin(scope practice.Scope) string { return "tranship.dev/record/" + string(scope) }

// VerifierKey gives a key as tools for C2SP signed notes take it: "origin+hash+key".
func VerifierKey(scope practice.Scope, key signature.PublicKey) (string, error) {
	raw, err := key.Decode()
	if err != nil {
		return "", err
	}
	return note.NewEd25519VerifierKey(Origin(scope), raw)
}

// Checkpoint signs a head (C2SP tlog-checkpoint in a C2SP signed note).
func Checkpoint(scope practice.Scope, head Head, key ed25519.PrivateKey) (string, error) {
	v, err := verifier(scope, signature.Encode(key.Public().(ed25519.PublicKey)))
	if err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: checkpointText(scope, head)}, signer{v, key})
	if err != nil {
		return "", fmt.Errorf("sign checkpoint: %w", err)
	}
	return string(signed), nil
}

// OpenCheckpoint gives the head that a checkpoint of the scope signs and the
// trusted keys that signed it. Trust two keys while one replaces the other.
// Signatures of unknown keys, a witness's for instance, are passed over.
// Refused when it is another scope's, when no trusted key signed it, or when a
// trusted key's signature is wrong.
func OpenCheckpoint(text string, scope practice.Scope, trusted ...signature.PublicKey) (Head, []signature.PublicKey, error) {
	var verifiers []note.Verifier
	keys := map[uint32]signature.PublicKey{}
	for _, key := range trusted {
		v, err := verifier(scope, key)
		if err != nil {
			return Head{}, nil, fmt.Errorf("trusted key: %w", err)
		}
		if keys[v.KeyHash()] != key {
			verifiers = append(verifiers, v)
		}
		keys[v.KeyHash()] = key
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifiers...))
	if err != nil {
		return Head{}, nil, unsigned(err, trusted)
	}
	head, err := parseCheckpoint(opened.Text, scope)
	if err != nil {
		return Head{}, nil, practice.Faultf(practice.Refused, "checkpoint %v", err).Final()
	}
	var by []signature.PublicKey
	for _, s := range opened.Sigs {
		by = append(by, keys[s.Hash])
	}
	return head, by, nil
}

// openExact is OpenCheckpoint for a checkpoint of our own store or bundle: it
// holds exactly one signature, and no byte of it may differ.
func openExact(text string, scope practice.Scope, trusted []signature.PublicKey) (Head, signature.PublicKey, error) {
	head, by, err := OpenCheckpoint(text, scope, trusted...)
	if err != nil {
		return Head{}, "", err
	}
	if !exact(text, checkpointText(scope, head)) {
		return Head{}, "", practice.Faultf(practice.Refused, "checkpoint is signed, but holds more than its text and one signature").Final()
	}
	return head, by[0], nil
}

func exact(text, body string) bool {
	line, found := strings.CutPrefix(text, body+"\n— ")
	_, sig, spaced := strings.Cut(line, " ")
	raw, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(sig, "\n"))
	return found && spaced && err == nil && base64.StdEncoding.EncodeToString(raw)+"\n" == sig
}

func checkpointText(scope practice.Scope, head Head) string {
	root := head.Root
	if head.Size == 0 {
		root = (&edge{}).root()
	}
	return fmt.Sprintf("%s\n%d\n%v\n", Origin(scope), head.Size, root)
}

// parseCheckpoint reads the text of a checkpoint, without asking who signed it.
func parseCheckpoint(text string, scope practice.Scope) (Head, error) {
	body, _, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	if len(lines) != 3 {
		return Head{}, fmt.Errorf("has %d lines, not origin, size and root", len(lines))
	}
	if lines[0] != Origin(scope) {
		return Head{}, fmt.Errorf("is of %q, not of %q", lines[0], Origin(scope))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || size > maxSize || strconv.FormatInt(size, 10) != lines[1] {
		return Head{}, fmt.Errorf("has the size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return Head{}, fmt.Errorf("has the root %q", lines[2])
	}
	if size == 0 {
		return Head{}, nil
	}
	return Head{size, root}, nil
}

func unsigned(err error, trusted []signature.PublicKey) error {
	var wrong *note.InvalidSignatureError
	var nobody *note.UnverifiedNoteError
	switch {
	case errors.As(err, &wrong):
		return practice.Faultf(practice.Refused, "checkpoint was altered: the signature of key %08x does not fit its text", wrong.Hash).Final()
	case errors.As(err, &nobody):
		return practice.Faultf(practice.Refused, "checkpoint is not signed by a trusted key").
			WithHint("trusted are %v", keyIDs(trusted)).Final()
	}
	return practice.Faultf(practice.Refused, "checkpoint cannot be read: %v", err).Final()
}

func keyIDs(keys []signature.PublicKey) []string {
	ids := make([]string, 0, len(keys))
	for _, k := range keys {
		ids = append(ids, k.ID())
	}
	return ids
}

func verifier(scope practice.Scope, key signature.PublicKey) (note.Verifier, error) {
	written, err := VerifierKey(scope, key)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(written)
}

// signer signs notes with a key of the server; its name and hash are the verifier's.
type signer struct {
	note.Verifier
	key ed25519.PrivateKey
}

func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }
