package prometheus

import (
	"net/http"
	"net/url"

	"tranship.dev/tranship/internal/driver"
)

// check is one step's question and what is expected.
type check struct {
	in           Inputs
	metric, over *selector // over is nil when nothing is divided
	client       *http.Client
}

func decode(s driver.Step) (check, error) {
	c := check{in: Inputs{Aggregate: "sum", Absent: "fail"}}
	if err := driver.Decode(s.With, &c.in); err != nil {
		return c, err
	}
	if err := c.in.fit(); err != nil {
		return c, err
	}
	var err error
	if c.in.Metric != "" {
		if c.metric, err = parseSelector("metric", c.in.Metric); err != nil {
			return c, err
		}
	}
	if c.in.Over != "" {
		if c.over, err = parseSelector("over", c.in.Over); err != nil {
			return c, err
		}
	}
	if c.client, err = driver.Client(s.Root, c.in.CAFile); err != nil {
		return c, err
	}
	return c, nil
}

// fit refuses inputs that do not go together.
func (in Inputs) fit() error {
	switch {
	case in.URL == "" && in.Scrape == "":
		return driver.BadInput("url", "give url and query to ask a Prometheus server, or scrape and metric to read metrics", "and scrape are missing")
	case in.URL != "" && in.Scrape != "":
		return driver.BadInput("scrape", "give one of them", "and url are given both")
	case in.URL != "" && in.Query == "":
		return driver.BadInput("query", "say in PromQL what the server is asked", "is missing")
	case in.URL != "" && (in.Metric != "" || in.Over != ""):
		return driver.BadInput("metric", "say it in query", "and over are for scrape only")
	case in.Scrape != "" && in.Metric == "":
		return driver.BadInput("metric", "name the metric that counts", "is missing")
	case in.Scrape != "" && in.Query != "":
		return driver.BadInput("query", "give url for it", "needs a Prometheus server")
	case in.Below == nil && in.Above == nil && in.AtMost == nil && in.AtLeast == nil:
		return driver.BadInput("below", "give below, atMost, above or atLeast", "and the other bounds are missing: nothing could fail")
	}
	field, text := "url", in.URL
	if in.Scrape != "" {
		field, text = "scrape", in.Scrape
	}
	address, err := url.Parse(text)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return driver.BadInput(field, "write it like http://host:9090", "is not an http or https address")
	}
	return nil
}
