package invariant

import (
	"cmp"
	"slices"
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// configuration is who is in a cluster, by name, and the suffrage of each as
// KindConfig words it, in the singular: "voter", "nonvoter".
type configuration map[string]string

// parseConfiguration reads "n1 n2 voters, n3 nonvoters".
func parseConfiguration(text string) configuration {
	c := configuration{}
	for group := range strings.SplitSeq(text, ",") {
		words := strings.Fields(group)
		if len(words) == 0 {
			continue
		}
		last := len(words) - 1
		for _, name := range words[:last] {
			c[name] = strings.TrimSuffix(words[last], "s")
		}
	}
	return c
}

// voters are those who vote, by name.
func (c configuration) voters() (names []string) {
	for name, suffrage := range c {
		if suffrage == "voter" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// changed are those who are in one of two configurations only, or have another
// suffrage in it, by name.
func (c configuration) changed(d configuration) (names []string) {
	for name, suffrage := range c { //raftian:unordered they are sorted
		if d[name] != suffrage {
			names = append(names, name)
		}
	}
	for name := range d {
		if _, both := c[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// configurations are the entries with configurations in the logs of all machines,
// and what those say that were committed: what one says is known only then.
type configurations struct {
	logs termLogs
	said map[entryID]configuration
	held map[string][]entryID // of each machine, by index
	// vague is the last entry that a machine found in its log when it booted and had
	// not reported before, since the write failed or a crash came before its report:
	// it may be a configuration.
	vague map[string]uint64
}

func newConfigurations() configurations {
	return configurations{make(termLogs), make(map[entryID]configuration), make(map[string][]entryID), make(map[string]uint64)}
}

// take follows an event about a log, or a configuration.
func (c *configurations) take(e *trace.Event) {
	switch e.Kind {
	case trace.KindBoot:
		if e.Text == emptyDisk {
			delete(c.logs, e.Machine)
			delete(c.held, e.Machine)
		}
	case env.KindConfig:
		id := entryID{index: e.Index} // of a snapshot: which term it is of does not matter
		if term, is := c.logs.of(e.Machine).term(e.Index); is == present {
			id.term = term
		}
		c.said[id] = parseConfiguration(e.Text)
		c.hold(e.Machine, id)
	default:
		c.doubt(e)
		c.logs.take(e)
		if e.Kind == env.KindAppend && e.Text == "configuration" {
			c.hold(e.Machine, entryID{e.Index, e.Term})
		}
	}
}

// doubt follows which entries of a log are vague. It goes before the event is taken.
func (c *configurations) doubt(e *trace.Event) {
	switch e.Kind {
	case env.KindLog:
		last := e.Index + e.Count - 1
		if term, is := c.logs.of(e.Machine).term(last); e.Count > 0 && (is != present || term != e.Term) {
			c.vague[e.Machine] = last
		}
	case env.KindAppend: // in its place, or before it, so that it gave way
		if e.Index <= c.vague[e.Machine] {
			delete(c.vague, e.Machine)
		}
	case env.KindApply: // a configuration there would have been reported before
		if e.Index >= c.vague[e.Machine] {
			delete(c.vague, e.Machine)
		}
	}
}

// hold keeps that a machine has a configuration.
func (c *configurations) hold(machine string, id entryID) {
	list := c.held[machine]
	k, known := slices.BinarySearchFunc(list, id, func(a, b entryID) int {
		return cmp.Or(cmp.Compare(a.index, b.index), cmp.Compare(a.term, b.term))
	})
	if !known {
		c.held[machine] = slices.Insert(list, k, id)
	}
}

// since are the configurations that a machine's log holds from the last one up to
// index on, by index. It is unsure if the log may hold others.
func (c *configurations) since(machine string, index uint64) (ids []entryID, sure bool) {
	log := c.logs.of(machine)
	for _, r := range log.runs {
		if r.term == 0 {
			return nil, false
		}
	}
	if log.holds(c.vague[machine]) {
		return nil, false
	}
	kept := c.held[machine][:0]
	for _, id := range c.held[machine] {
		if term, is := log.term(id.index); is == veiled || is == present && (term == id.term || id.term == 0) {
			kept = append(kept, id)
		}
	}
	c.held[machine] = kept
	first := 0
	for k, id := range kept {
		if id.index <= index {
			first = k
		}
	}
	return kept[first:], len(kept) > 0
}
