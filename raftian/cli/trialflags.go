package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
)

// trialFlags are the flags of raftian test.
type trialFlags struct {
	seeds       string
	forTime     time.Duration // 0 is without an end
	failuresMax int           // 0 is any number
	endless     bool          // as many seeds as there is time for
	jobs        int
	failFast    bool
	choices     string
	minimize    bool
	minTime     time.Duration
	junit       junitFile

	match, skip, shuffle string
	short, verbose, json bool
	failfast, fullpath   bool
	count                int
	limit                time.Duration

	race, cover                    bool
	tags, mod, modfile             string
	ldflags, gcflags               string
	coverMode, coverPkg, coverFile string
	trimpath                       bool
}

func (f *trialFlags) add(c *cobra.Command) {
	p := c.Flags()
	p.SortFlags = false
	p.StringVar(&f.seeds, "seeds", "1-100", "seeds: 5, 1-100 or 1-3,9; from-time+100 are as many that nobody has tried, and are printed")
	p.DurationVar(&f.forTime, "for", 0, "try seeds of each package for so long, in real time; without --seeds from seed 1 on, or of from-time, as many as there are")
	p.IntVar(&f.failuresMax, "max-failures", 0, "try no more seeds of a package once so many have failed")
	p.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "processes at once")
	p.IntVar(&f.jobs, "p", runtime.NumCPU(), "the same, as of go test")
	p.BoolVar(&f.failFast, "fail-fast", false, "try no more seeds, and no more packages, once one has failed")
	p.BoolVar(&f.minimize, "minimize", false, "look for the few choices of the scheduler that a failure needs, and print them")
	p.DurationVar(&f.minTime, "minimize-time", time.Minute, "real time for that, for each group of failures")
	p.StringVar(&f.choices, "choices", "all", "obey only these choices of a seed, as --minimize prints them: 3,7-9, hold:12, none or all")
	f.junit.flag(c, "the tests")
	p.StringVar(&f.match, "run", "", "only tests that match this regular expression")
	p.StringVar(&f.skip, "skip", "", "no tests that match this regular expression")
	p.BoolVar(&f.short, "short", false, "have long tests shorten themselves")
	p.BoolVar(&f.verbose, "v", false, "print what the tests print: with the first seed, and with those that fail")
	p.BoolVar(&f.json, "json", false, "print events as of go test -json, each with its seed")
	p.IntVar(&f.count, "count", 1, "how often each seed runs the tests, in one process")
	p.BoolVar(&f.failfast, "failfast", false, "with a seed, begin no more tests once one has failed")
	p.StringVar(&f.shuffle, "shuffle", "off", "the order of tests: off, on, or the number of an order")
	p.DurationVar(&f.limit, "timeout", time.Minute, "real time for the tests of one package with one seed; 0 is none")
	p.BoolVar(&f.fullpath, "fullpath", false, "print full paths of files")
	p.BoolVar(&f.race, "race", false, "build with the race detector; needs a C compiler")
	p.StringVar(&f.tags, "tags", "", "build tags, separated by commas; without it those of GOFLAGS")
	p.BoolVar(&f.cover, "cover", false, "tell which share of the statements any seed covers")
	p.StringVar(&f.coverMode, "covermode", "", "set, count or atomic")
	p.StringVar(&f.coverPkg, "coverpkg", "", "packages to cover: patterns, separated by commas; without it the one that is tested")
	p.StringVar(&f.coverFile, "coverprofile", "", "file for a coverage profile of all seeds and packages")
	p.StringVar(&f.mod, "mod", "", "as of go build")
	p.StringVar(&f.modfile, "modfile", "", "as of go build")
	p.StringVar(&f.ldflags, "ldflags", "", "as of go build")
	p.StringVar(&f.gcflags, "gcflags", "", "as of go build")
	p.BoolVar(&f.trimpath, "trimpath", false, "as of go build")
}

// testRun checks the flags. rest are the arguments for the tests themselves.
func (f *trialFlags) testRun(c *cobra.Command, rest []string) (*testRun, error) {
	if c.Flags().Changed("for") && f.forTime <= 0 || c.Flags().Changed("max-failures") && f.failuresMax < 1 {
		return nil, Usage(errors.New("--for and --max-failures must be more than nothing"))
	}
	list, err := f.list(c.Flags().Changed("seeds"))
	if err != nil {
		return nil, Usage(err)
	}
	if err := f.check(len(list)); err != nil {
		return nil, Usage(err)
	}
	choices, err := toolchain.ParseChoices(f.choices)
	if err != nil {
		return nil, Usage(fmt.Errorf("--choices: %w", err))
	}
	t := &testRun{trialFlags: f, list: list, again: againFlags(c, rest), github: onGitHub(f.json)}
	t.order = toolchain.Order{Flags: f.binaryFlags(), Args: rest, Limit: f.limit, Choices: choices}
	if t.build, err = f.options(c); err != nil {
		return nil, err
	}
	if f.json {
		if t.order.Converter, err = toolchain.FindConverter(c.Context(), ""); err != nil {
			return nil, Tool(err)
		}
	}
	return t, nil
}

