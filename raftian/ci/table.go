package ci

import "strings"

// Table is a table in Markdown.
type Table struct {
	Head []string
	Rows [][]string
}

// String is the Table as GitHub reads it. Cells are Markdown; see Plain and Code.
func (t Table) String() string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(t.Head)
	b.WriteString(strings.Repeat("|---", len(t.Head)) + "|\n")
	for _, row := range t.Rows {
		line(row)
	}
	return b.String()
}

// Plain is a text in one line that Markdown shows as it is, in a table too.
func Plain(text string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(Clean(text)), " ") {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~&$@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Code is a text in one line as Markdown's code, in a table too.
func Code(text string) string {
	text = strings.Join(strings.Fields(Clean(text)), " ")
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + strings.ReplaceAll(text, "|", "\\|") + fence
}
