package failover

import (
	"errors"
	"fmt"
	"math"
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
		if m.Due == 0 {
			bad("players had no commands")
		}
		if m.Fault == killed && m.Leaderless < 0 && m.Election < 800*time.Millisecond {
			bad("no node took over")
		}
		if m.Leaderless == 0 {
			bad("another one led at once")
		}
	}
	return errors.Join(all...)
}

type dataset struct {
	records []lab.Record[Measure]
}

func (v dataset) of(c Condition, what func(Measure) float64) stats.Estimate {
	return stats.EstimateMedian(lab.ValuesByCase(v.records, what)[c.Name()], 1)
}

// sum adds up over all repetitions.
func (v dataset) sum(c Condition, what func(Measure) int) (n int) {
	for _, r := range v.records {
		if r.Value.Condition == c {
			n += what(r.Value)
		}
	}
	return n
}

// report writes tables and heat maps.
func report(s lab.Setup, sheets map[string]*lab.Sheet[Measure]) error {
	var b strings.Builder
	b.WriteString("Medians of the repetitions, and what they lie between with a confidence of 95 %; counts are of all repetitions.\n")
	var heat dataset
	for _, world := range []string{virtual, real} {
		sheet := sheets[world]
		if err := check(sheet.Records); err != nil {
			return err
		}
		v := dataset{sheet.Records}
		if world == virtual {
			heat = v
		}
		fmt.Fprintf(&b, "\n%s %s\n%s", map[string]string{virtual: "In the simulator.", real: "Processes in real time."}[world], lab.Describe(sheet), v.table(s, world))
	}
	if err := s.Write("table.md", b.String()); err != nil {
		return err
	}
	s.Say("\n%s", b.String())
	return heat.maps(s)
}

func (v dataset) table(s lab.Setup, world string) *lab.Table {
	t := &lab.Table{Head: []string{"leader, heartbeat, election", "no leader, ms", "took over", "nothing new, ms", "longest wait, ms", "median wait, ms",
		"elections", "commands", "late", "without effect", "unknown", "came twice", "lost", "judges failed"}}
	for _, c := range conditions(s) {
		n := v.of(c, func(Measure) float64 { return 0 }).N
		if c.World != world || n == 0 {
			continue
		}
		count := func(what func(Measure) int) string { return fmt.Sprint(v.sum(c, what)) }
		t.Row(fmt.Sprintf("%s, %v, %v", c.Fault, c.Heartbeat, c.Election),
			lab.Interval(v.leaderless(c)), fmt.Sprintf("%d of %d", v.sum(c, func(m Measure) int { return btoi(m.Leaderless >= 0) }), n),
			lab.Interval(v.of(c, func(m Measure) float64 { return m.StallMax })), lab.Interval(v.of(c, func(m Measure) float64 { return m.WaitMax })),
			lab.Interval(v.of(c, func(m Measure) float64 { return m.WaitMedian })),
			count(func(m Measure) int { return m.Elections }), count(func(m Measure) int { return m.Due }), count(func(m Measure) int { return m.Late }),
			count(func(m Measure) int { return m.NoEffect }), count(func(m Measure) int { return m.Unknown }), count(func(m Measure) int { return m.Duplicates }),
			count(func(m Measure) int { return m.Lost }), count(func(m Measure) int { return len(m.Failed) }))
	}
	return t
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// leaderless estimates the time without a leader, over runs in which another node took
// over.
func (v dataset) leaderless(c Condition) stats.Estimate {
	var times []float64
	for _, r := range v.records {
		if r.Value.Condition == c && r.Value.Leaderless >= 0 {
			times = append(times, r.Value.Leaderless)
		}
	}
	return stats.EstimateMedian(times, 1)
}

func (v dataset) maps(s lab.Setup) error {
	var names []string
	for _, t := range timeouts() {
		names = append(names, fmt.Sprint(t.Milliseconds()))
	}
	panel := func(title string, of func(heartbeat, election time.Duration) float64) chart.Panel {
		h := chart.Heat{Title: title, X: "election timeout, ms", Y: "heartbeat timeout, ms", XNames: names, YNames: names,
			Text: func(v float64) string { return lab.Number(v) }}
		for _, heartbeat := range timeouts() {
			var row []float64
			for _, election := range timeouts() {
				row = append(row, of(heartbeat, election))
			}
			h.Values = append(h.Values, row)
		}
		return h
	}
	median := func(t fault, estimate func(Condition) stats.Estimate) func(heartbeat, election time.Duration) float64 {
		return func(heartbeat, election time.Duration) float64 {
			e := estimate(Condition{virtual, t, heartbeat, election})
			if e.N == 0 {
				return math.NaN()
			}
			return e.Median
		}
	}
	still := func(c Condition) stats.Estimate { return v.of(c, func(m Measure) float64 { return m.StallMax }) }
	f := chart.Figure{Columns: 3, Panels: []chart.Panel{
		panel("killed: no leader, ms", median(killed, v.leaderless)),
		panel("cut off: no leader, ms", median(cutOff, v.leaderless)),
		panel("bad net: elections per minute", v.perMinute),
		panel("killed: nothing new for, ms", median(killed, still)),
		panel("cut off: nothing new for, ms", median(cutOff, still)),
		panel("slow disk: nothing new for, ms", median(slow, still)),
	}}
	return f.Save(s.Path("failover"))
}

// perMinute returns the elections won per minute on bad links without a fault of the
// leader.
func (v dataset) perMinute(heartbeat, election time.Duration) float64 {
	c := Condition{virtual, lossy, heartbeat, election}
	seconds := 0.0
	for _, r := range v.records {
		if r.Value.Condition == c {
			seconds += r.Value.Seconds
		}
	}
	if seconds == 0 {
		return math.NaN()
	}
	return float64(v.sum(c, func(m Measure) int { return m.Elections })) / seconds * 60
}
