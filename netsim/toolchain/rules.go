package toolchain

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
//   - race-scheduler: -race changes nothing. With it the runtime shuffles goroutines that
//     a processor's queue has no room for. (That sync.Pool drops every fourth item then is
//     drawn from rand, which is constant in a bubble.)
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
//   - choices: a test binary can be told which choices to draw, and to say what each was;
//     all others are first in, first out. Unless it is told so, all are drawn.
//   - choices-started: it can say where each goroutine was started.
//   - streams, map-order-link, crypto-rand-link: the streams, and how other packages
//     draw from them, in files of their own, which import what they need.
//
// The rest says to which machine a goroutine belongs, and has what its program prints
// and its system calls go to the World (machineRules).
//
// RULES.md says how to carry them to another Go, and what fails without each.
func Rules() []Rule { return append(chanceRules(), machineRules()...) }

func chanceRules() []Rule {
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
			Name: "bubble-rand-linknamed-64", File: "runtime/rand.go",
			Find: `func legacy_fastrand64() uint64 {
	return rand()
}
`,
			Replace: `func legacy_fastrand64() uint64 {
	return raftianRand()
}
`,
		},
		{
			Name: "map-order", File: "internal/runtime/maps/table.go",
			Find:    "\tit.entryOffset = rand()\n\tit.dirOffset = rand()\n",
			Replace: "\tit.entryOffset = raftianOrder()\n\tit.dirOffset = raftianOrder()\n",
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
			Replace: "t.rand = raftianRank(uint32(raftianNext(&raftian.choice)))",
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
			Name: "crypto-rand", File: "crypto/internal/sysrand/rand.go",
			Find:    "\tif firstUse.CompareAndSwap(false, true) {\n",
			Replace: "\tif raftianRead(b) {\n\t\treturn\n\t}\n\tif firstUse.CompareAndSwap(false, true) {\n",
		},
		{Name: "streams", File: "runtime/raftian.go", Replace: streams},
		{Name: "choices", File: "runtime/raftianchoices.go", Replace: choices},
		{
			Name: "choices-started", File: "runtime/proc.go",
			Find:    "\tnewg.goid = pp.goidcache\n",
			Replace: "\tnewg.goid = pp.goidcache\n\traftianStarted(newg.goid, callergp)\n",
		},
		{Name: "map-order-link", File: "internal/runtime/maps/raftian.go", Replace: mapOrder},
		{Name: "crypto-rand-link", File: "crypto/internal/sysrand/raftian.go", Replace: cryptoRand},
	}
}
