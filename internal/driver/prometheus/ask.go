package prometheus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/prometheus/common/model"

	"tranship.dev/tranship/internal/driver"
)

// mostBody is how large an answer may be, in bytes.
const mostBody = 8 << 20

// number is one value with the labels of its series, as {a="b"}, or "".
type number struct {
	of    string
	value float64
}

// get gives the body of a right answer. Errors say what is wrong without the
// address, which may hold a secret.
func (c check) get(ctx context.Context, address, accept string) ([]byte, int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, errors.New("the address cannot be asked")
	}
	request.Header.Set("Accept", accept)
	for name, value := range c.in.Headers {
		request.Header.Set(name, value)
		if http.CanonicalHeaderKey(name) == "Host" {
			request.Host = value
		}
	}
	response, err := c.client.Do(request)
	if err != nil {
		if outer, is := errors.AsType[*url.Error](err); is {
			err = outer.Err
		}
		return nil, 0, fmt.Errorf("no answer: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode/100 == 3 {
		return nil, 0, fmt.Errorf("status %d: it sends to another host, which is not followed", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, mostBody+1))
	if err != nil {
		return nil, 0, fmt.Errorf("the answer broke off: %w", err)
	}
	if len(body) > mostBody {
		return nil, 0, fmt.Errorf("the answer is larger than %d MiB", mostBody>>20)
	}
	return body, response.StatusCode, nil
}

// answer is what a Prometheus server says to a query.
type answer struct {
	Status    string `json:"status"`
	ErrorType string `json:"errorType"`
	Error     string `json:"error"`
	Data      struct {
		ResultType string          `json:"resultType"`
		Result     json.RawMessage `json:"result"`
	} `json:"data"`
}

// query asks the server, and gives a number for each series.
func (c check) query(ctx context.Context) ([]number, error) {
	address := strings.TrimSuffix(c.in.URL, "/") + "/api/v1/query?query=" + url.QueryEscape(c.in.Query)
	body, status, err := c.get(ctx, address, "application/json")
	if err != nil {
		return nil, err
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("status %d, and no answer of a Prometheus server", status)
	}
	switch {
	case a.ErrorType == "bad_data":
		return nil, driver.BadInput("query", "", "is refused by the server: %s", a.Error)
	case a.Status != "success" || status != http.StatusOK:
		return nil, fmt.Errorf("status %d, the server says: %s", status, a.Error)
	}
	switch a.Data.ResultType {
	case "scalar":
		var one model.Scalar
		err = json.Unmarshal(a.Data.Result, &one)
		return []number{{value: float64(one.Value)}}, err
	case "vector":
		var all model.Vector
		err = json.Unmarshal(a.Data.Result, &all)
		numbers := make([]number, len(all))
		for i, sample := range all {
			numbers[i].value = float64(sample.Value)
			if len(sample.Metric) > 0 {
				numbers[i].of = " " + sample.Metric.String()
			}
			if sample.Histogram != nil {
				return nil, driver.BadInput("query", "use histogram_quantile or histogram_count", "gives a histogram, not a number")
			}
		}
		return numbers, err
	}
	return nil, driver.BadInput("query", "let it give one value for each series", "gives a %s, not numbers", a.Data.ResultType)
}

// scrape reads the metrics, and gives one number, or none.
func (c check) scrape(ctx context.Context) ([]number, error) {
	body, status, err := c.get(ctx, c.in.Scrape, "text/plain;version=0.0.4")
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("status %d, want 200", status)
	}
	families, err := parse(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("these are no metrics in the Prometheus text format: %w", err)
	}
	value, found := c.metric.read(families, c.in.Aggregate)
	if c.over == nil {
		if !found {
			return nil, nil
		}
		return []number{{value: value}}, nil
	}
	// Where no error has happened yet, errors may have no sample: that is 0 of all
	// requests. A metric that is not there at all is more likely misspelt.
	all, some := c.over.read(families, c.in.Aggregate)
	if !some || !found && len(samples(families, c.metric.name)) == 0 || all == 0 && value == 0 {
		return nil, nil
	}
	return []number{{value: value / all}}, nil
}
