package document

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// checker holds a document against its shape and collects what differs.
type checker struct {
	documents *Documents
	root      *value
	problems  []practice.Problem
}

func (c *checker) add(at place, path, message, hint string) {
	c.problems = append(c.problems, practice.Problem{Line: at.line, Column: at.column, Path: path, Message: message, Hint: hint})
}

// check compares v with what is expected at path. name is the place of the
// name that v stands behind.
func (c *checker) check(path string, name place, v *value, expected *shape) {
	if v.spoilt {
		return
	}
	s := c.documents.resolve(expected).choose(v)
	if v.form == nothing && len(s.Type) > 0 && !slices.Contains(s.Type, "null") {
		c.add(name, path, fmt.Sprintf("has no value: expected %s", wanted(s)), "give one, or leave the field out")
		return
	}
	if !fits(v, s.Type) {
		c.add(v.at, path, fmt.Sprintf("expected %s, found %s", wanted(s), v.told()), mend(v, s))
		v.spoilt, v.form = true, nothing
		return
	}
	switch v.form {
	case text:
		c.text(path, v, s)
	case number:
		c.number(path, v, s)
	case list:
		c.list(path, name, v, s)
	case table:
		c.table(path, name, v, s)
		if s.step {
			c.step(path, name, v)
		}
	case nothing, truth: // their type said it all
	}
}

// choose gives the alternative of a shape that is of the value's type. When
// none is, it is a shape with the types of all.
func (s *shape) choose(v *value) *shape {
	alternatives := slices.Concat(s.OneOf, s.AnyOf)
	if len(alternatives) == 0 {
		return s
	}
	all := *s
	all.OneOf, all.AnyOf = nil, nil
	for _, one := range alternatives {
		if fits(v, one.Type) {
			return one
		}
		all.Type = append(all.Type, one.Type...)
	}
	return &all
}

func fits(v *value, allowed types) bool {
	if len(allowed) == 0 {
		return true
	}
	return slices.ContainsFunc(allowed, func(t string) bool {
		switch t {
		case huma.TypeString:
			return v.form == text
		case huma.TypeInteger:
			return v.form == number && v.number == math.Trunc(v.number)
		case huma.TypeNumber:
			return v.form == number
		case huma.TypeBoolean:
			return v.form == truth
		case huma.TypeArray:
			return v.form == list
		case huma.TypeObject:
			return v.form == table
		}
		return v.form == nothing
	})
}

// wanted says what a shape expects, for people.
func wanted(s *shape) string {
	if s.PatternDoc != "" {
		return s.PatternDoc
	}
	if len(s.Enum) > 0 {
		return alternatives(s.Enum)
	}
	words := map[string]string{
		huma.TypeString: "a text", huma.TypeInteger: "a whole number", huma.TypeNumber: "a number", huma.TypeBoolean: "true or false",
		huma.TypeArray: "a list", huma.TypeObject: "a table of fields", "null": "nothing",
	}
	var all []string
	for _, t := range s.Type {
		all = append(all, words[t])
	}
	return strings.Join(all, " or ")
}

func alternatives(allowed []any) string {
	texts := make([]string, len(allowed))
	for i, a := range allowed {
		texts[i] = fmt.Sprint(a)
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return strings.Join(texts[:len(texts)-1], ", ") + " or " + texts[len(texts)-1]
}

// mend says how a value of the wrong type becomes right, when that is clear.
func mend(v *value, s *shape) string {
	switch {
	case v.form == text && s.references && strings.Contains(v.text, "${"):
		return "a reference gives a text, and cannot stand here"
	case slices.Contains(s.Type, huma.TypeString) && (v.form == number || v.form == truth):
		if s.PatternDoc != "" && v.text == "0" {
			return "write 0s"
		}
		return "put it in quotes: " + strconv.Quote(v.text)
	case slices.Contains(s.Type, huma.TypeBoolean) && v.form == text && slices.Contains([]string{"yes", "on", "y"}, strings.ToLower(v.text)):
		return "write true"
	case slices.Contains(s.Type, huma.TypeBoolean) && v.form == text && slices.Contains([]string{"no", "off", "n"}, strings.ToLower(v.text)):
		return "write false"
	case v.form == text && fits(&value{form: number}, s.Type) && !fits(&value{form: text}, s.Type):
		return "write a number without quotes"
	case slices.Contains(s.Type, huma.TypeArray) && v.form != list && v.form != nothing:
		return `begin each element of the list with "- "`
	}
	return ""
}

func (c *checker) text(path string, v *value, s *shape) {
	content := v.text
	if s.references {
		parsed, err := model.ParseText(v.text)
		if err != nil || len(parsed.Names()) > 0 {
			return // malformed ones are told by the model's own check
		}
	}
	before := len(c.problems)
	defer func() { v.spoilt = len(c.problems) > before }()
	length := utf8.RuneCountInString(content)
	switch {
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, any(content)):
		c.add(v.at, path, fmt.Sprintf("%s is not allowed: expected %s", quoted(content), alternatives(s.Enum)), near(content, s.Enum))
	case s.MinLength != nil && length == 0 && *s.MinLength > 0:
		c.add(v.at, path, "is empty", "")
	case s.MinLength != nil && length < *s.MinLength:
		c.add(v.at, path, fmt.Sprintf("has %d characters: expected at least %d", length, *s.MinLength), "")
	case s.MaxLength != nil && length > *s.MaxLength:
		c.add(v.at, path, fmt.Sprintf("has %d characters: expected at most %d", length, *s.MaxLength), "")
	case s.matches != nil && !s.matches.MatchString(content) && s.PatternDoc != "":
		c.add(v.at, path, fmt.Sprintf("%s is not %s", quoted(content), s.PatternDoc), "")
	case s.Pattern == momentPattern && !isMoment(content):
		c.add(v.at, path, fmt.Sprintf("there is no moment %s", quoted(content)), "look at the day of the month")
	case s.matches != nil && !s.matches.MatchString(content):
		c.add(v.at, path, fmt.Sprintf("%s does not match %s", quoted(content), s.Pattern), "")
	}
}

