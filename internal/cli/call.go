package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

// pageSize is how many items are asked for at once.
const pageSize = 1000

// reply is what the API gave, read and as it was sent.
type reply[T any] struct {
	Value T
	Raw   json.RawMessage
}

// decode reads the answer to a request, which was a success, or gives the
// problem that it tells.
func decode[T any](res *http.Response, err error) (reply[T], error) {
	var r reply[T]
	if res, err = accepted(res, err); err != nil {
		return r, err
	}
	defer res.Body.Close()
	if r.Raw, err = io.ReadAll(res.Body); err != nil {
		return r, brokenOff(res, err)
	}
	if len(r.Raw) == 0 && res.StatusCode == http.StatusNoContent {
		return r, nil
	}
	if err := json.Unmarshal(r.Raw, &r.Value); err != nil {
		return r, fmt.Errorf("%s gave an answer that this command line does not understand; is it as new as the server? %w", origin(res), err)
	}
	return r, nil
}

// accepted gives a response that is a success, with its body to be read.
func accepted(res *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return nil, unreachable(err)
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return nil, brokenOff(res, err)
	}
	var problem client.Problem
	if json.Unmarshal(raw, &problem) == nil && problem.Detail != "" {
		return nil, faultOf(problem)
	}
	return nil, strange(res)
}

// strange is the error of an answer that no Tranship would give: something else
// stands at the address, or between.
func strange(res *http.Response) error {
	fault := practice.Faultf(codeOf(res.StatusCode), "%s answered %s to %s %s", origin(res), res.Status, res.Request.Method, res.Request.URL.Path)
	if strings.Contains(res.Header.Get("Content-Type"), "html") {
		return fault.WithHint("is this the address of a Tranship server, or does a proxy stand between?")
	}
	return fault
}

// brokenOff is the error of an answer that did not arrive in whole.
func brokenOff(res *http.Response, err error) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	return practice.Faultf(practice.Unavailable, "the answer of %s broke off: %v", origin(res), err)
}

func codeOf(status int) practice.Code {
	switch status {
	case http.StatusUnauthorized:
		return practice.Unauthorised
	case http.StatusForbidden:
		return practice.Forbidden
	case http.StatusNotFound:
		return practice.NotFound
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return practice.Unavailable
	}
	return ""
}

func origin(res *http.Response) string {
	return res.Request.URL.Scheme + "://" + res.Request.URL.Host
}

// list is many things that the API gave.
type list[T any] struct {
	Items []T
	Raw   []json.RawMessage
}

// every reads page after page, until the end or until most items are there;
// most 0: all.
func every[T any](most int, page func(cursor string, limit int64) (*http.Response, error)) (list[T], error) {
	var all list[T]
	for cursor := ""; ; {
		limit := int64(pageSize)
		if most > 0 {
			limit = min(limit, int64(most-len(all.Items)))
		}
		got, err := decode[struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next"`
		}](page(cursor, limit))
		if err != nil {
			return all, err
		}
		for _, raw := range got.Value.Items {
			var item T
			if err := json.Unmarshal(raw, &item); err != nil {
				return all, fmt.Errorf("the server gave an item that this command line does not understand: %w", err)
			}
			all.Items, all.Raw = append(all.Items, item), append(all.Raw, raw)
		}
		cursor = got.Value.Next
		if cursor == "" || (most > 0 && len(all.Items) >= most) {
			return all, nil
		}
	}
}
