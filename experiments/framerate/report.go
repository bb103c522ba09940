package framerate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"raftian/experiments/chart"
	"raftian/experiments/lab"
	"raftian/experiments/stats"
)

// check refuses invalid data. It has no expectations about times.
func check(records []lab.Record[Measure]) error {
	var all []error
	for _, r := range records {
		m := r.Value
		bad := func(format string, args ...any) {
			all = append(all, fmt.Errorf("%s: %s", r.Case, fmt.Sprintf(format, args...)))
		}
		if m.Done == 0 {
			if m.FPS != "0" || m.World == virtual { // loops that use all processors may starve Raft
				bad("no command was done")
			}
			continue
		}
		if m.Commit.P50 <= 0 || m.Commit.P50 > m.Commit.P99 || m.Commit.P99 > m.Commit.Max {
			bad("commit latencies of %+v", m.Commit)
		}
		if m.Visible.Max <= 0 || m.Lag.P50 < 0 {
			bad("no command was seen by all: %+v", m.Visible)
		}
		if (m.FPS == "off") != (m.Frames == 0) {
			bad("%d frames", m.Frames)
		}
		if m.World == virtual && (m.Unanswered > 0 || m.Elections > 0) {
			bad("in a calm run %d commands were lost, and there were %d elections", m.Unanswered, m.Elections)
		}
		if m.World == real && m.CPU <= 0 {
			bad("the nodes used no processor")
		}
	}
	return errors.Join(all...)
}

// dataset answers queries about the measurements.
type dataset struct {
	records []lab.Record[Measure]
}

func (v dataset) of(c Condition, what func(Measure) float64) stats.Estimate {
	return stats.EstimateMedian(lab.ValuesByCase(v.records, what)[c.Name()], 1)
}

// column is a column of the tables.
type column struct {
	name string
	of   func(Measure) float64
	real bool // not for simulated machines
}

func columns() []column {
	return []column{
		{"commands/s", func(m Measure) float64 { return float64(m.Done) / m.Seconds }, false},
		{"answer p50, ms", func(m Measure) float64 { return m.Commit.P50 }, false},
		{"p95", func(m Measure) float64 { return m.Commit.P95 }, false},
		{"p99", func(m Measure) float64 { return m.Commit.P99 }, false},
		{"max", func(m Measure) float64 { return m.Commit.Max }, false},
		{"visible to all p50, ms", func(m Measure) float64 { return m.Visible.P50 }, false},
		{"p99 ", func(m Measure) float64 { return m.Visible.P99 }, false},
		{"elections/min", func(m Measure) float64 { return float64(m.Elections) / m.Seconds * 60 }, false},
		{"longest silence, ms", func(m Measure) float64 { return m.ReplyGap.Max }, false},
		{"late frames, %", func(m Measure) float64 { return 100 * float64(m.Late) / float64(max(1, m.Frames)) }, false},
		{"frames/s and node", func(m Measure) float64 { return float64(m.Frames) / m.Seconds / float64(m.Nodes) }, false},
		{"processors", func(m Measure) float64 { return m.CPU }, true},
	}
}

// report writes tables and plots.
func report(s lab.Setup, sheet *lab.Sheet[Measure]) error {
	v := dataset{sheet.Records}
	var all []Condition
	for _, r := range sheet.Records {
		if !slices.Contains(all, r.Value.Condition) {
			all = append(all, r.Value.Condition)
		}
	}
	var b strings.Builder
	b.WriteString("Medians of the repetitions, and what they lie between with a confidence of 95 %.\n" + lab.Describe(sheet))
	for _, world := range []string{real, virtual} {
		t := lab.Table{Head: []string{"nodes, frames per second, work, commands/s, commit timeout"}}
		for _, c := range columns() {
			if !c.real || world == real {
				t.Head = append(t.Head, c.name)
			}
		}
		for _, c := range conditions(s) {
			if c.World != world || !slices.Contains(all, c) {
				continue
			}
			row := []string{fmt.Sprintf("%d, %s, %v, %s, %v", c.Nodes, fpsText(c.FPS), c.Work, rateText(c.Rate), c.Commit)}
			for _, col := range columns() {
				if !col.real || world == real {
					row = append(row, lab.Interval(v.of(c, col.of)))
				}
			}
			t.Rows = append(t.Rows, row)
		}
		fmt.Fprintf(&b, "\n%s\n\n%s", map[string]string{real: "Processes in real time:", virtual: "The same in the simulator:"}[world], &t)
	}
	if err := s.Write("table.md", b.String()); err != nil {
		return err
	}
	s.Say("\n%s", b.String())
	if s.Quick {
		return v.plots(s, []string{"off", "60", "0"})
	}
	return v.plots(s, []string{"off", "30", "60", "120", "240", "0"})
}

