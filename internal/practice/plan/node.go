package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// node is a parsed JSON value of a step's inputs. One without references is
// shared between all targets as it is.
type node struct {
	same   any // the value when nothing in it depends on the target
	varies bool
	text   model.Text
	list   []node
	fields []field
}

type field struct {
	name  string
	value node
}

// site is a reference with the place where it stands.
type site struct{ path, name string }

// parser collects the references of values, and what is wrong with them.
type parser struct {
	sites    []site
	problems []practice.Problem
}

func (p *parser) parse(path string, value any) node {
	switch v := value.(type) {
	case string:
		return p.parseText(path, v)
	case []any:
		n := node{list: make([]node, len(v))}
		for i, element := range v {
			n.list[i] = p.parse(fmt.Sprintf("%s[%d]", path, i), element)
			n.varies = n.varies || n.list[i].varies
		}
		return n.settle(value)
	case map[string]any:
		n := node{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			f := field{name, p.parse(path+"."+name, v[name])}
			n.fields = append(n.fields, f)
			n.varies = n.varies || f.value.varies
		}
		return n.settle(value)
	}
	return node{same: value}
}

func (p *parser) parseText(path, text string) node {
	parsed, err := model.ParseText(text)
	if err != nil {
		p.problems = append(p.problems, model.ProblemOf(path, err))
		return node{same: text}
	}
	n := node{text: parsed}
	for _, name := range parsed.Names() {
		if isSecret(name) {
			continue
		}
		n.varies = true
		p.sites = append(p.sites, site{path, name})
	}
	return n.settle(text)
}

func isSecret(name string) bool {
	return strings.HasPrefix(name, model.RefSecret) && name != model.RefSecret
}

// settle keeps only the value where nothing in it varies.
func (n node) settle(value any) node {
	if n.varies {
		return n
	}
	return node{same: value}
}

// fill gives the value for one target. Secrets stay references.
func (n node) fill(value func(name string) (string, bool)) any {
	switch {
	case !n.varies:
		return n.same
	case n.list != nil:
		list := make([]any, len(n.list))
		for i, element := range n.list {
			list[i] = element.fill(value)
		}
		return list
	case n.fields != nil:
		fields := make(map[string]any, len(n.fields))
		for _, f := range n.fields {
			fields[f.name] = f.value.fill(value)
		}
		return fields
	}
	return n.text.Fill(value)
}
