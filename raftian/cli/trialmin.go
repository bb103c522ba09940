package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
	"raftian/raftian/trials"
)

// minimizeGroup looks for the few choices that a group's first seed needs in order to
// fail, and prints them.
func (p *packageRun) minimizeGroup(ctx context.Context, g *trials.Group) error {
	seed := g.First.Seed
	if g.Differs {
		p.report.say("      seed %d is not minimized: its runs differ\n", seed)
		return nil
	}
	bar := NewBar(-1, fmt.Sprintf("minimizing seed %d of %s", seed, p.Package))
	began := time.Now()
	m := trials.Minimizing{
		Jobs: p.jobs,
		End:  began.Add(p.minTime),
		Fails: func(ctx context.Context, c toolchain.Choices) (bool, error) {
			defer bar.Add(1)
			t, err := p.Run(ctx, seed, p.obeying(g, c))
			return p.alike(g, t, err)
		},
		Tell: func(ctx context.Context, c toolchain.Choices) ([]toolchain.Choice, error) {
			t, told, err := p.Tell(ctx, seed, p.obeying(g, c))
			same, err := p.alike(g, t, err)
			if err == nil && !same {
				err = fmt.Errorf("seed %d of %s, told of its choices, does not fail as it did before", seed, p.Package)
			}
			return told, err
		},
	}
	found, err := m.Minimize(ctx)
	bar.Close()
	if err != nil {
		return err
	}
	p.report.say("      %s (%s in %s)\n", inShort(seed, found), trace.Some(found.Runs, "run"), rounded(time.Since(began)))
	for _, c := range found.Told {
		p.report.say("%s", indentLines(p.choiceWords(c)))
	}
	if len(found.NotYet) > 0 {
		p.report.say("      time was up before these were tried: %s; --minimize-time gives more\n", strings.Join(found.NotYet, ", "))
	}
	p.report.say("      again, with these choices alone: %s\n", p.command(seed, found.Choices.Words()))
	return nil
}

// obeying is the order to run a group's first seed with only some choices. What is covered
// is not asked for. A goroutine that spins until one that is held back has done something
// spins for ever, so the limit is short, unless the failure is that tests hang.
func (p *packageRun) obeying(g *trials.Group, c toolchain.Choices) toolchain.Order {
	o := p.seedOrder(g.First.Seed, "")
	o.Choices, o.Converter = c, ""
	if soon := 2*time.Second + 5*g.First.Took; !g.First.Hung && (o.Limit == 0 || o.Limit > soon) {
		o.Limit = soon
	}
	return o
}

// alike reports whether a run failed as a group's do.
func (p *packageRun) alike(g *trials.Group, t toolchain.Trial, err error) (bool, error) {
	if errors.Is(err, toolchain.ErrNoTests) {
		return false, nil
	}
	return err == nil && t.Failed && trials.FailureOf(t).Alike(g.Failure), err
}

// inShort says what was found.
func inShort(seed uint64, m trials.Minimal) string {
	const all = "all else first in, first out"
	switch {
	case m.From == 0 && len(m.Told) == 0:
		return fmt.Sprintf("minimized: seed %d fails without any choice of the scheduler, %s; what is left of it is math/rand, crypto/rand and the order of maps", seed, all)
	case len(m.Told) > 0 && m.Told[0].Kind == toolchain.KindHold:
		return fmt.Sprintf("minimized: instead of %s of seed %d, holding back %s makes it fail alike, %s", trace.Some(m.From, "choice"), seed, trace.Some(len(m.Told), "goroutine"), all)
	}
	return fmt.Sprintf("minimized: of %s of seed %d, it fails alike with %d, %s", trace.Some(m.From, "choice"), seed, len(m.Told), all)
}

// choiceWords tells of a choice, in lines.
func (p *packageRun) choiceWords(c toolchain.Choice) string {
	var b strings.Builder
	fmt.Fprintf(&b, "choice %d, %s into the bubble: ", c.Number, c.At)
	who, other := "", ""
	switch c.Kind {
	case toolchain.KindGoroutine:
		fmt.Fprintf(&b, "goroutine %d goes next, not %d, which has waited longest\n", c.Who.ID, c.Other.ID)
		who, other = "goes on", "would go on"
	case toolchain.KindHold:
		fmt.Fprintf(&b, "goroutine %d is held back; from here on it goes only when no other can. %d goes next\n", c.Who.ID, c.Other.ID)
		who, other = "would go on", "goes on"
	case toolchain.KindSelect:
		fmt.Fprintf(&b, "goroutine %d tries the cases of a select in another order than they are written\n", c.Who.ID)
		who = "selects"
	case toolchain.KindTimer:
		fmt.Fprintf(&b, "goroutine %d sets a timer that does not keep its turn among those of its instant\n", c.Who.ID)
		who = "sets it"
	}
	fmt.Fprintf(&b, "  %s\n", p.goroutineWords(c.Who, who))
	if other != "" {
		fmt.Fprintf(&b, "  %s\n", p.goroutineWords(c.Other, other))
	}
	return b.String()
}

// goroutineWords says where a goroutine is, and on another line where it was started.
func (p *packageRun) goroutineWords(g toolchain.Goroutine, does string) string {
	words := fmt.Sprintf("%d %s in %s", g.ID, does, p.placeWords(g.At))
	if len(g.Started) > 0 {
		words += "\n    started in " + p.placeWords(g.Started)
	}
	return words
}

// placeWords is the innermost place that is not in Go's library, and the call to the
// library that was made there; or the innermost place, if there is no other.
func (p *packageRun) placeWords(calls []toolchain.Place) string {
	if len(calls) == 0 {
		return "a place that is not known"
	}
	library := filepath.Join(p.Root, "src") + string(filepath.Separator)
	for k, at := range calls {
		if strings.HasPrefix(at.File, library) {
			continue
		}
		words := fmt.Sprintf("%s (%s:%d", shortName(at.Function), relative(at.File), at.Line)
		if k > 0 {
			words += " calls " + shortName(calls[k-1].Function)
		}
		return words + ")"
	}
	return shortName(calls[0].Function)
}

// shortName is a function's name without the directories of its package's path.
func shortName(function string) string {
	path, brackets, found := strings.Cut(function, "[")
	path = path[strings.LastIndex(path, "/")+1:]
	if found {
		path += "[" + brackets
	}
	return path
}

// indentLines sets whole lines apart.
func indentLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("        " + line)
	}
	return b.String()
}
