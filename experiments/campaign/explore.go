package campaign

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"raftian/experiments/campaign/coverage"
	"raftian/linearizability"
	"raftian/netsim/trace"
	"raftian/raftian/guest"
)

// Options say what a campaign does.
type Options struct {
	Seeds    []uint64
	Draw     guest.Options // Seed apart
	Jobs     int           // runs at once
	Out      string        // directory for run files; made when first needed
	KeepAll  bool          // keep passing runs too
	Twice    bool          // run every seed twice, not only a sample
	Finished func()        // told of every run; may be nil
	// Limit is for how long runs are begun, in real time; 0 is for ever. A run that has
	// begun is made to its end.
	Limit time.Duration
	// Endless goes on with the seeds after the last of Seeds; it needs a Limit or
	// MaxFailures to end.
	Endless bool
	// MaxFailures is after how many failing runs none is begun any more; 0 is never.
	// Runs that are under way then are made to their end, so there may be more.
	MaxFailures int
	// Known names for each violation of each verdict of a run the finding in
	// hashicorp/raft itself that it is, if it is a known one: that is reported, but is
	// no failure. "" is none. May be nil.
	Known func(*Result) [][]string
}

// sampleEvery is how many seeds there are for each that is run twice anyway: the
// digest is checked, not believed.
const sampleEvery = 16

// KnownRun is a known finding met again. Its run may have failed otherwise, too.
type KnownRun struct {
	Finding string `json:"finding"`
	Seed    uint64 `json:"seed"`
	File    string `json:"file"`
}

// Failure is a run that did not pass.
type Failure struct {
	Seed     uint64                    `json:"seed"`
	Verdicts []linearizability.Verdict `json:"verdicts"` // those that failed or could not decide
	File     string                    `json:"file"`
	// Unjudged says that no judge had anything to judge; then Verdicts is empty.
	Unjudged bool `json:"unjudged,omitempty"`
}

// Tally is how often a judge said what.
type Tally struct {
	Judge        string `json:"judge"`
	Pass         int    `json:"pass"`
	Known        int    `json:"known"`
	Fail         int    `json:"fail"`
	Inconclusive int    `json:"inconclusive"`
	NotRun       int    `json:"not_run"`
}

// Report is what a campaign found.
type Report struct {
	Runs     int
	Repeated int // runs that were made twice, with equal digests
	Failures []Failure
	Known    []KnownRun
	Tallies  []Tally // in the judges' order
	Coverage coverage.Counts
	Converge []time.Duration // of runs whose local logs all did: how long the last took; sorted
	Virtual  time.Duration
	Wall     time.Duration
	CPU      time.Duration // of the world programs
	Events   uint64
	Wire     int64  // bytes of trace
	Digest   string // over the runs' digests, in seed order
	// Interrupted says that the campaign was stopped before it was done.
	Interrupted bool
	// Ended says why no more seeds were begun, if not all were: the time was over, or
	// enough had failed. Then it is as good as done, and not Interrupted.
	Ended string
	// First and Last are the seeds that were begun first and last.
	First, Last uint64
}

// Explore runs a campaign. If ctx is cancelled it stops with what is done; an
// error means that the tool failed, and comes with what was done before.
func Explore(ctx context.Context, p *Program, o Options) (*Report, error) {
	began := time.Now()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	o.Seeds = slices.Clone(o.Seeds) // an endless campaign adds to them
	e := &exploration{program: p, o: o, report: &Report{Coverage: coverage.Empty()}, digests: map[uint64]string{}}
	seeds := make(chan int)
	var workers sync.WaitGroup
	for range max(1, o.Jobs) {
		workers.Go(func() {
			for k := range seeds {
				if !e.begin(k) {
					continue
				}
				if err := e.one(ctx, k); err != nil {
					stop(err)
				}
			}
		})
	}
	ended := e.feed(ctx, seeds)
	close(seeds)
	workers.Wait()
	r := e.finish()
	r.Wall = time.Since(began)
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return r, err
	}
	if r.Interrupted = r.Runs < len(e.o.Seeds); r.Interrupted && e.enough() {
		ended = fmt.Sprintf("%s failed, and no more were asked for", trace.Some(len(r.Failures), "run"))
	}
	if ended != "" && ctx.Err() == nil {
		r.Interrupted, r.Ended = false, ended
	}
	return r, nil
}

// feed hands out seeds in order, each as its place in Seeds, until they are all begun or
// it is time to end; it says so if that is because of the time.
func (e *exploration) feed(ctx context.Context, seeds chan<- int) (ended string) {
	var over <-chan time.Time
	if e.o.Limit > 0 {
		timer := time.NewTimer(e.o.Limit)
		defer timer.Stop()
		over = timer.C
	}
	for k := 0; ; k++ {
		if e.enough() || !e.has(k) {
			return ""
		}
		select {
		case seeds <- k:
		case <-over:
			return fmt.Sprintf("its time of %s is over", e.o.Limit)
		case <-ctx.Done():
			return ""
		}
	}
}

// has reports whether there is a k-th seed, having made it of an endless campaign.
func (e *exploration) has(k int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.o.Seeds); k == n && e.o.Endless && n > 0 {
		e.o.Seeds = append(e.o.Seeds, e.o.Seeds[n-1]+1)
	}
	return k < len(e.o.Seeds)
}

// seed is the k-th seed.
func (e *exploration) seed(k int) uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.o.Seeds[k]
}

// begin reports whether the run of the k-th seed is to be made, and notes that it is.
func (e *exploration) begin(k int) bool {
	if e.enough() {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.report.First, e.report.Last = e.o.Seeds[0], max(e.report.Last, e.o.Seeds[k])
	return true
}

// enough reports whether as many runs have failed as were asked for.
func (e *exploration) enough() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.o.MaxFailures > 0 && len(e.report.Failures) >= e.o.MaxFailures
}

