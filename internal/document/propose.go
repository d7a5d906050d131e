package document

import (
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// document checks a whole document and makes what is proposed of it. Lines of
// the problems are those within the document. sound says that nothing was
// wrong with it as YAML.
func (r *reading) document(file string, above int, root *value, sound bool) (control.Proposed, []practice.Problem) {
	c := checker{documents: r.documents, root: root}
	if root.form != table {
		if !root.spoilt {
			c.add(root.at, "", "expected a document with apiVersion, kind, metadata and spec, found "+root.told(), "")
		}
		return control.Proposed{}, c.problems
	}
	name, known := r.kindOf(root)
	if !known {
		c.check("", root.at, root, r.documents.shapes[""])
		return control.Proposed{}, c.problems
	}
	k := r.documents.kinds[name]
	c.check("", root.at, root, r.documents.shapes[name])
	r.repeated(&c, file, above, name)
	proposed := r.propose(&c, name, k, sound)
	if len(c.problems) > 0 || !sound {
		return control.Proposed{}, c.problems
	}
	proposed.Locate = func(path string) practice.Problem {
		at := root.find(path)
		return practice.Problem{File: file, Line: at.line + above, Column: at.column, Path: path}
	}
	return proposed, nil
}

func (r *reading) kindOf(root *value) (practice.Kind, bool) {
	f, there := root.field("kind")
	if !there {
		return "", false
	}
	name := practice.Kind(f.value.text)
	_, known := r.documents.kinds[name]
	return name, known && f.value.form == text
}

// anyKind is the shape of a document whose kind is not known.
func anyKind() *shape {
	s := envelope("", kind{doc: "A document.", spec: kinds()[practice.KindModel].spec})
	s.Properties["kind"].Enum = nil
	for _, text := range kindTexts() {
		s.Properties["kind"].Enum = append(s.Properties["kind"].Enum, text)
	}
	s.Properties["spec"] = &shape{Description: specDoc}
	return s
}

// repeated tells when the same document was there before, in any file.
func (r *reading) repeated(c *checker, file string, above int, name practice.Kind) {
	at := c.root.find("metadata.name")
	key := string(name) + "/" + nameOf(c.root)
	if first, twice := r.seen[key]; twice && nameOf(c.root) != "" {
		c.add(at, "metadata.name", fmt.Sprintf("%s %s is given twice: the first time in %s:%d", name, nameOf(c.root), first.File, first.Line), "leave one of them out")
		return
	}
	r.seen[key] = practice.Problem{File: file, Line: at.line + above}
}

func nameOf(root *value) string {
	f, there := root.field("metadata")
	if !there {
		return ""
	}
	if f, there = f.value.field("name"); !there || f.value.form != text {
		return ""
	}
	return f.value.text
}

// propose decodes the document, adds what is wrong beyond its structure, and
// gives what is proposed.
func (r *reading) propose(c *checker, name practice.Kind, k kind, sound bool) control.Proposed {
	spec, there := c.root.field("spec")
	if !there || spec.value.form != table || spec.value.spoilt {
		return control.Proposed{}
	}
	plain := spec.value.plain()
	raw, err := practice.Canonical(plain)
	if err != nil {
		c.add(spec.at, "spec", err.Error(), "")
		return control.Proposed{}
	}
	parent, beyond, err := k.read(raw)
	if err != nil {
		if len(c.problems) == 0 { // otherwise the structure said it better
			c.add(spec.at, "spec", "cannot be read: "+err.Error(), "")
		}
		return control.Proposed{}
	}
	if len(c.problems) < MaxProblems {
		c.beyond(beyond)
	}
	if len(c.problems) > 0 || !sound {
		return control.Proposed{}
	}
	proposed := control.Proposed{}
	labels := map[string]string{}
	metadata, _ := c.root.field("metadata")
	if f, there := metadata.value.field("labels"); there {
		for _, label := range f.value.fields {
			labels[label.name] = label.value.text
		}
	}
	if f, there := metadata.value.field("revision"); there {
		base := int64(f.value.number)
		proposed.Base = &base
	}
	if proposed.Document, err = practice.NewDocument(name, nameOf(c.root), parent, labels, plain); err != nil {
		c.add(c.root.at, "", err.Error(), "")
	}
	return proposed
}

// beyond adds problems that are no matter of structure, but for those of
// places of which something was said already.
func (c *checker) beyond(problems []practice.Problem) {
	structure := c.problems
	for _, p := range problems {
		said := false
		for _, s := range structure {
			said = said || within(p.Path, s.Path) || within(s.Path, p.Path)
		}
		if said {
			continue
		}
		at := c.root.find(p.Path)
		p.Line, p.Column = at.line, at.column
		c.problems = append(c.problems, p)
	}
}

// within says whether a path is, or lies below, another one.
func within(path, outer string) bool {
	rest, found := strings.CutPrefix(path, outer)
	return found && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
