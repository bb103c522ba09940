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
//
// A Plan without faults is the same for every seed but for its calls: 5 machines,
// the usual links and disks, steady calls. Measurements are made with such Plans.
type Options struct {
	Guest    string
	Machines int           // 1 to 7 by default, drawn; they are called n1, n2, …
	Length   time.Duration // 30 s by default, at least 5 s
	Faults   Kinds
	Rate     float64 // calls per second, of all clients together; 60 by default. Some seeds have fewer
	Settings []Setting
	// Call draws the text of one call. Without it there are no calls.
	Call func(rng *rand.Rand, client string, machines []string) string
	// Read draws the text of a call that only reads, for those seeds and calls
	// that have such texts instead. Without it there are none.
	Read func(rng *rand.Rand, client string, machines []string) string
	// Moments are the events that faults may wait for. Without them all faults
	// have their instants.
	Moments []Moment
	// Voters are the machines of which fewer than half, at most, may lose what is
	// on their disks; all by default.
	Voters []string
	// ShortLogs says that machines keep little of their logs: who falls behind is sent
	// a snapshot. The drills that need that are then drawn more often, and those that
	// need the opposite less.
	ShortLogs bool
	// Without leaves out what makes the draws find more, to see whether it does.
	Without Features
	// Round is how long one round of the guest's protocol may take, that is to
	// another machine and back with an fsync at each end: a bound for drawn links
	// and disks. 40 ms by default.
	Round time.Duration
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
	// length if that is less. hashicorp/raft does not try a follower again for as
	// long as it could not reach it, about, and for 10.24 s at most (replication.go,
	// backoff). So an end as long as all that comes before it is enough, and 15 s,
	// of which judges wait for four fifths, always are.
	recoveryMax     = 15 * time.Second
	recoveryPercent = 50
)

// Recovery is how long the end of a drawn Plan of that length is, after its Heal.
func Recovery(length time.Duration) time.Duration {
	return min(recoveryMax, (length * recoveryPercent / 100).Truncate(time.Millisecond))
}

// defaults fills in what has one value by default.
func (o *Options) defaults() {
	o.Length = cmp.Or(o.Length, 30*time.Second)
	o.Rate = cmp.Or(o.Rate, 60)
	o.Round = cmp.Or(o.Round, 40*time.Millisecond)
	if o.Without&EventTriggers != 0 {
		o.Moments = nil
	}
}

// Names are the machines of the seed's Plan.
func (o Options) Names(seed uint64) []string {
	count := o.Machines
	switch {
	case count != 0:
	case o.Faults == Calm || o.Without&SwarmTesting != 0:
		count = 5
	default:
		// Mostly odd numbers, as people have; the ends of the range now and then.
		counts := []int{1, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5, 6, 7, 7}
		count = counts[Stream(seed, "plan machines").IntN(len(counts))]
	}
	var names []string
	for i := range min(count, machinesMax) {
		names = append(names, fmt.Sprintf("n%d", i+1))
	}
	return names
}

// Generate draws the Plan of a seed. Each client, each fault, and each kind of
// fault draws from a Stream of its own: to leave one out shifts no other.
func Generate(seed uint64, o Options) (Plan, error) {
	o.defaults()
	if err := o.check(); err != nil {
		return Plan{}, err
	}
	p := Plan{
		Seed:     seed,
		Guest:    o.Guest,
		Machines: o.Names(seed),
		Length:   o.Length,
		Heal:     env.Instant(o.Length - Recovery(o.Length)),
		Shuffle:  true,
		Settings: slices.Clone(o.Settings),
		Net:      usualNet,
		Disk:     usualDisk,
	}
	if o.Faults != Calm && o.Without&SwarmTesting == 0 {
		p.Net = drawNet(Stream(seed, "plan net"), o.Round)
		p.Disk = drawDisk(Stream(seed, "plan disk"), o.Round)
	}
	p.Faults = drawFaults(seed, o.Faults, newStage(seed, &p, o))
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
	case o.Machines < 0 || o.Machines > machinesMax:
		return fmt.Errorf("%d machines; ask for 1 to %d", o.Machines, machinesMax)
	case o.Length < lengthMin || o.Length > lengthMax:
		return fmt.Errorf("a run of %s; ask for %s to %s", duration(o.Length), duration(lengthMin), duration(lengthMax))
	case !(o.Rate > 0 && o.Rate*o.Length.Seconds() <= callsMax/2): // also false for NaN
		return fmt.Errorf("%v calls per second for %s; ask for more than none and at most %d in all",
			o.Rate, duration(o.Length), callsMax/2)
	case o.Round < 0:
		return fmt.Errorf("a round of %s; it takes more than no time", o.Round)
	}
	return nil
}
