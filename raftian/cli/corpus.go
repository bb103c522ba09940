package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"raftian/netsim/trace"
	"raftian/raftian/campaign"
	"raftian/raftian/guest"
)

// corpusMost is how many seeds are kept that fail alike: of more there is nothing to learn,
// and each is a run that the next campaign begins with.
const corpusMost = 8

// corpusSeed is a seed that failed: a line of the file, in JSON.
type corpusSeed struct {
	Seed      uint64 `json:"seed"`
	Draw      string `json:"draw"` // how its plan was drawn; see drawWords
	Plan      string `json:"plan"` // digest of the plan, for a seed is another one after a change of the generator
	Judge     string `json:"judge"`
	Signature string `json:"signature"`
	Since     string `json:"since"`                  // the day on which it was first seen to fail
	Passes    string `json:"passes_since,omitempty"` // the day from which on it did not
}

// corpus is the file of --corpus for one guest. A nil corpus has no seeds and keeps none.
type corpus struct {
	file  string
	draw  string
	today string
	seeds []corpusSeed
	tried map[uint64]corpusSeed // as it was before, of those that have been run

	Sum corpusSum
}

// corpusSum is what came of a corpus, for `explore --json`.
type corpusSum struct {
	File    string   `json:"file"`
	Fail    []uint64 `json:"fail"`            // seeds of it that fail still, or again
	Pass    []uint64 `json:"pass"`            // and that do not
	Other   []uint64 `json:"other_plan"`      // of both, those that are another plan now than when they failed
	Untried int      `json:"not_tried"`       // seeds in the file, of campaigns with other flags
	Added   []uint64 `json:"added"`           // seeds
	Alike   int      `json:"alike,omitempty"` // seeds that failed like others of the corpus, and were not added
}

// drawWords says how plans are drawn, the same for the same plans.
func drawWords(o guest.Options) string {
	words := fmt.Sprintf("length %s, machines %s, faults %s, rate %g", o.Length, cmp.Or(strings.TrimPrefix(fmt.Sprint(o.Machines), "0"), "drawn"), o.Faults, o.Rate)
	if o.Bug != "" {
		words += ", bug " + o.Bug
	}
	return words
}

