package netsim_test

import (
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"raftian/netsim/trace"
)

// arrivals has bytes written one by one, each gap after the last, and returns how
// long each took.
func (s *stage) arrivals(from, to net.Conn, n int, gap time.Duration) (took []time.Duration) {
	s.Helper()
	for range n {
		took = append(took, s.oneByte(from, to))
		time.Sleep(gap)
	}
	return took
}

// A flapping link is cut and whole in turns, beginning with a cut.
func TestFlapComesAndGoes(t *testing.T) {
	play(t, "fault 1s flap n1 | n2 every 100ms for 450ms", func(s *stage) {
		near, far := s.connect(s.machine("n1"), s.machine("n2"))
		dropped := func(at time.Duration) bool {
			s.until(at)
			before := len(s.events())
			near.Write([]byte("x"))
			held := slices.ContainsFunc(s.events()[before:], func(e trace.Event) bool { return e.Kind == "hold" && e.Text == "cut" })
			far.Read(make([]byte, 1))
			return held
		}
		for _, c := range []struct {
			at   time.Duration
			want bool
		}{{950 * ms, false}, {1150 * ms, false}, {1350 * ms, false}, {1420 * ms, true}, {2 * time.Second, false}} {
			if got := dropped(c.at); got != c.want {
				s.Errorf("what is sent at %v is cut: %v; want %v", c.at, got, c.want)
			}
		}
		s.wantEvents("fault mend idle", "1s fault 1 flap n1 | n2 every 100ms for 450ms", "1.45s mend 1 flap")
	})
}

// Most delays of a heavy tail are near its least, some are many times that, none
// more than a hundred.
func TestHeavyDelaysHaveATail(t *testing.T) {
	play(t, "fault 1s heavy n1 - n2 delay 10ms for 900s", func(s *stage) {
		near, far := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(2 * time.Second)
		took := s.arrivals(near, far, 300, 2*time.Second)
		slices.Sort(took)
		// The median of a Pareto distribution is the least times 2^(1/1.2), about 1.8.
		least, median, most := took[0], took[150], took[299]
		if least < 11*ms || least > 12*ms || median < 16*ms || median > 21*ms || most < 100*ms || most > 1001*ms {
			s.Errorf("bytes take from %v to %v, half of them up to %v", least, most, median)
		}
	})
}

// A narrow link lets so many bytes through per second, one segment after the other.
func TestNarrowLetsBytesThroughAtItsRate(t *testing.T) {
	play(t, "fault 1s narrow n1 - n2 rate 10000 for 900s", func(s *stage) {
		b := s.machine("n2")
		near, far := s.connect(s.machine("n1"), b)
		other, third := s.connect(s.machine("n3"), b)
		s.until(2 * time.Second)
		for _, c := range []net.Conn{near, other} {
			for range 2 {
				c.Write(make([]byte, 960)) // with its headers 0.1 s
			}
		}
		s.wantEnd(s.reading(third, 2*960), ended{at: 2001 * ms, result: "ok after 1920 bytes"})
		s.wantEnd(s.reading(far, 960), ended{at: 2101 * ms, result: "ok after 960 bytes"})
		s.wantEnd(s.reading(far, 960), ended{at: 2201 * ms, result: "ok after 960 bytes"})
		if back := s.oneByte(far, near); back < 5*ms || back > 20*ms {
			s.Errorf("a byte back takes %v", back)
		}
	})
}

// When the link is wide again, what waited comes at once.
func TestWhatWaitedAtANarrowLinkArrivesWhenItIsOver(t *testing.T) {
	play(t, "fault 1s narrow n1 - n2 rate 1000 for 2s", func(s *stage) {
		near, far := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(1500 * ms)
		near.Write(make([]byte, 60000)) // a minute's worth
		s.wantEnd(s.reading(far, 60000), ended{at: 3001 * ms, result: "ok after 60000 bytes"})
		if d := s.oneByte(near, far); d != ms {
			s.Errorf("after the fault a byte takes %v", d)
		}
	})
}

// A stall holds up one connection, both ways, and not its neighbours; which one is
// drawn.
func TestStallHoldsOneConnection(t *testing.T) {
	drawn := map[int]bool{}
	for seed := range 10 {
		play(t, fmt.Sprintf("seed %d\nfault 1s stall n1 - n2 for 1s", seed), func(s *stage) {
			a, b := s.machine("n1"), s.machine("n2")
			var near, far []net.Conn
			for range 3 {
				n, f := s.connect(a, b)
				near, far = append(near, n), append(far, f)
			}
			s.until(1500 * ms)
			for i := range near {
				if _, err := near[i].Write([]byte("x")); err != nil {
					s.Fatal(err)
				}
				far[i].Write([]byte("x"))
			}
			s.until(1800 * ms)
			held := map[string]int{}
			for _, e := range s.events() {
				if e.Kind == "hold" && e.Text == "stall" {
					held[fmt.Sprint(e.Machine, " ", e.Conn)]++
				}
			}
			for i := range near {
				there, back := held[fmt.Sprint("n1 ", i+1)], held[fmt.Sprint("n2 ", i+1)]
				if there > 0 && back > 0 {
					drawn[i] = true
					s.wantEnd(s.reading(far[i], 1), ended{at: 2101 * ms, result: "ok after 1 bytes"}) // tried at 1.5, 1.7 and 2.1 s
				} else if there+back > 0 {
					s.Errorf("seed %d: only one way of connection %d is held", seed, i+1)
				} else if got := <-s.reading(far[i], 1); got.at > 2101*ms {
					s.Errorf("seed %d: connection %d: %+v", seed, i+1, got)
				}
			}
			if len(held) != 2 {
				s.Errorf("seed %d: held are %v", seed, held)
			}
			s.until(3 * time.Second)
			s.wantEvents("fault mend idle", "1s fault 1 stall n1 - n2 for 1s", "2s mend 1 stall")
		})
	}
	if len(drawn) != 3 {
		t.Errorf("ten seeds hold up %v of three connections", drawn)
	}
}

