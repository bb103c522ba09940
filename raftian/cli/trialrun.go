package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
	"raftian/raftian/ci"
	"raftian/raftian/trials"
)

// testRun is the runs of packages' tests over seeds.
type testRun struct {
	*trialFlags
	list  []uint64 // seeds
	build toolchain.Options
	order toolchain.Order
	again string // flags that matter to a run, for commands that are printed

	github *ci.GitHub
	table  ci.Table // a row a package
	told   []string // of each group, in Markdown

	tally   toolchain.Tally // of all packages
	profile trials.Profile  // of all packages
	failed  bool            // a test failed, and did so again
	differ  error           // runs of one seed differ
	broken  error           // tests that do not compile
}

// packageRun are those of one package.
type packageRun struct {
	*testRun
	toolchain.TestProgram
	groups  trials.Groups
	done    int // seeds
	profile trials.Profile
	none    bool // no test matches
	report  report
	suite   *ci.Suite
}

// coverable refuses to cover what cannot be covered, in packages or in -coverpkg.
func (t *testRun) coverable(ctx context.Context, packages []string) error {
	if !t.covers() {
		return nil
	}
	patterns, flag := packages, "-cover"
	if t.coverPkg != "" {
		patterns, flag = strings.Split(t.coverPkg, ","), "-coverpkg"
	}
	o := t.build
	if err := toolchain.Coverable(ctx, o, patterns); err != nil {
		return Usage(fmt.Errorf("%s: %w", flag, err))
	}
	return nil
}

// tryPackage tests one package and prints what came of it. more is false if no others are
// to be tested.
func (t *testRun) tryPackage(ctx context.Context, pkg string) (more bool, err error) {
	o := t.build
	o.Package = pkg
	p := &packageRun{testRun: t, report: report{json: t.json, pkg: pkg}}
	if p.TestProgram, err = toolchain.BuildTest(ctx, o); err != nil {
		if said := (*toolchain.GoError)(nil); errors.As(err, &said) && said.Cause() == toolchain.CauseCompile {
			p.report.say("FAIL  %s  does not compile\n%s\n", pkg, indent(said.Said))
			p.report.end("fail", 0)
			t.notCompiled(pkg, said)
			t.broken = fmt.Errorf("the tests of %s do not compile", pkg)
			return !t.failFast, nil
		}
		return false, err
	}
	began := time.Now()
	p.suite = t.junit.suite(pkg, ci.Property{Name: "seeds", Value: t.seeds}, ci.Property{Name: "go", Value: p.GoVersion})
	if err := p.allSeeds(ctx); err != nil {
		if ctx.Err() != nil && len(p.groups) > 0 { // what is done is told
			p.failed = true
			p.summary(time.Since(began))
		}
		return false, err
	}
	if p.none {
		p.report.say("?     %s  no tests to run\n", pkg)
		p.report.end("skip", time.Since(began))
		return true, nil
	}
	if err := p.count(ctx); err != nil {
		return false, err
	}
	for _, g := range p.groups {
		if err := p.repeat(ctx, g); err != nil {
			return false, err
		}
	}
	p.summary(time.Since(began))
	p.tellServers()
	if t.minimize {
		for _, g := range p.groups {
			if err := p.minimizeGroup(ctx, g); err != nil {
				return false, err
			}
		}
	}
	return len(p.groups) == 0 || !t.failFast, nil
}

// seedOrder is how the tests are run with one seed. profile is a file for what they
// cover; "" is none.
func (p *packageRun) seedOrder(seed uint64, profile string) toolchain.Order {
	o := p.order
	o.Flags = slices.Clone(o.Flags)
	if p.shuffle == "on" {
		o.Flags = append(o.Flags, "-test.shuffle="+strconv.FormatUint(seed>>1, 10)) // which is an int64
	}
	if profile != "" {
		o.Flags = append(o.Flags, "-test.coverprofile="+profile)
	}
	return o
}

// seedRun is what a seed came to.
type seedRun struct {
	toolchain.Trial
	profile []byte
	none    bool
}

