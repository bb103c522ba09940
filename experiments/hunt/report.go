package hunt

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"raftian/experiments/chart"
	"raftian/experiments/lab"
	"raftian/experiments/stats"
)

// check refuses invalid data.
func check(records []lab.Record[Measure]) error {
	var all []error
	for _, r := range records {
		m := r.Value
		if m.Seeds < 0 || m.Seeds > seedsMax || m.Virtual <= 0 || m.CPU <= 0 {
			all = append(all, fmt.Errorf("%s: %+v", r.Case, m))
		}
	}
	return errors.Join(all...)
}

// never stands for a search without success.
var never = math.Inf(1)

// searches returns the searches for a bug with a generator: the seeds they took, and
// the virtual seconds.
func searches(records []lab.Record[Measure], bug, variant string) (seeds, virtual []float64) {
	for _, r := range records {
		if r.Case != caseName(bug, variant) {
			continue
		}
		if r.Value.Seeds == 0 {
			seeds, virtual = append(seeds, never), append(virtual, never)
			continue
		}
		seeds, virtual = append(seeds, float64(r.Value.Seeds)), append(virtual, r.Value.Virtual)
	}
	return seeds, virtual
}

// number formats a number of seeds or seconds; an infinite one as "> most".
func number(v float64, most string) string {
	if math.IsInf(v, 1) {
		return "> " + most
	}
	return lab.Number(v)
}

// report writes tables and a plot.
func report(s lab.Setup, sheet *lab.Sheet[Measure]) error {
	if err := check(sheet.Records); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Searches began at the seeds %d, %d, … and were given up after %d seeds of 30 simulated seconds each.\n%s\n%s\n%s",
		seedStride+1, 2*seedStride+1, seedsMax, lab.Describe(sheet), byBug(s, sheet.Records), byVariant(s, sheet.Records))
	if err := s.Write("table.md", b.String()); err != nil {
		return err
	}
	s.Say("\n%s", b.String())
	return plots(s, sheet.Records)
}

func byBug(s lab.Setup, records []lab.Record[Measure]) *lab.Table {
	t := &lab.Table{Head: []string{"bug", "searches", "seeds, median", "95 %", "simulated s, median", "95 %"}}
	for _, v := range variants(s)[1:] {
		t.Head = append(t.Head, v.name+": median", "95 %", "found")
	}
	most := fmt.Sprint(seedsMax)
	for _, b := range zoo(s) {
		seeds, virtual := searches(records, b.Name, variants(s)[0].name)
		row := []string{b.Name, fmt.Sprint(len(seeds)), number(stats.Quantile(seeds, 0.5), most), number(stats.Quantile(seeds, 0.95), most),
			number(stats.Quantile(virtual, 0.5), fmt.Sprint(30*seedsMax)), number(stats.Quantile(virtual, 0.95), fmt.Sprint(30*seedsMax))}
		for _, v := range variants(s)[1:] {
			seeds, _ := searches(records, b.Name, v.name)
			row = append(row, number(stats.Quantile(seeds, 0.5), most), number(stats.Quantile(seeds, 0.95), most), fmt.Sprintf("%d of %d", found(seeds), len(seeds)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func found(seeds []float64) (n int) {
	for _, v := range seeds {
		if !math.IsInf(v, 1) {
			n++
		}
	}
	return n
}

// commonSearches returns the searches that were made with every generator, ordered by
// seed.
func commonSearches(s lab.Setup, records []lab.Record[Measure]) []lab.Record[Measure] {
	type search struct {
		bug   string
		first uint64
	}
	made := map[search]int{}
	for _, r := range records {
		made[search{r.Value.Bug, r.Value.First}]++
	}
	all := slices.DeleteFunc(slices.Clone(records), func(r lab.Record[Measure]) bool {
		return made[search{r.Value.Bug, r.Value.First}] < len(variants(s))
	})
	slices.SortStableFunc(all, func(a, b lab.Record[Measure]) int { return cmp.Compare(a.Value.First, b.Value.First) })
	return all
}

// byVariant compares generators over the whole zoo, by their common searches.
func byVariant(s lab.Setup, records []lab.Record[Measure]) *lab.Table {
	t := &lab.Table{Head: []string{"generator", "searches", "found", "seeds of a search, mean", "median", "95 %", "more seeds than as it is, mean", "CPU s of a search, mean", "bugs never found", "bugs that take it longer", "that take it less long"}}
	records = commonSearches(s, records)
	for _, v := range variants(s) {
		var all []float64
		var more []float64
		searched, tried, cpu, missed, longer, shorter := 0, 0.0, 0.0, []string{}, 0, 0
		for _, b := range zoo(s) {
			seeds, _ := searches(records, b.Name, v.name)
			standard, _ := searches(records, b.Name, variants(s)[0].name)
			all = append(all, seeds...)
			for k := range seeds { // same range: records are ordered by seed
				more = append(more, min(seeds[k], seedsMax)-min(standard[k], seedsMax))
			}
			searched += len(seeds)
			if len(seeds) > 0 && found(seeds) == 0 {
				missed = append(missed, b.Name)
			}
			switch here, there := mean(seeds), mean(standard); {
			case here > there:
				longer++
			case here < there:
				shorter++
			}
		}
		for _, r := range records {
			if r.Value.Variant == v.name {
				cpu += r.Value.CPU
			}
		}
		for _, n := range all {
			tried += min(n, seedsMax)
		}
		n := float64(max(1, searched))
		t.Row(v.name, fmt.Sprint(searched), fmt.Sprint(found(all)), lab.Number(tried/n), number(stats.Quantile(all, 0.5), fmt.Sprint(seedsMax)),
			number(stats.Quantile(all, 0.95), fmt.Sprint(seedsMax)), lab.Interval(stats.EstimateMean(more, 1)), lab.Number(cpu/n), strings.Join(missed, ", "), fmt.Sprint(longer), fmt.Sprint(shorter))
	}
	return t
}

// mean returns the mean number of seeds; a search without success counts as the limit.
func mean(seeds []float64) float64 {
	sum := 0.0
	for _, v := range seeds {
		sum += min(v, seedsMax)
	}
	return sum / float64(max(1, len(seeds)))
}

// plots draws the share of successful searches over the number of seeds.
func plots(s lab.Setup, records []lab.Record[Measure]) error {
	records = commonSearches(s, records)
	l := chart.Lines{X: "seeds", Y: "searches that have found their bug, %", LogX: true, Max: 100}
	for _, v := range variants(s) {
		var all []float64
		for _, b := range zoo(s) {
			seeds, _ := searches(records, b.Name, v.name)
			all = append(all, seeds...)
		}
		if len(all) == 0 {
			continue
		}
		slices.Sort(all)
		series := chart.Series{Name: v.name}
		for _, n := range []float64{1, 2, 3, 5, 8, 12, 16, 24, 32} {
			count := 0
			for _, v := range all {
				if v <= n {
					count++
				}
			}
			series.Points = append(series.Points, chart.Point{X: n, Y: 100 * float64(count) / float64(len(all))})
		}
		l.Series = append(l.Series, series)
	}
	return chart.Figure{Panels: []chart.Panel{l}, Width: 400, Height: 260}.Save(s.Path("hunt"))
}
