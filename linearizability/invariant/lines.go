package invariant

// lines tells where machines come apart that must have equal values at equal indexes,
// such as the states of state machines. Machines are on one line, line 0, until one
// of them has another value at an index than its line; from there on it is on a line of
// its own, and not compared with the one it left. A machine whose value is that of
// another line at the same index joins that.
type lines struct {
	of   map[string]int // by machine; 0 for those that are not in it
	last int            // the newest
}

// variants are the values that lines had at one index. Nearly always there is one.
type variants[T any] struct {
	first variant[T]
	some  bool // first is one
	more  []variant[T]
}

// variant is the value of a line, and what is known of who had it first.
type variant[T any] struct {
	value uint64
	line  int
	about T
}

// all are the variants, by the order in which they came.
func (vs *variants[T]) all(yield func(*variant[T]) bool) {
	if !vs.some || !yield(&vs.first) {
		return
	}
	for k := range vs.more {
		if !yield(&vs.more[k]) {
			return
		}
	}
}

// add adds a variant.
func (vs *variants[T]) add(v variant[T]) {
	if !vs.some {
		vs.first, vs.some = v, true
		return
	}
	vs.more = append(vs.more, v)
}

// meet says where a machine's line was at an index if the machine has another value
// there: it has left the line then. It is nil if the machine has the value of its line
// or of another one, or its line had none there.
func meet[T any](l *lines, vs *variants[T], machine string, value uint64) (left *variant[T]) {
	line := l.of[machine]
	for v := range vs.all {
		if v.value == value {
			l.join(machine, v.line)
			return nil
		}
		if v.line == line {
			left = v
		}
	}
	if left != nil {
		l.leave(machine)
	}
	return left
}

// join puts a machine on a line.
func (l *lines) join(machine string, line int) {
	if l.of == nil {
		l.of = make(map[string]int)
	}
	l.of[machine] = line
}

// leave puts a machine on a line of its own.
func (l *lines) leave(machine string) {
	l.last++
	l.join(machine, l.last)
}

// note keeps that a machine's line has a value at an index, if none of the lines has
// it yet.
func note[T any](l *lines, vs *variants[T], machine string, value uint64, about T) {
	for v := range vs.all {
		if v.value == value {
			return
		}
	}
	vs.add(variant[T]{value, l.of[machine], about})
}