func (c *checker) number(path string, v *value, s *shape) {
	switch {
	case s.Minimum != nil && v.number < *s.Minimum:
		c.add(v.at, path, fmt.Sprintf("%s is less than %v", v.text, *s.Minimum), "")
	case s.Maximum != nil && v.number > *s.Maximum:
		c.add(v.at, path, fmt.Sprintf("%s is more than %v", v.text, *s.Maximum), "")
	}
}

func (c *checker) list(path string, name place, v *value, s *shape) {
	switch {
	case s.MinItems != nil && len(v.items) == 0 && *s.MinItems > 0:
		c.add(name, path, fmt.Sprintf("is empty: expected at least %d", *s.MinItems), "")
	case s.MinItems != nil && len(v.items) < *s.MinItems:
		c.add(name, path, fmt.Sprintf("has %d elements: expected at least %d", len(v.items), *s.MinItems), "")
	case s.MaxItems != nil && len(v.items) > *s.MaxItems:
		c.add(name, path, fmt.Sprintf("has %d elements: expected at most %d", len(v.items), *s.MaxItems), "")
	}
	if s.Items == nil {
		return
	}
	for i, item := range v.items {
		c.check(fmt.Sprintf("%s[%d]", path, i), item.at, item, s.Items)
	}
}

func (c *checker) table(path string, name place, v *value, s *shape) {
	misspelt := map[string]bool{}
	for _, f := range v.fields {
		at := join(path, f.name)
		known := s.Properties[f.name]
		switch {
		case known != nil:
			c.check(at, f.at, f.value, known)
		case s.Additional != nil && s.Additional.refused:
			meant, hint := suggest(f.name, s.fields())
			misspelt[meant] = true
			c.add(f.at, at, "is not a field here", hint)
		case s.Additional != nil && s.Additional.shape != nil:
			if s.Names != nil {
				c.text(at, &value{at: f.at, form: text, text: f.name}, s.Names)
			}
			c.check(at, f.at, f.value, s.Additional.shape)
		}
	}
	for _, required := range s.Required {
		if _, there := v.field(required); !there && !v.spoilt && !misspelt[required] {
			hint := ""
			if field := s.Properties[required]; field != nil {
				hint = field.Description
			}
			c.add(name, join(path, required), "is missing", hint)
		}
	}
}

// step checks a step's inputs and action against its driver.
func (c *checker) step(path string, name place, v *value) {
	uses, there := v.field("uses")
	if !there || len(c.documents.drivers) == 0 {
		return
	}
	driver, known := c.documents.drivers[uses.value.text]
	if !known {
		return // its name is one of an enum, which was checked
	}
	with, given := v.field("with")
	if given && with.value.form == table {
		c.check(join(path, "with"), with.at, with.value, driver.inputs)
	} else if !given {
		c.check(join(path, "with"), name, &value{at: name, form: table}, driver.inputs)
	}
	action := listAction(path)
	at := uses.value.at
	if said, there := v.field("action"); there && said.value.form == text {
		action, at = model.Action(said.value.text), said.value.at
	}
	if len(driver.actions) > 0 && !slices.Contains(driver.actions, action) && slices.Contains([]model.Action{model.Apply, model.Remove, model.Check}, action) {
		c.add(at, join(path, "action"), fmt.Sprintf("%s cannot %s: it can only %s", uses.value.text, action, actionsTold(driver.actions)), "")
	}
}

func actionsTold(actions []model.Action) string {
	var allowed []any
	for _, a := range actions {
		allowed = append(allowed, a)
	}
	return alternatives(allowed)
}

// suggest gives the name that was meant, or "", and says it or the names that there are.
func suggest(name string, known []string) (meant, hint string) {
	if meant = model.Nearest(name, known); meant == "" {
		if i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, name) }); i >= 0 {
			meant = known[i]
		}
	}
	if meant == "" {
		return "", "known are " + strings.Join(known, ", ")
	}
	return meant, fmt.Sprintf("did you mean %s?", meant)
}

// near says which of the allowed values was meant, if one is near.
func near(word string, allowed []any) string {
	var texts []string
	for _, a := range allowed {
		texts = append(texts, fmt.Sprint(a))
	}
	if meant, hint := suggest(word, texts); meant != "" {
		return hint
	}
	return ""
}
