package bench

import (
	"context"
	"fmt"
	"time"

	"raftian/experiments/fleet"
	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/raftian/campaign"
	"raftian/raftian/guest"
)

// The independent variables of the part "speed".
const (
	byMachines = "machines"
	byRate     = "commands per second, 5 machines"
	byFrames   = "frames per second, 5 machines"
	byFaults   = "faults, 5 machines"
)

func machineCounts() []int { return []int{1, 2, 3, 5, 7, 11, 15, 21, 31} }
func rates() []float64     { return []float64{10, 60, 240, 960} }
func frames() []string     { return []string{"off", "30", "60", "120", "240"} }
func faultClasses() []string {
	return []string{"calm", "network", "crash", "disk", "membership", "all"}
}

// speed measures the virtual time simulated per second of a processor, with decoded
// events and without judges. It varies one variable at a time.
func (b suite) speed() (cases []lab.Case[Measure]) {
	length := 30 * time.Second
	if b.s.Quick {
		length = 5 * time.Second
	}
	add := func(line, x string, cost time.Duration, change func(*guest.Options), set ...string) {
		cases = append(cases, newCase(Measure{Part: "speed", Line: line, X: x}, cost, func(ctx context.Context, m *Measure, repeat int) error {
			runs := 1
			if line == byFaults && !b.s.Quick { // plans with faults differ more
				runs = 4
			}
			for k := range runs {
				o := guest.Options{Seed: uint64(1 + repeat*runs + k), Machines: 5, Length: length}
				change(&o)
				pl, err := draw(o)
				if err != nil {
					return err
				}
				for k := 0; k < len(set); k += 2 {
					fleet.Set(&pl, set[k], set[k+1])
				}
				c, err := b.program.Cost(ctx, pl, campaign.Gathered)
				if err != nil {
					return err
				}
				m.add(c)
			}
			return nil
		}))
	}
	for _, n := range machineCounts() {
		if !b.s.Quick || n == 1 || n == 5 || n == 31 {
			add(byMachines, fmt.Sprint(n), time.Duration(n)*100*time.Millisecond, func(o *guest.Options) { o.Machines = n })
		}
	}
	for _, r := range rates() {
		add(byRate, fmt.Sprint(r), 600*time.Millisecond, func(o *guest.Options) { o.Rate = r })
	}
	for _, fps := range frames() {
		add(byFrames, fps, 300*time.Millisecond, func(*guest.Options) {}, "fps", fps)
	}
	for _, class := range faultClasses() {
		kinds, err := plan.ParseFaults(class)
		if err != nil {
			panic(err) // the list above is wrong
		}
		add(byFaults, class, 1500*time.Millisecond, func(o *guest.Options) { o.Faults = kinds })
	}
	return cases
}