// line returns a figure as a series over frame rates.
func (v dataset) line(name string, rates []string, c Condition, what func(Measure) float64) chart.Series {
	series := chart.Series{Name: name}
	for k, fps := range rates {
		c.FPS = fps
		if e := v.of(c, what); e.N > 0 {
			series.Points = append(series.Points, chart.Point{X: float64(k), Y: e.Median, Low: e.Low, High: e.High})
		}
	}
	return series
}

func (v dataset) plots(s lab.Setup, rates []string) error {
	var names []string
	for _, fps := range rates {
		names = append(names, fpsText(fps))
	}
	panel := func(title, y string, series ...chart.Series) chart.Panel {
		return chart.Lines{Title: title, X: "frames per second", Y: y, Names: names, LogY: true, Series: series}
	}
	commit := func(m Measure) float64 { return m.Commit.P50 }
	visible := func(m Measure) float64 { return m.Visible.P50 }
	tail := func(m Measure) float64 { return m.Commit.P99 }
	usual := Condition{World: real, Nodes: 3, Rate: 100, Commit: defaultCommit}
	simulated := usual
	simulated.World = virtual
	main := chart.Figure{Panels: []chart.Panel{
		panel("3 nodes, 100 commands/s: medians", "ms",
			v.line("answered, processes", rates, usual, commit), v.line("visible to all, processes", rates, usual, visible),
			v.line("answered, simulator", rates, simulated, commit), v.line("visible to all, simulator", rates, simulated, visible)),
		panel("99th percentile", "ms", v.line("answered, processes", rates, usual, tail),
			v.line("visible to all, processes", rates, usual, func(m Measure) float64 { return m.Visible.P99 }),
			v.line("answered, simulator", rates, simulated, tail),
			v.line("visible to all, simulator", rates, simulated, func(m Measure) float64 { return m.Visible.P99 })),
	}}
	if err := main.Save(s.Path("latency")); err != nil || s.Quick {
		return err
	}
	with := func(change func(*Condition)) Condition { c := usual; change(&c); return c }
	var sizes, works, loads []Condition
	for _, n := range []int{3, 5, 7} {
		sizes = append(sizes, with(func(c *Condition) { c.Nodes = n }))
	}
	for _, w := range []time.Duration{0, time.Millisecond, 4 * time.Millisecond} {
		works = append(works, with(func(c *Condition) { c.Work = w }))
	}
	for _, r := range []float64{20, 100, 0} {
		loads = append(loads, with(func(c *Condition) { c.Rate = r }))
	}
	label := func(c Condition) string {
		return fmt.Sprintf("%d nodes, %v of work, %s/s", c.Nodes, c.Work, rateText(c.Rate))
	}
	row := func(title string, list []Condition) []chart.Panel {
		var p99, gap, cpu []chart.Series
		for _, c := range list {
			p99 = append(p99, v.line(label(c), rates, c, tail))
			gap = append(gap, v.line(label(c), rates, c, func(m Measure) float64 { return m.ReplyGap.Max }))
			cpu = append(cpu, v.line(label(c), rates, c, func(m Measure) float64 { return m.CPU }))
		}
		return []chart.Panel{panel(title+": answer, 99th percentile", "ms", p99...), panel("longest silence of a follower", "ms", gap...),
			panel("processors busy", "of all nodes together", cpu...)}
	}
	breaks := chart.Figure{Columns: 3, Panels: slices.Concat(row("size", sizes), row("work", works), row("load", loads))}
	return breaks.Save(s.Path("breaks"))
}
