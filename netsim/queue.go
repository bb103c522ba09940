package netsim

import "raftian/netsim/env"

// queue holds what is due when: a binary heap by instant, and first come first
// served within one.
type queue struct {
	items []due
	n     uint64
}

type due struct {
	at env.Instant
	n  uint64
	do func()
}

func (d due) before(e due) bool { return d.at < e.at || d.at == e.at && d.n < e.n }

// push adds f and reports whether it is now the first.
func (q *queue) push(at env.Instant, f func()) bool {
	q.n++
	q.items = append(q.items, due{at, q.n, f})
	i := len(q.items) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !q.items[i].before(q.items[up]) {
			break
		}
		q.items[i], q.items[up] = q.items[up], q.items[i]
		i = up
	}
	return i == 0
}

// next is when the first is due.
func (q *queue) next() (env.Instant, bool) {
	if len(q.items) == 0 {
		return 0, false
	}
	return q.items[0].at, true
}

// pop takes the first off.
func (q *queue) pop() func() {
	f := q.items[0].do
	last := len(q.items) - 1
	q.items[0] = q.items[last]
	q.items[last] = due{}
	q.items = q.items[:last]
	for i := 0; ; {
		least := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < last && q.items[down].before(q.items[least]) {
				least = down
			}
		}
		if least == i {
			return f
		}
		q.items[i], q.items[least] = q.items[least], q.items[i]
		i = least
	}
}
