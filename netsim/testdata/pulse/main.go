// Command pulse is a world program for tests of the World itself: machines that
// call each other, write files, and leave to chance whatever Go leaves open —
// map order, select, timers of one instant, math/rand, crypto/rand, which
// goroutine goes first. If two runs of a plan agree here, little escaped.
package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"io"
	mathrand "math/rand/v2"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"raftian/netsim"
	"raftian/netsim/env"
	"raftian/netsim/plan"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		var p plan.Plan
		if p, err = plan.Parse(string(text)); err == nil {
			o := netsim.RunOptions{Trace: os.Stdout}
			for _, arg := range os.Args[1:] {
				switch key, value, _ := strings.Cut(arg, "="); key {
				case "flush":
					o.Flush = true
				case "stall":
					o.Flush, o.Trace = true, &stalling{to: os.Stdout}
				case "heap":
					n, _ := strconv.Atoi(value)
					o.HeapMin = uint64(n)
				}
			}
			netsim.RunAndExit(p, pulse, o)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

// stalling is a computer so busy that the program gets no turn for three
// milliseconds, at every twentieth event.
type stalling struct {
	to io.Writer
	n  int
}

func (s *stalling) Write(b []byte) (int, error) {
	if s.n++; s.n%20 == 0 {
		for until := wall() + 3e6; wall() < until; {
		}
	}
	return s.to.Write(b)
}

// wall is the wall clock's time in nanoseconds, which package time does not tell
// in a bubble.
func wall() int64 {
	var t syscall.Timeval
	syscall.Gettimeofday(&t)
	return t.Nano()
}

type beat struct {
	env   env.Env
	mu    sync.RWMutex
	seen  map[string]int
	ticks chan string
	waste [][]byte
	door  sync.Mutex // one at a time, and it is crowded
}

func pulse(e env.Env) error {
	b := &beat{env: e, seen: map[string]int{}, ticks: make(chan string)}
	e.OnCrash(func() {})
	l, err := e.Listen(e.ID() + ":7000")
	if err != nil {
		return err
	}
	go b.accept(l)
	for _, arg := range e.Args() {
		if peer, _, _ := strings.Cut(arg, "="); peer == "prints" {
			printAll()
		} else if peer != e.ID() && peer != "hang" && peer != "crowd" {
			go b.call(peer)
		}
	}
	id := make([]byte, 8)
	if _, err := rand.Read(id); err != nil {
		return err
	}
	e.Emit(env.Note{Kind: "id", Text: hex.EncodeToString(id)})
	slow, quick := time.NewTicker(10*time.Millisecond), time.NewTicker(5*time.Millisecond)
	for n := uint64(0); ; n++ {
		if n%100 == 50 { // a role, for faults that aim at those who have it
			e.Emit(env.Note{Kind: env.KindRole, Text: "leader", Term: n / 100})
		}
		select {
		case <-slow.C:
			b.note("slow", n)
		case <-quick.C:
			b.note("quick", n)
		case who := <-b.ticks:
			b.note(who, n)
		case <-e.Stopping():
			if slices.Contains(e.Args(), "hang="+e.ID()) {
				b.hang()
			}
			return nil
		}
		if err := b.save(n); err != nil {
			return err
		}
		if n%50 == 0 && slices.Contains(e.Args(), "crowd=") {
			b.crowd(n)
		}
	}
}

// crowd has more goroutines go on at one instant than the scheduler's queue of a
// processor holds, and tells in which order they did.
func (b *beat) crowd(n uint64) {
	const many = 600 // the queue holds 256
	var (
		all   sync.WaitGroup
		mu    sync.Mutex
		order = fnv.New64a()
		gate  = make(chan struct{})
	)
	for k := range many {
		all.Go(func() {
			<-gate
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintln(order, k)
		})
	}
	time.Sleep(time.Millisecond) // until all of them wait
	close(gate)
	all.Wait()
	b.env.Emit(env.Note{Kind: "crowd", Count: n, Hash: order.Sum64()})
}

// hang waits for what nobody sends.
func (b *beat) hang() { <-make(chan string) }

// note counts, and tells the first name that iterating over the counts yields.
// They are more than fit one group of a map's slots.
func (b *beat) note(who string, n uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen[who+strconv.FormatUint(n%8, 10)]++
	for first := range b.seen {
		b.env.Emit(env.Note{Kind: "beat", Peer: who, Count: n, Text: first, Hash: mathrand.Uint64()})
		break
	}
	// Garbage, so that the collector has something to do.
	b.waste = append(b.waste[max(0, len(b.waste)-8):], make([]byte, 64<<10))
}

func (b *beat) save(n uint64) error {
	f, err := b.env.FS().OpenFile("beats", os.O_CREATE|os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Fprintf(f, "%d\n", n)
	if n%8 == 0 {
		return f.Sync()
	}
	return nil
}

func (b *beat) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			io.Copy(c, c)
		}()
	}
}

func (b *beat) call(peer string) {
	for {
		c, err := b.env.Dial(peer+":7000", time.Second)
		if err != nil {
			b.env.Emit(env.Note{Kind: "no", Peer: peer, Text: err.Error()})
			time.Sleep(time.Duration(mathrand.IntN(50)+1) * time.Millisecond)
			continue
		}
		b.talk(c, peer)
		c.Close()
	}
}

// jostle goes through the door a few times, and has others wait there: who leaves
// it is quicker to come again than who waits, until that one has waited too long.
func (b *beat) jostle(who string) {
	for n := range uint64(5) {
		b.door.Lock()
		b.env.Emit(env.Note{Kind: "through", Peer: who, Count: n})
		time.Sleep(20 * time.Microsecond)
		runtime.Gosched()
		b.door.Unlock()
	}
}

// dawdle keeps others waiting for a lock, and lets others go first.
func (b *beat) dawdle() {
	b.mu.RLock()
	defer b.mu.RUnlock()
	time.Sleep(10 * time.Microsecond)
	runtime.Gosched()
}

func (b *beat) talk(c net.Conn, peer string) {
	buf := make([]byte, 4096)
	for {
		time.Sleep(time.Duration(mathrand.IntN(4)+1) * time.Millisecond)
		if c.SetDeadline(time.Now().Add(300*time.Millisecond)) != nil {
			return
		}
		n := mathrand.IntN(len(buf)) + 1
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
		if _, err := io.ReadFull(c, buf[:n]); err != nil {
			b.env.Emit(env.Note{Kind: "broken", Peer: peer, Text: err.Error()})
			return
		}
		b.dawdle()
		b.jostle(peer)
		select {
		case b.ticks <- peer:
		case <-time.After(time.Millisecond):
		}
	}
}
