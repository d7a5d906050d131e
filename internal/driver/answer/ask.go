package answer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// mostBody is how much of a body is read.
const mostBody = 1 << 20

// Status is one status or a list of them.
type Status []int

// UnmarshalJSON reads 200 or [200, 204].
func (s *Status) UnmarshalJSON(raw []byte) error {
	var one int
	if json.Unmarshal(raw, &one) == nil {
		*s = Status{one}
		return nil
	}
	var list []int
	if err := json.Unmarshal(raw, &list); err != nil {
		return errors.New("status is neither a number nor a list of numbers")
	}
	*s = list
	return nil
}

// Schema says what UnmarshalJSON reads.
func (Status) Schema(huma.Registry) *huma.Schema {
	least, most, some := 100.0, 599.0, 1
	one := &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &most}
	list := &huma.Schema{Type: huma.TypeArray, Items: one, MinItems: &some}
	s := &huma.Schema{OneOf: []*huma.Schema{one, list}}
	for _, part := range []*huma.Schema{one, list, s} {
		part.PrecomputeMessages()
	}
	return s
}

// ask asks once, and says in a sentence how the answer was, and whether it was right.
func (c check) ask(ctx context.Context) (string, bool) {
	ctx, cancel := context.WithTimeout(ctx, c.in.Timeout.Std())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, c.in.Method, c.in.URL, nil)
	if err != nil {
		return "the address cannot be asked", false
	}
	for name, value := range c.in.Headers {
		request.Header.Set(name, value)
		if http.CanonicalHeaderKey(name) == "Host" {
			request.Host = value
		}
	}
	begun := time.Now()
	response, err := c.client.Do(request)
	if err != nil {
		return "no answer: " + cause(err, c.in.Timeout.Std()), false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostBody))
	took := time.Since(begun)
	if err != nil {
		return "the answer broke off: " + cause(err, c.in.Timeout.Std()), false
	}
	if wrong := c.judge(response, string(body), took); wrong != "" {
		return wrong, false
	}
	return fmt.Sprintf("status %d in %s", response.StatusCode, took.Round(time.Millisecond)), true
}

// judge gives what is wrong with the answer, "" when nothing is.
func (c check) judge(response *http.Response, body string, took time.Duration) string {
	if !slices.Contains(c.in.Status, response.StatusCode) {
		wrong := fmt.Sprintf("status %d, want %s", response.StatusCode, strings.Trim(strings.ReplaceAll(fmt.Sprint([]int(c.in.Status)), " ", " or "), "[]"))
		if where := response.Header.Get("Location"); where != "" && response.StatusCode/100 == 3 {
			wrong += "; it sends to another host, which is not followed"
		}
		return wrong
	}
	for _, name := range slices.Sorted(maps.Keys(c.in.HeaderEquals)) {
		if got := response.Header.Get(name); got != c.in.HeaderEquals[name] {
			return fmt.Sprintf("header %s is %q, want %q", name, got, c.in.HeaderEquals[name])
		}
	}
	if c.in.BodyContains != "" && !strings.Contains(body, c.in.BodyContains) {
		return fmt.Sprintf("the body does not hold %q; it begins %q", c.in.BodyContains, beginning(body))
	}
	if c.pattern != nil && !c.pattern.MatchString(body) {
		return fmt.Sprintf("the body does not match %q; it begins %q", c.in.BodyMatches, beginning(body))
	}
	if limit := c.in.Latency.Std(); limit > 0 && took > limit {
		return fmt.Sprintf("it took %s, more than %s", took.Round(time.Millisecond), limit)
	}
	return ""
}

func beginning(body string) string {
	if len(body) > 80 {
		return body[:80] + "..."
	}
	return body
}

// cause says what went wrong, without the address, which may hold a secret.
func cause(err error, timeout time.Duration) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("nothing within %s", timeout)
	}
	if outer, is := errors.AsType[*url.Error](err); is {
		err = outer.Err
	}
	return err.Error()
}
