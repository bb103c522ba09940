package framerate

import (
	"cmp"
	"slices"
	"time"

	"raftian/experiments/lab"
)

const (
	real    = "real"
	virtual = "virtual"
)

// warmUp is how long a cluster runs before the window.
const warmUp = time.Second

// window returns the length of the window of a real cluster.
func window(s lab.Setup) time.Duration {
	if s.Quick {
		return 1500 * time.Millisecond
	}
	return 4 * time.Second
}

// conditions returns the conditions. All frame rates are combined with all cluster
// sizes, amounts of work and loads, with the other parameters at their defaults.
// Setup.Whole selects all combinations.
func conditions(s lab.Setup) (list []Condition) {
	rates := []string{"off", "30", "60", "120", "240", "0"}
	add := func(c Condition) {
		c.Commit = cmp.Or(c.Commit, defaultCommit)
		for _, c.World = range []string{real, virtual} {
			if c.valid() && !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	ms := time.Millisecond
	if s.Quick {
		add(Condition{Nodes: 3, FPS: "off", Rate: 100})
		add(Condition{Nodes: 3, FPS: "60", Rate: 100})
		add(Condition{Nodes: 3, FPS: "60", Work: 4 * ms, Rate: 100})
		add(Condition{Nodes: 3, FPS: "0", Rate: 20})
		add(Condition{Nodes: 5, FPS: "30", Rate: 0})
		return list
	}
	for _, fps := range rates {
		for _, nodes := range []int{3, 5, 7} {
			for _, work := range []time.Duration{0, ms, 4 * ms} {
				for _, rate := range []float64{20, 100, 0} {
					unusual := 0
					for _, is := range []bool{nodes != 3, work != 0, rate != 100} {
						if is {
							unusual++
						}
					}
					if unusual <= 1 || s.Whole {
						add(Condition{Nodes: nodes, FPS: fps, Work: work, Rate: rate})
					}
				}
			}
		}
	}
	for _, fps := range []string{"off", "60", "240"} {
		for _, rate := range []float64{20, 100} {
			add(Condition{Nodes: 3, FPS: fps, Rate: rate, Commit: shortCommit})
		}
	}
	return list
}

// The commit timeouts: the default of nodes, and a short one.
const (
	defaultCommit = 20 * time.Millisecond
	shortCommit   = 2 * time.Millisecond
)

// valid reports whether the condition makes sense. Without a loop there are no frames
// with work. Virtual time passes only while all goroutines wait, so it cannot have
// unlimited frames or commands.
func (c Condition) valid() bool {
	if c.FPS == "off" && c.Work > 0 {
		return false
	}
	return c.World == real || c.FPS != "0" && c.Rate != 0
}

// cost estimates how long the measurement takes.
func (c Condition) cost(s lab.Setup) time.Duration {
	if c.World == virtual {
		return time.Second
	}
	return window(s) + warmUp + time.Second
}
