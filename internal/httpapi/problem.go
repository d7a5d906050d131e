package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// Problem is an error as the API tells it (RFC 9457).
type Problem struct {
	Type   string             `json:"type,omitempty" doc:"A URI for the kind of problem; about:blank when absent."`
	Title  string             `json:"title" doc:"The HTTP status in words."`
	Status int                `json:"status" doc:"The HTTP status."`
	Detail string             `json:"detail" doc:"What is wrong, with the values."`
	Code   practice.Code      `json:"code,omitempty" enum:"invalid,not-found,conflict,refused,unauthorised,forbidden,unavailable" doc:"The class of the problem, for programs."`
	Hint   string             `json:"hint,omitempty" doc:"What to do about it."`
	Errors []practice.Problem `json:"errors,omitempty" doc:"Each defect by itself, where there are several."`
}

// Error gives the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType gives the media type of problem details.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statuses = map[practice.Code]int{
	practice.Invalid:      http.StatusUnprocessableEntity,
	practice.NotFound:     http.StatusNotFound,
	practice.Conflict:     http.StatusConflict,
	practice.Refused:      http.StatusConflict,
	practice.Unauthorised: http.StatusUnauthorized,
	practice.Forbidden:    http.StatusForbidden,
	practice.Unavailable:  http.StatusServiceUnavailable,
}

// problemOf maps an error to what the API tells. What is not meant for a user
// becomes a plain 500; the caller logs it.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var e *practice.Error
	if !errors.As(err, &e) {
		return newProblem(http.StatusInternalServerError, "something went wrong inside the server; its log says what")
	}
	status, known := statuses[e.Code]
	if !known {
		status = http.StatusInternalServerError
	}
	p = newProblem(status, contextOf(err, e))
	p.Code, p.Hint, p.Errors = e.Code, e.Advice(""), e.Problems
	return p
}

// problem is problemOf with who can grant what is missing: wherever the server
// refuses for want of a right, people learn whom to ask.
func (s *server) problem(err error) *Problem {
	if s.Control != nil {
		ctx, done := context.WithTimeout(context.Background(), findGranters)
		defer done()
		err = s.Control.Granted(ctx, s.Scope, err)
	}
	return problemOf(err)
}

// findGranters is how long a refusal waits for the names of those who could help.
const findGranters = 2 * time.Second

// contextOf gives e's message with what callers wrapped around it, without hint and list.
func contextOf(err error, e *practice.Error) string {
	full, inner := err.Error(), e.Error()
	if len(full) > len(inner) && full[len(full)-len(inner):] == inner {
		return full[:len(full)-len(inner)] + e.Message
	}
	return e.Message
}

func newProblem(status int, detail string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: detail}
}

// fail is what every handler answers with: a problem, and a line in the log
// where the fault is ours.
func (s *server) fail(err error) error {
	if err == nil {
		return nil
	}
	if soon, is := errors.AsType[*control.Throttled](err); is {
		p := newProblem(http.StatusTooManyRequests, soon.Error())
		p.Code = practice.Unavailable
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(int(soon.After.Seconds()) + 1)}})
	}
	p := s.problem(err)
	if p.Status >= http.StatusInternalServerError {
		s.Log.Error("request failed", slog.Any("error", err))
	}
	return p
}

// humaError makes Problems of the errors that huma finds itself: input that
// does not fit the schema.
func humaError(status int, message string, errs ...error) huma.StatusError {
	p := newProblem(status, message)
	if status == http.StatusUnprocessableEntity || status == http.StatusBadRequest {
		p.Code = practice.Invalid
	}
	for _, err := range errs {
		if own, ok := errors.AsType[*Problem](err); ok {
			return own
		}
		if detail, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			p.Errors = append(p.Errors, practice.Problem{Path: detail.Location, Message: detail.Message})
		} else if err != nil {
			p.Errors = append(p.Errors, practice.Problem{Message: err.Error()})
		}
	}
	return p
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="tranship"`)
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
