package campaign

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// errStuck is why a world program was stopped that said nothing for too long: a
// goroutine that computes for ever stops virtual time, and nothing inside the
// program can notice it.
var errStuck = errors.New("stuck")

// patience is how long a Program may be silent that sets no Patience.
const patience = time.Minute

// watch is a reader of what a program says. It stops the program if it waits
// for more for too long.
type watch struct {
	from  io.Reader
	most  time.Duration
	timer *time.Timer
	// count is the number of events so far: a program that prints for ever without one is
	// as silent as one that does not. If nil, whatever is read will do.
	count func() uint64
	known uint64        // events when it was last read from
	left  time.Duration // how long it may go on without another one
}

func newWatch(from io.Reader, most time.Duration, stop context.CancelCauseFunc) *watch {
	if most <= 0 {
		most = patience
	}
	w := &watch{from: from, most: most, left: most}
	w.timer = time.AfterFunc(most, func() { stop(fmt.Errorf("%w: nothing happens for %s of real time", errStuck, most)) })
	w.timer.Stop()
	return w
}

// Read reads from the program. Time that passes between Reads is its reader's,
// not the program's.
func (w *watch) Read(b []byte) (int, error) {
	if w.count == nil || w.count() != w.known {
		w.left = w.most
	}
	if w.count != nil {
		w.known = w.count()
	}
	began := time.Now()
	w.timer.Reset(w.left)
	n, err := w.from.Read(b)
	w.timer.Stop()
	w.left -= time.Since(began)
	return n, err
}
