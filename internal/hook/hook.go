// Package hook reads the webhooks of git services and of any program: it
// verifies them before anything of them is parsed, and says in the same words
// what each tells. It keeps nothing and calls nobody.
package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
)

// The bounds of a webhook.
const (
	MaxBody = 1 << 20         // bytes
	Window  = 5 * time.Minute // how far a signed moment may be from now
)

// SignatureHeader is the header of the plain scheme.
const SignatureHeader = "X-Tranship-Signature" // "t=UNIX,v1=HEX", HMAC-SHA256 of "UNIX.BODY"

// Verify says whether a webhook is signed with the secret in the way of its
// provider, and gives the id by which it is known when it comes again: one that
// is signed where the scheme has such, else the one that the sender gave. It
// compares in constant time and parses nothing of the body. Unauthorised, with
// what is wrong, otherwise; nothing of that tells of the secret.
func Verify(provider journey.Provider, secret string, header http.Header, body []byte, now time.Time) (string, error) {
	switch provider {
	case journey.GitHub:
		return hexSigned("X-Hub-Signature-256", "sha256=", "X-Github-Delivery", secret, header, body)
	case journey.Gitea:
		if header.Get("X-Gitea-Signature") == "" && header.Get("X-Forgejo-Signature") != "" {
			return hexSigned("X-Forgejo-Signature", "", "X-Forgejo-Delivery", secret, header, body)
		}
		return hexSigned("X-Gitea-Signature", "", "X-Gitea-Delivery", secret, header, body)
	case journey.GitLab:
		if header.Get("Webhook-Signature") != "" {
			return standardSigned(secret, header, body, now)
		}
		return tokenSent(secret, header)
	case journey.Plain:
		if header.Get("Webhook-Signature") != "" {
			return standardSigned(secret, header, body, now)
		}
		return plainSigned(secret, header, body, now)
	}
	return "", refused("provider %q is not known", provider)
}

func refused(format string, args ...any) error {
	return practice.Faultf(practice.Unauthorised, format, args...).Final()
}

func mac(secret []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, secret)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// hexSigned is the scheme of GitHub and of Gitea: the hexadecimal HMAC-SHA256 of the body.
func hexSigned(name, prefix, id, secret string, header http.Header, body []byte) (string, error) {
	written, found := strings.CutPrefix(header.Get(name), prefix)
	given, err := hex.DecodeString(written)
	right := hmac.Equal(given, mac([]byte(secret), body))
	switch {
	case written == "":
		return "", refused("header %s is missing: no secret is set at the sender", name)
	case !found || err != nil || !right:
		return "", refused("header %s does not fit the secret and the body", name)
	}
	return header.Get(id), nil
}

// tokenSent is GitLab's older scheme: the secret itself. Nothing is signed.
func tokenSent(secret string, header http.Header) (string, error) {
	given := sha256.Sum256([]byte(header.Get("X-Gitlab-Token")))
	wanted := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(given[:], wanted[:]) != 1 {
		return "", refused("header X-Gitlab-Token is not the secret")
	}
	if id := header.Get("Idempotency-Key"); id != "" {
		return id, nil
	}
	return header.Get("X-Gitlab-Event-Uuid"), nil
}

// standardSigned is the scheme of Standard Webhooks, which GitLab's signing
// tokens follow: base64 of the HMAC-SHA256 of "ID.UNIX.BODY", one or several.
func standardSigned(secret string, header http.Header, body []byte, now time.Time) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return "", refused("the secret is not of the form whsec_BASE64")
	}
	id, at := header.Get("Webhook-Id"), header.Get("Webhook-Timestamp")
	wanted, right := mac(key, []byte(id+"."+at+"."), body), false
	for one := range strings.FieldsSeq(header.Get("Webhook-Signature")) {
		given, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(one, "v1,"))
		if err == nil && strings.HasPrefix(one, "v1,") && hmac.Equal(given, wanted) {
			right = true
		}
	}
	if !right || id == "" {
		return "", refused("header webhook-signature does not fit the secret and the body")
	}
	return id, timely(at, now)
}

// plainSigned is our own scheme, for curl and openssl: "t=UNIX,v1=HEX". Its id
// is the signature, so that the same content may be sent again at another moment.
func plainSigned(secret string, header http.Header, body []byte, now time.Time) (string, error) {
	written := header.Get(SignatureHeader)
	if written == "" {
		return "", refused("header %s is missing", SignatureHeader)
	}
	at, signature := "", ""
	for part := range strings.SplitSeq(written, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			at = value
		case "v1":
			signature = value
		}
	}
	given, err := hex.DecodeString(signature)
	if right := hmac.Equal(given, mac([]byte(secret), []byte(at+"."), body)); err != nil || !right {
		return "", refused("header %s does not fit the secret and the body", SignatureHeader)
	}
	return hex.EncodeToString(given), timely(at, now) // one spelling, whatever letters it came in
}

func timely(unix string, now time.Time) error {
	seconds, err := strconv.ParseInt(unix, 10, 64)
	if err != nil {
		return refused("the moment %q is no number of seconds since 1970", unix)
	}
	if off := now.Sub(time.Unix(seconds, 0)); off > Window || off < -Window {
		return refused("it was signed %s from now; at most %s are allowed", off.Round(time.Second), Window)
	}
	return nil
}

// Sign gives the value of SignatureHeader for a body: for programs of ours and for tests.
func Sign(secret string, body []byte, now time.Time) string {
	at := strconv.FormatInt(now.Unix(), 10)
	return "t=" + at + ",v1=" + hex.EncodeToString(mac([]byte(secret), []byte(at+"."), body))
}
