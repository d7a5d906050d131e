package prometheus

import (
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"tranship.dev/tranship/internal/driver"
)

// selector says which samples count: a name and matchers of labels.
type selector struct {
	name     string
	matchers []matcher
}

type matcher struct {
	label string
	value string
	like  *regexp.Regexp // nil: exactly value
	not   bool
}

var (
	selectorText = regexp.MustCompile(`^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*$`)
	matcherText  = regexp.MustCompile(`^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")\s*(,|$)`)
)

// parseSelector reads name{label="value",label!="value",label=~"re",label!~"re"}.
func parseSelector(field, text string) (*selector, error) {
	const how = `write it like http_requests_total{code="500"}`
	parts := selectorText.FindStringSubmatch(text)
	if parts == nil {
		return nil, driver.BadInput(field, how, "is not the name of a metric with matchers")
	}
	s := &selector{name: parts[1]}
	for rest := parts[2]; strings.TrimSpace(rest) != ""; {
		m := matcherText.FindStringSubmatch(rest)
		if m == nil {
			return nil, driver.BadInput(field, how, "has a matcher that cannot be read")
		}
		value, err := strconv.Unquote(m[3])
		if err != nil {
			return nil, driver.BadInput(field, how, "has a matcher whose value cannot be read")
		}
		one := matcher{label: m[1], value: value, not: m[2][0] == '!'}
		if strings.HasSuffix(m[2], "~") {
			if one.like, err = regexp.Compile("^(?s:" + value + ")$"); err != nil {
				return nil, driver.BadInput(field, "see github.com/google/re2/wiki/Syntax", "has a matcher that is not a regular expression")
			}
		}
		s.matchers = append(s.matchers, one)
		rest = rest[len(m[0]):]
	}
	return s, nil
}

// matches says whether labels match; a label that is not there is empty.
func (m matcher) matches(labels map[string]string) bool {
	value := labels[m.label]
	if m.like != nil {
		return m.like.MatchString(value) != m.not
	}
	return (value == m.value) != m.not
}

// parse reads metrics in the text format.
func parse(r io.Reader) (map[string]*dto.MetricFamily, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(r)
}

// read makes the samples that match one number; false when none does.
func (s *selector) read(families map[string]*dto.MetricFamily, aggregate string) (float64, bool) {
	var total, least, most float64
	count := 0
	for _, sample := range samples(families, s.name) {
		if !s.all(sample.labels) {
			continue
		}
		if count++; count == 1 {
			least, most = sample.value, sample.value
		}
		total += sample.value
		least, most = math.Min(least, sample.value), math.Max(most, sample.value) // NaN stays NaN
	}
	if count == 0 {
		return 0, false
	}
	switch aggregate {
	case "min":
		return least, true
	case "max":
		return most, true
	case "avg":
		return total / float64(count), true
	}
	return total, true
}

func (s *selector) all(labels map[string]string) bool {
	for _, m := range s.matchers {
		if !m.matches(labels) {
			return false
		}
	}
	return true
}

type sample struct {
	labels map[string]string
	value  float64
}

// samples gives the samples of one name as they stood in the text: histograms and
// summaries have theirs under names with _sum, _count and _bucket.
func samples(families map[string]*dto.MetricFamily, name string) []sample {
	var list []sample
	add := func(m *dto.Metric, value float64, extra ...string) {
		labels := make(map[string]string, len(m.GetLabel())+1)
		for _, pair := range m.GetLabel() {
			labels[pair.GetName()] = pair.GetValue()
		}
		for i := 0; i+1 < len(extra); i += 2 {
			labels[extra[i]] = extra[i+1]
		}
		list = append(list, sample{labels, value})
	}
	for _, m := range families[name].GetMetric() {
		switch {
		case m.GetCounter() != nil:
			add(m, m.GetCounter().GetValue())
		case m.GetGauge() != nil:
			add(m, m.GetGauge().GetValue())
		case m.GetUntyped() != nil:
			add(m, m.GetUntyped().GetValue())
		}
		for _, q := range m.GetSummary().GetQuantile() {
			add(m, q.GetValue(), "quantile", bound(q.GetQuantile()))
		}
	}
	for _, suffix := range []string{"_sum", "_count", "_bucket"} {
		base, found := strings.CutSuffix(name, suffix)
		if !found {
			continue
		}
		for _, m := range families[base].GetMetric() {
			h, q := m.GetHistogram(), m.GetSummary()
			switch {
			case suffix == "_sum" && h != nil:
				add(m, h.GetSampleSum())
			case suffix == "_sum" && q != nil:
				add(m, q.GetSampleSum())
			case suffix == "_count" && h != nil:
				add(m, float64(h.GetSampleCount()))
			case suffix == "_count" && q != nil:
				add(m, float64(q.GetSampleCount()))
			}
			if suffix == "_bucket" {
				for _, b := range h.GetBucket() {
					add(m, float64(b.GetCumulativeCount()), "le", bound(b.GetUpperBound()))
				}
			}
		}
	}
	return list
}

// bound writes a bucket's bound as the text format does.
func bound(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
