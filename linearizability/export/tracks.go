package export

import (
	"fmt"

	"raftian/netsim/env"
)

// stage is the tracks of a trace: a process for the World, with a track for the
// run and one for each fault; one for each machine; and one for the clients, with
// a track each.
type stage struct {
	out      *records
	run      *track
	faults   map[uint64]*track
	machines map[string]*machine
	clients  map[string]*client
	order    []*track  // all tracks, in the order in which they were made
	callers  []*client // all clients, too
	pids     int
}

// The World's process; machines come after it, and clients after the machines
// that were announced.
const worldPid = 1

// machine are a machine's tracks.
type machine struct {
	life, role, raft, sends, receives, disk *track
	output                                  *track // nil until something is printed
}

// faultTids are beyond those of all other tracks.
const faultTids = 1_000_000

// client is a client's track, and where the call that is on it was made.
type client struct {
	*track
	machine string
	seq     uint64
}

func newStage(out *records, cast Cast) *stage {
	s := &stage{out: out, faults: map[uint64]*track{}, machines: map[string]*machine{}, clients: map[string]*client{}}
	s.process(cast.Name)
	s.run = s.track(worldPid, 1, "run")
	for _, name := range cast.Machines {
		s.machine(name)
	}
	return s
}

// process announces the next process.
func (s *stage) process(name string) (pid int) {
	s.pids++
	s.out.put(record{Phase: "M", Name: "process_name", Pid: s.pids, Args: map[string]any{"name": name}})
	s.out.put(record{Phase: "M", Name: "process_sort_index", Pid: s.pids, Args: map[string]any{"sort_index": s.pids}})
	return s.pids
}

// track announces a track.
func (s *stage) track(pid, tid int, name string) *track {
	s.out.put(record{Phase: "M", Name: "thread_name", Pid: pid, Tid: tid, Args: map[string]any{"name": name}})
	s.out.put(record{Phase: "M", Name: "thread_sort_index", Pid: pid, Tid: tid, Args: map[string]any{"sort_index": tid}})
	t := &track{out: s.out, pid: pid, tid: tid}
	s.order = append(s.order, t)
	return t
}

// machine is the machine of that name.
func (s *stage) machine(name string) *machine {
	m := s.machines[name]
	if m == nil {
		pid := s.process("machine " + name)
		at := func(tid int, what string) *track { return s.track(pid, 10*pid+tid, what) }
		m = &machine{life: at(1, "life"), role: at(2, "role"), raft: at(3, "raft"),
			sends: at(4, "sends"), receives: at(5, "receives"), disk: at(6, "disk")}
		s.machines[name] = m
	}
	return m
}

// clientsPid is far beyond the machines', so that it can be used without knowing
// how many those are.
const clientsPid = 1000

// client is the client of that name.
func (s *stage) client(name string) *client {
	c := s.clients[name]
	if c == nil {
		if len(s.clients) == 0 {
			s.out.put(record{Phase: "M", Name: "process_name", Pid: clientsPid, Args: map[string]any{"name": "clients"}})
			s.out.put(record{Phase: "M", Name: "process_sort_index", Pid: clientsPid, Args: map[string]any{"sort_index": clientsPid}})
		}
		c = &client{track: s.track(clientsPid, 10*clientsPid+len(s.clients), name)}
		s.clients[name] = c
		s.callers = append(s.callers, c)
	}
	return c
}

// fault is the track of a fault of the plan.
func (s *stage) fault(number uint64) *track {
	t := s.faults[number]
	if t == nil {
		t = s.track(worldPid, faultTids+int(number), fmt.Sprintf("fault %d", number))
		s.faults[number] = t
	}
	return t
}

// end ends what is still under way.
func (s *stage) end(at env.Instant) {
	for _, t := range s.order {
		t.end(at, nil)
	}
}