// run runs the tests with one seed.
func (p *packageRun) run(ctx context.Context, seed uint64) (r seedRun, err error) {
	file := ""
	if p.covers() {
		dir, err := os.MkdirTemp("", "raftian-cover-*")
		if err != nil {
			return r, err
		}
		defer os.RemoveAll(dir)
		file = filepath.Join(dir, "profile")
	}
	r.Trial, err = p.Run(ctx, seed, p.seedOrder(seed, file))
	if errors.Is(err, toolchain.ErrNoTests) {
		return seedRun{none: true}, nil
	}
	if err == nil && file != "" {
		// Tests that panic leave none.
		if r.profile, err = os.ReadFile(file); errors.Is(err, os.ErrNotExist) {
			err = nil
		}
	}
	return r, err
}

// enough reports whether no more seeds are to be tried after so long a time.
func (p *packageRun) enough(took time.Duration) bool {
	failed := p.groups.Seeds()
	return p.failFast && failed > 0 || p.failuresMax > 0 && failed >= p.failuresMax || p.forTime > 0 && took >= p.forTime
}

// allSeeds runs the seeds, and tells what fails when it does.
func (p *packageRun) allSeeds(ctx context.Context) error {
	total := len(p.list)
	if p.endless {
		total = -1
	}
	bar, began := NewBar(total, p.Package), time.Now()
	defer func() {
		bar.Close()
		p.report.flush()
	}()
	p.report.held = bar != nil
	var bad error
	err := trials.InOrder(ctx, len(p.list), p.jobs,
		func(ctx context.Context, k int) (seedRun, error) { return p.run(ctx, p.list[k]) },
		func(k int, r seedRun) (more bool) {
			bar.Add(1)
			p.done++
			if p.none = r.none; p.none {
				return false
			}
			if bad = errors.Join(p.profile.Merge(r.profile), p.testRun.profile.Merge(r.profile)); bad != nil {
				return false
			}
			p.take(k, r.Trial)
			bar.Describe(p.Package + failedSoFar(p.groups.Seeds()))
			return !p.enough(time.Since(began))
		})
	return errors.Join(err, bad)
}

func failedSoFar(n int) string {
	if n == 0 {
		return ""
	}
	return ", " + trace.Some(n, "seed") + " failed"
}

// take prints what is to be printed of a seed at once.
func (p *packageRun) take(k int, t toolchain.Trial) {
	if p.json {
		p.report.events(t)
	}
	fresh := p.note(t)
	switch {
	case p.json:
	case fresh != nil && p.verbose:
		p.report.say("FAIL  %s  seed %d\n%s\n", p.Package, t.Seed, indent(t.Output))
	case fresh != nil:
		p.report.say("FAIL  %s  seed %d\n%s\n", p.Package, t.Seed, indent(shortened(t.Output)))
	case p.verbose && (t.Failed || k == 0):
		verdict := "ok  "
		if t.Failed {
			verdict = "FAIL"
		}
		p.report.say("%s  %s  seed %d\n%s\n", verdict, p.Package, t.Seed, indent(t.Output))
	}
}

// count counts the tests, unless some failed: those that fail may end the others.
func (p *packageRun) count(ctx context.Context) error {
	if len(p.groups) > 0 {
		p.tally.Ran++ // at least
		return nil
	}
	n, err := p.Count(ctx, p.list[0], p.seedOrder(p.list[0], ""))
	if err != nil {
		return err
	}
	n.Ran, n.Skipped = n.Ran/p.trialFlags.count, n.Skipped/p.trialFlags.count
	p.tally.Ran += n.Ran
	p.tally.Skipped += n.Skipped
	p.report.counted = n
	return nil
}

// repeat runs the first seed of a group again, which has to fail alike.
func (p *packageRun) repeat(ctx context.Context, g *trials.Group) error {
	r, err := p.run(ctx, g.First.Seed)
	if err != nil {
		return err
	}
	g.Again = r.Trial
	if g.Differs = !r.Failed || !trials.FailureOf(r.Trial).Alike(g.Failure); g.Differs {
		p.differ = fmt.Errorf("%s failed with seed %d, and did not fail alike when it was run again: its tests depend on more than their seed", p.Package, g.First.Seed)
		return nil
	}
	p.failed = true
	return nil
}

