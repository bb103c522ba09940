package campaign

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"raftian/linearizability"
	"raftian/netsim/trace"
	"raftian/raftian/campaign/coverage"
)

// Summary is a Report as scripts read it; its fields are a contract.
type Summary struct {
	Runs       int            `json:"runs"`
	Failed     []Failure      `json:"failed"`
	VirtualS   float64        `json:"virtual_s"`
	WallS      float64        `json:"wall_s"`
	CPUS       float64        `json:"cpu_s"` // children included
	Operations int            `json:"operations"`
	Commits    uint64         `json:"commits"`
	Faults     map[string]int `json:"faults"`
	Coverage   map[string]int `json:"coverage"`
	Digest     string         `json:"digest"`

	Known       []KnownRun     `json:"known"`    // what is known of hashicorp/raft itself, met again
	Outcomes    map[string]int `json:"outcomes"` // operations by ok, fail, unknown
	Idle        map[string]int `json:"idle"`     // faults that had no effect, by kind
	Repeated    int            `json:"repeated"` // runs made twice with equal digests
	Events      uint64         `json:"events"`
	Raft        string         `json:"raft"`
	RaftLike    string         `json:"raft_like"` // the release that it is or was made from
	Mends       string         `json:"mends"`     // of findings, in raft
	Program     string         `json:"program"`
	Interrupted bool           `json:"interrupted,omitempty"`
	Ended       string         `json:"ended,omitempty"` // why seeds were not begun: the time, or failures
	First       uint64         `json:"first_seed"`      // of those asked for
	Last        uint64         `json:"last_seed"`       // that was begun

	Judges []Tally `json:"judges"` // how often each said what, in a fixed order

	ConvergeS Spread `json:"converge_s"` // how long after the faults the last local log had what was committed
}

// Summary returns the Report as scripts read it. cpu is the CPU time of
// everything, in all processes.
func (r *Report) Summary(p *Program, cpu time.Duration) Summary {
	s := Summary{
		Runs: r.Runs, Failed: r.Failures, VirtualS: r.Virtual.Seconds(), WallS: r.Wall.Seconds(), CPUS: cpu.Seconds(),
		Commits: r.Coverage.Commits, Faults: r.Coverage.Faults, Coverage: map[string]int{}, Digest: r.Digest,
		Outcomes: r.Coverage.Operations, Idle: r.Coverage.Idle, Repeated: r.Repeated, Events: r.Events,
		Raft: p.Raft, RaftLike: p.Like, Mends: p.Mends, Program: p.Digest, Interrupted: r.Interrupted, Ended: r.Ended, First: r.First, Last: r.Last, ConvergeS: spread(r.Converge),
	}
	if s.Judges = r.Tallies; s.Judges == nil {
		s.Judges = []Tally{}
	}
	if s.Failed == nil {
		s.Failed = []Failure{}
	}
	if s.Known = r.Known; s.Known == nil {
		s.Known = []KnownRun{}
	}
	for _, n := range r.Coverage.Operations {
		s.Operations += n
	}
	for _, state := range coverage.States() {
		s.Coverage[string(state.State)] = r.Coverage.States[state.State]
	}
	return s
}

// Print writes the Report for a person.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "judge\tpass\tknown\tfail\tinconclusive\tnot run\t")
	for _, j := range r.Tallies {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t\n", j.Judge, orDot(j.Pass), orDot(j.Known), orDot(j.Fail), orDot(j.Inconclusive), orDot(j.NotRun))
	}
	t.Flush()
	r.printKnown(w)
	r.printCoverage(w)
	r.printCost(w)
}

// printKnown lists who met each known finding.
func (r *Report) printKnown(w io.Writer) {
	met, where := map[string][]string{}, map[string]string{}
	for _, k := range r.Known {
		where[k.Finding] = k.Where
		met[k.Finding] = append(met[k.Finding], fmt.Sprintf("seed %d, kept in %s", k.Seed, k.File))
	}
	for _, finding := range slices.Sorted(maps.Keys(met)) {
		fmt.Fprintf(w, "\nknown finding %s (%s), met by\n", finding, where[finding])
		printWrapped(w, "    ", met[finding])
	}
}

// orDot shows a zero as a dot, so that numbers stand out.
func orDot(n int) string {
	if n == 0 {
		return "·"
	}
	return fmt.Sprint(n)
}

func (r *Report) printCoverage(w io.Writer) {
	c := r.Coverage
	total := 0
	for _, n := range c.Operations {
		total += n
	}
	fmt.Fprintf(w, "\noperations %d: %d ok, %d certainly without effect, %d unknown; %s committed\n",
		total, c.Operations["ok"], c.Operations["fail"], c.Operations["unknown"], trace.Some(c.Commits, "entry"))
	printFaults(w, c)
	printStates(w, c)
	if s := spread(r.Converge); s.Runs > 0 {
		fmt.Fprintf(w, "\nafter the faults, the last local log of a run had all that was committed in %.2f s at the median,\n"+
			"%.2f s at the 95th percentile, %.2f s at most, in %d of %s\n", s.Median, s.P95, s.Max, s.Runs, trace.Some(r.Runs, "run"))
	}
}

