package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// story tells a run's events in order, with what has to be remembered to
// understand them: who leads, and who waits for an answer.
type story struct {
	w        io.Writer
	filter   *filter
	machines []string
	planned  int                 // calls in the plan
	roles    map[string]byte     // by machine, as in the legend
	cited    map[uint64][]string // judges that give an event as evidence
	open     map[call]trace.Event
	counts   counts
	last     trace.Event
}

// call names a call.
type call struct {
	client string
	seq    uint64
}

// counts is what a run is summed up with.
type counts struct {
	ok, fail, unknown, unanswered int
	leaders, crashes, faults      int
}

// The letters of the roles, one per machine on every line; wideMost machines at
// most, of more the line would hold nothing else.
const (
	roleDown      = '-'
	roleFollower  = 'f'
	roleCandidate = 'c'
	roleLeader    = 'L'
	wideMost      = 16
)

func newStory(w io.Writer, p plan.Plan, f *filter, verdicts []linearizability.Verdict) *story {
	s := &story{w: w, filter: f, machines: p.Machines, planned: len(p.Script),
		roles: map[string]byte{}, cited: map[uint64][]string{}, open: map[call]trace.Event{}}
	for _, m := range p.Machines {
		s.roles[m] = roleDown
	}
	for _, v := range verdicts {
		for _, e := range v.Evidence {
			if e.Event != 0 && !slices.Contains(s.cited[e.Event], v.Judge) {
				s.cited[e.Event] = append(s.cited[e.Event], v.Judge)
			}
		}
	}
	return s
}

// begin prints what the run was made from.
func (s *story) begin(p plan.Plan, h trace.Header) {
	if h.Live {
		fmt.Fprintf(s.w, "live session of guest %s, %s on machines %s, raft %s\n", p.Guest, p.Length, strings.Join(p.Machines, " "), orNone(h.Raft))
	} else {
		fmt.Fprintf(s.w, "seed %d, guest %s, %s on machines %s, %s, %s, raft %s\n",
			p.Seed, p.Guest, p.Length, strings.Join(p.Machines, " "), trace.Some(len(p.Script), "call"), trace.Some(len(p.Faults), "fault"), orNone(h.Raft))
	}
	fmt.Fprintf(s.w, "L leads, c candidate, f follower, - down; > evidence of a judge\n\n")
	fmt.Fprintf(s.w, "  %11s %7s  %s%-6s %s\n", "seconds", "event", s.strip(func(m string) byte { return m[len(m)-1] }), "where", "what")
}

// strip is one letter per machine.
func (s *story) strip(letter func(machine string) byte) string {
	if len(s.machines) > wideMost {
		return ""
	}
	b := make([]byte, 0, wideMost+2)
	for _, m := range s.machines {
		b = append(b, letter(m))
	}
	return string(append(b, "  "...))
}

// tell reads and prints events as far as they can be read; that they stop early
// is its caller's concern.
func (s *story) tell(r *trace.Reader) {
	var e trace.Event
	for r.Event(&e) == nil {
		s.event(&e)
		s.last = e
	}
	s.abandon("", s.last.At, "until the run ended")
}

// event takes the next event and prints it, if it is to be shown.
func (s *story) event(e *trace.Event) {
	words := e.Words()
	switch e.Kind {
	case env.KindRole:
		s.became(e.Machine, e.Text)
	case trace.KindBoot, trace.KindExit:
		s.roles[e.Machine] = roleDown
	case trace.KindCrash:
		s.roles[e.Machine] = roleDown
		s.counts.crashes++
	case trace.KindFault:
		s.counts.faults++
	case env.KindInvoke:
		s.open[call{e.Client, e.Seq}] = *e
	case env.KindReturn:
		words = s.returned(e)
	}
	if cited := s.cited[e.N]; s.filter.during(e.At) && (cited != nil || s.filter.shows(e.Kind, e.Machine)) {
		s.line(e, words, cited)
	}
	if e.Kind == trace.KindCrash || e.Kind == trace.KindExit {
		s.abandon(e.Machine, e.At, "until "+e.Machine+" went down")
	}
}

// line prints an event, and which judges point at it.
func (s *story) line(e *trace.Event, words string, cited []string) {
	mark, number, judges := " ", "", ""
	if e.N != 0 {
		number = fmt.Sprint(e.N)
	}
	if cited != nil {
		mark, judges = ">", "   <- "+strings.Join(cited, ", ")
	}
	roles := s.strip(func(machine string) byte { return s.roles[machine] })
	fmt.Fprintf(s.w, "%s %11.6f %7s  %s%-6s %s%s\n", mark, e.At.Seconds(), number, roles, place(e), words, judges)
}

// place is the machine an event is about, or a line for the World.
func place(e *trace.Event) string {
	if e.Machine == "" {
		return "──"
	}
	return e.Machine
}

func (s *story) became(machine, role string) {
	letters := map[string]byte{"follower": roleFollower, "candidate": roleCandidate, "leader": roleLeader}
	s.roles[machine] = cmp.Or(letters[role], roleDown)
	if role == "leader" {
		s.counts.leaders++
	}
}

// returned is a call and its answer in words. What has no certain effect stands
// out in capitals.
func (s *story) returned(e *trace.Event) string {
	outcome, output, _ := strings.Cut(e.Text, " ")
	switch outcome {
	case "ok":
		s.counts.ok++
	case "fail":
		s.counts.fail++
		outcome = "NO EFFECT:"
	default:
		s.counts.unknown++
		outcome = "UNKNOWN:"
	}
	took := trace.Brief(e.Took)
	if e.Index != 0 {
		took = fmt.Sprintf("entry %d, %s", e.Index, took)
	}
	name := call{e.Client, e.Seq}
	invoke := s.open[name]
	delete(s.open, name)
	return fmt.Sprintf("%s#%d %q -> %s %s (%s)", e.Client, e.Seq, invoke.Text, outcome, output, took)
}

// abandon prints the calls from a machine that will have no answer any more;
// from all machines if it is "".
func (s *story) abandon(machine string, at env.Instant, why string) {
	var left []trace.Event
	for name, e := range s.open {
		if machine == "" || e.Machine == machine {
			left = append(left, e)
			delete(s.open, name)
		}
	}
	slices.SortFunc(left, func(a, b trace.Event) int { return cmp.Compare(a.N, b.N) })
	s.counts.unanswered += len(left)
	for _, e := range left {
		if !s.filter.during(at) || !s.filter.shows(env.KindReturn, e.Machine) {
			continue
		}
		now := trace.Event{At: at, Machine: e.Machine}
		s.line(&now, fmt.Sprintf("%s#%d %q -> NO ANSWER %s (%s)", e.Client, e.Seq, e.Text, why, trace.Brief(at.Sub(e.At))), nil)
	}
}

// sumUp prints what the run came to, whatever the filter shows of it.
func (s *story) sumUp() {
	c := s.counts
	fmt.Fprintf(s.w, "\n%d of %s made: %d ok, %d without effect, %d unknown, %d never answered; elections won %d, crashes %d, faults %d\n",
		c.ok+c.fail+c.unknown+c.unanswered, trace.Some(s.planned, "call"), c.ok, c.fail, c.unknown, c.unanswered, c.leaders, c.crashes, c.faults)
}