// list are the seeds. Those that hang on the time become numbers, which reports then have.
func (f *trialFlags) list(asked bool) ([]uint64, error) {
	const many = 1_000_000 // more than fit the time that --for gives
	seeds := f.seeds
	switch f.endless = f.forTime > 0 && (!asked || seeds == plan.FromTime); {
	case f.endless && asked:
		seeds = fmt.Sprintf("%s+%d", plan.FromTime, many)
	case f.endless:
		seeds = fmt.Sprintf("1-%d", many)
	}
	list, err := plan.ParseSeedsAt(seeds, time.Now())
	switch {
	case err != nil:
		return nil, err
	case f.endless:
		f.seeds = fmt.Sprintf("from %d", list[0])
	case strings.Contains(seeds, plan.FromTime):
		f.seeds = rangeWords(list)
	}
	return list, nil
}

// check refuses what has no meaning, before anything is built.
func (f *trialFlags) check(seeds int) error {
	if f.jobs < 1 || f.jobs > 1024 {
		return errors.New("--jobs must be from 1 to 1024")
	}
	if f.limit < 0 || f.minTime <= 0 || f.count < 1 {
		return errors.New("-timeout must not be less than nothing, --minimize-time and -count more than nothing")
	}
	for _, flag := range []struct{ name, value string }{{"-run", f.match}, {"-skip", f.skip}} {
		for part := range strings.SplitSeq(flag.value, "/") {
			if _, err := regexp.Compile(part); err != nil {
				return fmt.Errorf("%s: %w", flag.name, err)
			}
		}
	}
	if _, err := strconv.ParseInt(f.shuffle, 10, 64); err != nil && f.shuffle != "on" && f.shuffle != "off" {
		return fmt.Errorf("-shuffle %q is neither on, off nor a number", f.shuffle)
	}
	if !slices.Contains([]string{"", "set", "count", "atomic"}, f.coverMode) {
		return fmt.Errorf("-covermode %q is not set, count or atomic", f.coverMode)
	}
	if f.race && f.coverMode != "" && f.coverMode != "atomic" {
		return fmt.Errorf("-covermode must be atomic, not %s, when -race is given", f.coverMode)
	}
	if f.choices != "all" && seeds != 1 {
		return errors.New("--choices are of one seed: give that with --seeds")
	}
	if f.choices != "all" && f.minimize {
		return errors.New("--minimize looks for the choices, so --choices cannot be given with it")
	}
	if f.coverFile != "" {
		file, err := FileToBe("-coverprofile", f.coverFile)
		if err != nil {
			return err
		}
		f.coverFile = file
	}
	return nil
}

// binaryFlags are those that the test binary is given with every seed.
func (f *trialFlags) binaryFlags() []string {
	flags := []string{"-test.run=" + f.match, "-test.count=" + strconv.Itoa(f.count)}
	for _, flag := range []struct {
		given bool
		words string
	}{
		{f.skip != "", "-test.skip=" + f.skip},
		{f.short, "-test.short"},
		{f.failfast, "-test.failfast"},
		{f.fullpath, "-test.fullpath"},
		{f.verbose && !f.json, "-test.v"},
		{f.json, "-test.v=test2json"},
		{f.shuffle != "on" && f.shuffle != "off", "-test.shuffle=" + f.shuffle},
	} {
		if flag.given {
			flags = append(flags, flag.words)
		}
	}
	return flags
}

// covers says whether coverage is asked for, by whichever flag.
func (f *trialFlags) covers() bool {
	return f.cover || f.coverMode != "" || f.coverPkg != "" || f.coverFile != ""
}

// options are what the tests are built with.
func (f *trialFlags) options(c *cobra.Command) (o toolchain.Options, err error) {
	ctx := c.Context()
	inherited, err := toolchain.GoFlags(ctx, "")
	if err != nil {
		return o, Usage(err)
	}
	if _, given := inherited["overlay"]; given {
		return o, Usage(errors.New("GOFLAGS has -overlay, which raftian test needs for itself"))
	}
	for _, name := range []string{"cover", "covermode", "coverpkg", "coverprofile"} {
		if _, given := inherited[name]; given {
			return o, Usage(fmt.Errorf("GOFLAGS has -%s; give it to raftian test, which looks whether that can be covered", name))
		}
	}
	if race, given := inherited["race"]; given && race != "false" && !c.Flags().Changed("race") {
		f.race = true
	}
	o = toolchain.Options{Race: f.race, Tags: f.tags}
	if !c.Flags().Changed("tags") {
		o.Tags = inherited["tags"]
	}
	for _, flag := range []struct{ name, value string }{
		{"mod", f.mod}, {"modfile", f.modfile}, {"ldflags", f.ldflags}, {"gcflags", f.gcflags},
		{"covermode", f.coverMode}, {"coverpkg", f.coverPkg},
	} {
		if flag.value != "" {
			o.Flags = append(o.Flags, "-"+flag.name+"="+flag.value)
		}
	}
	if f.covers() {
		o.Flags = append(o.Flags, "-cover")
	}
	if f.trimpath {
		o.Flags = append(o.Flags, "-trimpath")
	}
	if f.race {
		if name, found, err := toolchain.Compiler(ctx, ""); err == nil && !found {
			return o, Usage(fmt.Errorf("-race needs a C compiler, and there is no %s on the PATH; CC names another", name))
		}
	}
	return o, nil
}

