package httpapi

import (
	"encoding/base64"

	"tranship.dev/tranship/internal/practice"
)

// Paged is the part of a request that asks for a page.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"1024" doc:"The next of the page before; empty for the first page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many items."`
}

func (p Paged) page() (practice.Page, error) {
	after, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return practice.Page{}, practice.Faultf(practice.Invalid, "cursor %q is not one that the server gave", p.Cursor)
	}
	return practice.Page{After: string(after), Limit: p.Limit}, nil
}

// List is one page of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent on the last."`
}

type listOutput[T any] struct{ Body List[T] }

// listed gives a page as output; key is what the next page begins after.
func listed[T any](items []T, page practice.Page, key func(T) string) *listOutput[T] {
	next := ""
	if len(items) > 0 && len(items) == page.Size() {
		next = key(items[len(items)-1])
	}
	return continued(items, next)
}

// continued gives a page whose list says itself where the next one begins.
func continued[T any](items []T, next string) *listOutput[T] {
	if items == nil {
		items = []T{}
	}
	return &listOutput[T]{Body: List[T]{Items: items, Next: cursor(next)}}
}

// cursor gives what a page begins after as it is given out; Paged reads it again.
func cursor(after string) string { return base64.RawURLEncoding.EncodeToString([]byte(after)) }

type output[T any] struct{ Body T }

func answer[T any](body T) *output[T] { return &output[T]{Body: body} }
