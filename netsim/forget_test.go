package netsim

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// A machine remembers a closed connection as long as it has something to send on
// it, and no longer: a run has very many connections.
func TestClosedConnectionsAreForgotten(t *testing.T) {
	for name, c := range map[string]struct {
		fault  plan.FaultKind
		groups [][]string
	}{
		"calm":      {plan.Slow, [][]string{{"n1"}, {"n2"}}},
		"partition": {plan.Partition, [][]string{{"n1"}, {"n2"}}},
		"kill":      {plan.Kill, [][]string{{"n2"}}},
		"power":     {plan.Power, [][]string{{"n2"}}},
		"reset":     {plan.Reset, [][]string{{"n1"}, {"n2"}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := NewWorld(plan.Plan{
					Machines: []string{"n1", "n2"}, Length: time.Hour, Heal: env.Instant(50 * time.Second),
					Net: plan.Net{Delay: time.Millisecond},
					Faults: []plan.Fault{{At: env.Instant(10 * time.Second), Kind: c.fault, Groups: c.groups,
						For: 10 * time.Second}},
				}, chatter, nil)
				w.Boot()
				defer w.Stop() // after the lock is given back
				time.Sleep(15 * time.Minute)
				w.mu.Lock()
				defer w.mu.Unlock()
				for _, m := range w.machines {
					// n1 talks to n2 all the time, on one connection.
					if n := len(m.conns); n > 1 {
						t.Errorf("%s remembers %d connections; want at most the present one", m.name, n)
					}
				}
			})
		})
	}
}

// chatter has n1 call n2 again and again; each closes the connection first in
// turn, with and without bytes that nobody read.
func chatter(e env.Env) error {
	if e.ID() == "n1" {
		for k := 0; ; k++ {
			if conn, err := e.Dial("n2:1", time.Second); err == nil {
				conn.SetDeadline(time.Now().Add(time.Second))
				conn.Write(make([]byte, k%4))
				io.ReadFull(conn, make([]byte, 2))
				conn.Close()
			}
			e.Emit(env.Note{Kind: "chat"}) // ends ghosts
			time.Sleep(100 * time.Millisecond)
		}
	}
	l, err := e.Listen(":1")
	if err != nil {
		return err
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		conn.SetDeadline(time.Now().Add(time.Second))
		conn.Read(make([]byte, 2))
		conn.Write([]byte("hey"))
		conn.Close()
	}
}
