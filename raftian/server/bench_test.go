package server

import (
	"fmt"
	"sync/atomic"
	"testing"

	apiv1 "raftian/raftian/api/v1"
)

// BenchmarkCalls measures players' calls on three nodes of one machine, over Connect
// and loopback TCP, with an fsync of each entry on every node: at the leader and at a
// follower, sequential and from 16 clients per processor.
func BenchmarkCalls(b *testing.B) {
	nodes := startThree(b)
	leader, follower := nodes[0], nodes[1]
	for _, s := range nodes {
		if s.View().Leader == s.ID() {
			leader = s
		} else {
			follower = s
		}
	}
	var names atomic.Int64
	for _, at := range []struct {
		name string
		node *Server
	}{{"leader", leader}, {"follower", follower}} {
		calls := map[string]func() error{}
		p := clientOf("", at.node).Players()
		for name, kind := range map[string]apiv1.Read{"verified": apiv1.Read_READ_VERIFIED, "lease": apiv1.Read_READ_LEASE, "local": apiv1.Read_READ_LOCAL} {
			calls[name] = func() error {
				_, err := p.Status(b.Context(), &apiv1.StatusRequest{Read: kind})
				return err
			}
		}
		for _, name := range []string{"verified", "lease", "local"} {
			b.Run(at.name+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if err := calls[name](); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(at.name+"/attack", func(b *testing.B) {
			c := clientOf(fmt.Sprint("alone ", names.Add(1)), at.node)
			for b.Loop() {
				do(b, c, "n1 attack n2")
			}
		})
		b.Run(at.name+"/attack at once", func(b *testing.B) {
			b.SetParallelism(16)
			b.RunParallel(func(loop *testing.PB) {
				c := clientOf(fmt.Sprint("one of many ", names.Add(1)), at.node)
				for loop.Next() {
					do(b, c, "n1 attack n2")
				}
			})
		})
	}
}
