package document

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"tranship.dev/tranship/internal/practice"
)

// tree turns one YAML document into a value, and tells what is wrong with it
// as YAML. It is used for one document and then left.
type tree struct {
	above    int // lines of the file before the document
	problems []practice.Problem
}

// parse gives the value of a document's text, or nil when it has none or
// cannot be read.
func (t *tree) parse(content string) (root *value) {
	defer func() {
		// The library is fed with whatever people send; a defect in it must not stop the server.
		if caught := recover(); caught != nil {
			root = nil
			t.add(place{1, 1}, "", "cannot be read as YAML", "simplify it, or look for a stray character")
		}
	}()
	tokens := lexer.Tokenize(content)
	if at, message := tooMuch(tokens); message != "" {
		t.add(at, "", message, "")
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		t.syntax(err)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			t.add(at(doc.Body), "", "is a second document without a line --- before it", "")
			return nil
		}
		body = doc.Body
	}
	if body == nil {
		return nil
	}
	return t.value("", body)
}

func (t *tree) add(at place, path, message, hint string) {
	t.problems = append(t.problems, practice.Problem{Line: at.line + t.above, Column: at.column, Path: path, Message: message, Hint: hint})
}

func (t *tree) syntax(err error) {
	var fault *yaml.SyntaxError
	if !errors.As(err, &fault) || fault.Token == nil || fault.Token.Position == nil {
		t.add(place{1, 1}, "", "cannot be read as YAML: "+err.Error(), "")
		return
	}
	message, hint := fault.Message, ""
	switch {
	case strings.Contains(message, "\t"):
		message, hint = "a tab stands where only spaces may indent", "replace the tab by spaces"
	case strings.Contains(message, "directive"):
		message, hint = "directives (%) are not allowed", "leave the line out; put a text that begins with % in quotes"
	case strings.Contains(message, "mapping value is not allowed"):
		hint = `put a text that holds ": " in quotes, and indent with care`
	case strings.Contains(message, "value is not allowed in this context"):
		hint = "look at the indentation of this line and the one before it"
	case strings.Contains(message, "reserved character"):
		hint = "put the text in quotes"
	case strings.Contains(message, "must be specified"):
		hint = `put a text that holds { or ${ in quotes, where it stands within [ ] or { }`
	}
	t.add(tokenPlace(fault.Token), "", "cannot be read as YAML: "+message, hint)
}

func tokenPlace(tk *token.Token) place {
	if tk == nil || tk.Position == nil {
		return place{1, 1}
	}
	return place{max(1, tk.Position.Line), max(1, tk.Position.Column)}
}

// at gives where a node begins.
func at(n ast.Node) place {
	switch v := n.(type) {
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return at(v.Values[0])
		}
	case *ast.MappingValueNode:
		return at(v.Key)
	}
	return tokenPlace(n.GetToken())
}

// tooMuch finds the first token that makes lists and tables too deep or too
// large, and says so. It is asked before the parser, which calls itself for each
// level and for each field of a table.
func tooMuch(tokens token.Tokens) (at place, message string) {
	type open struct{ column, fields int }
	var blocks []open // lists and tables, by the column where their lines begin
	flow, marks := 0, 0
	for _, tk := range tokens {
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow = max(0, flow-1)
		case token.MappingKeyType:
			return tokenPlace(tk), "names of fields that begin with ? are not allowed"
		case token.TagType, token.AnchorType:
			marks++
		case token.SequenceEntryType, token.MappingValueType:
			marks = 0
			if flow > 0 {
				break
			}
			column := tk.Position.Column
			if tk.Type == token.MappingValueType && tk.Prev != nil {
				column = tk.Prev.Position.Column
			}
			for len(blocks) > 0 && blocks[len(blocks)-1].column > column {
				blocks = blocks[:len(blocks)-1]
			}
			if len(blocks) == 0 || blocks[len(blocks)-1].column < column {
				blocks = append(blocks, open{column: column})
			}
			if tk.Type == token.SequenceEntryType {
				break
			}
			if blocks[len(blocks)-1].fields++; blocks[len(blocks)-1].fields > MaxFields {
				return tokenPlace(tk), fmt.Sprintf("a table has more than %d fields", MaxFields)
			}
		}
		if flow+len(blocks)+marks > MaxDepth {
			return tokenPlace(tk), fmt.Sprintf("lists and tables stand more than %d deep in each other", MaxDepth)
		}
	}
	return place{}, ""
}
