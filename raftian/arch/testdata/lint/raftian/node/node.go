// Package node runs on a machine: its time is virtual and its goroutines are
// scheduled from the seed, but files and the network are those of its Env.
package node

import (
	"math/rand/v2"
	"net"
	"os"
	"time"
)

func node(c net.Conn, m map[string]func()) {
	go time.Sleep(time.Second)
	_ = c.SetDeadline(time.Now().Add(rand.N(time.Second))) // want "math/rand/v2.N"
	_, _ = net.Listen("tcp", "")                           // want "net.Listen is around the Env"
	os.Exit(1)                                             // want "os.Exit"
	for _, f := range m {                                  // want "range over slices.Sorted\(maps.Keys\(m\)\)"
		f()
	}
}
