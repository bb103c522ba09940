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

// settle is how long a cluster runs before it is measured.
const settle = time.Second

// window is how long a real cluster is measured.
func window(s lab.Setup) time.Duration {
	if s.Quick {
		return 1500 * time.Millisecond
	}
	return 4 * time.Second
}

// conditions are those of the experiment. All frame rates are met with all sizes of
// cluster, with all amounts of work and with all loads, each with all else as usual; all
// combinations are for those who have the time (Setup.Whole).
func conditions(s lab.Setup) (list []Condition) {
	rates := []string{"off", "30", "60", "120", "240", "0"}
	add := func(c Condition) {
		c.Commit = cmp.Or(c.Commit, usualCommit)
		for _, c.World = range []string{real, virtual} {
			if c.possible() && !slices.Contains(list, c) {
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

// The commit timeouts: that of nodes if nothing is said, and a short one.
const (
	usualCommit = 20 * time.Millisecond
	shortCommit = 2 * time.Millisecond
)

// possible says whether there is such a condition. Without a loop there are no frames in
// which to work. In virtual time, which passes only when everyone waits, as many as
// possible would be without end: of frames as of commands.
func (c Condition) possible() bool {
	if c.FPS == "off" && c.Work > 0 {
		return false
	}
	return c.World == real || c.FPS != "0" && c.Rate != 0
}

// cost is about how long the measurement takes.
func (c Condition) cost(s lab.Setup) time.Duration {
	if c.World == virtual {
		return time.Second
	}
	return window(s) + settle + time.Second
}
