package desk

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"raftian/game/replay"
	"raftian/game/scene"
	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// Change is a plan that differs from a run's plan in one respect.
type Change struct {
	Words string
	Plan  plan.Plan
}

// forkTree holds the runs that resulted from changes to one run, each with its desk.
type forkTree struct {
	branches    []*branch
	current     int // index of the branch that is shown
	besideIndex int // branch that is shown beside it, if split
	split       bool
	allowed     bool // runs can be made
	requested   *Change
	saving      bool
}

type branch struct {
	desk   *Desk
	parent int    // index in branches; -1 for the first
	words  string // the change
	file   string // where the run is kept
	saved  string // its name, once saved
}

// changesMax is the number of changes offered, with a letter each.
const changesMax = 14

// Allow enables making runs with changes, which browsers cannot.
func (d *Desk) Allow() { d.forks.allowed = true }

// Asked returns the requested change, once.
func (d *Desk) Asked() (Change, bool) {
	c := d.forks.requested
	d.forks.requested = nil
	if c == nil {
		return Change{}, false
	}
	return *c, true
}

// Saving returns the file and the number of the run to save, once.
func (d *Desk) Saving() (file string, number int, asked bool) {
	if !d.forks.saving {
		return "", 0, false
	}
	d.forks.saving = false
	b := d.forks.branches[d.forks.current]
	return b.file, d.forks.current, b.file != ""
}

// Saved sets the name under which the current run was saved.
func (d *Desk) Saved(name string) {
	d.forks.branches[d.forks.current].saved = name
	d.Say("saved as " + name)
	d.openWhatIf()
}

// Now returns the desk to show.
func (d *Desk) Now() *Desk { return d.forks.branches[d.forks.current].desk }

// Fork adds a run that resulted from a change, shows it beside this one, and moves to
// the first event that differs. file is where the run is kept.
func (d *Desk) Fork(c Change, r *replay.Run, file string) {
	t := d.forks
	fork := Open(r, d.book, d.View.W, d.View.H)
	fork.forks = t
	parent := slices.IndexFunc(t.branches, func(b *branch) bool { return b.desk == d })
	t.branches = append(t.branches, &branch{desk: fork, parent: parent, words: c.Words, file: file})
	fork.View.Speed, fork.View.Heartbeats, fork.View.Ordinal = d.View.Speed, d.View.Heartbeats, d.View.Ordinal
	d.View.WhatIf = nil
	t.current, t.besideIndex, t.split = len(t.branches)-1, parent, true
	if n := t.compare(); n > 0 {
		fork.Cursor.SeekEvent(n)
		fork.show(d.View.From, d.View.To)
		fork.follow()
		fork.Say(fmt.Sprintf("the first difference is event %d; Tab goes to the other run, B shows one alone, F all of them", n))
	} else {
		fork.Say("the change made no difference")
	}
}

// compare finds the first event in which the two runs shown differ; 0 if they are
// equal.
func (t *forkTree) compare() int {
	here, there := t.branches[t.current], t.branches[t.besideIndex]
	n := replay.FirstDifference(there.desk.run, here.desk.run)
	was, now := eventText(there.desk.run, n), eventText(here.desk.run, n)
	here.desk.View.Difference = scene.Difference{Event: n, Was: was, Now: now, Change: here.words}
	there.desk.View.Difference = scene.Difference{Event: n, Was: now, Now: was, Change: there.words}
	return n
}

// beside returns the run shown beside this one, at the same instant; nil if there is
// none.
func (d *Desk) beside() *scene.BesideRun {
	t := d.forks
	if !t.split || len(t.branches) < 2 || t.besideIndex == t.current || t.branches[t.current].desk != d {
		return nil
	}
	o := t.branches[t.besideIndex]
	o.desk.Cursor.Seek(d.Cursor.At())
	return &scene.BesideRun{Scene: o.desk.scene, Cursor: o.desk.Cursor, View: &o.desk.View,
		Title: fmt.Sprintf("RUN %d: %s", t.besideIndex, o.words), MainTitle: fmt.Sprintf("RUN %d: %s", t.current, t.branches[t.current].words)}
}

// split shows two runs side by side, or only the current one.
func (d *Desk) split() {
	t := d.forks
	if len(t.branches) < 2 {
		d.Say("there is no other run; F makes one")
		return
	}
	t.split = !t.split
}

// eventText describes an event.
func eventText(r *replay.Run, n int) string {
	if n == 0 {
		return ""
	}
	if n > r.Events() {
		return "the run has ended"
	}
	e := r.Event(n)
	return fmt.Sprintf("%s %s %s", e.At, e.Machine, e.Words())
}

// switchTo shows another run of the tree at the same instant.
func (d *Desk) switchTo(to int) {
	t := d.forks
	to = (to + len(t.branches)) % len(t.branches)
	next := t.branches[to].desk
	if next == d {
		return
	}
	t.current, t.besideIndex = to, t.current
	t.compare()
	next.Resize(d.View.W, d.View.H, d.View.PixelRatio)
	next.Cursor.Seek(d.Cursor.At())
	next.show(d.View.From, d.View.To)
	next.View.Playing, next.View.Speed = d.View.Playing, d.View.Speed
	next.version++
	if d.View.WhatIf != nil {
		d.View.WhatIf = nil
		next.openWhatIf()
	}
	next.Say("run " + fmt.Sprint(t.current) + ": " + t.branches[t.current].words)
}

