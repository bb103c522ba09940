package node

import (
	"testing"
	"time"

	"raftian/netsim/env"
)

// The library takes commands into its buffer until it has noticed that it is shut
// down, and never answers those.
func TestACommandTheLibraryForgetsIsInDoubtWhenItsTimeIsOver(t *testing.T) {
	e, err := env.NewReal(env.RealOptions{ID: "n1", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	n := &Node{env: e, raft: alone(t), done: make(chan struct{})}
	if err := n.raft.Shutdown().Error(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan result)
	go func() {
		for range 32 { // of which about half are taken
			ended <- n.commit([]byte("x"), e.Now().Add(50*time.Millisecond))
		}
		close(ended)
	}()
	for {
		select {
		case r, more := <-ended:
			if !more {
				return
			}
			if r.outcome != doubt {
				t.Fatalf("the answer is %+v; want one that leaves it in doubt", r)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("a command has no answer after 5 s; it had 50 ms")
		}
	}
}
