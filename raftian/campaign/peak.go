package campaign

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// lookEvery is how often a process is looked at; what is asked of it is its peak so far,
// so that only what it does last can be missed.
const lookEvery = 10 * time.Millisecond

// watchPeak watches the memory of a process until it is told to end, and then says how
// much it had at most, in bytes; 0 if the system does not say. (What getrusage(2) says
// of a child begins, on Linux, with what the parent had.)
func watchPeak(pid int) (end func() int64) {
	var most atomic.Int64
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			n, err := peakOf(pid)
			if err != nil {
				return
			}
			most.Store(max(most.Load(), n))
		}
	}()
	return func() int64 {
		close(done)
		<-over
		return most.Load()
	}
}

// peakOf is what Linux says of a process (proc(5), VmHWM).
func peakOf(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if value, is := strings.CutPrefix(line, "VmHWM:"); is {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kb * 1024, err
		}
	}
	return 0, nil // it has ended, and waits to be waited for
}
