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
}

func newWatch(from io.Reader, most time.Duration, stop context.CancelCauseFunc) *watch {
	if most <= 0 {
		most = patience
	}
	w := &watch{from: from, most: most}
	w.timer = time.AfterFunc(most, func() { stop(fmt.Errorf("%w: silent for %s of real time", errStuck, most)) })
	w.timer.Stop()
	return w
}

// Read reads from the program. Time that passes between Reads is its reader's,
// not the program's.
func (w *watch) Read(b []byte) (int, error) {
	w.timer.Reset(w.most)
	defer w.timer.Stop()
	return w.from.Read(b)
}
