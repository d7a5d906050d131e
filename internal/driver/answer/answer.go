// Package answer is the http driver: it checks that an address answers as it
// should. It changes nothing and can only be used to check.
package answer

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// Inputs are what a step says in its With.
type Inputs struct {
	URL          string            `json:"url" minLength:"1" doc:"The address to ask, http or https."`
	Method       string            `json:"method,omitempty" enum:"GET,HEAD,OPTIONS" default:"GET" doc:"How to ask; only methods that change nothing."`
	Headers      map[string]string `json:"headers,omitempty" doc:"Headers to send."`
	Status       Status            `json:"status,omitempty" doc:"The status, or a list of those allowed; 200 by default."`
	BodyContains string            `json:"bodyContains,omitempty" doc:"A text that the body must hold."`
	BodyMatches  string            `json:"bodyMatches,omitempty" doc:"A regular expression (RE2) that must match within the body."`
	HeaderEquals map[string]string `json:"headerEquals,omitempty" doc:"Headers that the answer must carry, with their values."`
	Latency      practice.Duration `json:"latency,omitempty" doc:"How long the whole answer may take, for example 300ms; no limit but timeout by default."`
	Timeout      practice.Duration `json:"timeout,omitempty" doc:"How long to wait for one answer; 5s by default."`
	Within       practice.Duration `json:"within,omitempty" doc:"For how long to ask again until the answer is right, for example 30s; by default it is asked as often as attempts says."`
	Attempts     int               `json:"attempts,omitempty" minimum:"1" maximum:"1000" doc:"How often to ask at most; once by default, without limit when within is given."`
	Interval     practice.Duration `json:"interval,omitempty" doc:"The pause between two attempts; 500ms by default."`
	CAFile       string            `json:"caFile,omitempty" doc:"A file below the target's root with the certificates to trust, in PEM form; by default those that the host trusts."`
}

// Driver is the http driver.
type Driver struct{}

// New gives the http driver.
func New() *Driver { return &Driver{} }

// Declare says what the driver is.
func (*Driver) Declare() driver.Declaration {
	return driver.Declaration{
		Name:    "http",
		Inputs:  &Inputs{},
		OnDoubt: model.Repeat,
		Actions: []model.Action{model.Check},
		Needs:   []driver.Capability{driver.NeedsNetwork},
	}
}

// check is one step's question and what is expected.
type check struct {
	in      Inputs
	pattern *regexp.Regexp // nil: any body
	client  *http.Client
}

func decode(s driver.Step) (check, error) {
	in := Inputs{
		Method: http.MethodGet, Status: Status{http.StatusOK},
		Timeout: practice.Duration(5 * time.Second), Interval: practice.Duration(500 * time.Millisecond),
	}
	if err := driver.Decode(s.With, &in); err != nil {
		return check{}, err
	}
	address, err := url.Parse(in.URL)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return check{}, driver.BadInput("url", "write it like http://host:8080/health", "is not an http or https address")
	}
	if in.Attempts == 0 && in.Within == 0 {
		in.Attempts = 1
	}
	if in.Timeout == 0 {
		return check{}, driver.BadInput("timeout", "leave it out for 5s", "is 0")
	}
	c := check{in: in}
	if in.BodyMatches != "" {
		if c.pattern, err = regexp.Compile(in.BodyMatches); err != nil {
			return check{}, driver.BadInput("bodyMatches", "see github.com/google/re2/wiki/Syntax", "is not a regular expression")
		}
	}
	if c.client, err = driver.Client(s.Root, in.CAFile); err != nil {
		return check{}, err
	}
	return c, nil
}

// Inspect asks until the answer is right, or as often and as long as the step
// allows. A wrong answer and none are findings, not errors.
func (*Driver) Inspect(ctx context.Context, s driver.Step) (driver.Finding, error) {
	c, err := decode(s)
	if err != nil {
		return driver.Finding{}, err
	}
	begun := time.Now()
	for attempt := 1; ; attempt++ {
		detail, right := c.ask(ctx)
		if err := ctx.Err(); err != nil {
			return driver.Finding{Detail: detail}, err
		}
		if right {
			return driver.Finding{Present: true, Matches: true, Detail: detail}, nil
		}
		over := c.in.Within > 0 && time.Since(begun)+c.in.Interval.Std() > c.in.Within.Std()
		if over || c.in.Attempts > 0 && attempt >= c.in.Attempts {
			if attempt > 1 {
				detail = fmt.Sprintf("%s (%d attempts in %s)", detail, attempt, time.Since(begun).Round(time.Millisecond))
			}
			return driver.Finding{Detail: detail}, nil
		}
		select {
		case <-ctx.Done():
			return driver.Finding{Detail: detail}, ctx.Err()
		case <-time.After(c.in.Interval.Std()):
		}
	}
}

// Apply is refused: an address cannot be made to answer.
func (*Driver) Apply(_ context.Context, s driver.Step, _ driver.Progress) error { return onlyChecks(s) }

// Remove is refused.
func (*Driver) Remove(_ context.Context, s driver.Step, _ driver.Progress) error {
	return onlyChecks(s)
}

func onlyChecks(s driver.Step) error {
	return practice.Faultf(practice.Invalid, "step %s uses http, which only checks", s.Name).
		WithHint("give it the action check").Final()
}
