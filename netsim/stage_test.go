package netsim_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"raftian/netsim"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// stage is a World whose machines do what the test has them do: their program
// only hands over its Env, and returns after a second if the setting "leave" names
// its machine, with an error if the setting "fail" does, or when it is asked to
// unless the setting "hang" names it. A test plays in virtual time, beside the machines.
//
// Calls on the Env of a machine that crashes end the goroutine that makes them,
// so they are made in goroutines of their own (see do), never by the test itself.
type stage struct {
	*testing.T
	world  *netsim.World
	begun  time.Time
	booted map[string]chan env.Env // each boot of each machine

	mu   sync.Mutex
	seen []trace.Event
}

// play runs act on a stage with machines n1, n2 and n3, delays of exactly one
// millisecond, and what the plan's lines say instead or besides.
func play(t *testing.T, lines string, act func(s *stage)) {
	t.Helper()
	text := "raftian plan 1\n"
	for _, usual := range []string{
		"guest stage", "machines n1 n2 n3", "length 1000s", "heal 999s",
		"net delay 1ms jitter 0s loss 0", "disk sync 1ms jitter 0s",
	} {
		if key, _, _ := strings.Cut(usual, " "); !strings.Contains("\n"+lines, "\n"+key+" ") {
			text += usual + "\n"
		}
	}
	p, err := plan.Parse(text + lines)
	if err != nil {
		t.Fatal(err)
	}
	playPlan(t, p, act)
}

func playPlan(t *testing.T, p plan.Plan, act func(s *stage)) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{T: t, begun: time.Now(), booted: map[string]chan env.Env{}}
		for _, name := range p.Machines {
			s.booted[name] = make(chan env.Env, 16)
		}
		s.world = netsim.NewWorld(p, s.program, s.see)
		s.world.Boot()
		defer s.world.Stop()
		act(s)
	})
}

func (s *stage) see(e *trace.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, *e)
}

// events are those there have been.
func (s *stage) events() []trace.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *stage) program(e env.Env) error {
	crashed := make(chan struct{})
	e.OnCrash(func() { close(crashed) })
	s.booted[e.ID()] <- e
	leave, fail := slices.Contains(e.Args(), "leave="+e.ID()), slices.Contains(e.Args(), "fail="+e.ID())
	var enough <-chan time.Time
	if leave || fail {
		enough = time.After(time.Second)
	}
	stopping := e.Stopping()
	if slices.Contains(e.Args(), "hang="+e.ID()) {
		stopping = nil
	}
	select {
	case <-crashed:
	case <-stopping:
	case <-enough:
		if fail {
			return errors.New("it had enough")
		}
	}
	return nil
}

// machine waits for the machine's next boot.
func (s *stage) machine(name string) env.Env { return <-s.booted[name] }

// until waits for an instant.
func (s *stage) until(at time.Duration) { time.Sleep(at - time.Since(s.begun)) }

// ended says how a goroutine ended.
type ended struct {
	at     time.Duration
	ghost  bool // at a call on a dead Env
	result string
}

// do has f called in a goroutine of its own. f returns what is worth knowing of
// its result.
func (s *stage) do(f func() string) <-chan ended {
	done := make(chan ended, 1)
	go func() {
		e := ended{ghost: true}
		defer func() {
			e.at = time.Since(s.begun)
			done <- e
		}()
		e.result = f()
		e.ghost = false
	}()
	return done
}

// wantEnd waits for a goroutine and checks how it ended, and when.
func (s *stage) wantEnd(done <-chan ended, want ended) {
	s.Helper()
	if got := <-done; got != want {
		s.Errorf("it ended with %+v; want %+v", got, want)
	}
}

// connect returns both ends of a connection from a to b, made in three delays.
func (s *stage) connect(a, b env.Env) (client, server net.Conn) {
	s.Helper()
	l, err := b.Listen(":7000")
	if err != nil {
		s.Fatal(err)
	}
	defer l.Close()
	if client, err = a.Dial(b.ID()+":7000", 0); err != nil {
		s.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		s.Fatal(err)
	}
	return client, server
}

// reading has a goroutine read size bytes.
func (s *stage) reading(c net.Conn, size int) <-chan ended {
	return s.do(func() string {
		n, err := io.ReadFull(c, make([]byte, size))
		return outcome(n, err)
	})
}

// outcome is what a call on a connection did, in few words.
func outcome(n int, err error) string {
	words := "ok"
	var timeout net.Error
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		words = "end"
	case errors.Is(err, syscall.ECONNRESET):
		words = "reset"
	case errors.Is(err, syscall.EPIPE):
		words = "broken pipe"
	case errors.Is(err, syscall.ECONNREFUSED):
		words = "refused"
	case errors.As(err, &timeout) && timeout.Timeout():
		words = "timeout"
	case err != nil:
		words = err.Error()
	}
	return fmt.Sprintf("%s after %d bytes", words, n)
}

// wantEvents checks the events of some kinds, each as show prints it.
func (s *stage) wantEvents(kinds string, want ...string) {
	s.Helper()
	var got []string
	for _, e := range s.events() {
		if strings.Contains(" "+kinds+" ", " "+e.Kind+" ") {
			got = append(got, show(e))
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		s.Errorf("the events of kinds %q are\n\t%s\nwant\n\t%s", kinds, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// show prints an event as "1.5s n1/1 deliver n2 conn 1 count 5 took 1ms: text",
// without what it lacks.
func show(e trace.Event) string {
	words := []string{time.Duration(e.At).String()}
	add := func(have bool, format string, args ...any) {
		if have {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(e.Machine != "", "%s/%d", e.Machine, e.Boot)
	add(true, "%s", e.Kind)
	add(e.Peer != "", "%s", e.Peer)
	add(e.Conn != 0, "%d", e.Conn)
	add(e.Count != 0, "count %d", e.Count)
	add(e.Took != 0, "took %v", e.Took)
	add(e.Text != "", "%s", e.Text)
	return strings.Join(words, " ")
}
