package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"tranship.dev/tranship/api/client"
)

// shownFields is how many fields of a new document are shown unless all are
// asked for: its file says them too.
const shownFields = 8

// differences prints what would change, and gives how many documents that are.
func (c *console) differences(w io.Writer, changes []client.DocumentChange, all bool) int {
	same, changing := 0, 0
	for _, change := range changes {
		if change.Change == "unchanged" {
			same++
			continue
		}
		changing++
		fmt.Fprintln(w, c.documentLine(change))
		shown := change.Fields
		if !all && change.Change == "added" && len(shown) > shownFields {
			shown = shown[:shownFields]
		}
		for _, field := range shown {
			fmt.Fprintln(w, c.fieldLine(field))
		}
		if rest := len(change.Fields) - len(shown); rest > 0 {
			fmt.Fprintln(w, c.outPaint.dim(fmt.Sprintf("    and %s more; --all shows them", count(rest, "field"))))
		}
	}
	switch {
	case changing == 0:
		fmt.Fprintf(w, "nothing to change: %s as the files say\n", are(same, "document"))
	case same > 0:
		fmt.Fprintln(w, c.outPaint.dim(fmt.Sprintf("= %s unchanged", count(same, "document"))))
	}
	return changing
}

func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return count(n, what) + " are"
}

func (c *console) documentLine(d client.DocumentChange) string {
	name := d.Kind + " " + d.Name
	if d.Change == "added" {
		return c.outPaint.green("+ "+name) + fmt.Sprintf(" (new, revision %d)", d.Revision)
	}
	return c.outPaint.yellow("~ "+name) + fmt.Sprintf(" (revision %d to %d)", d.Base, d.Revision)
}

func (c *console) fieldLine(f client.FieldChange) string {
	switch f.Change {
	case "added":
		return c.outPaint.green(fmt.Sprintf("    + %s: %s", f.Path, value(f.After)))
	case "removed":
		return c.outPaint.red(fmt.Sprintf("    - %s: %s", f.Path, value(f.Before)))
	}
	return c.outPaint.yellow(fmt.Sprintf("    ~ %s: %s -> %s", f.Path, value(f.Before), value(f.After)))
}

// value writes a field's value on one line of bearable length.
func value(v any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	text := []rune(strings.TrimSuffix(b.String(), "\n"))
	if len(text) > 120 {
		return string(text[:117]) + "..."
	}
	return string(text)
}
