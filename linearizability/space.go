package linearizability

import (
	"cmp"
	"slices"

	"raftian/linearizability/history"
)

// space is a History as a walk goes through it: what happens, tick by tick, and
// the calls to find a place for.
//
// A call that has a return takes a slot while it is under way, so that which of
// them have their place fits into a few words, however long the History is. A
// call that never returns, an open one, may stand anywhere after its call or
// nowhere; open calls with the same input are a class, of which the one called
// first goes first. In an order where a later one stands before it they can
// change places: it was called even earlier, neither returned, and the state is
// the same. Those that come after different calls of their clients are in different
// classes (see touching.go).
type space struct {
	model   Model
	equal   func(a, b any) bool
	pieces  []piece
	ticks   []tick
	making  map[Need][]int // in a Cell, classes by what they make
	needing []int          // and those that need something
	slots   int            // how many calls with a return are under way at once
	classes []class
	aims    *aims // in a Cell that grows
	touches bool  // some pieces come after others
	groups  []int // how many calls stand in each group of a guided walk
}

// piece is a call to find a place for.
type piece struct {
	*call
	open  bool
	reads bool // and cannot change the state
	class int  // of an open call
	slot  int  // of one that returns
	until int  // the tick at which it returns
	needs Need // in a Cell
	after int  // a piece that has to have its place before; -1 if there is none
	group int  // in a guided walk, which calls stand together, from 1; 0 is anywhere
}

// class is the open calls of one input.
type class struct {
	input   string
	members []int // pieces, the one called first first
	expires int   // the tick after which it cannot matter any more; -1 if it never does
	makes   Need  // in a Cell
	needs   Need
	instead int // the class that makes the same whatever was there before; -1 if there is none
}

type tickKind uint8

const (
	called   tickKind = iota // a call that returns is made
	returned                 // and returns
	opened                   // an open call is made
	expired                  // a class cannot matter any more
)

// tick is a moment at which something changes for a walk.
type tick struct {
	kind tickKind
	of   int // a piece, or of expired a class
}

func newSpace(m Model, all []call) *space {
	s := &space{model: m, equal: m.same(), pieces: make([]piece, len(all))}
	type kind struct {
		input string
		after int
	}
	classOf := make(map[kind]int)
	for i := range all {
		p := &s.pieces[i]
		p.call, p.open = &all[i], all[i].isOpen()
		if m.Reads != nil {
			output := ""
			if p.answered {
				output = p.op.Output
			}
			p.reads = m.Reads(p.op.Input, output)
		}
	}
	s.findAfter(all)
	for _, e := range ends(all) {
		p := &s.pieces[e.call]
		switch {
		case !p.open && e.isReturn:
			p.until = len(s.ticks)
			s.ticks = append(s.ticks, tick{returned, e.call})
		case !p.open:
			s.ticks = append(s.ticks, tick{called, e.call})
		case !e.isReturn:
			k := kind{p.op.Input, p.after}
			c, known := classOf[k]
			if !known {
				c = len(s.classes)
				classOf[k] = c
				s.classes = append(s.classes, class{input: p.op.Input})
			}
			p.class = c
			s.classes[c].members = append(s.classes[c].members, e.call)
			s.ticks = append(s.ticks, tick{opened, e.call})
		}
	}
	s.expire()
	s.giveSlots()
	s.aim()
	return s
}

// findAfter says of each piece which one has to have its place before.
func (s *space) findAfter(all []call) {
	var place map[*history.Op]int
	for i := range all {
		s.pieces[i].after = -1
		if all[i].after == nil {
			continue
		}
		if place == nil {
			place = make(map[*history.Op]int)
			for k := range all {
				place[all[k].op] = k
			}
		}
		if k, is := place[all[i].after]; is {
			s.pieces[i].after, s.touches = k, true
		}
	}
}

// expire finds out until when each class can matter, leaves out those that never
// do, and puts in the ticks at which the others end.
func (s *space) expire() {
	s.findExpiry()
	ending := make(map[int][]int)
	for c := range s.classes {
		if at := s.classes[c].expires; at >= 0 {
			ending[at] = append(ending[at], c)
		}
	}
	ticks := make([]tick, 0, len(s.ticks)+len(ending))
	for at, t := range s.ticks {
		// A call after its class has expired is left out: nobody would notice it.
		if p := &s.pieces[t.of]; t.kind != opened || at < s.classes[p.class].expires {
			if t.kind == returned {
				p.until = len(ticks)
			}
			ticks = append(ticks, t)
		}
		for _, c := range ending[at] {
			ticks = append(ticks, tick{expired, c})
		}
	}
	s.ticks = ticks
}

func (s *space) giveSlots() {
	var free []int
	for _, t := range s.ticks {
		switch p := &s.pieces[t.of]; t.kind {
		case called:
			if len(free) == 0 {
				free = append(free, s.slots)
				s.slots++
			}
			p.slot = free[len(free)-1]
			free = free[:len(free)-1]
		case returned:
			free = append(free, p.slot)
		}
	}
}

// guide makes a walk keep the calls whose log index is known in its order. Those
// that saw one index are a group, in any order.
func (s *space) guide() {
	var known []int
	for i := range s.pieces {
		if p := &s.pieces[i]; !p.open && p.op.Index != 0 {
			known = append(known, i)
		}
	}
	same := func(a, b int) int {
		x, y := s.pieces[a].op, s.pieces[b].op
		return cmp.Or(cmp.Compare(x.Index, y.Index), compareFalseFirst(x.AppliedEvent == 0, y.AppliedEvent == 0))
	}
	slices.SortStableFunc(known, same)
	s.groups = []int{0}
	for k, i := range known {
		if k == 0 || same(known[k-1], i) != 0 {
			s.groups = append(s.groups, 0)
		}
		s.pieces[i].group = len(s.groups) - 1
		s.groups[len(s.groups)-1]++
	}
}

func compareFalseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
