package netsim

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"testing/synctest"
	"time"

	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// RunOptions are about how a run is watched. None of them is meant to
// change the run.
type RunOptions struct {
	// Trace is where the events go, in their wire form; nil for nowhere.
	Trace io.Writer
	// Flush writes every event out as it happens, so that nothing is lost if
	// the program dies. Otherwise they are gathered.
	Flush bool
	// HeapMin is how many bytes the heap may hold before the World collects
	// garbage; 0 means a sensible value. It can change the run of a program that
	// looks at addresses, as ranging over a map of more than eight pointers does:
	// what is collected decides where things lie.
	HeapMin uint64
	// Profile is a directory to write a profile of the processor's time to; "" for
	// none.
	Profile string
}

const (
	// collectEvery is how much virtual time lies between two looks at the heap.
	collectEvery = 250 * time.Millisecond
	heapMin      = 16 << 20
	// stopMax is how long programs have to end when they are asked to: longer than
	// any time-out of a connection between them that a plan may set. stopStep is how
	// long lies between two looks.
	stopMax     = 30 * time.Second
	stopStep    = time.Millisecond
	gatherMax   = 64 << 10
	gatherSlack = 16 << 10 // for the event that goes beyond gatherMax
)

// StatusRefused is the exit status of a world program that does not run what it was
// asked to; why is on standard error.
const StatusRefused = 64

// StatusOutside is the exit status of a world program of which a machine's program has
// reached around its env.Env; what it did, and where, is on standard error.
const StatusOutside = 65

// Refuse ends a world program with StatusRefused.
func Refuse(why error) { quit(StatusRefused, why) }

// quit ends a world program with a status and a reason on standard error.
func quit(status int, why error) {
	setMachine(0)
	fmt.Fprintln(os.Stderr, why)
	os.Exit(status)
}

// RunAndExit runs the plan and ends the process: with status 0 if the run
// reached its end. It is for the main function of a world program, which does
// nothing else: the run must be all that happens in its process, and ends with
// os.Exit because goroutines of crashed machines may be left behind.
func RunAndExit(p plan.Plan, program Program, o RunOptions) {
	// The collector runs when the World says so, whatever GOGC and GOMEMLIMIT
	// say, and nothing samples allocations.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(math.MaxInt64)
	runtime.MemProfileRate = 0
	if f, ok := o.Trace.(*os.File); ok {
		// A program that prints holds the lock of os.Stdout when its lines reach the World.
		o.Trace = os.NewFile(f.Fd(), f.Name())
	}
	profiled, err := profile(o.Profile)
	if err != nil {
		Refuse(fmt.Errorf("profile: %w", err))
	}
	time.Local = time.UTC // whatever the computer's zone is
	startStreams(p.Seed, p.Shuffle)
	// Package testing is the one door into a synctest bubble. Its own flags
	// and words are kept out of the way.
	os.Args = os.Args[:1]
	all := func(string, string) (bool, error) { return true, nil }
	run := func(t *testing.T) {
		synctest.Test(t, func(*testing.T) {
			run(p, program, o)
			profiled()
			os.Exit(0)
		})
	}
	testing.Main(all, []testing.InternalTest{{Name: "run", F: run}}, nil, nil)
}

// Deterministic reports whether this program was built by package toolchain, so
// that its runs repeat.
func Deterministic() bool { return deterministic }

func run(p plan.Plan, program Program, o RunOptions) {
	// As large from the beginning as it may become, so that where things lie in
	// memory does not depend on when it is flushed.
	out := &gatherer{to: o.Trace, enc: trace.NewEncoder(), buf: make([]byte, 0, gatherMax+gatherSlack)}
	if o.Flush {
		out.max = 0
	} else {
		out.max = gatherMax
	}
	var sink func(*trace.Event)
	if o.Trace != nil {
		sink = out.add
	}
	w := NewWorld(p, program, sink)
	w.refuse = Refuse
	if o.Trace != nil {
		w.prints = out.print
	}
	w.watchPrograms()
	w.Boot()
	heap := newHeap(o.HeapMin)
	for at := collectEvery; at < p.Length; at += collectEvery {
		time.Sleep(collectEvery)
		// Everyone waits for something: it is the same moment in every run,
		// and there is nobody whom collecting could disturb.
		synctest.Wait()
		heap.look()
	}
	time.Sleep(p.Length - time.Duration(w.now()))
	synctest.Wait()
	w.AskToStop()
	synctest.Wait()
	for asked := w.now(); !w.Stopped() && w.now().Sub(asked) < stopMax; {
		time.Sleep(stopStep)
		synctest.Wait()
		heap.look()
	}
	w.End()
	out.flush()
}

// gatherer encodes events and writes them out in large pieces.
type gatherer struct {
	to  io.Writer
	enc *trace.Encoder
	buf []byte
	max int
}

func (g *gatherer) add(e *trace.Event) {
	g.buf = g.enc.Append(g.buf, e)
	if len(g.buf) > g.max {
		g.flush()
	}
}

func (g *gatherer) print(p *trace.Print) {
	g.buf = trace.AppendPrint(g.buf, p)
	if len(g.buf) > g.max {
		g.flush()
	}
}

// flush writes out what was gathered. A reader that is gone ends the run: there
// is nobody left to run for.
func (g *gatherer) flush() {
	if len(g.buf) == 0 {
		return
	}
	defer setMachine(setMachine(0)) // it may be a machine's goroutine, and this is no print of its
	if _, err := g.to.Write(g.buf); err != nil {
		os.Exit(1)
	}
	g.buf = g.buf[:0]
}

// heap decides when to collect garbage: when it is above its least size and has
// doubled since.
type heap struct {
	min, live uint64
	sample    []metrics.Sample
}

func newHeap(least uint64) *heap {
	if least == 0 {
		least = heapMin
	}
	return &heap{min: least, sample: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}}
}

func (h *heap) size() uint64 {
	metrics.Read(h.sample)
	return h.sample[0].Value.Uint64()
}

func (h *heap) look() {
	if h.size() <= max(h.min, 2*h.live) {
		return
	}
	runtime.GC()
	h.live = h.size()
}
