package campaign

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// lineWidth is how many characters a line of a report has at most, for a
// terminal of ordinary size.
const lineWidth = 100

// listMax is how long a list may be in one column.
const listMax = 8

// columnGap lies between two columns.
const columnGap = 4

// printColumns prints rows: in one column, or in two, read downwards, if there
// are many and they fit. The heading, if there is one, stands above each column.
func printColumns(w io.Writer, heading string, rows []string) {
	wide := utf8.RuneCountInString(heading)
	for _, r := range rows {
		wide = max(wide, utf8.RuneCountInString(r))
	}
	half := len(rows)
	if len(rows) > listMax && 2*wide+columnGap <= lineWidth {
		half = (len(rows) + 1) / 2
	}
	left, right := rows[:half], rows[half:]
	if heading != "" {
		left = append([]string{heading}, left...)
		if len(right) > 0 {
			right = append([]string{heading}, right...)
		}
	}
	for k, line := range left {
		if k < len(right) {
			line = fmt.Sprintf("%-*s%s", wide+columnGap, line, right[k])
		}
		fmt.Fprintln(w, line)
	}
}

// printWrapped prints items apart by semicolons, on as many lines as they need,
// those after the first indented below it.
func printWrapped(w io.Writer, heading string, items []string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(heading))
	line, used := heading, 0
	for k, item := range items {
		if k < len(items)-1 {
			item += ";"
		}
		if used > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(item) > lineWidth {
			fmt.Fprintln(w, line)
			line, used = indent, 0
		}
		if used > 0 {
			line += " "
		}
		line += item
		used++
	}
	fmt.Fprintln(w, line)
}