// openWhatIf opens the list of changes and runs.
func (d *Desk) openWhatIf() {
	w := &scene.WhatIf{At: d.Cursor.At(), Allowed: d.forks.allowed && !d.run.Header.Live, Live: d.run.Header.Live}
	for _, c := range d.changesOffered() {
		w.Choices = append(w.Choices, c.Words)
	}
	for i, b := range d.forks.branches {
		depth := 0
		for p := b.parent; p >= 0; p = d.forks.branches[p].parent {
			depth++
		}
		w.Branches = append(w.Branches, scene.Branch{Words: b.words, Depth: depth, Outcome: b.desk.run.Outcome(),
			Here: i == d.forks.current, Saved: b.saved})
	}
	d.View.WhatIf = w
}

// pressWhatIf handles keys while the list is open.
func (d *Desk) pressWhatIf(k Key) {
	switch {
	case k.Name == "esc" || k.Name == "f" && k.Shift:
		d.View.WhatIf = nil
	case k.Name == "tab":
		d.switchTo(d.forks.current + 1)
	case k.Name == "s" && k.Shift:
		d.forks.saving = true
	case len(k.Name) == 1 && k.Name[0] >= 'a' && k.Name[0] < 'a'+changesMax:
		d.requestRun(int(k.Name[0] - 'a'))
	}
}

// requestRun requests a run with one of the changes.
func (d *Desk) requestRun(i int) {
	all := d.changesOffered()
	if i >= len(all) || !d.forks.allowed || d.run.Header.Live {
		return
	}
	d.View.WhatIf, d.View.Playing = nil, false
	d.forks.requested = &all[i]
	d.Say("running the plan again " + all[i].Words)
}

// changesOffered returns the changes offered at this instant.
func (d *Desk) changesOffered() []Change {
	all := append(d.without(), d.with()...)
	all = slices.DeleteFunc(all, func(c Change) bool { return c.Plan.Validate() != nil })
	return all[:min(len(all), changesMax)]
}

// without returns changes that remove something: faults near this instant, and the
// inspected call.
func (d *Desk) without() []Change {
	var all []Change
	var near []int
	for _, k := range d.Cursor.State().Active {
		near = append(near, int(k))
	}
	next := sort.Search(len(d.run.Faults), func(i int) bool { return d.run.Faults[i].Event > d.Cursor.N() })
	for _, k := range []int{next - 1, next, next - 2} {
		if k >= 0 && k < len(d.run.Faults) && !slices.Contains(near, k) && len(near) < 5 {
			near = append(near, k)
		}
	}
	for _, k := range near {
		f := &d.run.Faults[k]
		if f.Number < 1 || f.Number > uint64(len(d.run.Plan.Faults)) {
			continue
		}
		p := d.run.Plan
		p.Faults = slices.Delete(slices.Clone(p.Faults), int(f.Number-1), int(f.Number))
		all = append(all, Change{fmt.Sprintf("without fault %d: %s", f.Number, f.Text), p})
	}
	if t := d.View.Chosen; t.Action == scene.Op && t.N < len(d.run.Ops) {
		op := &d.run.Ops[t.N]
		p := d.run.Plan
		p.Script = slices.DeleteFunc(slices.Clone(p.Script), func(s plan.Step) bool {
			return s.Client == op.Client && s.Seq == op.Seq
		})
		all = append(all, Change{fmt.Sprintf("without the call %s#%d: %s", op.Client, op.Seq, op.Input), p})
	}
	return all
}

// with returns changes that add something at this instant, on the inspected node or
// else the leader.
func (d *Desk) with() []Change {
	at, m := d.Cursor.At(), d.subject()
	name := d.run.Machines[m]
	var others []string
	for _, o := range d.run.Machines {
		if o != name {
			others = append(others, o)
		}
	}
	var all []Change
	add := func(f plan.Fault) {
		p := d.run.Plan
		f.At = at
		if at >= p.Heal {
			return
		}
		f.For = min(f.For, p.Heal.Sub(at))
		i := sort.Search(len(p.Faults), func(i int) bool { return p.Faults[i].At > at })
		p.Faults = slices.Insert(slices.Clone(p.Faults), i, f)
		all = append(all, Change{"with, from here: " + f.String(), p})
	}
	one, rest := []string{name}, others
	add(plan.Fault{Kind: plan.Power, Groups: [][]string{one}, For: 500 * time.Millisecond})
	add(plan.Fault{Kind: plan.Kill, Groups: [][]string{one}, For: 500 * time.Millisecond})
	if len(rest) > 0 {
		add(plan.Fault{Kind: plan.Partition, Groups: [][]string{one, rest}, For: time.Second})
		add(plan.Fault{Kind: plan.OneWay, Groups: [][]string{one, rest}, For: time.Second})
		add(plan.Fault{Kind: plan.OneWay, Groups: [][]string{rest, one}, For: time.Second})
		add(plan.Fault{Kind: plan.Lossy, Groups: [][]string{one, rest}, Net: plan.Net{Loss: 0.3}, For: time.Second})
	}
	add(plan.Fault{Kind: plan.StallDisk, Groups: [][]string{one}, For: time.Second})
	if d.run.HasGame() && len(rest) > 0 {
		p := d.run.Plan
		step := plan.Step{Machine: name, Call: env.Call{At: at, Client: "what-if", Seq: 1, Text: name + " attack " + rest[0]}}
		i := sort.Search(len(p.Script), func(i int) bool { return p.Script[i].At > at })
		p.Script = slices.Insert(slices.Clone(p.Script), i, step)
		all = append(all, Change{fmt.Sprintf("with a call on %s from here: %s", name, step.Text), p})
	}
	return all
}

// subject returns the machine that changes are about.
func (d *Desk) subject() int {
	if t := d.View.Chosen; t.Action == scene.Node && t.N < len(d.run.Machines) {
		return t.N
	}
	best := 0
	for i, n := range d.Cursor.State().Nodes {
		if b := d.Cursor.State().Nodes[best]; n.Status == replay.Leader && (b.Status != replay.Leader || n.Term > b.Term) {
			best = i
		}
	}
	return best
}