// openCorpus reads what failed before of the same guest. Its file need not be there.
func openCorpus(dir, guestName string, o guest.Options, now time.Time) (*corpus, error) {
	if dir == "" {
		return nil, nil
	}
	c := &corpus{file: filepath.Join(dir, url.PathEscape(guestName)+".jsonl"), draw: drawWords(o), today: now.UTC().Format(time.DateOnly), tried: map[uint64]corpusSeed{}}
	c.Sum = corpusSum{File: c.file, Fail: []uint64{}, Pass: []uint64{}, Other: []uint64{}, Added: []uint64{}}
	b, err := os.ReadFile(c.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		var s corpusSeed
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil || s.Draw == "" {
			return nil, fmt.Errorf("%s:%d: it is no line of a corpus: %s", c.file, n, brief(line))
		}
		// The same seed twice comes of merging two files.
		if k := slices.IndexFunc(c.seeds, func(o corpusSeed) bool { return o.Seed == s.Seed && o.Draw == s.Draw }); k >= 0 {
			c.seeds[k] = s
		} else {
			c.seeds = append(c.seeds, s)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", c.file, err)
	}
	c.Sum.Untried = len(c.seeds) - len(c.first())
	return c, nil
}

func brief(line string) string {
	if len(line) > 60 {
		return line[:60] + "…"
	}
	return line
}

// first are the seeds to begin with: those that failed with the same flags, the latest
// failures first, and those that pass by now last.
func (c *corpus) first() (seeds []uint64) {
	if c == nil {
		return nil
	}
	var all []corpusSeed
	for _, s := range c.seeds {
		if s.Draw == c.draw {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b corpusSeed) int {
		return cmp.Or(cmp.Compare(a.Passes, b.Passes), cmp.Compare(b.Since, a.Since), cmp.Compare(a.Seed, b.Seed))
	})
	for _, s := range all {
		seeds = append(seeds, s.Seed)
	}
	return seeds
}

// take notes what came of a run, and writes the file if that changes it.
func (c *corpus) take(m campaign.Made) error {
	if c == nil {
		return nil
	}
	k := slices.IndexFunc(c.seeds, func(s corpusSeed) bool { return s.Seed == m.Seed && s.Draw == c.draw })
	if k < 0 && m.Failure == nil {
		return nil
	}
	if k < 0 {
		return c.add(m)
	}
	s := &c.seeds[k]
	c.tried[m.Seed] = *s
	if s.Plan != m.Plan[:corpusDigits] {
		c.Sum.Other = append(c.Sum.Other, m.Seed)
	}
	before := *s
	if m.Failure == nil {
		c.Sum.Pass = append(c.Sum.Pass, m.Seed)
		s.Passes = cmp.Or(s.Passes, c.today)
	} else {
		c.Sum.Fail = append(c.Sum.Fail, m.Seed)
		s.Passes, s.Plan = "", m.Plan[:corpusDigits]
		s.Judge, s.Signature = howItFailed(m.Failure)
	}
	if *s == before {
		return nil
	}
	return c.write()
}

// corpusDigits is how much of a plan's digest is kept.
const corpusDigits = 16

// howItFailed is the first judge that failed a run, and in which way.
func howItFailed(f *campaign.Failure) (judge, signature string) {
	if len(f.Verdicts) == 0 {
		return "none", campaign.UnjudgedWords
	}
	return f.Verdicts[0].Judge, f.Verdicts[0].Signature
}

// add adds a seed, unless enough of its kind are there.
func (c *corpus) add(m campaign.Made) error {
	s := corpusSeed{Seed: m.Seed, Draw: c.draw, Plan: m.Plan[:corpusDigits], Since: c.today}
	s.Judge, s.Signature = howItFailed(m.Failure)
	alike := 0
	for _, o := range c.seeds {
		if o.Draw == s.Draw && o.Judge == s.Judge && o.Signature == s.Signature && o.Passes == "" {
			alike++
		}
	}
	if alike >= corpusMost {
		c.Sum.Alike++
		return nil
	}
	c.seeds = append(c.seeds, s)
	c.Sum.Added = append(c.Sum.Added, m.Seed)
	return c.write()
}

// write writes the file, sorted so that two of them merge line by line.
func (c *corpus) write() error {
	slices.SortFunc(c.seeds, func(a, b corpusSeed) int {
		return cmp.Or(cmp.Compare(a.Draw, b.Draw), cmp.Compare(a.Seed, b.Seed))
	})
	if err := os.MkdirAll(filepath.Dir(c.file), 0o755); err != nil {
		return err
	}
	return WriteFile(c.file, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, s := range c.seeds {
			if err := enc.Encode(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// print says what came of it.
func (c *corpus) print(w io.Writer) {
	if c == nil {
		return
	}
	s := &c.Sum
	slices.Sort(s.Fail)
	slices.Sort(s.Pass)
	slices.Sort(s.Other)
	slices.Sort(s.Added)
	fmt.Fprintf(w, "\ncorpus %s: ", c.file)
	switch tried := len(s.Fail) + len(s.Pass); {
	case tried == 0:
		fmt.Fprint(w, "no seed of it was tried")
	case len(s.Fail) == 1:
		fmt.Fprintf(w, "%s tried first, 1 of which still fails", trace.Some(tried, "seed"))
	default:
		fmt.Fprintf(w, "%s tried first, %d of which still fail", trace.Some(tried, "seed"), len(s.Fail))
	}
	if len(s.Fail) > 0 {
		fmt.Fprintf(w, " (%s)", listed(s.Fail))
	}
	fmt.Fprintf(w, "; %d added", len(s.Added))
	if s.Alike > 0 {
		fmt.Fprintf(w, ", and not %d more that failed like others of it", s.Alike)
	}
	fmt.Fprintln(w)
	for _, seed := range s.Pass {
		since := cmp.Or(c.tried[seed].Passes, c.today)
		fmt.Fprintf(w, "    seed %d, which failed from %s on, passes since %s\n", seed, c.tried[seed].Since, since)
	}
	if len(s.Other) > 0 {
		fmt.Fprintf(w, "    another plan than when it failed is now drawn from %s %s\n", plural(len(s.Other), "seed"), listed(s.Other))
	}
	if s.Untried > 0 {
		fmt.Fprintf(w, "    not tried: %s of campaigns with other flags than %s\n", trace.Some(s.Untried, "seed"), c.draw)
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return what
	}
	return what + "s"
}

// listed lists some numbers, and says how many there are if they are many.
func listed(list []uint64) string {
	const most = 20
	var words []string
	for _, n := range list[:min(len(list), most)] {
		words = append(words, fmt.Sprint(n))
	}
	if more := len(list) - most; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}
