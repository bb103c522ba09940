package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"raftian/netsim/trace"
	"raftian/raftian/campaign"
	"raftian/raftian/ci"
)

// teller tells what comes of a campaign: what fails at once, and all of it to a JUnit
// file, to GitHub and to a corpus.
//
// In the JUnit file a campaign is a suite and a seed a case, of the guest's class. A seed
// fails whose run does: the message is what the first judge said, the type that judge, the
// text all evidence, the file that the run is kept in, and the command that makes it again.
// A seed that met known failures alone is skipped, and the message names them: as servers
// show it, it is neither green nor red, and breaks nothing.
type teller struct {
	asJSON bool
	words  io.Writer // for a person; it leads nowhere if asJSON
	junit  junitFile
	dir    string // of the corpus; "" for none
	known  *excuses

	program *campaign.Program
	again   func(seed uint64) string // the command that makes a seed's run again
	bar     *Bar
	suite   *ci.Suite
	github  *ci.GitHub
	corpus  *corpus
	lost    error // the first that kept the corpus from being written
}

// flags are those of what is told elsewhere than on standard output.
func (t *teller) flags(c *cobra.Command) {
	t.junit.flag(c, "the campaign")
	c.Flags().StringVar(&t.dir, "corpus", "", "directory of seeds that failed: they are tried first, and new ones added, in a small file for each guest")
}

// check refuses paths of flags, before anything is built.
func (t *teller) check() error {
	if t.dir != "" {
		if err := DirectoryToBe("--corpus", t.dir); err != nil {
			return Usage(err)
		}
	}
	return t.junit.begin()
}

// begin is told what is to be run.
func (t *teller) begin(p *campaign.Program, o *campaign.Options, seeds string) error {
	var err error
	if t.corpus, err = openCorpus(t.dir, p.Guest, o.Draw, time.Now()); err != nil {
		return Usage(err)
	}
	o.First = t.corpus.first()
	if n := len(o.First); n > 0 {
		fmt.Fprintf(t.words, "corpus %s: %s first\n", t.corpus.file, trace.Some(n, "seed"))
	}
	t.program, t.github = p, onGitHub(t.asJSON)
	t.suite = t.junit.suite(p.Guest, ci.Property{Name: "seeds", Value: seeds}, ci.Property{Name: "plans", Value: drawWords(o.Draw)},
		ci.Property{Name: "raft", Value: orNone(p.Raft) + mendedWith(p.Mends)}, ci.Property{Name: "go", Value: p.GoVersion}, ci.Property{Name: "program", Value: p.Digest})
	return nil
}

// made tells of a run that is over.
func (t *teller) made(m campaign.Made) {
	t.bar.Add(1)
	if err := t.corpus.take(m); err != nil && t.lost == nil {
		t.lost = fmt.Errorf("--corpus: %w", err)
	}
	c := ci.Case{Class: t.program.Guest, Name: fmt.Sprintf("seed %d", m.Seed), Number: m.Seed, Took: m.Took}
	if len(m.Known) > 0 {
		c.Skipped = knownCase(m.Known)
		c.Out = fmt.Sprintf("known: %s\nkept in %s\n", strings.Join(m.Known, ", "), m.File)
	}
	if f := m.Failure; f != nil {
		c.Skipped = nil
		to := t.words
		if t.asJSON {
			to = os.Stderr
		}
		t.bar.Say(to, fmt.Sprintf("seed %d fails  %s; kept in %s", f.Seed, f.Headline(), f.File))
		judge, _ := howItFailed(f)
		c.Failure = &ci.Why{Message: f.Headline(), Type: judge, Text: t.evidence(*f)}
		t.github.Error(fmt.Sprintf("seed %d: %s", f.Seed, judge), fmt.Sprintf("%s\nkept in %s\nagain: %s", f.Headline(), f.File, t.again(f.Seed)))
	}
	t.junit.add(t.suite, c)
}

// knownCase says in a JUnit file that what fails is known.
func knownCase(names []string) *ci.Why {
	return &ci.Why{Message: "known: " + strings.Join(names, ", "), Type: "known"}
}

// evidence is all that there is to say of a failure.
func (t *teller) evidence(f campaign.Failure) string {
	var b strings.Builder
	f.Print(&b)
	fmt.Fprintf(&b, "    kept in %s; again: %s\n", f.File, t.again(f.Seed))
	return b.String()
}

