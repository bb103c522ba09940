package guest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// order is what an operator tells a node to do, in its words. Those about a
// machine are followed by its name.
type order string

const (
	transfer    order = "transfer" // to anyone
	transferTo  order = "transfer to"
	addVoter    order = "add-voter"
	addNonvoter order = "add-nonvoter"
	promote     order = "promote"
	demote      order = "demote"
	remove      order = "remove"
	readd       order = "readd" // remove, and add at a new address
	leave       order = "leave" // the machine it is given on
	snapshot    order = "snapshot"
	restore     order = "restore" // a snapshot just taken
	heal        order = "heal"    // everyone is what the first configuration said
)

// theLeader is whoever leads when an order is carried out, in place of a name. It may
// be a machine that is not to go where disks are lost.
const theLeader = "leader"

// words are the order as it is called.
func (o order) words(machine string) string {
	switch o {
	case transfer, snapshot, restore, heal, leave:
		return string(o)
	case transferTo:
		o = transfer
	}
	return string(o) + " " + machine
}

const (
	// Orders begin once there is a cluster to be ordered about.
	ordersAfter = 2 * time.Second
	// healEvery is how often operators put the cluster in order at the end: each
	// time they may find no leader, or a change that is under way.
	healEvery = time.Second
	// lastCall is how long before the end the last of them comes: as for calls,
	// there must be time for an answer.
	lastCall = 2 * time.Second
)

// orders draws the orders of a plan: 2 to 8 for each 15 s before its heal, of
// some kinds, each from a stream of its own. After the heal the cluster is put in
// order again and again, also if it was disks that were replaced, or if there are
// spares.
func orders(p plan.Plan, voters []string, o Options) []plan.Step {
	var list []plan.Step
	if o.Faults&plan.Membership != 0 && time.Duration(p.Heal) > ordersAfter {
		list = drawOrders(p, voters, o.Without)
	}
	replaced := slices.ContainsFunc(p.Faults, func(f plan.Fault) bool { return f.Kind == plan.Replace })
	if len(list) > 0 || replaced || len(listed(p.Settings, "spares")) > 0 {
		k := 0
		for at := p.Heal.Add(healEvery / 2); time.Duration(at) < p.Length-lastCall; at = at.Add(healEvery) {
			list = append(list, step(at, p.Machines[k%len(p.Machines)], heal.words("")))
			k++
		}
	}
	slices.SortStableFunc(list, func(a, b plan.Step) int { return cmp.Compare(a.At, b.At) })
	for k := range list {
		list[k].Seq = uint64(k + 1)
	}
	return list
}

func step(at env.Instant, machine, words string) plan.Step {
	return plan.Step{Machine: machine, Call: env.Call{At: at, Client: env.Operator, Text: words}}
}

func drawOrders(p plan.Plan, voters []string, without plan.Features) []plan.Step {
	may := dismissible(plan.Stream(p.Seed, "orders to leave"), p, voters)
	if afterOrders(p.Settings) > plan.Recovery(p.Length) {
		may = nil // there is no time for them to come back
	}
	kinds := []order{transfer, transferTo, addVoter, addNonvoter, promote, snapshot, restore}
	if len(may) > 0 {
		kinds = append(kinds, demote, remove, readd)
		if len(listed(p.Settings, "evict")) > 0 {
			kinds = append(kinds, leave)
		}
	}
	if without&plan.SwarmTesting == 0 {
		kinds = plan.Swarm(p.Seed, "orders", kinds)
	}
	count := 2 + plan.Stream(p.Seed, "orders count").IntN(7)
	count = max(1, count*int(p.Heal/1e9)/15)
	room := time.Duration(p.Heal) - ordersAfter
	var list []plan.Step
	for k := range count {
		name := fmt.Sprintf("order %d", k+1)
		rng := plan.Stream(p.Seed, name)
		at := env.Instant(ordersAfter + time.Duration(rng.Int64N(int64(room))).Truncate(time.Millisecond))
		on, about := p.Machines[rng.IntN(len(p.Machines))], p.Machines[rng.IntN(len(p.Machines))]
		kind := plan.Prefer(p.Seed, name, kinds, order.tickets)
		if leaves := rng.Uint64(); kind == demote || kind == remove || kind == readd || kind == leave {
			about = may[leaves%uint64(len(may))]
			if (kind == demote || kind == remove) && leaves>>32%3 == 0 && len(worn(p)) == 0 {
				about = theLeader
			}
		}
		if kind == leave {
			on = about
		}
		list = append(list, step(at, on, kind.words(about)))
	}
	return append(list, welcome(p, room)...)
}

// welcome draws an order for each spare that lets it in.
func welcome(p plan.Plan, room time.Duration) []plan.Step {
	var list []plan.Step
	for _, name := range listed(p.Settings, "spares") {
		rng := plan.Stream(p.Seed, "order to let in "+name)
		at := env.Instant(ordersAfter + time.Duration(rng.Int64N(int64(room))).Truncate(time.Millisecond))
		kind := []order{addVoter, addNonvoter}[rng.IntN(2)]
		list = append(list, step(at, p.Machines[rng.IntN(len(p.Machines))], kind.words(name)))
	}
	return list
}

// tickets is how often a kind of order is drawn, compared with the others.
func (o order) tickets() int {
	switch o {
	case transfer, remove, demote, promote, readd:
		return 2
	}
	return 1
}

// dismissible draws the voters that operators may take the vote from. Fewer than
// half of those who vote may lose what is on their disks, whoever is left: of v
// voters, w of which lose their disks, v-w-w-1 may go.
func dismissible(rng *rand.Rand, p plan.Plan, voters []string) []string {
	most := len(voters) - 2*len(worn(p)) - 1
	if most < 1 {
		return nil
	}
	var names []string
	for _, i := range rng.Perm(len(voters))[:1+rng.IntN(most)] {
		names = append(names, voters[i])
	}
	return names
}

// worn are the machines that may lose what is on their disks, by name.
func worn(p plan.Plan) (names []string) {
	for _, f := range p.Faults {
		if f.Kind == plan.Rot || f.Kind == plan.Replace {
			names = append(names, f.Groups[0]...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