// summary says how many seeds failed, and which fail alike.
func (p *packageRun) summary(took time.Duration) {
	in := "in " + rounded(took)
	covered := ""
	if percent, ok := p.profile.Percent(); ok {
		covered = fmt.Sprintf(", coverage %.1f%% of statements", percent)
	}
	if len(p.groups) == 0 {
		mark, action := "ok   ", "pass"
		if p.report.counted.Ran == 0 {
			mark, action = "?    ", "skip"
		}
		p.report.say("%s %s  %s, %s %s%s\n", mark, p.Package, tests(p.report.counted), trace.Some(p.done, "seed"), in, covered)
		p.report.end(action, took)
		return
	}
	n := p.groups.Seeds()
	p.report.say("FAIL  %s  %d of %s failed (%s) %s%s\n", p.Package, n, trace.Some(p.done, "seed"), share(n, p.done), in, covered)
	for _, g := range p.groups {
		p.report.say("      %s\n", title(g.Failure))
		p.report.say("      %s of seeds, %s: %s\n", share(len(g.Seeds), p.done), trace.Some(len(g.Seeds), "seed"), listed(g.Seeds))
		if g.Differs {
			p.report.say("      seed %d run again %s: these tests depend on more than their seed\n", g.First.Seed, differently(g))
		}
		p.report.say("      again: %s\n", p.command(g.First.Seed, ""))
	}
	p.report.end("fail", took)
}

// differently says how a group's first seed fared when it was run again.
func differently(g *trials.Group) string {
	if !g.Again.Failed {
		return "passes"
	}
	return "fails otherwise: " + reason(trials.FailureOf(g.Again))
}

// command is the command line that runs a seed again.
func (p *packageRun) command(seed uint64, choices string) string {
	if choices != "" {
		choices = " --choices " + choices
	}
	flags, args, found := strings.Cut(p.again, " -args ")
	if found {
		args = " -args " + args
	}
	return fmt.Sprintf("%s test --seeds %d%s%s %s%s", self(), seed, choices, flags, p.Package, args)
}

// title names the tests that failed, and why.
func title(f trials.Failure) string {
	if len(f.Tests) == 0 {
		return reason(f)
	}
	const most = 5
	names := strings.Join(f.Tests[:min(len(f.Tests), most)], ", ")
	if more := len(f.Tests) - most; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return names + ": " + reason(f)
}

func reason(f trials.Failure) string {
	const most = 200
	r := f.Reason
	if r == "" {
		return "it says nothing that is known"
	}
	if len(r) > most {
		r = strings.ToValidUTF8(r[:most], "") + " …"
	}
	return r
}

// rounded is a duration in as many digits as are of interest.
func rounded(d time.Duration) string {
	if d < 100*time.Millisecond {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// share is a share in per cent.
func share(n, of int) string {
	percent := 100 * float64(n) / float64(of)
	if percent >= 10 || percent == float64(int(percent)) {
		return fmt.Sprintf("%.0f %%", percent)
	}
	return fmt.Sprintf("%.1f %%", percent)
}

// tests says how many tests ran.
func tests(n toolchain.Tally) string {
	text := trace.Some(n.Ran, "test")
	if n.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", n.Skipped)
	}
	return text
}

// shortened is output of bearable length: its first and last lines.
func shortened(text string) string {
	const head, tail = 200, 60
	lines := strings.Split(text, "\n")
	if len(lines) <= head+tail {
		return text
	}
	left := fmt.Sprintf("[%d lines left out; -v prints all]", len(lines)-head-tail)
	return strings.Join(slices.Concat(lines[:head], []string{left}, lines[len(lines)-tail:]), "\n")
}

// indent sets text apart.
func indent(text string) string {
	return "      " + strings.ReplaceAll(text, "\n", "\n      ")
}

// writeProfile writes what was covered by all packages.
func (t *testRun) writeProfile() error {
	if t.coverFile == "" {
		return nil
	}
	text := t.profile.Text()
	if text == nil {
		text = []byte("mode: set\n")
	}
	if err := os.WriteFile(t.coverFile, text, 0o644); err != nil {
		return fmt.Errorf("writing the coverage profile: %w", err)
	}
	return nil
}
