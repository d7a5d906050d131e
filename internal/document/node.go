package document

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// value turns a node into a value. What a scalar is follows the core schema of
// YAML 1.2, not the library, which mixes it with YAML 1.1.
func (t *tree) value(path string, n ast.Node) *value {
	v := &value{at: at(n)}
	switch node := n.(type) {
	case *ast.MappingNode:
		t.table(path, v, node.Values)
	case *ast.MappingValueNode:
		t.table(path, v, []*ast.MappingValueNode{node})
	case *ast.SequenceNode:
		v.form = list
		for i, item := range node.Values {
			v.items = append(v.items, t.value(fmt.Sprintf("%s[%d]", path, i), item))
		}
	case *ast.LiteralNode:
		v.form, v.text = text, node.Value.Value
		t.checkText(path, v)
	case *ast.StringNode:
		v.form, v.text = text, node.Value
		if node.Token.Type == token.SingleQuoteType || node.Token.Type == token.DoubleQuoteType {
			t.checkText(path, v)
			break
		}
		t.plain(path, v, node.Value)
	case *ast.AnchorNode, *ast.AliasNode:
		t.refuse(path, v, "anchors (&) and aliases (*) are not allowed", "write the value out where it is needed")
	case *ast.MergeKeyNode:
		t.refuse(path, v, "merging (<<) is not allowed", "write the fields out where they are needed")
	case *ast.TagNode:
		t.refuse(path, v, "tags (!) are not allowed", "leave the tag out; put a text that begins with ! in quotes")
	case *ast.DirectiveNode:
		t.refuse(path, v, "directives (%) are not allowed", "leave the line out")
	case *ast.NullNode, *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		written := n.GetToken().Value
		if null, is := n.(*ast.NullNode); is && null.Token.Type == token.ImplicitNullType {
			written = ""
		}
		t.plain(path, v, written)
	default:
		t.refuse(path, v, "is not allowed here", "")
	}
	return v
}

// refuse spoils v and says why.
func (t *tree) refuse(path string, v *value, message, hint string) {
	v.spoilt = true
	t.add(v.at, path, message, hint)
}

func (t *tree) table(path string, v *value, entries []*ast.MappingValueNode) {
	v.form = table
	lines := make(map[string]int, len(entries)) // of each name
	for _, entry := range entries {
		t.entry(path, v, entry, lines)
	}
}

func (t *tree) entry(path string, v *value, entry *ast.MappingValueNode, lines map[string]int) {
	f := field{at: at(entry.Key)}
	switch key := entry.Key.(type) {
	case *ast.StringNode:
		f.name = key.Value
	case *ast.MergeKeyNode:
		t.refuse(path, &value{at: f.at}, "merging (<<) is not allowed", "write the fields out where they are needed")
		v.spoilt = true
		return
	default:
		written := key.GetToken().Value
		t.refuse(path, &value{at: f.at}, fmt.Sprintf("the name of a field must be a text, not %s", short(written)), "put it in quotes")
		v.spoilt = true
		return
	}
	at := join(path, f.name)
	if first, twice := lines[f.name]; twice {
		t.add(f.at, at, fmt.Sprintf("stands here twice: the first time in line %d", first+t.above), "leave one of them out")
		return
	}
	lines[f.name] = f.at.line
	name := &value{at: f.at, form: text, text: f.name}
	t.checkText(path, name)
	f.value = t.value(at, entry.Value)
	v.fields = append(v.fields, f)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (t *tree) checkText(path string, v *value) {
	if !utf8.ValidString(v.text) || strings.ContainsRune(v.text, 0) {
		t.refuse(path, v, "the text holds bytes that are no characters", "write it in base64, or leave the \\x out")
	}
}

var (
	wholeNumber   = regexp.MustCompile(`^[-+]?[0-9]+$`)
	basedNumber   = regexp.MustCompile(`^0(x[0-9a-fA-F]+|o[0-7]+)$`)
	brokenNumber  = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	leadingZero   = regexp.MustCompile(`^[-+]?0[0-9]`)
	elderNumber   = regexp.MustCompile(`^[-+]?(0b[01_]+|0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?)$`)
	endlessNumber = regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

// plain reads a scalar without quotes.
func (t *tree) plain(path string, v *value, written string) {
	v.text = written
	switch written {
	case "", "~", "null", "Null", "NULL":
		v.form = nothing
		return
	case "true", "True", "TRUE", "false", "False", "FALSE":
		v.form, v.truth = truth, strings.EqualFold(written, "true")
		return
	}
	switch {
	case leadingZero.MatchString(written) && wholeNumber.MatchString(written):
		t.refuse(path, v, fmt.Sprintf("%s begins with 0, which some readers take for an octal number", short(written)), `put it in quotes when it is a text, or leave the 0 out`)
	case wholeNumber.MatchString(written), brokenNumber.MatchString(written):
		t.number(path, v, written)
	case basedNumber.MatchString(written):
		whole, err := strconv.ParseUint(written, 0, 64)
		if err != nil {
			whole = math.MaxUint64
		}
		t.number(path, v, strconv.FormatUint(whole, 10))
	case elderNumber.MatchString(written):
		t.refuse(path, v, fmt.Sprintf("%s is a number to some readers and a text to others", short(written)), "put it in quotes when it is a text, or write plain digits")
	case endlessNumber.MatchString(written):
		t.refuse(path, v, fmt.Sprintf("%s is no number that can be kept", written), "put it in quotes when it is a text")
	default:
		v.form = text
		t.checkText(path, v)
	}
}

// most is the largest whole number that JSON keeps exactly.
const most = 1<<53 - 1

func (t *tree) number(path string, v *value, decimal string) {
	parsed, err := strconv.ParseFloat(decimal, 64)
	if err != nil || math.Abs(parsed) > most && wholeNumber.MatchString(decimal) {
		t.refuse(path, v, fmt.Sprintf("%s is too large to be kept exactly", short(v.text)), "put it in quotes when it is a text")
		return
	}
	v.form, v.number = number, parsed
	if parsed == 0 {
		v.number = 0 // without a sign: JSON knows no other zero
	}
}
