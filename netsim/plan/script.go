package plan

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"raftian/netsim/env"
)

// pace is how the calls of a run come.
type pace int

const (
	steady pace = iota // at the rate, at any time
	sparse             // so few that the system is idle between most of them
	bursts             // many at one instant, of several clients a machine, then none for long
	single             // one at a time: each is answered, mostly, before the next
)

// drawPace draws how the calls of a seed come; half of the seeds are steady.
func drawPace(rng *rand.Rand) pace {
	return []pace{steady, steady, steady, steady, bursts, bursts, sparse, single}[rng.IntN(8)]
}

const (
	// sparser is how many times fewer calls sparse and single runs have.
	sparser = 12
	// burstGap is what lies between bursts, on average.
	burstGap = time.Second
)

// readShare is how many of a hundred calls read, if that is not drawn.
const readShare = 25

// reading is how the reads of a seed come about.
type reading struct {
	share int  // of a hundred calls
	apart bool // they have clients of their own, whom no command keeps waiting
}

func drawReading(seed uint64) reading {
	return reading{
		share: []int{0, 10, 30, 60}[Stream(seed, "plan reads").IntN(4)],
		apart: Stream(seed, "plan readers").IntN(2) == 0,
	}
}

// drawScript draws the calls of a run. When a client calls and what it says come
// from two streams, and what it reads from a third, so that one can be varied
// without the others.
func drawScript(seed uint64, o Options, machines []string) []Step {
	how := steady
	var reads reading
	if o.Faults != Calm {
		how = drawPace(Stream(seed, "plan pace"))
		reads = drawReading(seed)
	}
	if o.Faults != Calm && o.Without&SwarmTesting != 0 {
		how, reads = steady, reading{share: readShare}
	}
	var script []Step
	switch how {
	case steady:
		script = scattered(seed, o, machines, o.Rate)
	case sparse:
		script = scattered(seed, o, machines, o.Rate/sparser)
	case bursts:
		script = inBursts(seed, o, machines)
	case single:
		script = oneByOne(seed, o, machines)
	}
	slices.SortStableFunc(script, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	fill(seed, o, machines, reads, script)
	return script
}

// clientOf names the k-th client of the i-th machine, both from 0.
func clientOf(i, k int) string {
	if k == 0 {
		return fmt.Sprintf("p%d", i+1)
	}
	return fmt.Sprintf("p%d-%d", i+1, k+1)
}

// readerOf names the client that reads in place of another.
func readerOf(client string) string { return "r" + client[1:] }

// call is a call of that client, of which number and text are left open.
func call(at time.Duration, machine, client string) Step {
	return Step{machine, env.Call{At: env.Instant(at.Truncate(time.Millisecond)), Client: client}}
}

// scattered has one client a machine call at any time, so often in a second all
// together.
func scattered(seed uint64, o Options, machines []string, rate float64) []Step {
	var script []Step
	gap := float64(time.Second) * float64(len(machines)) / rate
	for i, machine := range machines {
		client := clientOf(i, 0)
		times := Stream(seed, "plan calls of "+client)
		for at := callsAfter; ; {
			at += time.Duration(times.ExpFloat64() * gap)
			if at >= o.Length-callsBefore {
				break
			}
			script = append(script, call(at, machine, client))
		}
	}
	return script
}

// inBursts has two to eight clients a machine call at the same instants; a client
// whose turn it is may call more than once. In the long run it comes to the rate.
func inBursts(seed uint64, o Options, machines []string) []Step {
	times := Stream(seed, "plan bursts")
	clients := []int{2, 4, 8, 8}[times.IntN(4)]
	var when []time.Duration
	for at := callsAfter; at < o.Length-callsBefore; at += time.Duration(times.ExpFloat64() * float64(burstGap)) {
		when = append(when, at)
	}
	each := o.Rate * burstGap.Seconds() / float64(len(machines)*clients)
	var script []Step
	for i, machine := range machines {
		for k := range clients {
			client := clientOf(i, k)
			rng := Stream(seed, "plan calls of "+client)
			for _, at := range when {
				for range int(rng.Float64() * (2*each + 1)) {
					script = append(script, call(at, machine, client))
				}
			}
		}
	}
	return script
}

// oneByOne has a client of any machine call, then one of any other.
func oneByOne(seed uint64, o Options, machines []string) []Step {
	times := Stream(seed, "plan turns")
	gap := float64(time.Second) * sparser / o.Rate
	var script []Step
	for at := callsAfter; at < o.Length-callsBefore; at += time.Duration((1 + times.Float64()) * gap / 1.5) {
		i := times.IntN(len(machines))
		script = append(script, call(at, machines[i], clientOf(i, 0)))
	}
	return script
}

// fill numbers the calls of each client and gives them their texts, or has them
// read.
func fill(seed uint64, o Options, machines []string, how reading, script []Step) {
	type mouth struct {
		seq          uint64
		texts, reads *rand.Rand
	}
	mouths := make(map[string]*mouth)
	for i := range script {
		s := &script[i]
		m := mouths[s.Client]
		if m == nil {
			m = &mouth{0, Stream(seed, "plan texts of "+s.Client), Stream(seed, "plan reads of "+s.Client)}
			mouths[s.Client] = m
		}
		m.seq++
		s.Seq = m.seq
		s.Text = o.Call(m.texts, s.Client, machines)
		if o.Read != nil && m.reads.IntN(100) < how.share {
			s.Text = o.Read(m.reads, s.Client, machines)
			if how.apart { // with the number that the call would have had anyway
				s.Client = readerOf(s.Client)
			}
		}
	}
}
