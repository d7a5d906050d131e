package cli

import (
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"
)

// table is aligned columns without lines. Cells may be coloured.
type table struct {
	paint paint
	rows  [][]string
}

func (c *console) table(head ...string) *table {
	t := &table{paint: c.outPaint}
	bold := make([]string, len(head))
	for i, h := range head {
		bold[i] = t.paint.bold(h)
	}
	t.rows = append(t.rows, bold)
	return t
}

// row adds a row; a cell keeps to one line.
func (t *table) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = oneLine(cell)
		if cells[i] == "" {
			cells[i] = "-"
		}
	}
	t.rows = append(t.rows, cells)
}

func oneLine(text string) string {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\n\r\t") {
		text = strings.Join(strings.Fields(text), " ")
	}
	return text
}

// write prints the table, or what is to be said when it has no rows.
func (t *table) write(w io.Writer, none string) {
	if len(t.rows) == 1 {
		fmt.Fprintln(w, none)
		return
	}
	t.plain(w, "")
}

func (t *table) plain(w io.Writer, indent string) {
	widths := make([]int, 0, 8)
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		padded := make([]string, len(row))
		for i, cell := range row {
			padded[i] = cell + strings.Repeat(" ", widths[i]-lipgloss.Width(cell))
		}
		b.WriteString(strings.TrimRight(indent+strings.Join(padded, "  "), " ") + "\n")
	}
	_, _ = io.WriteString(w, b.String())
}

// sheet prints names and values below each other, leaving out what is empty.
func (c *console) sheet(w io.Writer, pairs ...string) {
	t := &table{paint: c.outPaint}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" && pairs[i+1] != "-" {
			t.row(c.outPaint.dim(pairs[i]), pairs[i+1])
		}
	}
	t.plain(w, "")
}
