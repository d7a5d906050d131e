// Package prometheus is the prometheus driver: it checks that a number which a
// system measures of itself is within bounds, by asking a Prometheus server or
// by reading the system's own metrics. It changes nothing and can only be used
// to check.
package prometheus

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// Inputs are what a step says in its With.
type Inputs struct {
	URL       string            `json:"url,omitempty" doc:"The address of a Prometheus server, which evaluates query; give it or scrape."`
	Query     string            `json:"query,omitempty" doc:"What the server is asked, in PromQL; every series of its answer is judged."`
	Scrape    string            `json:"scrape,omitempty" doc:"The address of metrics in the Prometheus text format, for example http://host:8080/metrics."`
	Metric    string            `json:"metric,omitempty" doc:"Which of the scraped samples count: a name with matchers, like http_requests_total{code=~\"5..\"}."`
	Over      string            `json:"over,omitempty" doc:"What metric is divided by, written like it: the part of errors in all requests, since the system started."`
	Aggregate string            `json:"aggregate,omitempty" enum:"sum,min,max,avg" doc:"How the samples that match become one number; sum by default."`
	Name      string            `json:"name,omitempty" doc:"What the number is called in messages, for example error rate."`
	Below     *float64          `json:"below,omitempty" doc:"The number must be less."`
	Above     *float64          `json:"above,omitempty" doc:"The number must be more."`
	AtMost    *float64          `json:"atMost,omitempty" doc:"The number may not be more."`
	AtLeast   *float64          `json:"atLeast,omitempty" doc:"The number may not be less."`
	Absent    string            `json:"absent,omitempty" enum:"fail,pass" doc:"What holds when there is no number: nothing matches, or 0 is divided by 0; fail by default."`
	Headers   map[string]string `json:"headers,omitempty" doc:"Headers to send, for example Authorization: Bearer ${secret.NAME}."`
	CAFile    string            `json:"caFile,omitempty" doc:"A file below the target's root with the certificates to trust, in PEM form; by default those that the host trusts."`
}

// Driver is the prometheus driver.
type Driver struct{}

// New gives the prometheus driver.
func New() *Driver { return &Driver{} }

// Declare says what the driver is.
func (*Driver) Declare() driver.Declaration {
	return driver.Declaration{
		Name:    "prometheus",
		Inputs:  &Inputs{},
		OnDoubt: model.Repeat,
		Actions: []model.Action{model.Check},
		Needs:   []driver.Capability{driver.NeedsNetwork},
	}
}

// Inspect asks once and judges. A number out of bounds, none at all and an
// address that does not answer are findings, not errors.
func (*Driver) Inspect(ctx context.Context, s driver.Step) (driver.Finding, error) {
	c, err := decode(s)
	if err != nil {
		return driver.Finding{}, err
	}
	ask := c.scrape
	if c.in.URL != "" {
		ask = c.query
	}
	numbers, err := ask(ctx)
	if ctx.Err() != nil {
		return driver.Finding{}, ctx.Err()
	}
	if unusable, is := errors.AsType[*practice.Error](err); is {
		return driver.Finding{}, unusable
	}
	if err != nil {
		return driver.Finding{Detail: err.Error()}, nil //nolint:nilerr // that nobody answers is what was found
	}
	return c.judge(numbers), nil
}

// judge says whether every number is within bounds. NaN never is.
func (c check) judge(numbers []number) driver.Finding {
	if len(numbers) == 0 {
		return driver.Finding{Present: c.in.Absent == "pass", Matches: c.in.Absent == "pass", Detail: "there is no data of " + c.name("")}
	}
	for _, n := range numbers {
		if wrong := c.outside(n.value); wrong != "" {
			return driver.Finding{Present: true, Detail: fmt.Sprintf("%s %s is %s", c.name(n.of), written(n.value), wrong), Values: c.values(n)}
		}
	}
	detail := fmt.Sprintf("%s is %s", c.name(numbers[0].of), written(numbers[0].value))
	if len(numbers) > 1 {
		detail += fmt.Sprintf(", and %d more are within bounds", len(numbers)-1)
	}
	return driver.Finding{Present: true, Matches: true, Detail: detail, Values: c.values(numbers[0])}
}

func (c check) values(n number) map[string]string {
	return map[string]string{c.name(n.of): written(n.value)}
}

// name gives what the number is called; of are the labels of its series.
func (c check) name(of string) string {
	name := c.in.Name
	switch {
	case name != "":
	case c.in.Query != "":
		name = c.in.Query
	case c.in.Over != "":
		name = c.in.Metric + " / " + c.in.Over
	default:
		name = c.in.Metric
	}
	return name + of
}

// outside says which bound a number breaks, "" when none.
func (c check) outside(v float64) string {
	switch in := c.in; {
	case in.Below != nil && !(v < *in.Below):
		return "not below " + written(*in.Below)
	case in.AtMost != nil && !(v <= *in.AtMost):
		return "more than " + written(*in.AtMost)
	case in.Above != nil && !(v > *in.Above):
		return "not above " + written(*in.Above)
	case in.AtLeast != nil && !(v >= *in.AtLeast):
		return "less than " + written(*in.AtLeast)
	}
	return ""
}

func written(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// Apply is refused: a number cannot be made to be measured.
func (*Driver) Apply(_ context.Context, s driver.Step, _ driver.Progress) error { return onlyChecks(s) }

// Remove is refused.
func (*Driver) Remove(_ context.Context, s driver.Step, _ driver.Progress) error {
	return onlyChecks(s)
}

func onlyChecks(s driver.Step) error {
	return practice.Faultf(practice.Invalid, "step %s uses prometheus, which only checks", s.Name).
		WithHint("give it the action check").Final()
}
