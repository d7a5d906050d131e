package party

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"tranship.dev/tranship/internal/practice"
)

// The cost of a password's hash: argon2id with 19 MiB, two passes and one
// thread, as OWASP advises. A hash of another cost is replaced at the next sign-in.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	hashSalt    = 16 // bytes
	hashKey     = 32 // bytes
)

// How long a password may be, in characters. There is no other rule of form:
// such rules make passwords worse.
const (
	shortestPassword = 12
	longestPassword  = 256
)

// keyboard is what people type when they think of nothing.
const keyboard = "abcdefghijklmnopqrstuvwxyz 01234567890123456789 qwertyuiopasdfghjklzxcvbnm"

// CheckPassword refuses a password that is guessed first.
func CheckPassword(person, password string) error {
	length := utf8.RuneCountInString(password)
	folded := strings.ToLower(password)
	different := map[rune]bool{}
	for _, r := range folded {
		different[r] = true
	}
	var reason string
	switch {
	case !utf8.ValidString(password):
		reason = "it is no text"
	case length < shortestPassword:
		reason = fmt.Sprintf("it has %d characters, %d are needed", length, shortestPassword)
	case length > longestPassword:
		reason = fmt.Sprintf("it has %d characters, %d are allowed", length, longestPassword)
	case len(different) < 5:
		reason = "it repeats the same few characters"
	case len(person) > 2 && strings.Contains(folded, strings.ToLower(person)):
		reason = "it contains the name"
	case strings.Contains(keyboard, folded), strings.Contains(folded, "password"), strings.Contains(folded, "tranship"):
		reason = "it is among the first that are tried"
	default:
		return nil
	}
	return practice.Faultf(practice.Invalid, "the password cannot be used: %s", reason).
		WithHint("take four or more words that do not belong together, or let a password manager make one").Final()
}

// HashPassword gives what is kept of a password, in the PHC form. salt is at
// least 16 random bytes.
func HashPassword(password string, salt []byte) string {
	salt = salt[:hashSalt]
	key := argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, hashThreads, hashKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// SamePassword says whether a password is the one that hash was made of, and
// whether the hash is of another cost than today's and should be made again.
// It takes the same time whether it is or not.
func SamePassword(hash, password string) (same, outdated bool) {
	var version, memory, passes int
	var threads uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, false
	}
	_, versionErr := fmt.Sscanf(parts[2], "v=%d", &version)
	_, costErr := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads)
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	if versionErr != nil || costErr != nil || saltErr != nil || keyErr != nil || version != argon2.Version || len(key) == 0 ||
		memory < 8 || memory > 1<<20 || passes < 1 || passes > 64 || threads < 1 {
		return false, false
	}
	given := argon2.IDKey([]byte(password), salt, uint32(passes), uint32(memory), threads, uint32(len(key))) //nolint:gosec // bounded above
	return subtle.ConstantTimeCompare(given, key) == 1, memory != hashMemory || passes != hashPasses || threads != hashThreads || len(key) != hashKey
}