// end tells what the campaign came to. An error is that this got lost.
func (t *teller) end(r *campaign.Report, seeds string) error {
	t.corpus.print(t.words)
	t.junit.cut = r.Interrupted
	for _, known := range metBy(r.Known) {
		t.github.Notice("known failure "+known.name, fmt.Sprintf("met by %s; see %s", seedWords(known.seeds), known.where))
	}
	t.github.Close()
	err := t.github.Summary(t.summary(r, seeds))
	if err != nil {
		err = Tool(err)
	}
	if t.lost != nil {
		err = Tool(errors.Join(t.lost, err))
	}
	return err
}

// met is a known failure and the seeds that met it.
type met struct {
	name, where string
	seeds       []uint64
}

// metBy sorts runs by the known failure that they met.
func metBy(runs []campaign.KnownRun) (all []met) {
	for _, r := range runs {
		k := slices.IndexFunc(all, func(m met) bool { return m.name == r.Finding })
		if k < 0 {
			k = len(all)
			all = append(all, met{name: r.Finding, where: r.Where})
		}
		all[k].seeds = append(all[k].seeds, r.Seed)
	}
	slices.SortFunc(all, func(a, b met) int { return strings.Compare(a.name, b.name) })
	return all
}

func seedWords(seeds []uint64) string { return plural(len(seeds), "seed") + " " + listed(seeds) }

// summaryRows is how many failures the step's summary tells of.
const summaryRows = 100

// summary is the campaign in Markdown.
func (t *teller) summary(r *campaign.Report, seeds string) string {
	var b strings.Builder
	p := t.program
	fmt.Fprintf(&b, "### raftian explore: %d of %s failed\n\n", len(r.Failures), trace.Some(r.Runs, "run"))
	fmt.Fprintf(&b, "guest %s, hashicorp/raft %s, %s; seeds %s; %s of virtual time in %s; digest %s\n\n", ci.Plain(p.Guest), ci.Plain(orNone(p.Raft)+mendedWith(p.Mends)),
		p.GoVersion, ci.Plain(seeds), r.Virtual.Round(time.Second), r.Wall.Round(time.Second), ci.Code(fmt.Sprintf("%.16s", r.Digest)))
	if r.Ended != "" {
		fmt.Fprintf(&b, "Ended: %s.\n\n", ci.Plain(r.Ended))
	}
	if r.Interrupted {
		b.WriteString("**Interrupted**: the seeds not yet run are not in these figures.\n\n")
	}
	if len(r.Failures) > 0 {
		table := ci.Table{Head: []string{"seed", "why", "kept in", "again"}}
		for _, f := range r.Failures[:min(len(r.Failures), summaryRows)] {
			table.Rows = append(table.Rows, []string{fmt.Sprint(f.Seed), ci.Plain(f.Headline()), ci.Code(f.File), ci.Code(t.again(f.Seed))})
		}
		fmt.Fprintln(&b, table)
		if more := len(r.Failures) - summaryRows; more > 0 {
			fmt.Fprintf(&b, "and %s.\n\n", trace.Some(more, "more seed"))
		}
	}
	if known := metBy(r.Known); len(known) > 0 {
		table := ci.Table{Head: []string{"known failure", "met by", "see"}}
		for _, k := range known {
			table.Rows = append(table.Rows, []string{ci.Plain(k.name), seedWords(k.seeds), ci.Code(k.where)})
		}
		fmt.Fprintln(&b, table)
	}
	if names := t.known.unmet(); len(names) > 0 {
		fmt.Fprintf(&b, "Of %s, not met: %s.\n\n", ci.Code(t.known.path), ci.Plain(strings.Join(names, ", ")))
	}
	table := ci.Table{Head: []string{"judge", "pass", "known", "fail", "inconclusive", "not run"}}
	for _, j := range r.Tallies {
		row := []string{ci.Plain(j.Judge)}
		for _, n := range []int{j.Pass, j.Known, j.Fail, j.Inconclusive, j.NotRun} {
			row = append(row, fmt.Sprint(n))
		}
		table.Rows = append(table.Rows, row)
	}
	fmt.Fprintf(&b, "<details><summary>judges</summary>\n\n%s\n</details>\n", table)
	return b.String()
}
