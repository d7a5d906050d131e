package mask_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/driver/mask"
)

const pem = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC/+kw\nBKcwggSjAgEAAoIBAQC7\"abc\n-----END KEY-----\n"

// write gives what comes out when text is written in the pieces that end at cuts.
func write(t testing.TB, text string, secrets []string, cuts ...int) string {
	t.Helper()
	var out bytes.Buffer
	w := mask.NewWriter(&out, secrets)
	from := 0
	for _, cut := range append(cuts, len(text)) {
		if cut < from || cut > len(text) {
			continue
		}
		if n, err := w.Write([]byte(text[from:cut])); err != nil || n != cut-from {
			t.Fatalf("write of %d bytes: %d, %v", cut-from, n, err)
		}
		from = cut
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestMaskKnowsEveryForm(t *testing.T) {
	t.Parallel()
	const secret = `p@ss w/rd+"§1`
	quoted, _ := json.Marshal(secret)
	forms := map[string]string{
		"raw":                 secret,
		"base64":              base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 url":          base64.URLEncoding.EncodeToString([]byte(secret)),
		"base64 no padding":   base64.RawStdEncoding.EncodeToString([]byte(secret)),
		"basic authorisation": base64.StdEncoding.EncodeToString([]byte("user:" + secret))[7:],
		"query":               url.QueryEscape(secret),
		"path":                url.PathEscape(secret),
		"lower query":         strings.NewReplacer("%2F", "%2f", "%2B", "%2b", "%C2", "%c2", "%A7", "%a7").Replace(url.QueryEscape(secret)),
		"hex":                 hex.EncodeToString([]byte(secret)),
		"upper hex":           strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"json":                strings.Trim(string(quoted), `"`),
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for cut := range len(form) {
				got := write(t, "before "+form+" after", []string{secret}, 7+cut)
				if !strings.HasPrefix(got, "before ***") || !strings.HasSuffix(got, " after") || strings.Contains(got, form[:len(form)-4]) {
					t.Fatalf("cut at %d: %q", cut, got)
				}
			}
		})
	}
}

func TestMaskKnowsTheLinesOfALongSecret(t *testing.T) {
	t.Parallel()
	for _, text := range []string{pem, strings.ReplaceAll(pem, "\n", "\r\n"), strings.ReplaceAll(pem, "\n", " "), "key: |\n    " + strings.ReplaceAll(pem, "\n", "\n    ")} {
		got := write(t, text, []string{pem})
		if strings.Contains(got, "MIIE") || strings.Contains(got, "BKcw") {
			t.Errorf("%q leaves %q", text, got)
		}
	}
	wrapped := base64.StdEncoding.EncodeToString([]byte(pem))
	wrapped = wrapped[:76] + "\n" + wrapped[76:]
	if got := write(t, "x"+wrapped+"y", []string{pem}); got != "x***y" {
		t.Errorf("wrapped base64 leaves %q", got)
	}
}

func TestMaskLeavesNoEndOfOverlappingSecrets(t *testing.T) {
	t.Parallel()
	text := "<abcdefgh>"
	for cut := range len(text) {
		if got := write(t, text, []string{"abcdef", "defgh"}, cut); got != "<***>" {
			t.Errorf("cut at %d: %q", cut, got)
		}
	}
}

func TestMaskPassesOrdinaryTextAtOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := mask.NewWriter(&out, []string{"secret", ""})
	if _, err := w.Write([]byte("a line\n")); err != nil || out.String() != "a line\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
	if got := mask.Text("the secret of secrets", []string{"secret"}); got != "the *** of ***s" {
		t.Errorf("got %q", got)
	}
	if got := mask.Text("nothing", nil); got != "nothing" {
		t.Errorf("got %q", got)
	}
}

func FuzzMaskDoesNotDependOnTheCuts(f *testing.F) {
	f.Add("token abcd1234, again YWJjZDEyMzQ=", "abcd1234", "1234", uint(3), uint(10))
	f.Add("aaaaaaaaab", "aaab", "aa", uint(1), uint(2))
	f.Add(pem, pem, "BEGIN", uint(30), uint(31))
	f.Fuzz(func(t *testing.T, text, one, two string, first, second uint) {
		secrets := []string{one, two}
		whole := write(t, text, secrets)
		cuts := []int{int(first % uint(len(text)+1)), int(second % uint(len(text)+1))}
		if got := write(t, text, secrets, min(cuts[0], cuts[1]), max(cuts[0], cuts[1])); got != whole {
			t.Errorf("cut at %v: %q, whole: %q", cuts, got, whole)
		}
		bytewise := make([]int, len(text))
		for at := range bytewise {
			bytewise[at] = at
		}
		if got := write(t, text, secrets, bytewise...); got != whole {
			t.Errorf("byte by byte: %q, whole: %q", got, whole)
		}
		for _, secret := range secrets {
			if secret != "" && !strings.Contains(secret, "*") && strings.Contains(strings.ReplaceAll(whole, mask.Stars, "\x00\x01"), secret) && !strings.ContainsAny(secret, "\x00\x01") {
				t.Errorf("%q still holds %q", whole, secret)
			}
		}
	})
}
