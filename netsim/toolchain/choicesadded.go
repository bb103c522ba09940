package toolchain

// choices is added to package runtime. It numbers the choices that are drawn from the
// streams of choice and pick, from 1 on and over all bubbles of a process: which of
// several runnable goroutines goes next, where a case comes in the order in which a
// select tries them, and the rank of a timer among those of its instant. The variable
// RAFTIAN_CHOICES lists those that are obeyed: "*" for all, or numbers and ranges in
// ascending order, "3,7-9"; spaces after it are ignored. At others the draw is made, so
// that the draw of a number is the same whatever the list holds, but the first
// goroutine in the queue goes next, a select tries its cases as they are written, and
// timers of one instant fire in the order in which they were set.
//
// After "h" a choice of a goroutine that is obeyed is no draw: the first goroutine in the
// queue is held back, and from then on goes only when no other in the queue is not.
//
// After "!" each choice that is obeyed, and comes to something else than first in, first
// out, is told on standard error; see ParseChoice. What tells a choice allocates nothing,
// so that telling changes no address.
const choices = `package runtime

import "unsafe"

var raftianChoices struct {
	limited  bool   // not all are obeyed
	told     bool
	holds    bool
	list     string
	at       int    // in list, what is not read yet
	from, to uint64 // the range that was read last
	number   uint64 // of the latest choice
	timers   uint32
	held     [64]uint64 // goroutines
	nheld    int

	// tell is raftianTell. The compiler lets nothing that the scheduler calls by name
	// set pointers, as the panics do that slicing may end in; the collector, for whom
	// that is, is off in a test binary.
	tell func(kind string, gp, other *g)
}

func raftianLimit(list string) {
	c := &raftianChoices
	if len(list) > 0 && list[0] == '!' {
		c.told, c.tell = true, raftianTell
		list = list[1:]
	}
	if len(list) > 0 && list[0] == 'h' {
		c.holds = true
		list = list[1:]
	}
	c.limited = len(list) > 0 && list[0] != '*'
	c.list = list
	if c.told && !c.limited {
		c.limited, c.from, c.to = true, 1, ^uint64(0)
	}
}

// raftianObeyed counts a choice, and reports whether its draw is obeyed.
func raftianObeyed() bool {
	c := &raftianChoices
	if !c.limited {
		return true
	}
	c.number++
	for c.number > c.to && c.at < len(c.list) {
		c.from = raftianNumber()
		c.to = c.from
		if c.at < len(c.list) && c.list[c.at] == '-' {
			c.at++
			c.to = raftianNumber()
		}
		if c.at < len(c.list) && c.list[c.at] == ',' {
			c.at++
		} else {
			c.at = len(c.list)
		}
	}
	return c.from <= c.number && c.number <= c.to
}

func raftianNumber() (n uint64) {
	c := &raftianChoices
	for ; c.at < len(c.list) && '0' <= c.list[c.at] && c.list[c.at] <= '9'; c.at++ {
		n = 10*n + uint64(c.list[c.at]-'0')
	}
	return n
}

// raftianHold puts a goroutine that is not held back to the head of the queue, if there is
// one. If obeyed, the one that is there is held back before.
func raftianHold(pp *p, h, t uint32, obeyed bool) {
	const size = uint32(len(pp.runq))
	c := &raftianChoices
	head := pp.runq[h%size].ptr()
	fresh := obeyed && c.nheld < len(c.held) && !raftianHeld(head)
	if fresh {
		c.held[c.nheld] = head.goid
		c.nheld++
	}
	for i := h; i != t; i++ {
		gp := pp.runq[i%size].ptr()
		if gp.bubble == nil || raftianHeld(gp) {
			continue
		}
		if fresh && c.told {
			c.tell("hold", head, gp)
		}
		pp.runq[h%size], pp.runq[i%size] = pp.runq[i%size], pp.runq[h%size]
		return
	}
}

func raftianHeld(gp *g) bool {
	c := &raftianChoices
	for i := 0; i < c.nheld; i++ {
		if c.held[i] == gp.goid {
			return true
		}
	}
	return false
}

// raftianCase is the place of the last of n cases among those before it.
func raftianCase(drawn, n uint32) uint32 {
	if !raftianObeyed() {
		return n - 1
	}
	if raftianChoices.told && drawn != n-1 {
		raftianChoices.tell("select", getg(), nil)
	}
	return drawn
}

// raftianRank is what orders a timer among those of its instant.
func raftianRank(drawn uint32) uint32 {
	c := &raftianChoices
	if !c.limited {
		return drawn
	}
	c.timers++
	if !raftianObeyed() {
		return 1<<31 + c.timers
	}
	if c.told {
		c.tell("timer", getg(), nil)
	}
	return drawn
}

// raftianTold is one choice in words.
var raftianTold struct {
	text [8192]byte
	n    int
}

func raftianSay(s string) {
	raftianTold.n += copy(raftianTold.text[raftianTold.n:len(raftianTold.text)-1], s)
}

func raftianSayNumber(x uint64) {
	var digits [20]byte
	k := len(digits)
	for {
		k--
		digits[k] = byte('0' + x%10)
		x /= 10
		if x == 0 {
			break
		}
	}
	raftianSay(unsafe.String(&digits[k], len(digits)-k))
}

// raftianSayPlace is the function, file and line of a return address.
func raftianSayPlace(pc uintptr) {
	f := findfunc(pc)
	if !f.valid() {
		raftianSay("\x1f\x1f\x1f0")
		return
	}
	if pc > f.entry() {
		pc--
	}
	u, uf := newInlineUnwinder(f, pc)
	file, line := u.fileLine(uf)
	raftianSay("\x1f")
	raftianSay(u.srcFunc(uf).name())
	raftianSay("\x1f")
	raftianSay(file)
	raftianSay("\x1f")
	raftianSayNumber(uint64(line))
}

// raftianStarts has, where choices are told, for the latest goroutines the calls that
// ended in the go statement.
var raftianStarts [4096]struct {
	goid uint64
	pcs  [7]uintptr
}

// raftianStarted notes where a goroutine is started.
func raftianStarted(goid uint64, by *g) {
	if !raftianChoices.told || by.goid == 0 {
		return
	}
	s := &raftianStarts[goid%uint64(len(raftianStarts))]
	s.goid = goid
	for i := range s.pcs {
		s.pcs[i] = 0
	}
	gcallers(by, 0, s.pcs[:])
}

// raftianSayGoroutine is a goroutine's number, the places that started it, and, after
// another byte, those where it is; either from the innermost outward.
func raftianSayGoroutine(gp *g) {
	raftianSay("\x1e")
	raftianSayNumber(gp.goid)
	raftianSayPlace(gp.gopc)
	s := &raftianStarts[gp.goid%uint64(len(raftianStarts))]
	for _, pc := range s.pcs {
		if pc != 0 && s.goid == gp.goid {
			raftianSayPlace(pc)
		}
	}
	raftianSay("\x1d")
	var pcs [24]uintptr
	n := 0
	if gp == getg() {
		n = callers(0, pcs[:])
	} else {
		n = gcallers(gp, 0, pcs[:])
	}
	for _, pc := range pcs[:n] {
		raftianSayPlace(pc)
	}
}

func raftianTell(kind string, gp, other *g) {
	raftianTold.n = 0
	raftianSay("\x16raftian\x1f")
	raftianSay(kind)
	raftianSay("\x1f")
	raftianSayNumber(raftianChoices.number)
	raftianSay("\x1f")
	raftianSayNumber(uint64(gp.bubble.now))
	raftianSayGoroutine(gp)
	if other != nil {
		raftianSayGoroutine(other)
	}
	raftianTold.text[raftianTold.n] = '\n'
	write(2, unsafe.Pointer(&raftianTold.text[0]), int32(raftianTold.n+1))
}
`
