package netsim

import (
	"slices"

	"raftian/netsim/link"
	"raftian/netsim/plan"
)

// resolve finds out which machines the fault is about, and says why it is about
// none if that is so.
func (f *fault) resolve() string {
	named := map[*Machine]bool{}
	others := -1
	f.groups = make([][]*Machine, len(f.Groups))
	for k, group := range f.Groups {
		for _, name := range group {
			if name == plan.Others {
				others = k
				continue
			}
			some, why := f.meant(name)
			if len(some) == 0 {
				return why
			}
			for _, m := range some {
				if !named[m] { // the leader may also be named by its name
					named[m] = true
					f.groups[k] = append(f.groups[k], m)
				}
			}
		}
	}
	for _, m := range f.world.machines {
		if others >= 0 && !named[m] {
			f.groups[others] = append(f.groups[others], m)
		}
	}
	for _, group := range f.groups {
		if len(group) == 0 {
			return "a group is empty"
		}
	}
	switch f.Kind {
	case plan.Power, plan.Kill, plan.Storm, plan.Replace:
		// A program that has returned without an error is neither ended nor started again.
		if !slices.ContainsFunc(f.groups[0], (*Machine).fallible) {
			return "nothing runs there"
		}
	case plan.Stall:
		if f.victim = f.drawConn(); f.victim == nil {
			return "no connection is there"
		}
	}
	return ""
}

// meant lists the machines that a name in a group stands for now; none, and why,
// if there is none.
func (f *fault) meant(name string) ([]*Machine, string) {
	one := func(m *Machine, why string) ([]*Machine, string) {
		if m == nil {
			return nil, why
		}
		return []*Machine{m}, ""
	}
	switch name {
	case plan.Leader:
		return one(f.world.leader(), "nobody leads")
	case plan.Followers:
		return f.world.followers(), "nobody leads, or there is nobody else"
	case plan.It:
		return one(f.it, "its event is of no machine")
	case plan.Peer:
		return one(f.peer, "its event names no peer")
	}
	return one(f.world.byName[name], "there is no "+name)
}

// between calls do for each pair of machines in different groups, with the link
// from the one in the earlier group to the other, and the link back.
func (f *fault) between(do func(there, back *link.Link)) {
	links := f.world.links
	for k, group := range f.groups {
		for _, later := range f.groups[k+1:] {
			for _, a := range group {
				for _, b := range later {
					do(links[direction{a, b}], links[direction{b, a}])
				}
			}
		}
	}
}

// connsBetween calls do for each end of a connection between machines in different
// groups, in a fixed order.
func (f *fault) connsBetween(do func(c *conn)) {
	group := map[*Machine]int{}
	for k, g := range f.groups {
		for _, m := range g {
			group[m] = k + 1
		}
	}
	for _, m := range f.world.machines {
		if group[m] == 0 {
			continue
		}
		for _, c := range sorted(m.conns) {
			if other := group[c.other.inc.Machine]; other != 0 && other != group[m] {
				do(c)
			}
		}
	}
}
