package desk

import (
	"time"

	"raftian/netsim/env"
)

// windowMin is the shortest span of the timeline.
const windowMin = env.Instant(20 * time.Microsecond)

// show sets the span of the timeline to [from, to], shifted and limited to the run.
func (d *Desk) show(from, to env.Instant) {
	end := d.run.End()
	length := max(windowMin, min(to-from, end))
	from = max(0, min(from, end-length))
	d.View.From, d.View.To = from, from+length
}

// showAround shows a span of the given length around an instant, 60 % of it before.
func (d *Desk) showAround(t env.Instant, length time.Duration) {
	from := t - env.Instant(length)*6/10
	d.show(from, from+env.Instant(length))
}

// follow pans the timeline so that the cursor is visible.
func (d *Desk) follow() {
	v, t := &d.View, d.Cursor.At()
	length := v.To - v.From
	switch margin := length / 50; {
	case t > v.To-margin && v.To < d.run.End():
		d.show(t-length/10, t-length/10+length)
	case t < v.From+margin && v.From > 0:
		d.show(t-length*9/10, t-length*9/10+length)
	}
}

// zoom scales the span of the timeline; t keeps its position.
func (d *Desk) zoom(t env.Instant, factor float64) {
	v := &d.View
	t = max(v.From, min(t, v.To))
	length := max(float64(windowMin), float64(v.To-v.From)*factor)
	part := float64(t-v.From) / float64(max(1, v.To-v.From))
	from := t - env.Instant(part*length)
	d.show(from, from+env.Instant(length))
}

// pan moves the timeline by a fraction of its span.
func (d *Desk) pan(part float64) {
	by := env.Instant(part * float64(d.View.To-d.View.From))
	d.show(d.View.From+by, d.View.To+by)
}
