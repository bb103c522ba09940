package node

import "time"

// LoopOff as frames per second is a player without a game loop, who takes in commands
// as soon as they are committed: what loops are measured against.
const LoopOff = -1

// lookAgain is when a call is tried again whose client was busy.
const lookAgain = time.Millisecond

// follow is play without frames. What is committed is taken in one go, which counts as
// a frame.
func (p *player) follow() {
	for number := uint64(1); ; number++ {
		var due <-chan time.Time
		if len(p.script) > 0 {
			due = time.After(max(lookAgain, p.script[0].At.Sub(p.n.env.Now())))
		}
		select {
		case <-p.n.done:
			return
		case <-p.n.feed.news:
		case <-due:
		}
		p.frame(number)
	}
}

// worker is an Env that can be kept busy. The Env of a simulated machine is none: its
// programs take no time, and work there is time that passes.
type worker interface{ Work(time.Duration) }

// work is what a frame does for the game itself.
func (n *Node) work(d time.Duration) {
	if w, is := n.env.(worker); is {
		w.Work(d)
		return
	}
	time.Sleep(d)
}
