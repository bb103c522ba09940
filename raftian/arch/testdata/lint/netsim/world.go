// Package netsim carries the World, and the world program with it: output is
// its own.
package netsim

import (
	"math/rand"
	"os"
	"time"
)

func world() {
	go time.Sleep(time.Second)
	os.Stdout.Close()
	rand.Int() // want "math/rand.Int"
}
