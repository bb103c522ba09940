package models_test

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"raftian/linearizability"
)

// forget makes peak begin again.
func forget() {
	runtime.GC()
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // else peak says more than is so
}

// peak is the most memory that this process has had since, in bytes; 0 if this
// system does not tell.
func peak() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kib, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	n, _ := strconv.Atoi(kib)
	return n << 10
}

// With -large, a million operations are judged by the order of the log, one in ten
// of which has no answer; without it, ten thousand, and nobody takes the time.
func TestALongHistoryIsJudgedByItsLog(t *testing.T) {
	size := 10_000
	if *large {
		size = 1_000_000
	}
	for _, s := range systems() {
		ops := s.history(size, 10, 0.1, 1)
		forget()
		began := time.Now()
		v := linearizability.Check(s.model, ops, linearizability.Search{Budget: 1}) // which no search could do with
		took := time.Since(began)
		if v.Outcome != linearizability.Pass {
			t.Errorf("%s: %v: %s", s.name, v.Outcome, v.Reason)
		}
		t.Logf("%s: %d operations in %v; the process had %d MiB at most, the history included", s.name, size, took, peak()>>20)
		if *large && (took > 5*time.Second || peak() > 1<<30) {
			t.Errorf("%s: more than 5 s, or than 1 GiB", s.name)
		}
		if *large {
			continue
		}
		ops[size/2].Output = "what nobody wrote"
		if v := linearizability.Check(s.model, ops, linearizability.Search{Budget: 1}); v.Outcome == linearizability.Pass {
			t.Errorf("%s: a wrong answer passes", s.name)
		}
	}
}