// exploration is a campaign under way.
type exploration struct {
	program *Program
	o       Options

	mu      sync.Mutex
	report  *Report
	digests map[uint64]string
}

// one makes the run of the k-th seed.
func (e *exploration) one(ctx context.Context, k int) error {
	draw := e.o.Draw
	draw.Seed = e.seed(k)
	pl, err := e.program.Draw(ctx, draw)
	if err != nil {
		return ignoreCancel(ctx, err)
	}
	r, err := e.program.Run(ctx, pl)
	if err != nil {
		return ignoreCancel(ctx, err)
	}
	twice := e.o.Twice || k%sampleEvery == 0
	if twice {
		again, err := e.program.Run(ctx, pl)
		if err != nil {
			return ignoreCancel(ctx, err)
		}
		if again.Digest != r.Digest {
			return e.differ(r, again)
		}
	}
	file := ""
	if e.o.KeepAll || r.Failed() || r.Unjudged() {
		if file, err = e.save(r, ""); err != nil {
			return err
		}
	}
	e.take(r, file, twice)
	return nil
}

// ignoreCancel drops errors that only say that the campaign is being stopped.
func ignoreCancel(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (e *exploration) save(r *Result, suffix string) (string, error) {
	if err := os.MkdirAll(e.o.Out, 0o755); err != nil {
		return "", fmt.Errorf("making the directory for runs: %w", err)
	}
	base := filepath.Join(e.o.Out, fmt.Sprintf("seed-%d%s", r.Plan.Seed, suffix))
	file := base + ".run"
	for k := 2; !e.replaces(r, file); k++ {
		file = fmt.Sprintf("%s-%d.run", base, k)
	}
	return file, r.Save(file, e.program)
}

// replaces says whether a run may take a name: nothing has it, or a run of the same
// plan, by whatever version of the same program. What another campaign has found stays.
func (e *exploration) replaces(r *Result, file string) bool {
	f, err := trace.Open(file)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	h := f.Header()
	return h.Plan == r.Plan.String() && h.World == e.program.Package && h.Raft == e.program.Raft && h.Mends == e.program.Mends
}

// differ keeps both runs of a plan that did not repeat.
func (e *exploration) differ(a, b *Result) error {
	fileA, errA := e.save(a, ".first")
	fileB, errB := e.save(b, ".second")
	return errors.Join(fmt.Errorf("seed %d: %w: digest %.16s, then %.16s; see %s and %s",
		a.Plan.Seed, ErrDiffers, a.Digest, b.Digest, fileA, fileB), errA, errB)
}

// take adds a run to the report.
func (e *exploration) take(r *Result, file string, twice bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	sum := e.report
	sum.Runs++
	sum.Virtual += r.Virtual
	sum.CPU += r.CPU
	sum.Events += r.Events
	sum.Wire += int64(len(r.Wire))
	sum.Coverage.Add(r.Coverage)
	if n := len(r.Converge); n > 0 {
		sum.Converge = append(sum.Converge, r.Converge[n-1])
	}
	e.digests[r.Plan.Seed] = r.Digest
	if twice {
		sum.Repeated++
	}
	f := Failure{Seed: r.Plan.Seed, File: file, Verdicts: []linearizability.Verdict{}, Unjudged: r.Unjudged()}
	var met []string
	for _, j := range SortOut(r.Verdicts, e.known(r)) {
		sum.tally(j)
		met = append(met, j.Findings...)
		if j.Fails() {
			f.Verdicts = append(f.Verdicts, j.Unknown.Brief())
		}
	}
	slices.Sort(met)
	for _, name := range slices.Compact(met) {
		sum.Known = append(sum.Known, KnownRun{name, r.Plan.Seed, file})
	}
	if len(f.Verdicts) > 0 || f.Unjudged {
		sum.Failures = append(sum.Failures, f)
	}
	if e.o.Finished != nil {
		e.o.Finished()
	}
}

func (e *exploration) known(r *Result) [][]string {
	if e.o.Known == nil || !r.Failed() {
		return nil
	}
	return e.o.Known(r)
}

func (r *Report) tally(j Sorted) {
	k := slices.IndexFunc(r.Tallies, func(t Tally) bool { return t.Judge == j.Unknown.Judge })
	if k < 0 {
		k = len(r.Tallies)
		r.Tallies = append(r.Tallies, Tally{Judge: j.Unknown.Judge})
	}
	t := &r.Tallies[k]
	switch {
	case j.Known():
		t.Known++
	case j.Unknown.Outcome == linearizability.Pass:
		t.Pass++
	case j.Unknown.Outcome == linearizability.Fail:
		t.Fail++
	case j.Unknown.Outcome == linearizability.NotRun:
		t.NotRun++
	default:
		t.Inconclusive++
	}
}

// finish puts in order what the workers brought in as it came.
func (e *exploration) finish() *Report {
	r := e.report
	slices.SortFunc(r.Failures, func(a, b Failure) int { return cmp.Compare(a.Seed, b.Seed) })
	slices.Sort(r.Converge)
	slices.SortStableFunc(r.Known, func(a, b KnownRun) int { return cmp.Compare(a.Seed, b.Seed) })
	sum := sha256.New()
	for _, seed := range e.o.Seeds {
		if d := e.digests[seed]; d != "" {
			fmt.Fprintf(sum, "%d %s\n", seed, d)
		}
	}
	r.Digest = hex.EncodeToString(sum.Sum(nil))
	return r
}
