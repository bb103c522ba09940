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

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign/coverage"
	"raftian/raftian/guest"
)

// Options say what a campaign does.
type Options struct {
	Seeds []uint64
	// First are seeds to run before these; those among Seeds are not run again.
	First    []uint64
	Draw     guest.Options // Seed apart
	Jobs     int           // runs at once
	Out      string        // directory for run files; made when first needed
	KeepAll  bool          // keep passing runs too
	Twice    bool          // run every seed twice, not only a sample
	Finished func(Made)    // told of every run when it is over, of one at a time; may be nil
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
	// Where says where to read about a known finding; nil is raftian/defects.
	Where func(finding string) string
}

// sampleEvery is how many seeds there are for each that is run twice anyway: the
// digest is checked, not believed.
const sampleEvery = 16

// KnownRun is a known finding met again. Its run may have failed otherwise, too.
type KnownRun struct {
	Finding string `json:"finding"`
	Seed    uint64 `json:"seed"`
	File    string `json:"file"`
	Where   string `json:"where"` // to read about it
}

// Failure is a run that did not pass.
type Failure struct {
	Seed     uint64                    `json:"seed"`
	Verdicts []linearizability.Verdict `json:"verdicts"` // those that failed or could not decide
	File     string                    `json:"file"`
	// Unjudged says that no judge had anything to judge; then Verdicts is empty.
	Unjudged bool `json:"unjudged,omitempty"`
}

// Made is one run of a campaign that is over.
type Made struct {
	Seed    uint64
	Plan    string        // hex digest of its plan's text
	Took    time.Duration // of real time, once
	File    string        // "" if it was not kept
	Known   []string      // findings that it met, sorted
	Failure *Failure      // nil if it is none
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
	// First and Last are the seeds that were begun first and last, of Options.Seeds.
	First, Last uint64
}

// Explore runs a campaign. If ctx is cancelled it stops with what is done; an
// error means that the tool failed, and comes with what was done before.
func Explore(ctx context.Context, p *Program, o Options) (*Report, error) {
	began := time.Now()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	e := &exploration{program: p, o: o, report: &Report{Coverage: coverage.Empty()}, digests: map[uint64]string{}}
	e.order()
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

// order puts the seeds that are to be first before the others.
func (e *exploration) order() {
	all := slices.Clone(e.o.First)
	for _, seed := range e.o.Seeds {
		if !slices.Contains(e.o.First, seed) {
			all = append(all, seed)
		}
	}
	if n := len(e.o.Seeds); n > 0 {
		e.report.First, e.next = e.o.Seeds[0], e.o.Seeds[n-1]+1
	}
	e.o.Seeds = all
}

// has reports whether there is a k-th seed, having made it of an endless campaign.
func (e *exploration) has(k int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for k == len(e.o.Seeds) && e.o.Endless {
		if !slices.Contains(e.o.First, e.next) {
			e.o.Seeds = append(e.o.Seeds, e.next)
		}
		e.next++
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
	if k >= len(e.o.First) {
		e.report.Last = max(e.report.Last, e.o.Seeds[k])
	}
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
	next    uint64 // that an endless campaign goes on with
}

// one makes the run of the k-th seed.
func (e *exploration) one(ctx context.Context, k int) error {
	draw := e.o.Draw
	draw.Seed = e.seed(k)
	pl, err := e.program.Draw(ctx, draw)
	if err != nil {
		return ignoreCancel(ctx, err)
	}
	began := time.Now()
	r, err := e.program.Run(ctx, pl)
	if err != nil {
		return ignoreCancel(ctx, err)
	}
	made := Made{Seed: pl.Seed, Plan: planDigest(pl), Took: time.Since(began)}
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
	if e.o.KeepAll || r.Failed() || r.Unjudged() {
		if made.File, err = e.save(r, ""); err != nil {
			return err
		}
	}
	e.take(r, made, twice)
	return nil
}

// planDigest tells plans apart.
func planDigest(pl plan.Plan) string {
	sum := sha256.Sum256([]byte(pl.String()))
	return hex.EncodeToString(sum[:])
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

// take adds a run to the report, and tells of it.
func (e *exploration) take(r *Result, made Made, twice bool) {
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
	f := Failure{Seed: r.Plan.Seed, File: made.File, Verdicts: []linearizability.Verdict{}, Unjudged: r.Unjudged()}
	for _, j := range SortOut(r.Verdicts, e.known(r)) {
		sum.tally(j)
		made.Known = append(made.Known, j.Findings...)
		if j.Fails() {
			f.Verdicts = append(f.Verdicts, j.Unknown.Brief())
		}
	}
	slices.Sort(made.Known)
	made.Known = slices.Compact(made.Known)
	for _, name := range made.Known {
		sum.Known = append(sum.Known, KnownRun{name, r.Plan.Seed, made.File, e.where(name)})
	}
	if len(f.Verdicts) > 0 || f.Unjudged {
		sum.Failures = append(sum.Failures, f)
		made.Failure = &f
	}
	if e.o.Finished != nil {
		e.o.Finished(made)
	}
}

func (e *exploration) where(finding string) string {
	if e.o.Where == nil {
		return "raftian/defects/" + finding
	}
	return e.o.Where(finding)
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
	for _, seed := range slices.Sorted(slices.Values(e.o.Seeds)) {
		if d := e.digests[seed]; d != "" {
			fmt.Fprintf(sum, "%d %s\n", seed, d)
		}
	}
	r.Digest = hex.EncodeToString(sum.Sum(nil))
	return r
}
