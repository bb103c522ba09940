package toolchain

import (
	"fmt"
	"strings"
)

// Rule is one edit of a file of the Go distribution: Find must occur in it
// exactly once and becomes Replace. A rule that does not fit is never skipped:
// a run that looks deterministic but is not would be worse than none.
type Rule struct {
	Name    string // said when the rule does not fit
	File    string // below GOROOT/src
	Find    string
	Replace string
}

// RuleError says that a rule does not fit the user's Go.
type RuleError struct {
	Rule      string
	File      string
	GoVersion string
	Found     int // how often the text was found
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("runtime rule %q must match src/%s of %s exactly once, but matches %d times; this Go version is not supported",
		e.Rule, e.File, e.GoVersion, e.Found)
}

// apply edits one file's text by the rules for it.
func apply(rules []Rule, text, goVersion string) (string, error) {
	for _, r := range rules {
		if n := strings.Count(text, r.Find); n != 1 {
			return "", &RuleError{Rule: r.Name, File: r.File, GoVersion: goVersion, Found: n}
		}
		text = strings.Replace(text, r.Find, r.Replace, 1)
	}
	return text, nil
}

// Rules are the edits that make a run a function of its plan. They act on
// goroutines inside a testing/synctest bubble; outside, apart from the fixed
// bootstrap seed, the missing sysmon and crypto/rand, Go behaves as ever.
//
// What each is needed for:
//
//   - bootstrap-seed: hash keys, and everything drawn before the bubble exists,
//     are the same in every process.
//   - heap-base: the heap begins where it always did. A random place costs a draw
//     of that seed, except with -race, where hash keys would then be others.
//   - bubble-rand: what a program can see of chance — math/rand and the order in
//     which a map is walked — is drawn from the plan's stream. What it cannot
//     see, such as the seed of a map's hash, is constant: a collection empties
//     pools, and filling them anew makes maps, and if those drew from the stream
//     a collection would change the run.
//   - select-order, timer-ties: so do the two choices the language leaves open.
//     cheaprand itself stays as it is: it also serves caches and profiles, and
//     when it was seeded too, looking at a run changed it.
//   - select-timers: the timers of a select draw in the order in which its cases
//     are tried. The runtime has them do so in the order of their channels'
//     addresses, in which the collector has a hand.
//   - no-sysmon: nothing is preempted because wall-clock time went by.
//   - race-scheduler, race-pool: -race changes nothing.
//   - pick-runnable: which of the runnable goroutines goes next is drawn from a
//     stream of its own. First in, first out would be deterministic as well,
//     but would never explore the interleavings inside a machine.
//   - one-queue: who yields is put into the scheduler's global queue, which it
//     looks at when its own is empty and at every 61st switch. The collector
//     switches, too, and its goroutines queue there. Now both queues are one.
//   - mutex-idle: waiting for a mutex counts as idle. Otherwise a goroutine that
//     sleeps while it holds a lock another one wants stops time for ever.
//   - mutex-patience: how long a mutex was waited for is measured in the bubble's
//     time. After a millisecond its waiters go first; by the wall clock that would
//     depend on how busy the computer is.
//   - seed-from-environment: a test binary (see tests.go) is seeded by
//     RAFTIAN_SEED; a world program seeds itself.
//   - crypto-rand: keys and identifiers are drawn from the plan's stream.
func Rules() []Rule {
	return []Rule{
		{
			Name: "bootstrap-seed", File: "runtime/rand.go",
			Find:    "\tglobalRand.state.Init(*seed)\n",
			Replace: "\tfor i := range seed {\n\t\tseed[i] = byte(37*i + 11)\n\t}\n\tglobalRand.state.Init(*seed)\n",
		},
		{
			Name: "heap-base", File: "runtime/malloc.go",
			Find:    "randomizeHeapBase = goexperiment.RandomizedHeapBase64 &&",
			Replace: "randomizeHeapBase = false && goexperiment.RandomizedHeapBase64 &&",
		},
		{
			Name: "bubble-rand", File: "runtime/rand.go",
			Find:    "\tmp := getg().m\n\tc := &mp.chacha8\n",
			Replace: "\tmp := getg().m\n\tif mp.curg != nil && mp.curg.bubble != nil {\n\t\treturn raftianHidden\n\t}\n\tc := &mp.chacha8\n",
		},
		{
			Name: "bubble-rand-v1", File: "math/rand/rand.go",
			Find:    "//go:linkname runtime_rand runtime.rand\n",
			Replace: "//go:linkname runtime_rand runtime.raftianRand\n",
		},
		{
			Name: "bubble-rand-v2", File: "math/rand/v2/rand.go",
			Find:    "//go:linkname runtime_rand runtime.rand\n",
			Replace: "//go:linkname runtime_rand runtime.raftianRand\n",
		},
		{
			Name: "bubble-rand-tempfile", File: "os/tempfile.go",
			Find:    "//go:linkname runtime_rand runtime.rand\n",
			Replace: "//go:linkname runtime_rand runtime.raftianRand\n",
		},
		{
			Name: "bubble-rand-linknamed", File: "runtime/rand.go",
			Find: `func legacy_fastrand() uint32 {
	return uint32(rand())
}
`,
			Replace: `func legacy_fastrand() uint32 {
	return uint32(raftianRand())
}
`,
		},
		{
			Name: "bubble-rand-linknamed-n", File: "runtime/rand.go",
			Find: `func legacy_fastrandn(n uint32) uint32 {
	return randn(n)
}
`,
			Replace: `func legacy_fastrandn(n uint32) uint32 {
	return uint32((uint64(uint32(raftianRand())) * uint64(n)) >> 32)
}
`,
		},
		{
			Name: "streams", File: "runtime/rand.go",
			Find: `func legacy_fastrand64() uint64 {
	return rand()
}
`,
			Replace: `func legacy_fastrand64() uint64 {
	return raftianRand()
}
` + streams,
		},
		{
			Name: "map-order", File: "internal/runtime/maps/table.go",
			Find:    "\tit.entryOffset = rand()\n\tit.dirOffset = rand()\n",
			Replace: "\tit.entryOffset = raftianOrder()\n\tit.dirOffset = raftianOrder()\n",
		},
		{
			Name: "map-order-link", File: "internal/runtime/maps/runtime.go",
			Find:    "//go:linkname rand\nfunc rand() uint64\n",
			Replace: "//go:linkname rand\nfunc rand() uint64\n\n//go:linkname raftianOrder\nfunc raftianOrder() uint64\n",
		},
		{
			Name: "seed-from-environment", File: "runtime/proc.go",
			Find:    "\tgoenvs()\n",
			Replace: "\tgoenvs()\n\traftianFromEnvironment()\n",
		},
		{
			Name: "select-order", File: "runtime/select.go",
			Find:    "j := cheaprandn(uint32(norder + 1))",
			Replace: "j := raftianChoose(uint32(norder + 1))",
		},
		{
			Name: "select-timers", File: "runtime/select.go",
			Find:    "\n\t\tif c.timer != nil {\n\t\t\tblockTimerChan(c)\n\t\t}\n\t}\n",
			Replace: "\t}\n\tfor _, casei := range pollorder {\n\t\tif c := scases[casei].c; c.timer != nil {\n\t\t\tblockTimerChan(c)\n\t\t}\n\t}\n",
		},
		{
			Name: "timer-ties", File: "runtime/time.go",
			Find:    "t.rand = cheaprand()",
			Replace: "t.rand = uint32(raftianNext(&raftian.choice))",
		},
		{
			Name: "no-sysmon", File: "runtime/proc.go",
			Find:    `const haveSysmon = GOARCH != "wasm"`,
			Replace: "const haveSysmon = false",
		},
		{
			Name: "race-scheduler", File: "runtime/proc.go",
			Find:    "const randomizeScheduler = raceenabled",
			Replace: "const randomizeScheduler = false",
		},
		{
			Name: "pick-runnable", File: "runtime/proc.go",
			Find:    "\t\tgp := pp.runq[h%uint32(len(pp.runq))].ptr()\n\t\tif atomic.CasRel(&pp.runqhead, h, h+1) { // cas-release, commits consume\n\t\t\treturn gp, false\n",
			Replace: "\t\tif t-h > 1 && raftian.shuffle {\n\t\t\traftianPick(pp, h, t)\n\t\t}\n\t\tgp := pp.runq[h%uint32(len(pp.runq))].ptr()\n\t\tif atomic.CasRel(&pp.runqhead, h, h+1) { // cas-release, commits consume\n\t\t\treturn gp, false\n",
		},
		{
			Name: "one-queue", File: "runtime/proc.go",
			Find: `	if pp.schedtick%61 == 0 && !sched.runq.empty() {
		lock(&sched.lock)
		gp := globrunqget()
		unlock(&sched.lock)
		if gp != nil {
			return gp, false, false
		}
	}
`,
			Replace: `	if room := uint32(len(pp.runq)) - (pp.runqtail - pp.runqhead); room > 0 && !sched.runq.empty() {
		lock(&sched.lock)
		gp, q := globrunqgetbatch(int32(room))
		unlock(&sched.lock)
		if gp != nil {
			runqput(pp, gp, false)
			runqputbatch(pp, &q)
		}
	}
`,
		},
		{
			Name: "mutex-idle", File: "runtime/runtime2.go",
			Find:    "var isIdleInSynctest = [len(waitReasonStrings)]bool{\n",
			Replace: "var isIdleInSynctest = [len(waitReasonStrings)]bool{\n\twaitReasonSyncMutexLock:         true,\n\twaitReasonSyncRWMutexRLock:      true,\n\twaitReasonSyncRWMutexLock:       true,\n",
		},
		{
			Name: "mutex-patience", File: "runtime/sema.go",
			Find:    "func internal_sync_nanotime() int64 {\n",
			Replace: "func internal_sync_nanotime() int64 {\n\tif gp := getg(); gp.bubble != nil {\n\t\treturn gp.bubble.now\n\t}\n",
		},
		{
			Name: "race-pool", File: "sync/pool.go",
			Find:    "\t\tif runtime_randn(4) == 0 {\n",
			Replace: "\t\tif false && runtime_randn(4) == 0 {\n",
		},
		{
			Name: "crypto-rand", File: "crypto/internal/sysrand/rand.go",
			Find:    "\tif firstUse.CompareAndSwap(false, true) {\n",
			Replace: "\tif raftianRead(b) {\n\t\treturn\n\t}\n\tif firstUse.CompareAndSwap(false, true) {\n",
		},
		{
			Name: "crypto-rand-link", File: "crypto/internal/sysrand/rand.go",
			Find:    "//go:linkname fatal\nfunc fatal(string)\n",
			Replace: "//go:linkname fatal\nfunc fatal(string)\n\n// raftianRead is pushed via linkname from package runtime.\n//\n//go:linkname raftianRead\nfunc raftianRead([]byte) bool\n",
		},
	}
}

