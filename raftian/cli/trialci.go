package cli

import (
	"errors"
	"fmt"
	"strings"

	"raftian/netsim/toolchain"
	"raftian/raftian/ci"
	"raftian/raftian/trials"
)

// note puts a seed's run into the file that --junit asks for, and a failure into its
// group. It returns the group if that is new.
func (p *packageRun) note(t toolchain.Trial) (fresh *trials.Group) {
	c := ci.Case{Class: p.Package, Name: fmt.Sprintf("seed %d", t.Seed), Took: t.Took}
	if t.Failed {
		fresh = p.groups.Add(t)
		f := trials.FailureOf(t)
		c.Failure = &ci.Why{Message: title(f), Type: strings.Join(f.Tests, " "), Text: t.Output + "\n\nagain: " + p.command(t.Seed, "")}
	}
	p.junit.add(p.suite, c)
	if fresh != nil {
		p.github.Error(fmt.Sprintf("%s: seed %d fails", p.Package, t.Seed), title(fresh.Failure)+"\nagain: "+p.command(t.Seed, ""))
	}
	return fresh
}

// notCompiled tells servers of tests that do not compile.
func (t *testRun) notCompiled(pkg string, said *toolchain.GoError) {
	const words = "the tests do not compile"
	t.junit.add(t.junit.suite(pkg), ci.Case{Class: pkg, Name: "build", Error: &ci.Why{Message: words, Text: said.Said}})
	t.github.Error(pkg+": "+words, said.Said)
	t.table.Rows = append(t.table.Rows, []string{ci.Code(pkg), "", "do not compile", ""})
}

// tellServers puts a package into the summary of a step on GitHub.
func (p *packageRun) tellServers() {
	n := p.groups.Seeds()
	p.table.Rows = append(p.table.Rows, []string{ci.Code(p.Package), fmt.Sprint(p.done), fmt.Sprint(n), share(n, p.done)})
	for _, g := range p.groups {
		words := fmt.Sprintf("- %s: %s of seeds, %s", ci.Plain(title(g.Failure)), share(len(g.Seeds), p.done), ci.Code(p.command(g.First.Seed, "")))
		if g.Differs {
			words += ", which does not fail alike each time"
		}
		p.testRun.told = append(p.testRun.told, words)
	}
}

// tell ends what servers are told. It returns the error with which the command ends.
func (t *testRun) tell(err error) error {
	t.github.Close()
	t.table.Head = []string{"package", "seeds", "failed", "share"}
	markdown := "### raftian test\n\n" + t.table.String() + "\n"
	if len(t.told) > 0 {
		markdown += strings.Join(t.told, "\n") + "\n\n"
	}
	if lost := t.github.Summary(markdown); lost != nil {
		err = errors.Join(err, Tool(lost))
	}
	return t.junit.end(err)
}
