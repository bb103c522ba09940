package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
	"raftian/raftian/defects"
	"raftian/raftian/guest"
)

// planFlags are the flags that say what to run.
type planFlags struct {
	given    func(flag string) bool // whether the user said it
	length   time.Duration
	machines int
	faults   string
	rate     float64
	bug      string
	known    excuses
	raft     string
	mend     string
	world    string
	program  string
	profile  string
	exclude  func() error // what the user said that cannot go together
}

func (f *planFlags) add(c *cobra.Command) {
	c.Flags().DurationVar(&f.length, "length", 30*time.Second, "virtual length of a run")
	c.Flags().IntVar(&f.machines, "machines", 0, "number of machines; without it 1 to 7, as the seed has it, or 5 if calm")
	c.Flags().StringVar(&f.faults, "faults", "all", "what goes wrong: a comma list of calm, network, crash, disk, membership, all;\n"+
		"unless calm, settings, links, disks and the pace of calls are drawn, too")
	c.Flags().Float64Var(&f.rate, "rate", 60, "calls per second, of all clients together; a few seeds have fewer unless calm")
	f.given = c.Flags().Changed
	c.Flags().StringVar(&f.bug, "bug", "", "plant a bug of the zoo; see bugs")
	c.Flags().BoolVar(&f.known.excuse, "excuse", false, "with --bug: tell known findings apart, as without a bug")
	c.Flags().StringVar(&f.raft, "raft", "", "another hashicorp/raft: a version, or a directory that holds one")
	c.Flags().StringVar(&f.mend, "mend", "", "mend findings in hashicorp/raft: a comma list of their names, or all; no failure is excused by a mended one")
	c.Flags().StringVar(&f.world, "world", campaign.GameWorld, "package of the world program: what runs on the machines")
	c.Flags().StringVar(&f.program, "program", "", programUse)
	f.exclude = func() error { return excludeProgram(c) }
	c.Flags().StringVar(&f.profile, "profile", "", "directory for a profile of each run's processor time, which go tool pprof reads")
}

// options checks the flags.
func (f *planFlags) options() (guest.Options, error) {
	if err := f.exclude(); err != nil {
		return guest.Options{}, err
	}
	if err := bugToBe(f.bug); err != nil {
		return guest.Options{}, Usage(err)
	}
	if err := raftToBe(f.raft); err != nil {
		return guest.Options{}, Usage(err)
	}
	if _, err := defects.Mends(f.mend); err != nil {
		return guest.Options{}, Usage(fmt.Errorf("--mend: %w", err))
	}
	if f.known.excuse && f.bug == "" {
		return guest.Options{}, Usage(errors.New("--excuse has a meaning with --bug alone: without it, known findings are told apart anyway"))
	}
	if err := f.known.load(); err != nil {
		return guest.Options{}, err
	}
	faults, err := plan.ParseFaults(f.faults)
	if err != nil {
		return guest.Options{}, Usage(err)
	}
	o := guest.Options{Machines: f.machines, Length: f.length, Faults: faults, Rate: f.rate, Bug: f.bug}
	// Zero stands for the default there, but is a mistake here.
	for _, number := range []struct {
		flag string
		none bool
	}{{"machines", f.machines < 1}, {"length", f.length <= 0}, {"rate", f.rate <= 0}} {
		if number.none && f.given(number.flag) {
			return guest.Options{}, Usage(fmt.Errorf("--%s must be more than nothing", number.flag))
		}
	}
	// Drawing a plan checks them, before anything is built.
	if _, err := plan.Generate(0, plan.Options{Guest: "any", Machines: f.machines, Length: f.length, Rate: f.rate}); err != nil {
		return guest.Options{}, Usage(err)
	}
	return o, nil
}