// againFlags are the flags and arguments that matter to a run, as they are typed: those
// that were given.
func againFlags(c *cobra.Command, rest []string) (words string) {
	for _, name := range []string{"run", "skip", "short", "v", "count", "failfast", "shuffle", "fullpath", "timeout", "race", "tags",
		"cover", "covermode", "coverpkg", "mod", "modfile", "ldflags", "gcflags", "trimpath"} {
		flag := c.Flags().Lookup(name)
		switch {
		case !flag.Changed:
		case flag.NoOptDefVal == "":
			words += " -" + name + " " + shellWord(flag.Value.String())
		case flag.Value.String() == "true":
			words += " -" + name
		default:
			words += " -" + name + "=" + flag.Value.String()
		}
	}
	for k, arg := range rest {
		if k == 0 {
			words += " -args"
		}
		words += " " + shellWord(arg)
	}
	return words
}

// shellWord is a word as a shell takes it.
func shellWord(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n'\"\\$`{}()*?[]|&;<>#~!^") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// notHere are flags of go test that raftian test does not have, and why.
func notHere() map[string]string {
	const (
		bench   = "benchmarks measure real time, and here there is another runtime and one thread; use go test"
		fuzz    = "fuzzing is go test's; here seeds are what varies"
		profile = "a profile of the edited runtime tells little of the stock one; use go test"
		build   = "put it into GOFLAGS"
	)
	return map[string]string{
		"cpu":      "there is one thread of Go code, so that runs repeat",
		"parallel": "one test runs at a time, so that runs repeat; --jobs is how many processes run at once",
		"bench":    bench, "benchtime": bench, "benchmem": bench,
		"fuzz": fuzz, "fuzztime": fuzz, "fuzzminimizetime": fuzz,
		"cpuprofile": profile, "memprofile": profile, "memprofilerate": profile, "blockprofile": profile, "blockprofilerate": profile,
		"mutexprofile": profile, "mutexprofilefraction": profile, "trace": profile, "outputdir": profile, "artifacts": profile,
		"list":    "go test -list lists tests",
		"vet":     "tests are not vetted here; go vet does that",
		"exec":    "tests are run as they are",
		"c":       "go test -c compiles tests, but for the stock runtime",
		"i":       "go install installs",
		"o":       "the test binary is kept in raftian's cache",
		"overlay": "raftian test needs -overlay for itself",
		"msan":    "only -race is here", "asan": "only -race is here",
		"C": "change the directory first",
		"a": build, "n": build, "x": build, "work": build, "pgo": build, "asmflags": build, "buildvcs": build, "compiler": build,
		"gccgoflags": build, "installsuffix": build, "linkshared": build, "modcacherw": build, "pkgdir": build, "toolexec": build, "buildmode": build,
	}
}

// wrongTestFlag says why a flag of go test is not here, or which one was meant.
func wrongTestFlag(c *cobra.Command, err error) error {
	if m := regexp.MustCompile(`^unknown (?:flag: --|shorthand flag: .* in -)([^\s=]+)`).FindStringSubmatch(err.Error()); m != nil {
		if why, ok := notHere()[strings.TrimPrefix(m[1], "test.")]; ok {
			return fmt.Errorf("raftian test has no -%s: %s", m[1], why)
		}
	}
	return wrongFlag(c, err)
}

// likeGoTest lets one dash stand for two in the flags of raftian test, as everyone writes
// them, and -args end them.
func likeGoTest(args []string) []string {
	if len(args) == 0 || args[0] != "test" {
		return args
	}
	flags := trialsCommand().Flags()
	out := slices.Clone(args)
	for k := 1; k < len(out); k++ {
		arg := out[k]
		if arg == "--" {
			break
		}
		if arg == "-args" || arg == "--args" {
			out[k] = "--"
			break
		}
		name := strings.TrimLeft(arg, "-")
		if name == arg || name == "" || name == "h" {
			continue
		}
		if !strings.HasPrefix(arg, "--") {
			out[k] = "-" + arg
		}
		name, _, whole := strings.Cut(name, "=")
		if flag := flags.Lookup(name); flag != nil && flag.NoOptDefVal == "" && !whole {
			k++ // its value, whatever that begins with
		}
	}
	return out
}

// relative is a path as it is seen from the present directory, if it is below that.
func relative(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rest, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rest) {
		return rest
	}
	return path
}