// streams is added to runtime/rand.go: the plan's streams and the draws from
// them. netsim.StartStreams sets them before the bubble exists.
//
// The generator of the small streams is wyrand, as cheaprand's; that of rand is
// the runtime's own ChaCha8. raftianPick looks only at goroutines of the bubble,
// so that those outside keep their places and cost no draw.
const streams = `
var raftian struct {
	rand    chacha8rand.State
	choice  uint64
	pick    uint64
	crypto  uint64
	shuffle bool
}

// raftianHidden stands for chance that no program can see.
const raftianHidden = 0x9e3779b97f4a7c15

// raftianRand is rand for what programs can see.
//
//go:linkname raftianRand
func raftianRand() uint64 {
	gp := getg()
	if gp.bubble == nil {
		return rand()
	}
	for {
		x, ok := raftian.rand.Next()
		if ok {
			return x
		}
		gp.m.locks++
		raftian.rand.Refill()
		gp.m.locks--
	}
}

//go:linkname raftian_mapOrder internal/runtime/maps.raftianOrder
func raftian_mapOrder() uint64 { return raftianRand() }

//go:linkname raftian_start raftian/netsim.startStreams
func raftian_start(seed uint64, shuffle bool) {
	s := seed
	raftian.rand.Init64([4]uint64{raftianNext(&s), raftianNext(&s), raftianNext(&s), raftianNext(&s)})
	raftian.choice = raftianNext(&s)
	raftian.pick = raftianNext(&s)
	raftian.crypto = raftianNext(&s)
	raftian.shuffle = shuffle
}

// raftianFromEnvironment seeds the streams for a program that cannot ask for it
// itself: a test binary.
func raftianFromEnvironment() {
	text := gogetenv("RAFTIAN_SEED")
	if text == "" {
		return
	}
	seed := uint64(0)
	for i := 0; i < len(text); i++ {
		seed = 10*seed + uint64(text[i]-'0')
	}
	raftian_start(seed, true)
}

//go:nosplit
func raftianNext(s *uint64) uint64 {
	*s += 0xa0761d6478bd642f
	hi, lo := math.Mul64(*s, *s^0xe7037ed1a0b428db)
	return hi ^ lo
}

func raftianChoose(n uint32) uint32 {
	if getg().bubble == nil {
		return cheaprandn(n)
	}
	return uint32((uint64(uint32(raftianNext(&raftian.choice))) * uint64(n)) >> 32)
}

func raftianPick(pp *p, h, t uint32) {
	const size = uint32(len(pp.runq))
	if pp.runq[h%size].ptr().bubble == nil {
		return
	}
	n := uint32(0)
	for i := h; i != t; i++ {
		if pp.runq[i%size].ptr().bubble != nil {
			n++
		}
	}
	if n < 2 {
		return
	}
	k := uint32(uint64(uint32(raftianNext(&raftian.pick))) * uint64(n) >> 32)
	for i := h; i != t; i++ {
		if pp.runq[i%size].ptr().bubble == nil {
			continue
		}
		if k == 0 {
			pp.runq[h%size], pp.runq[i%size] = pp.runq[i%size], pp.runq[h%size]
			return
		}
		k--
	}
}

//go:linkname raftian_read crypto/internal/sysrand.raftianRead
func raftian_read(b []byte) bool {
	for len(b) > 0 {
		v := raftianNext(&raftian.crypto)
		for i := 0; i < 8 && len(b) > 0; i++ {
			b[0] = byte(v >> (8 * i))
			b = b[1:]
		}
	}
	return true
}
`
