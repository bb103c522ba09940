package alternatives

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"raftian/experiments/lab"
	"raftian/experiments/stats"
)

// check refuses invalid data, and a World whose runs do not repeat.
func check(records []lab.Record[Measure]) error {
	var all []error
	traces := map[string]map[string]bool{}
	for _, r := range records {
		m := r.Value
		if m.Events == 0 || m.CPU <= 0 || m.Wall <= 0 || m.Reached <= 0 {
			all = append(all, fmt.Errorf("%s: nothing was measured: %+v", r.Case, m))
		}
		if m.Way != world {
			continue
		}
		if m.Failure != "" {
			all = append(all, fmt.Errorf("%s: %s", r.Case, m.Failure))
		}
		if traces[m.Plan] == nil {
			traces[m.Plan] = map[string]bool{}
		}
		traces[m.Plan][m.Trace] = true
	}
	for name, distinct := range traces {
		if len(distinct) > 1 {
			all = append(all, fmt.Errorf("%s: %d different traces of the same plan", name, len(distinct)))
		}
	}
	return errors.Join(all...)
}

func report(s lab.Setup, sheet *lab.Sheet[Measure]) error {
	if err := check(sheet.Records); err != nil {
		return err
	}
	t := lab.Table{Head: []string{"way, plan", "runs", "came to their end", "came as far as, s", "different traces", "different logs",
		"CPU ms per second of the run", "wall ms per second of the run"}}
	ends := map[string]int{}
	for _, way := range []string{world, plain, plainOneThread, process} {
		for _, name := range []string{calm, wholeLogs, faults} {
			var reached, cpu, wall []float64
			traces, logs := map[string]bool{}, map[string]bool{}
			ended := 0
			for _, r := range sheet.Records {
				m := r.Value
				if m.Way != way || m.Plan != name {
					continue
				}
				reached = append(reached, m.Reached)
				cpu, wall = append(cpu, 1000*m.CPU/m.Reached), append(wall, 1000*m.Wall/m.Reached)
				traces[m.Trace], logs[m.Log] = true, true
				if m.Failure == "" {
					ended++
				} else {
					ends[m.Way+": "+m.Failure]++
				}
			}
			if n := len(reached); n > 0 {
				t.Row(way+", "+name, fmt.Sprint(n), fmt.Sprint(ended), lab.Interval(stats.EstimateMedian(reached, 1)), fmt.Sprint(len(traces)), fmt.Sprint(len(logs)),
					lab.Interval(stats.EstimateMedian(cpu, 1)), lab.Interval(stats.EstimateMedian(wall, 1)))
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Five nodes, the same script of 60 calls per second, %v. Medians, and what they lie between with a confidence of 95 %%.\n%s\n%s",
		length(s), lab.Describe(sheet), &t)
	if len(ends) > 0 {
		b.WriteString("\nHow runs ended that did not come to their end:\n\n")
		for _, words := range slices.Sorted(maps.Keys(ends)) {
			fmt.Fprintf(&b, "- %s (%d times)\n", words, ends[words])
		}
	}
	if err := s.Write("table.md", b.String()); err != nil {
		return err
	}
	s.Say("\n%s", b.String())
	return nil
}
