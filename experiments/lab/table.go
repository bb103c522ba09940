package lab

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"raftian/experiments/stats"
)

// Table is a table in Markdown, aligned to be readable as plain text.
type Table struct {
	Head []string
	Rows [][]string
}

// Row adds a row.
func (t *Table) Row(cells ...string) { t.Rows = append(t.Rows, cells) }

// String returns the table. All columns but the first are right-aligned.
func (t *Table) String() string {
	widths := make([]int, len(t.Head))
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		for k, cell := range row {
			widths[k] = max(widths[k], utf8.RuneCountInString(cell), 3)
		}
	}
	var b strings.Builder
	write := func(row []string) {
		for k, width := range widths {
			cell := ""
			if k < len(row) {
				cell = row[k]
			}
			pad := strings.Repeat(" ", width-utf8.RuneCountInString(cell))
			if k == 0 {
				b.WriteString("| " + cell + pad + " ")
			} else {
				b.WriteString("| " + pad + cell + " ")
			}
		}
		b.WriteString("|\n")
	}
	write(t.Head)
	for k, width := range widths {
		if k == 0 {
			b.WriteString("|" + strings.Repeat("-", width+2))
		} else {
			b.WriteString("|" + strings.Repeat("-", width+1) + ":")
		}
	}
	b.WriteString("|\n")
	for _, row := range t.Rows {
		write(row)
	}
	return b.String()
}

// Number formats a number with three significant digits, or with all digits before the
// point.
func Number(v float64) string {
	switch abs := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "–"
	case abs == 0:
		return "0"
	case abs >= 100:
		return fmt.Sprintf("%.0f", v)
	case abs >= 10:
		return fmt.Sprintf("%.1f", v)
	case abs >= 0.1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// Interval formats an estimate with its interval.
func Interval(e stats.Estimate) string {
	switch {
	case e.N == 0:
		return "–"
	case e.N == 1 || e.Low == e.High:
		return Number(e.Median)
	}
	return fmt.Sprintf("%s (%s–%s)", Number(e.Median), Number(e.Low), Number(e.High))
}

// ValuesByCase extracts a value of each record, grouped by the name of the case.
func ValuesByCase[R any](records []Record[R], what func(R) float64) map[string][]float64 {
	all := map[string][]float64{}
	for _, r := range records {
		all[r.Case] = append(all[r.Case], what(r.Value))
	}
	return all
}

// Describe describes in Markdown how a sheet was measured.
func Describe[R any](s *Sheet[R]) string {
	var b strings.Builder
	for k, h := range s.Headers {
		if slices.ContainsFunc(s.Headers[:k], func(o Header) bool { return o == h }) {
			continue
		}
		m := h.Machine
		fmt.Fprintf(&b, "Measured on %d cores (%s), %d MB, %s %s, %s", m.Cores, m.CPU, m.Memory, m.OS, m.Kernel, m.Go)
		if h.Raft != "" {
			fmt.Fprintf(&b, ", hashicorp/raft %s", h.Raft)
		}
		if h.Program != "" {
			fmt.Fprintf(&b, ", program %.16s", h.Program)
		}
		b.WriteString(".\n")
	}
	var loads []float64
	for _, r := range s.Records {
		loads = append(loads, r.Load)
	}
	if len(loads) > 0 {
		fmt.Fprintf(&b, "%d measurements; when they began the machine's load was %s at the median, %s at most.\n",
			len(loads), Number(stats.Median(loads)), Number(slices.Max(loads)))
	}
	return b.String()
}
