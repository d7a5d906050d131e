package httpapi

import (
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
)

// humaContext is a request, under a name that is not its method's.
type humaContext = huma.Context

// several gives all values of a parameter that takes some, however they were sent.
type several struct {
	humaContext
	joined map[string]string
}

// Query gives the value of a parameter: of one that takes some, all with commas.
func (c several) Query(name string) string {
	if all, is := c.joined[name]; is {
		return all
	}
	return c.humaContext.Query(name)
}

// Unwrap gives the request itself.
func (c several) Unwrap() huma.Context { return c.humaContext }

// everyValue lets state=a&state=b mean what state=a,b means. A parameter that
// takes one value is refused when it is sent twice: the second would not count,
// and nobody would know.
func everyValue(ctx huma.Context, next func(huma.Context)) {
	at := ctx.URL()
	if !strings.Contains(at.RawQuery, "&") {
		next(ctx)
		return
	}
	joined, err := joinedValues(ctx.Operation(), at.Query())
	if err != nil {
		p := problemOf(err)
		writeRefusal(ctx, p)
		return
	}
	if len(joined) > 0 {
		ctx = several{ctx, joined}
	}
	next(ctx)
}

func joinedValues(op *huma.Operation, query url.Values) (map[string]string, error) {
	joined := map[string]string{}
	for _, p := range op.Parameters {
		values := query[p.Name]
		if p.In != "query" || len(values) < 2 {
			continue
		}
		if !lists(p) {
			return nil, practice.Faultf(practice.Invalid, "%s is given %d times, but takes one value", p.Name, len(values)).Final()
		}
		joined[p.Name] = strings.Join(values, ",")
	}
	return joined, nil
}

// lists says whether a parameter takes several values.
func lists(p *huma.Param) bool {
	return p.In == "query" && p.Schema != nil && p.Schema.Type == huma.TypeArray
}

// describeLists says of parameters that take several values how they are sent.
func describeLists(op *huma.Operation) {
	for _, p := range op.Parameters {
		if lists(p) {
			p.Description = strings.TrimSpace(p.Description + " Several are sent with commas, or as the same parameter again.")
		}
	}
}

// writeRefusal answers with a problem before the operation is reached.
func writeRefusal(ctx huma.Context, p *Problem) {
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = writeJSON(ctx.BodyWriter(), p)
}
