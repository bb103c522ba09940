package replay

import (
	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// Way is how a link is, in one direction.
type LinkState uint8

const (
	Open   LinkState = iota
	Degraded      // slow, lossy, narrow or held up
	Cut        // nothing gets through
	EndpointDown     // one of the two is down
)

// Reach says how machine from reaches machine to at an instant of a State.
type Reachability struct {
	links  [][]LinkState
	Components [][]int // machines that can reach each other, directly or not; more than one if a fault keeps some apart
}

// Way is the link from one machine to another.
func (r *Reachability) Link(from, to int) LinkState { return r.links[from][to] }

// Reach finds out who can reach whom at t, which must be the State's moment.
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

// worsen puts what the fault does to links into ways.
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

// parts are the machines by who can talk to whom, over others if need be, both
// ways.
func components(ways [][]LinkState) [][]int {
	part := make([]int, len(ways))
	for i := range part {
		part[i] = i
	}
	for range ways { // as many times as the longest way has links
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
