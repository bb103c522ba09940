package plan

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"raftian/netsim/env"
)

// Options say what kind of Plan to draw. The zero value of each but Guest
// stands for its default.
type Options struct {
	Guest    string
	Machines int           // 5 by default; they are called n1, n2, …
	Length   time.Duration // 30 s by default, at least 5 s
	Faults   Kinds
	Rate     float64 // calls per second, of all clients together; 60 by default
	Settings []Setting
	// Call draws the text of one call. Without it there are no calls.
	Call func(rng *rand.Rand, client string, machines []string) string
}

const (
	lengthMin = 5 * time.Second
	// Calls begin after the first leader has had time to come up, and end in
	// time to be answered.
	callsAfter  = time.Second
	callsBefore = 2 * time.Second
	// Faults begin when there is something to disturb.
	faultsAfter = 1500 * time.Millisecond
	// The end of a run is for recovery: recoveryMax, or recoveryPercent of the
	// length if that is less. A follower of hashicorp/raft may sit out some 10 s
	// of backoff after a long outage.
	recoveryMax     = 12 * time.Second
	recoveryPercent = 40
)

// The links and disks of a run in which they are not drawn: one rack, flash.
var (
	usualNet  = Net{Delay: 500 * time.Microsecond, Jitter: time.Millisecond}
	usualDisk = Disk{Sync: 200 * time.Microsecond, Jitter: 300 * time.Microsecond}
)

// recovery is how long the end of a run is.
func recovery(length time.Duration) time.Duration {
	return min(recoveryMax, (length * recoveryPercent / 100).Truncate(time.Millisecond))
}

// Generate draws the Plan of a seed. Each client and each fault draws from a
// Stream of its own: to leave one out shifts no other.
func Generate(seed uint64, o Options) (Plan, error) {
	o.Machines = cmp.Or(o.Machines, 5)
	o.Length = cmp.Or(o.Length, 30*time.Second)
	o.Rate = cmp.Or(o.Rate, 60)
	if err := o.check(); err != nil {
		return Plan{}, err
	}
	p := Plan{
		Seed:     seed,
		Guest:    o.Guest,
		Length:   o.Length,
		Heal:     env.Instant(o.Length - recovery(o.Length)),
		Shuffle:  true,
		Settings: slices.Clone(o.Settings),
		Net:      usualNet,
		Disk:     usualDisk,
	}
	for i := range o.Machines {
		p.Machines = append(p.Machines, fmt.Sprintf("n%d", i+1))
	}
	p.Faults = drawFaults(seed, o.Faults, stage{p.Machines, env.Instant(faultsAfter), p.Heal, recovery(o.Length)})
	if o.Call != nil {
		p.Script = drawScript(seed, o, p.Machines)
	}
	if err := p.Validate(); err != nil {
		return Plan{}, fmt.Errorf("the plan drawn for seed %d: %w", seed, err)
	}
	return p, nil
}

// check refuses what would take long, or for ever, to draw.
func (o *Options) check() error {
	switch {
	case o.Machines < 1 || o.Machines > machinesMax:
		return fmt.Errorf("%d machines; ask for 1 to %d", o.Machines, machinesMax)
	case o.Length < lengthMin || o.Length > lengthMax:
		return fmt.Errorf("a run of %s; ask for %s to %s", duration(o.Length), duration(lengthMin), duration(lengthMax))
	case !(o.Rate > 0 && o.Rate*o.Length.Seconds() <= callsMax/2): // also false for NaN
		return fmt.Errorf("%v calls per second for %s; ask for more than none and at most %d in all",
			o.Rate, duration(o.Length), callsMax/2)
	}
	return nil
}

// drawScript draws the calls of one client per machine. When a client calls and
// what it says come from two streams, so that one can be varied without the other.
func drawScript(seed uint64, o Options, machines []string) []Step {
	var script []Step
	gap := float64(time.Second) * float64(len(machines)) / o.Rate
	for i, machine := range machines {
		client := fmt.Sprintf("p%d", i+1)
		times, texts := Stream(seed, "plan calls of "+client), Stream(seed, "plan texts of "+client)
		at := callsAfter
		for seq := uint64(1); ; seq++ {
			at += time.Duration(times.ExpFloat64() * gap)
			if at >= o.Length-callsBefore {
				break
			}
			script = append(script, Step{machine, env.Call{
				At:     env.Instant(at.Truncate(time.Millisecond)),
				Client: client,
				Seq:    seq,
				Text:   o.Call(texts, client, machines),
			}})
		}
	}
	slices.SortStableFunc(script, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return script
}