// printFaults lists the kinds of fault, with how often each took effect and how
// often it did not.
func printFaults(w io.Writer, c coverage.Counts) {
	kinds := slices.Sorted(maps.Keys(c.Faults))
	for _, kind := range slices.Sorted(maps.Keys(c.Idle)) {
		if c.Faults[kind] == 0 {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	if len(kinds) == 0 {
		fmt.Fprintln(w, "\nno faults")
		return
	}
	row := func(kind, did, not string) string { return fmt.Sprintf("%-16s%11s%13s", kind, did, not) }
	var rows []string
	for _, kind := range kinds {
		rows = append(rows, row(kind, orDot(c.Faults[kind]), orDot(c.Idle[kind])))
	}
	fmt.Fprintln(w)
	printColumns(w, row("fault", "took effect", "did nothing"), rows)
}

// printStates lists what was reached, and then what never was.
func printStates(w io.Writer, c coverage.Counts) {
	var rows, never []string
	for _, state := range coverage.States() {
		if n := c.States[state.State]; n > 0 {
			rows = append(rows, fmt.Sprintf("%7d  %s", n, state.Words))
		} else {
			never = append(never, state.Words)
		}
	}
	if len(rows) > 0 {
		fmt.Fprintln(w, "\nreached")
		printColumns(w, "", rows)
	}
	if len(never) > 0 {
		fmt.Fprintln(w)
		printWrapped(w, "never reached: ", never)
	}
}

func (r *Report) printCost(w io.Writer) {
	virtual := max(r.Virtual.Seconds(), 1e-9)
	fmt.Fprintf(w, "\n%s, %s of virtual time in %s (%.0f times real time)\n", trace.Some(r.Runs, "run"), r.Virtual.Round(time.Second),
		r.Wall.Round(10*time.Millisecond), virtual/max(r.Wall.Seconds(), 1e-9))
	if r.Virtual > 0 {
		fmt.Fprintf(w, "%.1f ms of CPU and %.0f kB of trace per virtual second\n", r.CPU.Seconds()*1000/virtual, float64(r.Wire)/1000/virtual)
	}
	fmt.Fprintf(w, "%s made twice with equal digests; digest over all runs %.16s\n", trace.Some(r.Repeated, "run"), r.Digest)
	switch {
	case r.Ended != "" && r.Last < r.First:
		fmt.Fprintf(w, "ended with seeds begun that are tried first, and no others: %s\n", r.Ended)
	case r.Ended != "":
		fmt.Fprintf(w, "ended with seeds %d to %d begun: %s\n", r.First, r.Last, r.Ended)
	}
	if r.Interrupted {
		fmt.Fprintln(w, "interrupted: the seeds not yet run are not in these figures")
	}
}

// UnjudgedWords say that a run shows nothing.
const UnjudgedWords = "no judge had anything to judge: nothing that they need was reported, so the run shows nothing"

// Headline is a failure in one line: what the first judge says, and how many others fail.
func (f Failure) Headline() string {
	if f.Unjudged || len(f.Verdicts) == 0 {
		return UnjudgedWords
	}
	first := f.Verdicts[0]
	text := first.Judge + ": " + first.Reason
	if first.Outcome != linearizability.Fail {
		text = fmt.Sprintf("%s: %s  %s", first.Judge, first.Outcome, first.Reason)
	}
	if more := len(f.Verdicts) - 1; more > 0 {
		text += fmt.Sprintf(" (and %s)", trace.Some(more, "more judge"))
	}
	return text
}

// Print writes a failure for a person, with the evidence.
func (f Failure) Print(w io.Writer) {
	if f.Unjudged {
		fmt.Fprintf(w, "seed %d  %s\n", f.Seed, UnjudgedWords)
	}
	for _, v := range f.Verdicts {
		fmt.Fprintf(w, "seed %d  %s: %s  %s\n", f.Seed, v.Judge, v.Outcome, v.Reason)
		PrintEvidence(w, "    ", v)
	}
}

// PrintEvidence writes what a verdict rests on, a line each: of the first violation of
// each signature, and how many more of it there are.
func PrintEvidence(w io.Writer, indent string, v linearizability.Verdict) {
	v = v.Brief()
	if len(v.Violations) == 0 {
		printFacts(w, indent, v.Evidence)
	}
	for k, x := range v.Violations {
		if k > 0 {
			fmt.Fprintf(w, "%salso: %s\n", indent, x.Reason)
		}
		printFacts(w, indent, x.Evidence)
		if x.More > 0 {
			fmt.Fprintf(w, "%sand %d more of the kind %q\n", indent, x.More, x.Signature)
		}
	}
}

func printFacts(w io.Writer, indent string, evidence []linearizability.Evidence) {
	for _, e := range evidence {
		where := ""
		if e.Event != 0 {
			where = fmt.Sprintf("event %d: ", e.Event)
		}
		fmt.Fprintf(w, "%s%s%s\n", indent, where, e.Text)
	}
}