// Keep-alive probes are held up with the rest: a connection that is stalled for
// long is given up at either end, while new ones come about.
func TestStallHoldsProbes(t *testing.T) {
	play(t, "fault 1s stall n1 - n2 for 900s", func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		near, _ := s.connect(a, b)
		s.wantEnd(s.reading(near, 1), ended{at: 150*time.Second + 2*ms, result: "timeout after 0 bytes"})
		again, far := s.connect(a, b)
		if d := s.oneByte(again, far); d != ms {
			s.Errorf("on a new connection a byte takes %v", d)
		}
	})
}

// Faults between machines that nothing went between, and those that find no
// connection, are said to have had no effect.
func TestNetworkFaultsThatNothingMeetsAreIdle(t *testing.T) {
	for fault, want := range map[string][]string{
		"partition n1 | n2 for 1s":                {"2s idle 1 partition: nothing met it"},
		"oneway n2 -> n1 for 1s":                  {"2s idle 1 oneway: nothing met it"},
		"flap n1 | n2 every 100ms for 1s":         {"2s idle 1 flap: nothing met it"},
		"slow n1 - n2 delay 5ms jitter 0s for 1s": {"2s idle 1 slow: nothing met it"},
		"heavy n1 - n2 delay 5ms for 1s":          {"2s idle 1 heavy: nothing met it"},
		"lossy n1 - n3 loss 0.0001 for 1s":        {"2s idle 1 lossy: nothing met it"},
		"narrow n1 - n2 rate 1000 for 1s":         {"2s idle 1 narrow: nothing met it"},
		"stall n1 - n2 for 1s":                    {"1s idle 1 stall: no connection is there"},
		"stall n1 - n3 for 100ms":                 {"1.1s idle 1 stall: nothing met it"},
		"reset n1 - n2":                           {"1s idle 1 reset: nothing met it"},
		"partition n1 | n3 for 1s":                {},
		"oneway n1 -> n3 for 1s":                  {},
		"oneway n3 -> n1 for 1s":                  {}, // acknowledgements
		"flap n1 | n3 every 200ms for 1s":         {},
		"slow n1 - n3 delay 5ms jitter 0s for 1s": {},
		"heavy n1 - n3 delay 5ms for 1s":          {},
		"lossy n1 - n3 loss 0.99 for 1s":          {},
		"narrow n1 - n3 rate 1000 for 1s":         {},
		"stall n1 - n3 for 1s":                    {},
		"reset n1 - n3":                           {},
	} {
		play(t, "fault 1s "+fault, func(s *stage) {
			near, _ := s.connect(s.machine("n1"), s.machine("n3"))
			s.until(1150 * ms)
			near.Write([]byte("x"))
			s.until(3 * time.Second)
			s.wantEvents("idle", want...)
		})
	}
}

// A storm kills and starts machines time and again; those that another fault keeps
// down stay so.
func TestStormKillsAgainAndAgain(t *testing.T) {
	lines := "set fail n3\nfault 1.2s kill n2 for 400ms\nfault 1.25s storm n1,n2,n3 every 500ms for 1.2s"
	play(t, lines, func(s *stage) {
		s.until(3 * time.Second)
		s.wantEvents("fault mend boot crash exit idle",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s n3/1 exit it had enough",
			"1.2s fault 1 kill n2 for 400ms", "1.2s n2/1 crash kill",
			"1.25s fault 2 storm n1,n2,n3 every 500ms for 1.2s", "1.25s n1/1 crash kill", "1.25s n1/2 boot", "1.25s n3/2 boot",
			"1.6s mend 1 kill", "1.6s n2/2 boot",
			"1.75s n1/2 crash kill", "1.75s n1/3 boot", "1.75s n2/2 crash kill", "1.75s n2/3 boot",
			"1.75s n3/2 crash kill", "1.75s n3/3 boot",
			"2.25s n1/3 crash kill", "2.25s n1/4 boot", "2.25s n2/3 crash kill", "2.25s n2/4 boot",
			"2.25s n3/3 crash kill", "2.25s n3/4 boot",
			"2.45s mend 2 storm")
	})
}

// To leave one fault out changes nothing that others leave to chance, and what a
// fault draws changes nothing of the link's own jitter.
func TestFaultsDrawFromStreamsOfTheirOwn(t *testing.T) {
	took := func(lines string) (all []time.Duration) {
		play(t, "net delay 1ms jitter 5ms loss 0\n"+lines, func(s *stage) {
			b := s.machine("n2")
			near, far := s.connect(s.machine("n1"), b)
			s.until(1500 * ms)
			s.arrivals(near, far, 50, 10*ms)
			s.until(4 * time.Second)
			all = s.arrivals(near, far, 50, 10*ms)
		})
		return all
	}
	const slow = "fault 3s slow n1 - n2 delay 1ms jitter 20ms for 10s"
	want := took(slow)
	for _, other := range []string{
		"fault 1s slow n1 - n3 delay 1ms jitter 20ms for 10s\n" + slow,
		"fault 1s slow n1,n3 - n2 delay 1ms jitter 20ms for 1.5s\n" + slow,
		"fault 1s lossy n1 - n2 loss 0.0001 for 10s\n" + slow,
	} {
		if got := took(other); !slices.Equal(got, want) {
			t.Errorf("with %q bytes take %v\nwithout %v", other, got, want)
		}
	}
}