// build builds the program that the flags name.
func (f *planFlags) build(ctx context.Context) (*campaign.Program, error) {
	if f.profile != "" {
		if err := DirectoryToBe("--profile", f.profile); err != nil {
			return nil, Usage(err)
		}
	}
	var p *campaign.Program
	var err error
	if f.program != "" {
		p, err = openProgram(ctx, f.program)
	} else {
		p, err = build(ctx, f.world, f.raft, f.mend)
	}
	if err != nil || f.profile == "" {
		return p, err
	}
	if p.Profile, err = filepath.Abs(f.profile); err == nil {
		err = os.MkdirAll(p.Profile, 0o755)
	}
	if err != nil {
		return nil, Tool(err)
	}
	return p, nil
}

// words are the flags that differ from their defaults, to be repeated in a
// command.
func (f *planFlags) words(c *cobra.Command) string {
	var b strings.Builder
	for _, name := range []string{"length", "machines", "faults", "rate", "bug", "raft", "mend", "world", "program"} {
		if flag := c.Flags().Lookup(name); flag != nil && flag.Changed {
			fmt.Fprintf(&b, " --%s %s", name, flag.Value)
		}
	}
	if f.known.excuse {
		b.WriteString(" --excuse")
	}
	if f.known.path != "" {
		b.WriteString(" --known " + f.known.path)
	}
	return b.String()
}

// build builds the world program of a package, with progress on a terminal.
func build(ctx context.Context, world, raft, mend string) (*campaign.Program, error) {
	return buildWith(ctx, world, raft, mend, campaign.Build)
}

// buildWith builds in the way of with.
func buildWith(ctx context.Context, world, raft, mend string, with func(context.Context, toolchain.Options) (*campaign.Program, error)) (*campaign.Program, error) {
	mends, err := mendsOf(mend)
	if err != nil {
		return nil, err
	}
	o := toolchain.Options{Package: world, Raft: raft, Mends: mends}
	var p *campaign.Program
	err = building(&o, "building the world program", func() (err error) {
		p, err = with(ctx, o)
		return err
	})
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if errors.Is(err, campaign.ErrNoWorld) {
		return nil, Usage(fmt.Errorf("--world %w", err))
	}
	if cannot := toolchain.MendError(nil); errors.As(err, &cannot) {
		return nil, Usage(fmt.Errorf("--mend: %w", err))
	}
	if unfit := toolchain.UnfitError(nil); err != nil && raft != "" && !errors.As(err, &unfit) {
		return nil, Usage(fmt.Errorf("--raft %s does not build: %s", raft, goWords(err)))
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, Tool(fmt.Errorf("%s; with --program a program is run that raftian build has written where there is Go", OneLine(err)))
	}
	if err != nil {
		return nil, Tool(errors.New(goWords(err)))
	}
	if p.Lacking != "" {
		fmt.Fprintf(os.Stderr, "raftian: the world program links %s, which go.mod does not require; for this build a version was chosen, and go get keeps it\n", p.Lacking)
	}
	for _, name := range strings.Split(mend, ",") {
		if mend != "" && mend != defects.AllMends && !slices.Contains(strings.Split(p.Mends, ","), name) {
			return nil, Usage(fmt.Errorf("--mend: %s changes nothing in hashicorp/raft %s", name, p.Raft))
		}
	}
	return p, nil
}

// goWords is what an error says, in one line: whole if it is of the go command, whose
// line ends with the command that repeats it.
func goWords(err error) string {
	if failed := (*toolchain.GoError)(nil); errors.As(err, &failed) {
		return err.Error()
	}
	return OneLine(err)
}

// building shows how far a build has come.
func building(o *toolchain.Options, words string, build func() error) error {
	bar := NewBar(-1, words)
	defer bar.Close()
	o.Progress = func(pkg string) {
		bar.Describe(words + ": " + pkg)
		bar.Add(1)
	}
	return build()
}

// errLive is why a recording of play is not run again.
var errLive = errors.New("the file records a live session of real nodes, which nothing can run again; replay, show, check and export read it")

// Again says with what a kept run is run again.
type Again struct {
	Raft    string // another hashicorp/raft than the file's, as --raft takes it; "" is the file's
	Program string // a program file; "" is to build what the run file names
}

