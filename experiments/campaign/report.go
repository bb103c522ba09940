package campaign

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"raftian/linearizability"
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
	Program     string         `json:"program"`
	Interrupted bool           `json:"interrupted,omitempty"`
}

// Summary returns the Report as scripts read it. cpu is the CPU time of
// everything, in all processes.
func (r *Report) Summary(p *Program, cpu time.Duration) Summary {
	s := Summary{
		Runs: r.Runs, Failed: r.Failures, VirtualS: r.Virtual.Seconds(), WallS: r.Wall.Seconds(), CPUS: cpu.Seconds(),
		Commits: r.Coverage.Commits, Faults: r.Coverage.Faults, Coverage: map[string]int{}, Digest: r.Digest,
		Outcomes: r.Coverage.Operations, Idle: r.Coverage.Idle, Repeated: r.Repeated, Events: r.Events,
		Raft: p.Raft, Program: p.Digest, Interrupted: r.Interrupted,
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
	for _, state := range states() {
		s.Coverage[state.name] = r.Coverage.States[state.name]
	}
	return s
}

// Print writes the Report for a person.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "judge\tpass\tknown\tfail\tinconclusive\t")
	for _, j := range r.Tallies {
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t\n", j.Judge, j.Pass, orDot(j.Known), orDot(j.Fail), orDot(j.Inconclusive))
	}
	t.Flush()
	for _, k := range r.Known {
		fmt.Fprintf(w, "\nseed %d met the known finding %s (experiments/findings/%s); kept in %s\n", k.Seed, k.Finding, k.Finding, k.File)
	}
	r.printCoverage(w)
	r.printCost(w)
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
	fmt.Fprintf(w, "\noperations %d: %d ok, %d certainly without effect, %d unknown; %d entries committed\n",
		total, c.Operations["ok"], c.Operations["fail"], c.Operations["unknown"], c.Commits)
	fmt.Fprintf(w, "faults     %s\n", counts(c.Faults))
	if len(c.Idle) > 0 {
		fmt.Fprintf(w, "           without effect: %s\n", counts(c.Idle))
	}
	fmt.Fprintln(w, "reached")
	for _, state := range states() {
		fmt.Fprintf(w, "%7d  %s\n", c.States[state.name], state.words)
	}
}

// counts lists numbers by name, sorted.
func counts(m map[string]int) string {
	if len(m) == 0 {
		return "none"
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(parts, ", ")
}

func (r *Report) printCost(w io.Writer) {
	virtual := max(r.Virtual.Seconds(), 1e-9)
	fmt.Fprintf(w, "\n%d runs, %s of virtual time in %s (%.0f times real time); %.1f ms of CPU and %.0f kB of trace per virtual second\n",
		r.Runs, r.Virtual.Round(time.Second), r.Wall.Round(10*time.Millisecond), virtual/max(r.Wall.Seconds(), 1e-9),
		r.CPU.Seconds()*1000/virtual, float64(r.Wire)/1000/virtual)
	fmt.Fprintf(w, "%d runs made twice with equal digests; digest over all runs %.16s\n", r.Repeated, r.Digest)
	if r.Interrupted {
		fmt.Fprintln(w, "interrupted: the seeds not yet run are not in these figures")
	}
}

// Print writes a failure for a person, with the evidence.
func (f Failure) Print(w io.Writer) {
	for _, v := range f.Verdicts {
		fmt.Fprintf(w, "seed %d  %s: %s  %s\n", f.Seed, v.Judge, v.Outcome, v.Reason)
		PrintEvidence(w, "    ", v)
	}
}

// PrintEvidence writes what a verdict rests on, a line each.
func PrintEvidence(w io.Writer, indent string, v linearizability.Verdict) {
	for _, e := range v.Evidence {
		where := ""
		if e.Event != 0 {
			where = fmt.Sprintf("event %d: ", e.Event)
		}
		fmt.Fprintf(w, "%s%s%s\n", indent, where, e.Text)
	}
}
