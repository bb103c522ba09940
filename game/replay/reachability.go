package replay

import (
	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// LinkState is the state of a link in one direction.
type LinkState uint8

const (
	Open         LinkState = iota
	Degraded               // slow, lossy, narrow or stalled
	Cut                    // partitioned
	EndpointDown           // one of the machines is down
)

// Reachability says which machines can reach each other at an instant.
type Reachability struct {
	links      [][]LinkState
	Components [][]int // sets of machines connected in both directions, possibly through others; more than one if faults partition them
}

// Link returns the state of the link from one machine to another.
func (r *Reachability) Link(from, to int) LinkState { return r.links[from][to] }

// Reach computes the reachability at t, which must be the instant of s.
func (r *Run) Reach(s *State, t env.Instant) *Reachability {
	n := len(s.Nodes)
	reach := &Reachability{links: make([][]LinkState, n)}
	for i := range reach.links {
		reach.links[i] = make([]LinkState, n)
	}
	for _, k := range s.Active {
		r.Faults[k].degrade(reach.links, t)
	}
	reach.Components = components(reach.links)
	for i := range n {
		for j := range n {
			if s.Nodes[i].Status == Down || s.Nodes[j].Status == Down {
				reach.links[i][j] = EndpointDown
			}
		}
	}
	return reach
}

// degrade applies the fault to links.
func (f *Fault) degrade(ways [][]LinkState, t env.Instant) {
	how, both := Degraded, true
	switch f.Kind {
	case plan.Partition, plan.Flap, plan.OneWay:
		if !f.Cuts(t) {
			return
		}
		how, both = Cut, f.Kind != plan.OneWay
	case plan.Slow, plan.Heavy, plan.Lossy, plan.Narrow, plan.Stall:
	default:
		return
	}
	for k, group := range f.groups {
		for _, later := range f.groups[k+1:] {
			for _, a := range group {
				for _, b := range later {
					ways[a][b] = max(ways[a][b], how)
					if both {
						ways[b][a] = max(ways[b][a], how)
					}
				}
			}
		}
	}
}

// components returns the connected components of the links that are open both ways.
func components(ways [][]LinkState) [][]int {
	part := make([]int, len(ways))
	for i := range part {
		part[i] = i
	}
	for range ways { // as often as the longest path has links
		for i := range ways {
			for j := range ways {
				if ways[i][j] != Cut && ways[j][i] != Cut {
					part[i] = min(part[i], part[j])
				}
			}
		}
	}
	var all [][]int
	at := map[int]int{}
	for i, p := range part {
		k, known := at[p]
		if !known {
			k = len(all)
			at[p], all = k, append(all, nil)
		}
		all[k] = append(all[k], i)
	}
	return all
}
