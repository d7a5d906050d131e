package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// Read gives the documents of all files in their order. Invalid, with every
// defect of every file, when there is one.
func (d *Documents) Read(files []control.File) ([]control.Proposed, error) {
	r := reading{documents: d, seen: map[string]practice.Problem{}}
	for _, f := range files {
		r.file(f)
	}
	if len(r.problems) == 0 && len(r.proposed) == 0 {
		return nil, practice.Faultf(practice.Invalid, "there is no document in what was given").
			WithHint("a document has apiVersion, kind, metadata and spec").Final()
	}
	if len(r.problems) > 0 {
		message := fmt.Sprintf("%d defects in the documents", len(r.problems))
		if len(r.problems) == 1 {
			message = "a defect in the documents"
		}
		return nil, &practice.Error{Code: practice.Invalid, Message: message, Problems: r.told(), Terminal: true}
	}
	return r.proposed, nil
}

// reading is one run of Read.
type reading struct {
	documents *Documents
	proposed  []control.Proposed
	problems  []practice.Problem
	seen      map[string]practice.Problem // "Kind/name" to where it stands first
}

// told gives the problems, cut to what people can bear.
func (r *reading) told() []practice.Problem {
	if len(r.problems) <= MaxProblems {
		return r.problems
	}
	rest := practice.Problem{Message: fmt.Sprintf("and %d more", len(r.problems)-MaxProblems)}
	return append(r.problems[:MaxProblems:MaxProblems], rest)
}

func (r *reading) file(f control.File) {
	add := func(line, column int, message, hint string) {
		r.problems = append(r.problems, practice.Problem{File: f.Name, Line: line, Column: column, Message: message, Hint: hint})
	}
	if len(f.Text) > MaxFileSize {
		add(0, 0, fmt.Sprintf("has %d bytes: at most %d are read", len(f.Text), MaxFileSize), "part it into several files")
		return
	}
	content := strings.ReplaceAll(strings.TrimPrefix(f.Text, "\ufeff"), "\r\n", "\n")
	if line, column, bad := strange(content); bad {
		add(line, column, "holds a character that YAML does not allow", "save the file as plain UTF-8 text")
		return
	}
	parts := split(content)
	if len(parts) > MaxDocuments {
		add(parts[MaxDocuments].above+1, 1, fmt.Sprintf("has %d documents: at most %d are read", len(parts), MaxDocuments), "part it into several files")
		return
	}
	for _, p := range parts {
		found := r.part(f.Name, p)
		slices.SortStableFunc(found, func(a, b practice.Problem) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		for i := range found {
			found[i].File = f.Name
		}
		r.problems = append(r.problems, found...)
	}
}

// strange finds the first character that is not allowed in YAML.
func strange(content string) (line, column int, found bool) {
	line, column = 1, 1
	for i, c := range content {
		switch {
		case c == utf8.RuneError && strings.HasPrefix(content[i:], "\ufffd"): // written so
		case c == '\n':
			line, column = line+1, 1
			continue
		case c == utf8.RuneError, c < ' ' && c != '\t', c >= 0x7f && c <= 0x9f && c != 0x85, c == 0xfffe, c == 0xffff, c == '\ufeff':
			return line, column, true
		}
		column++
	}
	return 0, 0, false
}

// part is the text of one document.
type part struct {
	above int // lines before it
	text  string
}

// split parts a file at its lines "---" and "...". YAML allows them nowhere
// else at the beginning of a line. Thus a defect in one document does not hide
// those of the next.
func split(content string) []part {
	var parts []part
	var lines []string
	begin := 0
	end := func(next int) {
		if text := strings.Join(lines, "\n"); strings.TrimSpace(text) != "" {
			parts = append(parts, part{begin, text + "\n"})
		}
		lines, begin = nil, next
	}
	number := 0
	for line := range strings.SplitSeq(content, "\n") {
		switch mark := marker(line); mark {
		case "---":
			end(number)
			lines = append(lines, "   "+line[3:])
		case "...":
			end(number)
			lines = append(lines, "   "+line[3:])
		default:
			lines = append(lines, line)
		}
		number++
	}
	end(number)
	return parts
}

func marker(line string) string {
	if len(line) >= 3 && (line[:3] == "---" || line[:3] == "...") && (len(line) == 3 || line[3] == ' ' || line[3] == '\t') {
		return line[:3]
	}
	return ""
}

// part reads one document and gives what is wrong with it, with lines of the file.
func (r *reading) part(file string, p part) []practice.Problem {
	t := tree{above: p.above}
	root := t.parse(p.text)
	if root == nil {
		return t.problems
	}
	proposed, problems := r.document(file, p.above, root, len(t.problems) == 0)
	for i := range problems {
		problems[i].Line += p.above
	}
	problems = append(t.problems, problems...)
	if len(problems) == 0 {
		r.proposed = append(r.proposed, proposed)
	}
	return problems
}
