package processes

import (
	"math/rand/v2"
	"syscall"
	"time"
)

// injectFaults injects one fault after the other for a duration, with pauses of up to
// 1.5 s. When it returns all processes run.
func (c *cluster) injectFaults(rng *rand.Rand, length time.Duration) (seen counts) {
	time.Sleep(time.Second) // for the first election
	begun := time.Now()
	replaced := false // only one disk is lost per round: a second loss could lose committed entries
	for time.Since(begun) < length {
		if c.joining && !replaced && rng.IntN(6) == 0 {
			c.replaceSomeDisk(rng, &seen)
			replaced = true
		}
		switch rng.IntN(8) {
		case 0, 1, 2:
			c.killSome(rng, &seen)
		case 3, 4:
			c.stopSome(rng, &seen)
		case 5, 6:
			c.cutSome(rng, &seen)
		case 7:
			if rng.IntN(2) == 0 {
				p := c.victim(rng)
				c.terminate(p)
				pause(rng, 0, 500)
				c.start(p)
				seen.terminations++
			} else {
				c.proxies.reset(c.victim(rng).id)
				seen.resets++
			}
		}
		pause(rng, 0, 1500)
		c.restartEnded()
	}
	return seen
}

// victim picks the leader in half of the cases, and any process otherwise.
func (c *cluster) victim(rng *rand.Rand) *process {
	if rng.IntN(2) == 0 {
		return c.leader()
	}
	return c.processes[rng.IntN(nodes)]
}

// victims picks up to most processes, the first of them as victim does.
func (c *cluster) victims(rng *rand.Rand, most int) []*process {
	list := []*process{c.victim(rng)}
	for _, k := range rng.Perm(nodes)[:rng.IntN(most)] {
		if p := c.processes[k]; p != list[0] {
			list = append(list, p)
		}
	}
	return list
}

// pause waits for a random number of milliseconds in [least, most).
func pause(rng *rand.Rand, least, most int) {
	time.Sleep(time.Duration(least+rng.IntN(most-least)) * time.Millisecond)
}

// restartEnded restarts processes that have ended by themselves.
func (c *cluster) restartEnded() {
	for _, p := range c.processes {
		if !p.killed && !p.running() {
			c.recordExit(p)
			c.t.Logf("%s ended by itself: %s", p.id, tail(p.log, 1))
			c.start(p)
		}
	}
}

func (c *cluster) killSome(rng *rand.Rand, seen *counts) {
	most := 2
	if rng.IntN(4) == 0 {
		most = nodes // up to all of them
	}
	leader := c.leader()
	list := c.victims(rng, most)
	for _, p := range list {
		c.kill(p)
		seen.kills++
		if p == leader {
			seen.leaders++
		}
	}
	pause(rng, 0, 1500)
	if c.joining && rng.IntN(3) == 0 {
		time.Sleep(evictAfter + time.Second) // so that it is evicted, and has to be readmitted
	}
	for _, p := range list {
		c.start(p)
		if rng.IntN(2) == 0 {
			pause(rng, 0, 300)
		}
	}
}

// replaceSomeDisk kills a node and restarts it with an empty disk.
func (c *cluster) replaceSomeDisk(rng *rand.Rand, seen *counts) {
	p := c.victim(rng)
	ask := c.processes[rng.IntN(nodes)]
	for ask == p {
		ask = c.processes[rng.IntN(nodes)]
	}
	c.kill(p)
	seen.kills++
	seen.replaced++
	pause(rng, 0, 2000)
	c.replaceDisk(p, ask, rng)
	c.start(p)
	pause(rng, 0, 2000)
}

func (c *cluster) stopSome(rng *rand.Rand, seen *counts) {
	list := c.victims(rng, 2)
	for _, p := range list {
		_ = p.cmd.Process.Signal(syscall.SIGSTOP)
		p.stopped = true
		seen.stops++
	}
	pause(rng, 100, 2500)
	for _, p := range list {
		_ = p.cmd.Process.Signal(syscall.SIGCONT)
		p.stopped = false
	}
}

// cutSome partitions some processes from the others for up to 3 s: bytes are held in
// both directions, or in one.
func (c *cluster) cutSome(rng *rand.Rand, seen *counts) {
	in := map[*process]bool{}
	for _, p := range c.victims(rng, 3) {
		in[p] = true
	}
	there, back := true, true
	switch rng.IntN(4) {
	case 0:
		there = false
	case 1:
		back = false
	}
	hold := func(on bool) {
		for _, p := range c.processes {
			for _, q := range c.processes {
				if in[p] && !in[q] {
					if there {
						c.proxies.hold(p.id, q.id, on)
					}
					if back {
						c.proxies.hold(q.id, p.id, on)
					}
				}
			}
		}
	}
	hold(true)
	seen.cuts++
	pause(rng, 100, 3000)
	hold(false)
}