// add adds the flags for it.
func (a *Again) add(c *cobra.Command) {
	c.Flags().StringVar(&a.Raft, "raft", "", "another hashicorp/raft than the file says: a version or a directory")
	a.AddProgram(c)
}

// AddProgram adds the flag for Program.
func (a *Again) AddProgram(c *cobra.Command) {
	c.Flags().StringVar(&a.Program, "program", "", programUse)
}

// Build returns the world program that a run file names: the one in the program file, or
// built with the raft that was asked for or else the file's.
func (a Again) Build(ctx context.Context, h trace.Header) (*campaign.Program, error) {
	if h.Live {
		return nil, Usage(errLive)
	}
	if a.Program != "" {
		return a.open(ctx, h)
	}
	raft := a.Raft
	if raft != "" {
		if err := raftToBe(raft); err != nil {
			return nil, Usage(err)
		}
	} else if raft = raftOfRun(h.Raft); raftToBe(raft) != nil && !toolchain.Asks(ctx, raft) {
		return nil, Usage(fmt.Errorf("the run was made with the hashicorp/raft in directory %s, which is not here; name another with --raft", raft))
	}
	return build(ctx, cmp.Or(h.World, campaign.GameWorld), raft, h.Mends)
}

// open returns the program in the program file, if it is of the run's world.
func (a Again) open(ctx context.Context, h trace.Header) (*campaign.Program, error) {
	if a.Raft != "" {
		return nil, Usage(errors.New("--raft has no meaning with --program, which is built already; give it to raftian build"))
	}
	p, err := openProgram(ctx, a.Program)
	if err != nil {
		return nil, err
	}
	if h.Guest != p.Guest {
		return nil, Usage(fmt.Errorf("--program %s runs guest %q, the run is of guest %q (%s)", a.Program, p.Guest, h.Guest, cmp.Or(h.World, campaign.GameWorld)))
	}
	return p, nil
}

// raftOfRun is the hashicorp/raft that a run's header names, as --raft takes it: some
// headers name the module before a version of it.
func raftOfRun(raft string) string {
	return strings.TrimPrefix(raft, "github.com/hashicorp/raft ")
}

// OneLine is what an error says, in one line of bearable length.
func OneLine(err error) string {
	const enough = 400
	words := strings.Join(strings.Fields(err.Error()), " ")
	if len(words) > enough {
		words = words[:enough] + " …"
	}
	return words
}

// raftToBe refuses what cannot be another hashicorp/raft, before anything is
// built: package toolchain takes a version, a directory with a go.mod, or another
// module and its version.
func raftToBe(raft string) error {
	if raft == "" || raft[0] == 'v' && len(raft) > 1 && '0' <= raft[1] && raft[1] <= '9' {
		return nil
	}
	if _, _, ok := toolchain.OtherModule(raft); ok {
		return nil
	}
	if _, err := os.Stat(filepath.Join(raft, "go.mod")); err != nil {
		return fmt.Errorf("--raft %s is neither a version such as v1.7.3 nor a directory that holds a go.mod", raft)
	}
	return nil
}

// printProgram says what is about to run.
func printProgram(w io.Writer, p *campaign.Program) {
	like := ""
	switch {
	case p.Raft == p.Like:
	case p.Like == "":
		like = " (like no release that was looked at, so no finding is known in it)"
	default:
		like = " (made from " + p.Like + ")"
	}
	fmt.Fprintf(w, "guest %s, hashicorp/raft %s%s%s, %s, program %.16s\n",
		p.Guest, orNone(p.Raft), like, mendedWith(p.Mends), p.GoVersion, p.Digest)
}

// mendedWith says which findings are mended.
func mendedWith(mends string) string {
	if mends == "" {
		return ""
	}
	if n := strings.Count(mends, ",") + 1; n == len(defects.All()) {
		return fmt.Sprintf(" with the mends of all %d findings", n)
	}
	return " with the mends of " + strings.ReplaceAll(mends, ",", ", ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
