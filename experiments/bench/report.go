package bench

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"raftian/experiments/chart"
	"raftian/experiments/lab"
	"raftian/experiments/stats"
)

// check refuses invalid data, and runs that do not repeat. It has no expectations about
// times.
func check(records []lab.Record[Measure]) error {
	var all []error
	for _, r := range records {
		m := r.Value
		if m.Runs == 0 || m.Virtual <= 0 || m.CPU <= 0 || m.Wall <= 0 {
			all = append(all, fmt.Errorf("%s: nothing was measured: %+v", r.Case, m))
		}
		if m.Differed > 0 {
			all = append(all, fmt.Errorf("seeds %s: %d of %d runs differ when they are made again", m.Seeds, m.Differed, m.Runs/2))
		}
	}
	return errors.Join(all...)
}

// sheets are the data of all parts, by name.
type sheets map[string]*lab.Sheet[Measure]

func (v sheets) of(m Measure, what func(Measure) float64) stats.Estimate {
	return stats.EstimateMedian(lab.ValuesByCase(v[m.Part].Records, what)[m.name()], 1)
}

// Figures derived from a Measure.
func perCPU(m Measure) float64    { return m.Virtual / m.CPU }
func perWall(m Measure) float64   { return m.Virtual / m.Wall }
func totalCPU(m Measure) float64  { return (m.CPU + m.OwnCPU) / m.Virtual * 1000 }
func worldCPU(m Measure) float64  { return m.CPU / m.Virtual * 1000 }
func ownCPU(m Measure) float64    { return m.OwnCPU / m.Virtual * 1000 }
func peak(m Measure) float64      { return m.PeakMemory }
func eventRate(m Measure) float64 { return float64(m.Events) / m.Virtual }
func traceRate(m Measure) float64 { return float64(m.Bytes) / m.Virtual / 1000 }
func runRate(m Measure) float64   { return float64(m.Runs) / m.Wall }
func runCost(m Measure) float64   { return float64(m.Runs) / (m.CPU + m.OwnCPU) }

func (b suite) report(v sheets) error {
	for _, part := range []string{"speed", "price", "crowd", "twice"} {
		if err := check(v[part].Records); err != nil {
			return err
		}
	}
	var out strings.Builder
	out.WriteString("Medians of the repetitions, and what they lie between with a confidence of 95 %. Each run is 30 virtual seconds\nlong, if nothing else is said.\n" +
		lab.Describe(v["speed"]))
	v.speed(&out)
	v.overhead(&out)
	v.parallel(&out)
	v.repeated(&out)
	if err := b.s.Write("table.md", out.String()); err != nil {
		return err
	}
	b.s.Say("\n%s", out.String())
	return b.plots(v)
}

// valuesOf returns the values of an independent variable.
func valuesOf(line string) (list []string) {
	switch line {
	case byMachines:
		for _, n := range machineCounts() {
			list = append(list, fmt.Sprint(n))
		}
	case byRate:
		for _, r := range rates() {
			list = append(list, fmt.Sprint(r))
		}
	case byFrames:
		list = frames()
	case byFaults:
		list = faultClasses()
	}
	return list
}

func (v sheets) speed(out *strings.Builder) {
	for _, line := range []string{byMachines, byRate, byFrames, byFaults} {
		t := lab.Table{Head: []string{line, "simulated s per CPU s", "CPU ms per simulated s", "memory at most, MB", "events/s", "trace kB/s"}}
		for _, x := range valuesOf(line) {
			m := Measure{Part: "speed", Line: line, X: x}
			if e := v.of(m, perCPU); e.N > 0 {
				t.Row(x, lab.Interval(e), lab.Interval(v.of(m, worldCPU)), lab.Interval(v.of(m, peak)), lab.Interval(v.of(m, eventRate)), lab.Interval(v.of(m, traceRate)))
			}
		}
		fmt.Fprintf(out, "\n%s", &t)
	}
}

func (v sheets) overhead(out *strings.Builder) {
	t := lab.Table{Head: []string{"5 machines", "world program, CPU ms per simulated s", "decoding, judging, writing", "both", "of what it is without events"}}
	for _, class := range []string{"calm", "all"} {
		least := v.of(Measure{Part: "price", Line: bare, X: class}, totalCPU)
		for _, what := range variants() {
			m := Measure{Part: "price", Line: what, X: class}
			if e := v.of(m, totalCPU); e.N > 0 {
				t.Row(class+": "+what, lab.Interval(v.of(m, worldCPU)), lab.Interval(v.of(m, ownCPU)), lab.Interval(e), lab.Number(e.Median/least.Median))
			}
		}
	}
	fmt.Fprintf(out, "\n%s", &t)
}

func (v sheets) parallel(out *strings.Builder) {
	t := lab.Table{Head: []string{"runs at once, all faults, judged", "runs per second", "runs per CPU s", "simulated s per s"}}
	for _, n := range jobs() {
		m := Measure{Part: "crowd", Line: "runs at once", X: fmt.Sprint(n)}
		t.Row(m.X, lab.Interval(v.of(m, runRate)), lab.Interval(v.of(m, runCost)), lab.Interval(v.of(m, perWall)))
	}
	fmt.Fprintf(out, "\n%s", &t)
}

func (v sheets) repeated(out *strings.Builder) {
	runs, differed, died, cpu := 0, 0, 0, 0.0
	var events uint64
	for _, r := range v["twice"].Records {
		runs, differed, died = runs+r.Value.Runs/2, differed+r.Value.Differed, died+r.Value.Died
		events, cpu = events+r.Value.Events, cpu+r.Value.CPU
	}
	fmt.Fprintf(out, "\nRuns of %s with all faults, made twice in processes of their own, seeds from %d: %d, of which %d differed (%d events, %.0f s of CPU;\nof %d the program died, both times alike).\n",
		pairLength, firstPair, runs, differed, events, cpu, died)
}

// panelWidth fits the names of all fault classes, in points.
const panelWidth = 310

func (b suite) plots(v sheets) error {
	series := func(line string, what func(Measure) float64) (s chart.Series, names []string) {
		s.Name = ""
		for _, x := range valuesOf(line) {
			e := v.of(Measure{Part: "speed", Line: line, X: x}, what)
			if e.N == 0 {
				continue
			}
			at, err := strconv.ParseFloat(x, 64)
			if err != nil || line == byFrames {
				at = float64(len(names))
			}
			names = append(names, x)
			s.Points = append(s.Points, chart.Point{X: at, Y: e.Median, Low: e.Low, High: e.High})
		}
		return s, names
	}
	var panels []chart.Panel
	for _, line := range []string{byMachines, byRate, byFrames, byFaults} {
		s, names := series(line, perCPU)
		l := chart.Lines{X: line, Y: "simulated s per CPU s", LogX: true, LogY: true, Series: []chart.Series{s}}
		if slices.Contains([]string{byFrames, byFaults}, line) {
			l.Names, l.LogX, l.LogY = names, false, false
		}
		panels = append(panels, l)
	}
	return chart.Figure{Columns: 2, Width: panelWidth, Panels: panels}.Save(b.s.Path("speed"))
}
