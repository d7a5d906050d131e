package document

import "tranship.dev/tranship/internal/practice"

// Structure gives what is wrong with the structure of one document alone,
// which is what its schema can tell too.
func (d *Documents) Structure(text string) []practice.Problem {
	t := tree{}
	root := t.parse(text)
	if root == nil || len(t.problems) > 0 {
		return t.problems
	}
	c := checker{documents: d, root: root}
	r := reading{documents: d}
	name, known := r.kindOf(root)
	if !known {
		name = ""
	}
	c.check("", root.at, root, d.shapes[name])
	return c.problems
}
