package announce

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// maxAnswer bounds what is read of an answer. Its body is never kept: it could
// hold what only the server can reach.
const maxAnswer = 64 << 10

// webhook posts a CloudEvent, signed as Standard Webhooks say.
func (s *Sender) webhook(ctx context.Context, what control.Sending) (string, error) {
	stamp := s.options.Now()
	return s.post(ctx, what.URL, "application/cloudevents+json", what.Content, map[string]string{
		"webhook-id":        what.ID,
		"webhook-timestamp": fmt.Sprint(stamp.Unix()),
		"webhook-signature": Sign(what.ID, stamp, what.Content, what.Secrets...),
	})
}

// Sign gives the header webhook-signature of a message: one signature for each
// secret, separated by spaces.
func Sign(id string, stamp time.Time, body []byte, secrets ...[]byte) string {
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%d.", id, stamp.Unix())
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " ")
}

// post sends a body and gives the status that was answered. Errors tell no URL:
// the address of a chat is a secret.
func (s *Sender) post(ctx context.Context, to, kind string, body []byte, headers map[string]string) (string, error) {
	target, err := url.Parse(to)
	if err != nil || target.Scheme != "http" && target.Scheme != "https" || target.User != nil {
		return "", practice.Faultf(practice.Invalid, "the address is no http or https URL without a user").Final()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return "", practice.Faultf(practice.Invalid, "the address is no URL").Final()
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("User-Agent", "Tranship/"+s.options.Version)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return "", failed(target.Host, err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer) // its status is all that counts
	return judge(target.Host, answer.StatusCode)
}

// failed says why there was no answer.
func failed(host string, err error) error {
	if refused, ours := errors.AsType[*practice.Error](err); ours {
		return refused
	}
	if wrapped, is := errors.AsType[*url.Error](err); is { // it holds the whole URL
		err = wrapped.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return unavailable("%s did not answer within %s", host, timeout)
	}
	return unavailable("%s cannot be reached: %s", host, plainly(err))
}

// judge says what a status means.
func judge(host string, status int) (string, error) {
	said := strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
	switch {
	case status >= 200 && status < 300:
		return said, nil
	case status == http.StatusGone:
		return "", practice.Faultf(practice.Refused, "%s answered %s: it wants no more", host, said).Final()
	case status >= 300 && status < 400:
		return "", unavailable("%s answered %s: redirects are not followed", host, said)
	}
	return "", unavailable("%s answered %s", host, said)
}
